"""What the strategy needs from one person: theirs, in this city, still open, oldest first."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from cities.offices import actions as offices
from dashboards.city.pending import pending_for
from strategy.models import Action, Component, Mention, Objective, StatusRequest, Step, StrategyVersion
from strategy.review import conversations
from strategy.sections import outline


@pytest.fixture
def today(cast):
    return cast.tulsa.today()


@pytest.fixture
def pending(cast, today):
    """`pending("mayor")`: (title, detail) of what is pending for that person, by default in Tulsa."""

    def rows(who, city=None):
        city = city or cast.tulsa
        with rls.city_scope(city.pk):
            return [(row.title, row.detail) for row in pending_for(getattr(cast, who), city, city.today())]

    return rows


@pytest.fixture
def step(cast):
    """A version that is pending with the mayor, asked two days ago."""
    with rls.every_city():
        version = StrategyVersion.objects.create(
            city=cast.tulsa,
            strategy=cast.tulsa.strategy,
            number=4,
            template="x 1",
            sha256="0" * 64,
            code="c",
            state=StrategyVersion.State.WITH_APPROVERS,
            submitted_by=cast.lead,
            state_at=timezone.now(),
            tree={},
        )
        return Step.objects.create(
            city=cast.tulsa,
            version=version,
            position=1,
            office="mayor",
            title="Mayor",
            person=cast.mayor,
            asked_at=timezone.now() - timedelta(days=2),
        )


@pytest.fixture
def question(cast, today):
    """A member is asked for an action's status, by tomorrow."""
    with rls.every_city():
        objective = Objective.objects.create(
            city=cast.tulsa, code="G1", position=1, title="Decide", component=Component.GOVERNANCE
        )
        action = Action.objects.create(
            city=cast.tulsa,
            objective=objective,
            code="G1.1",
            position=1,
            title="Name an owner",
            component=Component.GOVERNANCE,
            owner=cast.member,
        )
        return StatusRequest.objects.create(
            city=cast.tulsa,
            action=action,
            asked=cast.member,
            quarter=1,
            asks_on=today,
            due_on=today + timedelta(days=1),
        )


@pytest.fixture
def mention(cast):
    """The lead names a member in a comment of a section that the city may leave out."""
    with rls.every_city():
        thread = conversations.open_thread(
            section=cast.tulsa.section_set.filter(template__required=False).first(),
            body="Which six?" + " Say." * 40,
            by=cast.lead,
        )
        return Mention.objects.create(city=cast.tulsa, comment=thread.comments.get(), person=cast.member)


def update(row, **fields):
    with rls.every_city():
        assert type(row).objects.filter(pk=row.pk).update(**fields) == 1


SIGNATURE = [("Strategy sign-off, version 4", "waiting for your signature")]
STATUS = [("G1.1 Name an owner", "status update requested")]


def test_pending_of_a_person_of_whom_nothing_is_asked_is_empty(cast, pending, step, question, mention):
    for who in ("lead", "delegate", "guest", "coach", "nobody", "other_mayor"):
        assert pending(who) == [], who


def test_pending_signature_is_the_persons_own_in_this_city(cast, pending, step):
    assert pending("mayor") == SIGNATURE
    assert pending("mayor", cast.rosario) == []


@pytest.mark.parametrize("fields", [{"state": "signed"}, {"state": "returned"}, {"asked_at": None}])
def test_pending_signature_that_was_given_or_not_yet_asked_for_is_none(pending, step, fields):
    update(step, **fields)
    assert pending("mayor") == []


@pytest.mark.parametrize("fields", [{"state": "signed", "signed_at": timezone.now()}, {"state": "returned"}])
def test_pending_signature_of_a_version_that_is_over_is_none(pending, step, fields):
    update(step.version, **fields)
    assert pending("mayor") == []


def test_pending_status_is_asked_of_the_person_who_was_asked(pending, question, cast):
    assert pending("member") == STATUS
    update(question, asked=cast.lead)
    assert (pending("member"), pending("lead")) == ([], STATUS)


@pytest.mark.parametrize("field", ["answered_at", "withdrawn_at"])
def test_pending_status_that_was_answered_or_withdrawn_is_none(pending, question, field):
    update(question, **{field: timezone.now()})
    assert pending("member") == []


@pytest.mark.parametrize(("days", "asked"), [(-30, True), (0, True), (1, False)])
def test_pending_status_is_asked_from_its_day_on(pending, question, today, days, asked):
    update(question, asks_on=today + timedelta(days=days))
    assert bool(pending("member")) is asked


def test_pending_mention_is_cut_after_a_word_until_it_is_seen(pending, mention):
    ((title, detail),) = pending("member")
    assert (title[:10], detail) == ("Which six?", "you were mentioned in this comment")
    assert title.endswith(" Say. Say…")
    update(mention, seen_at=timezone.now())
    assert pending("member") == []


def test_pending_mention_in_a_section_that_was_left_out_is_none(cast, pending, mention):
    with rls.every_city():
        assert outline.leave_out(mention.comment.thread.section, by=cast.lead)
    assert pending("member") == []
    with rls.every_city():
        assert outline.restore(mention.comment.thread.section, by=cast.lead)
    assert len(pending("member")) == 1


def test_pending_rows_are_ordered_by_day_and_lead_to_pages_that_open(cast, as_, step, question, mention, today):
    update(step, office="other", person=cast.member, asked_at=timezone.now() - timedelta(days=2))
    with rls.every_city():
        offices.confirm(city=cast.tulsa, user=cast.member, office="other", by=cast.admin)
    update(mention.comment, created_at=timezone.now() - timedelta(days=5))
    with rls.city_scope(cast.tulsa.pk):
        rows = pending_for(cast.member, cast.tulsa, today)
    assert [row.detail.split()[0] for row in rows] == ["you", "waiting", "status"]
    assert [row.is_due for row in rows] == [False, False, True]
    assert [(row.on - today).days for row in rows][2] == 1
    for row in rows:
        assert as_(cast.member).get(row.url).status_code == 200, row.url


def test_pending_day_is_the_citys_own(cast, step, mention, today):
    evening = datetime.combine(today - timedelta(days=3), time(23, 30), tzinfo=cast.tulsa.zone)
    update(step, asked_at=evening)
    with rls.city_scope(cast.tulsa.pk):
        (row,) = pending_for(cast.mayor, cast.tulsa, today)
    assert row.on == today - timedelta(days=3)  # in UTC it is the next day already


def test_pending_of_the_reader_is_on_the_citys_page_as_their_own(cast, as_, step, question):
    needs = as_(cast.mayor).get(reverse("dashboards:city", args=["tulsa-us"])).context["needs"]
    assert ("Strategy sign-off, version 4", True, True) in [(n.title, n.is_own, n.is_since) for n in needs]
    assert "G1.1 Name an owner" not in [need.title for need in needs]
