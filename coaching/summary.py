"""The state of a city's coaching, in figures and as a sentence."""

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import formats
from cities.models import City


def tally(city: City) -> dict[str, int]:
    """Numbers of commitments: `still_open`, `late` (of those) and `done`."""
    still_open = Q(done_at=None)
    figures: dict[str, int] = city.commitment_set.aggregate(
        still_open=Count("pk", filter=still_open),
        # Late by the city's own date, whatever the server's or the reader's.
        late=Count("pk", filter=still_open & Q(due_on__lt=city.today())),
        done=Count("pk", filter=~still_open),
    )
    return figures


def sentence(city: City, figures: dict[str, int]) -> str:
    return " ".join(filter(None, [_commitments(figures), _next_session(city)]))


def _commitments(figures: dict[str, int]) -> str:
    number, late = figures["still_open"], figures["late"]
    if not number:
        return _("All commitments are complete.") if figures["done"] else ""
    if not late:
        return ngettext("One commitment is open.", "%(number)d commitments are open.", number) % {"number": number}
    text = ngettext(
        "One commitment is open, and it’s late.", "%(number)d commitments are open, %(late)d of them late.", number
    )
    return text % {"number": number, "late": late}


def _next_session(city: City) -> str:
    session = city.coachingsession_set.upcoming().first()
    if session is None:
        return ""
    return _("The next session is %(day)s at %(time)s.") % {
        "day": formats.day(session.on, city.today(), weekday=True),
        "time": formats.time_in_zone(session.at, session.time_zone),
    }
