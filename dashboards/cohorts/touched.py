"""What a change of a city's part in a cohort touches, as sentences for the page that asks before it is done."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import formats
from cities.models import City, Enrollment
from cities.participation import Change, coaching_that_ends


def touched_by(change: Change, enrollment: Enrollment) -> list[str]:
    city = enrollment.city
    before, after = city.running_enrollment(), followed_after(change, enrollment)
    sentences = [_follows(before, after), _people(city), _coaching(change, enrollment), _sessions(city)]
    sentences += [_sections(city, before, after), _commitments(city)]
    return [sentence for sentence in sentences if sentence]


def touched_by_joining(enrollment: Enrollment) -> list[str]:
    """For a city that joined late: its sections that were due before it joined keep their dates."""
    due = enrollment.city.section_set.open().filter(
        strategy__cohort=enrollment.cohort, due_on__lt=enrollment.city.today()
    )
    count = due.count()
    late = ngettext(
        "%(count)d section that isn’t ready is past its due date. Due dates won’t change.",
        "%(count)d sections that aren’t ready are past their due dates. Due dates won’t change.",
        count,
    )
    silence = _("The board counts weeks without coaching or writing from this date, not from the kickoff.")
    return [silence, late % {"count": count}] if count else [silence]


def _follows(before: Enrollment | None, after: Enrollment) -> str:
    if before is None or before.cohort == after.cohort:
        return ""
    cohorts = {"after": after.cohort, "before": before.cohort}
    return _("Its pages will follow %(after)s instead of %(before)s.") % cohorts


def followed_after(change: Change, enrollment: Enrollment) -> Enrollment:
    """The enrollment that the city's pages and reminders would follow; asks the rule itself, and changes nothing."""
    with transaction.atomic():
        row = Enrollment.objects.get(pk=enrollment.pk)
        row.state = change.after
        row.left_on = row.city.today() if row.is_closed else None
        row.save(update_fields=["state", "left_on"])
        running = row.city.running_enrollment()
        transaction.set_rollback(True)
    assert running
    return running


def _people(city: City) -> str:
    count = city.membership_set.active().count()
    keep = ngettext(
        "%(count)d person keeps access to the city. If that’s no longer right, end it on the team page.",
        "%(count)d people keep access to the city. If that’s no longer right, end it on the team page.",
        count,
    )
    return keep % {"count": count} if count else _("No one has access to the city.")


def _coaching(change: Change, enrollment: Enrollment) -> str:
    names = get_text_list([str(row.user) for row in coaching_that_ends(enrollment)], _("and"))
    if not names:
        return _("The city has no coach in this cohort.")
    if change.ends_coaching:
        return _("Coaching by %(names)s ends on the date you choose.") % {"names": names}
    return _("Coaching continues with %(names)s.") % {"names": names}


def _sessions(city: City) -> str:
    rows = list(city.coachingsession_set.upcoming().order_by("starts_at"))
    if not rows:
        return ""
    message = ngettext(
        "%(count)d coaching session is still scheduled, on %(day)s. Cancel it if it won’t take place.",
        "%(count)d coaching sessions are still scheduled, the first on %(day)s. Cancel any that won’t take place.",
        len(rows),
    )
    return message % {"count": len(rows), "day": formats.day(rows[0].on, city.today())}


def _is_reminded(running: Enrollment | None) -> bool:
    """Whether section reminders go out; the running enrollment decides, as in reminders/rules/section.py."""
    return running is not None and running.cohort.is_live and running.is_active(timezone.now())


def _sections(city: City, before: Enrollment | None, after: Enrollment) -> str:
    count = city.section_set.open().count()
    if not count:
        return ""
    if _is_reminded(after) == _is_reminded(before):
        message = ngettext(
            "%(count)d section isn’t ready. Its text, due date, writer, and reminders stay the same.",
            "%(count)d sections aren’t ready. Their text, due dates, writers, and reminders stay the same.",
            count,
        )
    elif _is_reminded(after):
        message = ngettext(
            "Reminders about %(count)d open section will resume.",
            "Reminders about %(count)d open sections will resume.",
            count,
        )
    else:
        message = ngettext(
            "%(count)d section isn’t ready. Its text, due date, and writer stay the same, and its reminders stop.",
            "%(count)d sections aren’t ready. Their text, due dates, and writers stay the same, and their "
            "reminders stop.",
            count,
        )
    return message % {"count": count}


def _commitments(city: City) -> str:
    count = city.commitment_set.open().count()
    message = ngettext("%(count)d commitment stays open.", "%(count)d commitments stay open.", count)
    return message % {"count": count} if count else ""
