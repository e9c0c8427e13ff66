"""How a city's coaching stands, in figures and in a sentence."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.templatetags.page import day_label, zone_place
from cities.models import City


def tally(city: City) -> dict[str, int]:
    """How many commitments are open (`still_open`), how many of these are late, and how many are kept."""
    still_open = Q(done_at=None)
    figures: dict[str, int] = city.commitment_set.aggregate(
        still_open=Count("pk", filter=still_open),
        late=Count("pk", filter=still_open & Q(due_on__lt=city.today())),
        kept=Count("pk", filter=~still_open),
    )
    return figures


def sentence(city: City, figures: dict[str, int]) -> str:
    """What is open and late, and when city and coach meet next; empty where there is nothing to say."""
    return " ".join(filter(None, [_commitments(figures), _next_session(city)]))


def _commitments(figures: dict[str, int]) -> str:
    number, late = figures["still_open"], figures["late"]
    if not number:
        return _("Every commitment is kept.") if figures["kept"] else ""
    if not late:
        words = ngettext("%(number)d commitment is open.", "%(number)d commitments are open.", number)
        return words % {"number": number}
    words = ngettext(
        "%(number)d commitment is open, %(late)d of them late.",
        "%(number)d commitments are open, %(late)d of them late.",
        number,
    )
    return words % {"number": number, "late": late}


def _next_session(city: City) -> str:
    session = city.coachingsession_set.upcoming().first()
    if session is None:
        return ""
    return _("The next session is on %(day)s at %(time)s, %(place)s time.") % {
        "day": day_label(session.on, city.today(), weekday=True),
        "time": session.at.strftime("%H:%M"),
        "place": zone_place(session.time_zone),
    }
