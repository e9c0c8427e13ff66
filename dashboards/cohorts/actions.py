"""Creating and changing cohorts, going live, and their cities and coaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import Cohort, User
from accelerator.refusals import Refused
from cities import actions as cities
from cities.models import City, Enrollment
from cities.world import WorldCity, default_language
from convenings import actions as convenings
from curriculum import actions as curriculum
from curriculum.models import ProgramVersion, RubricVersion
from dashboards.invitations import actions as invitations
from strategy.models import Section, Strategy, TemplateVersion
from strategy.sections import actions as strategies
from strategy.sections.following import is_untouched
from strategy.template.actions import pin_template

# Slugs taken by other pages under /cohorts/.
RESERVED_SLUGS = {"new"}
EDITABLE = ["name", "kickoff", "weeks", "time_zone", "reply_to"]


@dataclass(frozen=True, slots=True)
class Pins:
    """The versions of program content that a cohort uses; no template if it stays (its page moves the cities too)."""

    template: TemplateVersion | None
    program: ProgramVersion
    rubric: RubricVersion


@transaction.atomic
def create_cohort(cohort: Cohort, *, pins: Pins, by: User) -> Cohort:
    """Save a new cohort with its content, sessions and two convenings; no email is sent until it goes live."""
    cohort.slug = _free_slug(cohort.name)
    cohort.save()
    audit.record("cohort created", by=by, about=cohort, kickoff=cohort.kickoff.isoformat())
    _pin(cohort, pins, by)
    convenings.plan_from_curriculum(cohort=cohort, program=pins.program, by=by)
    return cohort


def _free_slug(name: str) -> str:
    base = slugify(name)[:70] or "cohort"
    used = RESERVED_SLUGS | set(Cohort.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(used) + 3))
    return base if base not in used else next(slug for slug in numbered if slug not in used)


def _pin(cohort: Cohort, pins: Pins, by: User) -> None:
    if pins.template is not None:
        pin_template(cohort=cohort, version=pins.template, by=by)
    # Until the cohort is live, sessions of another curriculum hold no data of their own.
    cohort.session_set.exclude(item__version=pins.program).delete()
    curriculum.pin_program(cohort=cohort, program=pins.program, rubric=pins.rubric, by=by)


def may_move(cohort: Cohort) -> bool:
    # The dates of a live cohort that has started are in people's calendars.
    return not cohort.is_live or cohort.today() < cohort.kickoff


@transaction.atomic
def change_cohort(cohort: Cohort, *, values: dict[str, Any], pins: Pins | None, by: User) -> dict[str, int]:
    """Save an edited cohort and move its dates with the kickoff. Returns how many of each kind moved."""
    # Locked, so that a second edit moves the dates from where the first put them.
    previous = Cohort.objects.select_for_update(of=("self",)).get(pk=cohort.pk)
    for name in EDITABLE:
        setattr(cohort, name, values.get(name, getattr(previous, name)))
    assert previous.kickoff == cohort.kickoff or may_move(previous), "the form locks the dates of what has begun"
    cohort.save(update_fields=EDITABLE)
    moved = _move(cohort, previous.kickoff)
    if previous.time_zone != cohort.time_zone:
        _rezone(cohort)
    if pins is not None:
        _pin(cohort, pins, by)
    audit.record(
        "cohort changed", by=by, about=cohort, fields=list(values), former_kickoff=previous.kickoff.isoformat()
    )
    return moved


def _move(cohort: Cohort, previous: date) -> dict[str, int]:
    """Shift sessions, due dates and open convenings by as much as the kickoff moved."""
    days = (cohort.kickoff - previous).days
    if not days:
        return {}
    sessions = list(cohort.session_set.all())
    for session in sessions:
        session.on += timedelta(days=days)
        session.derive()
    cohort.session_set.bulk_update(sessions, ["on", "starts_at"])
    due = Section.objects.filter(strategy__cohort=cohort).update(due_on=F("due_on") + timedelta(days=days))
    # A city that joined later keeps its own date.
    cohort.enrollment_set.filter(joined_on=previous).update(joined_on=cohort.kickoff)
    return {"sessions": len(sessions), "due": due, "convenings": convenings.shift(cohort=cohort, days=days)}


def _rezone(cohort: Cohort) -> None:
    # Upcoming sessions keep their wall time; past ones took place in the zone of their day.
    sessions = [session for session in cohort.session_set.all() if not session.is_over]
    for session in sessions:
        session.time_zone = cohort.time_zone
        session.derive()
    cohort.session_set.bulk_update(sessions, ["time_zone", "starts_at"])


@transaction.atomic
def go_live(*, cohort: Cohort, by: User) -> int | None:
    """Start reminders and invite everyone; returns the number of invitations, None if it was already live."""
    # A conditional update: of two clicks, only one sends invitations.
    if not Cohort.objects.filter(pk=cohort.pk, live_at=None).update(live_at=timezone.now()):
        return None
    cohort.refresh_from_db()
    audit.record("cohort went live", by=by, about=cohort)
    invitations.tell_coaches(cohort, by=by)
    return invitations.send_waiting(cohort, by=by)


@transaction.atomic
def add_city(*, cohort: Cohort, world: WorldCity, by: User) -> City:
    """Add a city to a cohort and start its strategy; a city that is already in it stays as it is."""
    enrollment = cities.enroll(cohort=cohort, world=world, language=default_language(world.country), by=by)
    strategies.start_strategy(city=enrollment.city, cohort=cohort, by=by)
    return enrollment.city


def why_not_removed(enrollment: Enrollment) -> str:
    """Why the city can't be removed from the cohort as if it had never been added, or ""."""
    city, cohort = enrollment.city, enrollment.cohort
    values = {"city": city}
    if not city.enrollment_set.exclude(pk=enrollment.pk).exists() and (
        city.membership_set.exists() or city.coachingsession_set.exists() or city.decision_set.exists()
    ):
        return _("You can’t remove %(city)s because it already has people, sessions, or decisions.") % values
    if city.attendance_set.filter(session__cohort=cohort).exists():
        return (
            _("You can’t remove %(city)s because people from the city have attended this cohort’s sessions.") % values
        )
    strategy = Strategy.objects.filter(city=city, cohort=cohort).first()
    if strategy is not None and not is_untouched(strategy):
        return _("You can’t remove %(city)s because work on its strategy has started.") % values
    return ""


@transaction.atomic
def remove_city(*, enrollment: Enrollment, by: User) -> None:
    """Undo adding a city; raises Refused once the cohort has something of it. Other cohorts of the city keep theirs."""
    if problem := why_not_removed(enrollment):
        raise Refused(problem)
    city, cohort = enrollment.city, enrollment.cohort
    audit.record("city removed", by=by, about=city, cohort=cohort.slug)
    deleted, _rows = Strategy.objects.filter(city=city, cohort=cohort).delete()
    enrollment.delete()
    running = city.running_enrollment()
    if running is None:
        city.delete()
    elif deleted:
        # The empty strategy followed the cohort that the city leaves.
        strategies.start_strategy(city=city, cohort=running.cohort, by=by)
