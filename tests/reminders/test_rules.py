"""What falls due, when and to whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.models import Cohort
from cities.models import Role
from reminders import clock
from reminders.models import Due, Why
from reminders.rules import registry
from reminders.rules.rule import Window
from reminders.rules.section import SectionDue
from strategy.models import Section, SectionState
from tests.examples import few
from tests.reminders.stage import at

pytestmark = pytest.mark.django_db

FAR = timedelta(days=400)


def found(section):
    with rls.every_city():
        now = datetime(2025, 7, 1, tzinfo=UTC)
        return [r for r in SectionDue().reminders(Window(now, now, frozenset([section.pk]))) if not r.why_not]


def who(section):
    return {
        step.days: sorted(
            r.person.email.split("@")[0] for r in found(section) if r.occurrence.endswith(f"T{step.days:+d}")
        )
        for step in SectionDue.steps
    }


def test_the_assignee_is_reminded_four_times_the_last_with_a_copy_for_the_lead(stage):
    section = stage.open("vision", "2026-01-30", assignee=stage.cast.member)
    assert who(section) == {-7: ["member"], -2: ["member"], 1: ["member"], 5: ["lead", "member"]}
    assert {r.occurrence for r in found(section)} == {
        "2026-01-30 T-7",
        "2026-01-30 T-2",
        "2026-01-30 T+1",
        "2026-01-30 T+5",
    }
    copies = [(r.person, r.copy_of) for r in found(section) if r.copy_of]
    assert copies == [(stage.cast.lead, stage.cast.member)]


def test_without_an_assignee_to_the_city_leads(stage):
    section = stage.open("vision", "2026-01-30")
    assert who(section) == dict.fromkeys((-7, -2, 1, 5), ["lead"])
    with rls.every_city():
        stage.cast.tulsa.membership_set.filter(user=stage.cast.member).update(role=Role.CITY_LEAD)
    assert who(section) == dict.fromkeys((-7, -2, 1, 5), ["lead", "member"])


@pytest.mark.parametrize("assignee", ["guest", "mayor", "other_lead"])
def test_who_cannot_write_here_is_not_reminded_but_the_lead(stage, assignee):
    section = stage.open("vision", "2026-01-30", assignee=stage.cast.people[assignee])
    assert who(section) == dict.fromkeys((-7, -2, 1, 5), ["lead"])


@pytest.mark.parametrize(
    ("zone", "due_on", "step", "expected"),
    [
        # New York: clocks go forward on 2026-03-08 and back on 2025-11-02.
        ("America/New_York", "2026-03-13", "T-7", "2026-03-06 13:30"),
        ("America/New_York", "2026-03-13", "T-2", "2026-03-11 12:30"),
        ("America/New_York", "2025-11-07", "T-7", "2025-10-31 12:30"),
        ("America/New_York", "2025-11-07", "T-2", "2025-11-05 13:30"),
        ("America/New_York", "2026-03-07", "T+1", "2026-03-08 12:30"),
        # Sao Paulo and Phoenix keep their clocks.
        ("America/Sao_Paulo", "2026-03-13", "T-7", "2026-03-06 11:30"),
        ("America/Sao_Paulo", "2026-03-13", "T-2", "2026-03-11 11:30"),
        ("America/Sao_Paulo", "2025-11-07", "T-7", "2025-10-31 11:30"),
        ("America/Phoenix", "2026-03-13", "T-7", "2026-03-06 15:30"),
        ("America/Phoenix", "2026-03-13", "T-2", "2026-03-11 15:30"),
    ],
)
def test_half_past_eight_on_the_persons_wall(stage, zone, due_on, step, expected):
    section = stage.open("vision", due_on)
    stage.set(stage.cast.lead, time_zone=zone)
    times = {r.occurrence.split()[1]: r.due_at for r in found(section)}
    assert times[step] == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_no_two_steps_are_of_use_at_once_and_each_outlasts_a_weekend(stage):
    for due in range(7):
        section = stage.open("vision", f"2026-01-{26 + due if due < 6 else 25:02d}")
        spans = sorted((r.due_at, r.expires_at) for r in found(section) if r.person == stage.cast.lead)
        assert len(spans) >= 2
        assert all(earlier[1] < later[0] for earlier, later in zip(spans, spans[1:], strict=False))
        for due_at, expires_at in spans:
            assert clock.next_open(due_at, "America/Chicago") < expires_at


def verdict(row, moment):
    with rls.every_city():
        return registry.check([row], at(moment))[row.key][0]


@pytest.fixture
def planned(stage):
    """A planned reminder to a member, due on Friday, January 23."""
    section = stage.open("vision", "2026-01-30", assignee=stage.cast.member)
    stage.plan("2026-01-23 08:31")
    with rls.every_city():
        row = Due.objects.get()
    return stage, section, row


def test_it_is_right_to_send_while_nothing_has_changed(planned):
    _stage, _section, row = planned
    assert verdict(row, "2026-01-23 09:00") == ""
    assert verdict(row, "2026-01-26 19:59") == ""
    assert verdict(row, "2026-01-26 20:00") == Why.TOO_LATE


CHANGES = {
    Why.DONE: lambda stage, section: stage.set(section, state=SectionState.REVIEWED),
    Why.DATE_MOVED: lambda stage, section: stage.set(section, due_on=date(2026, 2, 6)),
    Why.NOT_THEIRS: lambda stage, section: stage.set(section, assignee=stage.cast.lead),
    Why.NOT_LIVE: lambda stage, section: stage.set(stage.cast.cohort, live_at=None),
    Why.NOT_ENROLLED: lambda stage, section: _membership(
        stage, lambda city: city.enrollment_set.update(left_on=date(2026, 1, 22))
    ),
    Why.LEFT: lambda stage, section: _member(stage, until=date(2026, 1, 22)),
    Why.ROLE: lambda stage, section: _member(stage, role=Role.GUEST_REVIEWER),
    Why.JOINED_LATER: lambda stage, section: _member(stage, created_at=at("2026-01-23 08:45")),
    Why.GONE: lambda stage, section: _membership(stage, lambda city: city.section_set.filter(key="vision").delete()),
}


def _membership(stage, change):
    with rls.every_city():
        change(stage.cast.tulsa)


def _member(stage, **fields):
    _membership(stage, lambda city: city.membership_set.filter(user=stage.cast.member).update(**fields))


@pytest.mark.parametrize("why", CHANGES, ids=[why.replace(" ", "-") for why in CHANGES])
def test_each_change_is_a_reason_of_its_own(planned, why):
    stage, section, row = planned
    CHANGES[why](stage, section)
    assert verdict(row, "2026-01-23 09:00") == why


def test_a_person_who_may_no_longer_sign_in_gets_nothing(planned):
    stage, _section, row = planned
    stage.set(stage.cast.member, is_active=False)
    assert verdict(row, "2026-01-23 09:00") == Why.LEFT


def test_a_cohort_that_went_live_after_the_time_sends_nothing_for_it(stage):
    stage.open("vision", "2026-01-30")
    stage.set(stage.cast.cohort, live_at=at("2026-01-23 08:31"))
    stage.plan("2026-01-23 08:32")
    assert stage.dues() == []
    stage.plan("2026-01-27 09:00")
    assert stage.dues() == [("lead", "2026-01-30 T-2", "planned", "")]


def test_a_member_who_joined_after_the_time_is_not_reminded_of_it(stage):
    stage.open("vision", "2026-01-30", assignee=stage.cast.member)
    _member(stage, created_at=at("2026-01-23 08:31"))
    stage.plan("2026-01-23 08:32")
    assert stage.dues() == []


@given(data=st.data())
@few(10)
def test_the_narrow_query_loses_nothing(stage, data):
    """What is found by date equals what is found by looking at every section, and planning twice equals once."""
    now = at("2026-01-23 00:00") + timedelta(minutes=data.draw(st.integers(0, 14 * 24 * 60)))
    people = [None, stage.cast.lead, stage.cast.member, stage.cast.guest, stage.cast.other_lead]
    zones = ["America/Chicago", "America/Sao_Paulo", "America/Phoenix", "Pacific/Honolulu", "Pacific/Auckland"]
    with rls.every_city():
        Due.objects.all().delete()
        for section in Section.objects.filter(city=stage.cast.tulsa).order_by("pk"):
            section.due_on = date(2026, 1, 23) + timedelta(days=data.draw(st.integers(-12, 24)))
            section.state = data.draw(st.sampled_from([SectionState.FINAL, SectionState.NOT_STARTED]))
            section.assignee = data.draw(st.sampled_from(people))
            section.save()
        stage.set(stage.cast.lead, time_zone=data.draw(st.sampled_from(zones)))
        stage.set(stage.cast.member, time_zone=data.draw(st.sampled_from(zones)))
        Cohort.objects.update(
            live_at=data.draw(st.sampled_from([None, at("2026-01-26 12:00"), at("2025-06-02 12:00")]))
        )
        until = now + clock.HORIZON
        narrow = {r.key for r in registry.reminders(now, until) if not r.why_not}
        everything = SectionDue().reminders(Window(now, until, frozenset(Section.objects.values_list("pk", flat=True))))
        wide = {r.key for r in everything if not r.why_not and r.due_at <= until and r.expires_at > now}
    assert narrow == wide
    clock.plan(now)
    once = _table()
    assert {row[:4] for row in once} == narrow
    clock.plan(now)
    assert _table() == once


def _table():
    with rls.every_city():
        return list(
            Due.objects.order_by("pk").values_list(
                "rule", "object_id", "person", "occurrence", "state", "why", "due_at", "expires_at", "pk"
            )
        )


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("invited", Why.NOT_CONFIRMED),
        ("paused", Why.PAUSED),
        ("withdrawn", Why.WITHDRAWN),
        ("completed", Why.NOT_ENROLLED),
        ("active", ""),
    ],
)
def test_section_reminder_of_a_city_that_does_not_take_part_has_its_reason(stage, state, why):
    section = stage.open("vision", "2026-01-30")
    with rls.every_city():
        left_on = date(2026, 1, 20) if state in {"withdrawn", "completed"} else None
        stage.cast.tulsa.enrollment_set.update(state=state, left_on=left_on)
        now = at("2026-01-22 09:00")
        rows = list(SectionDue().reminders(Window(now, now, frozenset([section.pk]))))
    assert {row.why_not for row in rows if row.person == stage.cast.lead} == {why}


def test_reminders_of_a_city_that_left_its_first_cohort_follow_the_second(stage):
    section = stage.open("vision", "2026-01-30")
    tulsa, now = stage.cast.tulsa, at("2026-01-22 09:00")
    second = Cohort.objects.create(
        name="Second", slug="second", kickoff=date(2026, 1, 5), live_at=at("2026-01-05 09:00")
    )
    with rls.every_city():
        tulsa.enrollment_set.update(state="withdrawn", left_on=date(2026, 1, 20))
        joined = second.enrollment_set.create(city=tulsa, slug=tulsa.slug, joined_on=second.kickoff)

        def reminders():
            return list(SectionDue().reminders(Window(now, now, frozenset([section.pk]))))

        to_lead = [row for row in reminders() if row.person == stage.cast.lead]
        assert {(row.cohort, row.why_not) for row in to_lead} == {(second, "")}
        joined.state = "paused"
        joined.save()
        assert {row.why_not for row in reminders() if row.person == stage.cast.lead} == {Why.PAUSED}


def test_sections_are_due_if_the_city_left_a_draft_cohort_for_a_live_one(stage):
    section = stage.open("vision", "2026-01-30")
    tulsa, dates = stage.cast.tulsa, {date(2026, 1, 30)}
    second = Cohort.objects.create(name="Second", slug="second", kickoff=date(2026, 1, 5))
    with rls.every_city():
        Cohort.objects.filter(pk=stage.cast.cohort.pk).update(live_at=None)
        second.enrollment_set.create(city=tulsa, slug=tulsa.slug, joined_on=second.kickoff)
        due = Section.objects.with_reminders_due(dates).filter(pk=section.pk)
        assert not due.exists()
        Cohort.objects.filter(pk=second.pk).update(live_at=at("2026-01-05 09:00"))
        assert due.count() == 1
