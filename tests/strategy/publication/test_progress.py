"""After sign-off: whom the quarter asks, the one-minute form, the yearly reviews."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.models import User
from reminders.rules.progress import StatusAsked
from strategy.models import Action, Component, Objective, StatusRequest, StrategyVersion, YearlyReview
from strategy.publication import progress
from strategy.signoff import status_requests, yearly_reviews
from strategy.tasks import update_signed_strategies
from tests.clients import cost
from tests.examples import few

pytestmark = pytest.mark.django_db


def sign(city, signed_at=None, number=1):
    with rls.every_city():
        version = StrategyVersion.objects.create(
            city=city,
            strategy=city.strategy,
            number=number,
            tree={},
            template="x 1",
            sha256="0" * 64,
            code=f"{city.pk}-{number}",
            state="signed",
            signed_at=signed_at or timezone.now(),
        )
        yearly_reviews.begin(version=version, by=None)
    return version


@pytest.fixture
def plan(cast):
    """`plan(starts=1, due=3, ...)`: an action of the home city, whose first plan quarter has just ended."""
    today = cast.tulsa.today()
    month = (today.month - 1 - 3) % 12 + 1
    with rls.every_city():
        cast.tulsa.fiscal_year_start = month
        cast.tulsa.save()
        strategy = cast.tulsa.strategy
        strategy.plan_year = today.year if month <= today.month - 3 else today.year - 1
        strategy.save()
        objective = Objective.objects.create(
            city=cast.tulsa, code="G1", position=1, title="Decide", component=Component.GOVERNANCE
        )

    def add(code="G1.1", city=None, **fields):
        with rls.every_city():
            fields = {"starts": 1, "due": 3, "owner": cast.member, **fields}
            return Action.objects.create(
                city=cast.tulsa,
                objective=objective,
                code=code,
                position=1,
                title="Name an owner",
                component=Component.GOVERNANCE,
                **fields,
            )

    return add


def requests(city):
    with rls.every_city():
        return list(StatusRequest.objects.filter(city=city).select_related("asked").order_by("quarter"))


def test_signing_puts_three_reviews_and_a_request_a_quarter_on_the_calendar(cast, plan):
    plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    today = timezone.localdate(timezone.now() - timedelta(days=60), timezone=cast.tulsa.zone)
    with rls.every_city():
        rows = YearlyReview.objects.filter(city=cast.tulsa)
        assert [(r.months, r.due_on) for r in rows] == [
            (m, yearly_reviews.months_after(today, m)) for m in (12, 24, 36)
        ]
    found = requests(cast.tulsa)
    assert [(r.quarter, r.asked) for r in found] == [(1, cast.member), (2, cast.member), (3, cast.member)]
    assert all(r.due_on - r.asks_on == timedelta(days=13) for r in found[1:])
    assert found[0].asks_on <= cast.tulsa.today() < found[1].asks_on


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 22), 12, date(2027, 11, 22)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 36, date(2029, 12, 31)),
    ],
)
def test_months_after_a_day_are_counted(day, months, then):
    assert yearly_reviews.months_after(day, months) == then


def test_keeping_up_twice_changes_nothing_and_follows_the_plan(cast, plan):
    action = plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    with rls.every_city():
        status_requests.update_requests(cast.tulsa)
        Action.objects.filter(pk=action.pk).update(due=5, owner=cast.lead)
        status_requests.update_requests(cast.tulsa)
    assert [(r.quarter, r.asked) for r in requests(cast.tulsa)] == [(n, cast.lead) for n in range(1, 6)]
    with rls.every_city():
        Action.objects.filter(pk=action.pk).update(status="cancelled")
        status_requests.update_requests(cast.tulsa)
    assert [bool(r.withdrawn_at) for r in requests(cast.tulsa)] == [True] * 5
    with rls.every_city():
        Action.objects.filter(pk=action.pk).update(status="in_progress")
        status_requests.update_requests(cast.tulsa)
    assert not any(r.withdrawn_at for r in requests(cast.tulsa))


def test_quarters_that_were_over_before_the_signing_are_not_asked_about(cast, plan):
    plan()
    sign(cast.tulsa)
    assert requests(cast.tulsa)[0].quarter == 2


def test_an_owner_known_by_address_alone_is_asked_and_cannot_sign_in(cast, plan, client):
    plan(owner=None, owner_name="Ana Ruiz", owner_email="Ana@Roads.example")
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    row = requests(cast.tulsa)[0]
    assert (row.asked.email, row.asked.name) == ("ana@roads.example", "Ana Ruiz")
    answer = client.post(status_requests.link(row), {"status": "in_progress", "rag": "green", "words": "Begun."})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "Thank you." in page.content.decode()
    with rls.every_city():
        row.refresh_from_db()
        assert (row.update.words, row.update.person, row.action.status) == (
            "Begun.",
            User.objects.get(email="ana@roads.example"),
            "in_progress",
        )


def test_opening_the_link_changes_nothing_and_amber_needs_a_reason(cast, plan, client):
    plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    link = status_requests.link(requests(cast.tulsa)[0])
    assert client.get(link).status_code == client.head(link).status_code == 200
    assert requests(cast.tulsa)[0].answered_at is None
    page = client.post(link, {"status": "in_progress", "rag": "red", "words": "Late, sadly."})
    assert page.status_code == 200
    assert "In one sentence, explain why it’s at risk or off track" in page.content.decode()
    assert "Late, sadly." in page.content.decode()
    assert requests(cast.tulsa)[0].answered_at is None


def test_an_answer_can_be_corrected_and_both_stay(cast, plan, client):
    action = plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    link = status_requests.link(requests(cast.tulsa)[0])
    client.post(link, {"status": "in_progress", "words": "First"})
    client.post(link, {"status": "on_hold", "rag": "amber", "reason": "No budget", "words": "Second"})
    with rls.every_city():
        assert [u.words for u in action.updates.order_by("pk")] == ["First", "Second"]
        assert StatusRequest.objects.get(city=cast.tulsa, quarter=1).update.words == "Second"


def test_link_to_a_withdrawn_request_is_gone(cast, plan, client):
    action = plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    link = status_requests.link(requests(cast.tulsa)[0])
    with rls.every_city():
        Action.objects.filter(pk=action.pk).update(status="completed")
        status_requests.update_requests(cast.tulsa)
    assert client.get(link).status_code == 410


ANSWER = {"status": "in_progress", "words": "Written through an old link, at some length."}


def leave(cast):
    cast.member.membership_set.update(until=timezone.localdate() - timedelta(days=2))


def hand_over(cast):
    Action.objects.update(owner=cast.lead)  # the requests follow within the hour


def hand_over_and_ask(cast):
    Action.objects.update(owner=cast.lead)
    status_requests.update_requests(cast.tulsa)


def change_address(cast):
    User.objects.filter(pk=cast.member.pk).update(email="new@tulsa.example")


def deactivate(cast):
    User.objects.filter(pk=cast.member.pk).update(is_active=False)


@pytest.mark.parametrize("change", [leave, hand_over, hand_over_and_ask, change_address, deactivate])
def test_link_is_void_once_its_person_no_longer_answers_for_the_action(cast, plan, client, change):
    action = plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    link = status_requests.link(requests(cast.tulsa)[0])
    assert client.get(link).status_code == 200
    with rls.every_city():
        change(cast)
    for answer in (client.get(link), client.post(link, ANSWER)):
        assert answer.status_code == 410
        assert "This link is no longer valid" in answer.content.decode()
        assert action.title not in answer.content.decode()
    assert ANSWER["words"] in answer.content.decode()
    with rls.every_city():
        assert not action.updates.exists()


def test_link_answers_as_the_person_asked_whoever_is_signed_in(cast, plan, as_):
    action = plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    link = status_requests.link(requests(cast.tulsa)[0])
    for browser in (as_(cast.other_lead), as_(cast.lead), as_(cast.admin)):
        browser.post(link, ANSWER)
    with rls.every_city():
        assert {update.person for update in action.updates.all()} == {cast.member}


def test_only_the_person_asked_gets_the_link_that_needs_no_sign_in(cast, plan):
    plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    rule, row = StatusAsked(), requests(cast.tulsa)[0]
    assert rule.link(row, cast.member) == status_requests.link(row)
    with rls.every_city():
        assert rule.link(row, cast.lead) == reverse("strategy:status-answer", args=[cast.tulsa.slug, row.pk])


@pytest.mark.parametrize("bad", ["", "x", "a.b.c"])
def test_bad_link_is_not_found(client, bad):
    assert client.get(f"/status/{bad or 'none'}/").status_code == 404


def test_team_answers_a_request_on_the_progress_page(cast, as_, plan):
    plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    page, row = reverse("strategy:upkeep", args=[cast.tulsa.slug]), requests(cast.tulsa)[0]
    form = reverse("strategy:status-answer", args=[cast.tulsa.slug, row.pk])
    assert "0 of 1 status request has been answered." in as_(cast.mayor).get(page).content.decode()
    for who, status in (("other_lead", 404), ("far_lead", 404), ("nobody", 404), ("guest", 403)):
        assert as_(cast.people[who]).get(page).status_code == status
    for who, status in (("mayor", 403), ("coach", 403), ("guest", 403), ("other_lead", 404)):
        assert as_(cast.people[who]).post(form, {"status": "completed"}).status_code == status
    assert as_(cast.member).post(form, {"status": "completed"}).status_code == 302
    assert requests(cast.tulsa)[0].answered_at is not None


def test_another_citys_request_and_review_are_not_found(cast, as_, plan):
    plan()
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    with rls.every_city():
        review = YearlyReview.objects.filter(city=cast.tulsa).first()
    for name, pk in (("status-answer", requests(cast.tulsa)[0].pk), ("yearly-review", review.pk)):
        own = reverse(f"strategy:{name}", args=[cast.rosario.slug, pk])
        assert as_(cast.other_lead).get(own).status_code == 404
        assert as_(cast.lead).get(reverse(f"strategy:{name}", args=[cast.tulsa.slug, pk])).status_code == 200


def test_a_review_is_recorded_once(cast, as_):
    sign(cast.tulsa)
    with rls.every_city():
        row = YearlyReview.objects.filter(city=cast.tulsa).first()
        YearlyReview.objects.filter(pk=row.pk).update(due_on=cast.tulsa.today())
    address = reverse("strategy:yearly-review", args=[cast.tulsa.slug, row.pk])
    lead = as_(cast.lead)
    assert lead.post(address, {"result": "continue"}).status_code == 200
    assert as_(cast.member).get(address).status_code == 403
    lead.post(address, {"result": "adjust", "words": "Fewer actions.", "is_public": "on"})
    lead.post(address, {"result": "renew", "words": "Again."})
    with rls.every_city():
        row.refresh_from_db()
    assert (row.result, row.words, row.is_public, row.done_by) == ("adjust", "Fewer actions.", True, cast.lead)
    assert "Fewer actions." in lead.get(address).content.decode()


def test_a_new_signed_version_takes_the_open_reviews_over(cast):
    sign(cast.tulsa, timezone.now() - timedelta(days=400))
    with rls.every_city():
        YearlyReview.objects.filter(months=12).update(done_at=timezone.now(), result="renew", words="New one")
    sign(cast.tulsa, number=2)
    with rls.every_city():
        rows = YearlyReview.objects.filter(city=cast.tulsa).order_by("version__number", "months")
        assert [(r.version.number, r.months, bool(r.withdrawn_at)) for r in rows] == [
            (1, 12, False),
            (1, 24, True),
            (1, 36, True),
            (2, 12, False),
            (2, 24, False),
            (2, 36, False),
        ]


def test_hourly_task_requests_status_of_actions_added_later(cast, plan):
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    plan()
    assert requests(cast.tulsa) == []
    update_signed_strategies()
    assert [r.quarter for r in requests(cast.tulsa)] == [1, 2, 3]


def test_owner_asked_late_has_two_weeks_to_answer(cast, plan):
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    action = plan()
    two_weeks = cast.tulsa.today() + timedelta(days=14)
    update_signed_strategies()
    assert requests(cast.tulsa)[0].due_on == two_weeks
    with rls.every_city():
        StatusRequest.objects.filter(quarter=1).update(due_on=cast.tulsa.today() - timedelta(days=3))
    update_signed_strategies()
    assert requests(cast.tulsa)[0].due_on < cast.tulsa.today()  # the one who was asked in time stays late
    with rls.every_city():
        Action.objects.filter(pk=action.pk).update(owner=cast.lead)
    update_signed_strategies()
    assert (requests(cast.tulsa)[0].asked, requests(cast.tulsa)[0].due_on) == (cast.lead, two_weeks)


def test_progress_page_with_many_actions_needs_no_more_queries(cast, as_, plan):
    for number in range(10):
        plan(code=f"G1.{number + 1}")
    sign(cast.tulsa, timezone.now() - timedelta(days=60))
    page, lead = reverse("strategy:upkeep", args=[cast.tulsa.slug]), as_(cast.lead)
    with cost() as few:
        lead.get(page)
    for number in range(10, 100):
        plan(code=f"G1.{number + 1}")
    with rls.every_city():
        status_requests.update_requests(cast.tulsa)
    with cost() as many:
        lead.get(page)
    assert many.count == few.count <= 14


@few(10)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["not_started", "in_progress", "completed", "cancelled"]),
            st.integers(1, 12),
            st.integers(1, 12),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_the_plan_does_an_answer_stays_and_no_closed_action_is_asked(cast, plan, history):
    with rls.every_city():
        number = Action.objects.count() + 1
    action = plan(code=f"G1.{number}")
    sign(cast.tulsa, timezone.now() - timedelta(days=60), number=number)
    with rls.every_city():
        first = action.status_requests.order_by("quarter").first()
        progress.record_answer(request=first, by=cast.member, status="in_progress")
        for status, starts, due in history:
            Action.objects.filter(pk=action.pk).update(status=status, starts=min(starts, due), due=max(starts, due))
            status_requests.update_requests(cast.tulsa)
            rows = action.status_requests
            assert rows.get(pk=first.pk).answered_at
            asked = list(rows.all().open())
            assert bool(asked) <= (status not in status_requests.CLOSED)
            assert all(row.quarter >= min(starts, due) for row in asked)
