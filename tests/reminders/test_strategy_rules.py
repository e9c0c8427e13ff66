"""What the strategy asks of people: who is notified of what, and what is no longer sent once it is over."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accelerator import rls
from accelerator.texts import saving
from cities.actions import add_member
from cities.models import Role
from cities.offices import actions as offices
from reminders import clock
from reminders.models import Due
from reminders.rules.registry import RULES
from reminders.rules.rule import Window
from strategy.document.tree import freeze
from strategy.models import Action, Component, Mention, Objective, ReviewRequest, Step, StrategyVersion, YearlyReview
from strategy.publication import progress
from strategy.review import conversations
from strategy.signoff import lapse, yearly_reviews
from tests.reminders.stage import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    """Ten in the morning of a Tuesday."""
    return datetime(2026, 3, 10, 10, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def reminded(stage, now):
    """`reminded("mention")`: who hears of it within the day."""

    def people(rule, days=0):
        with rls.every_city():
            moment = now + timedelta(days=days)
            rows = RULES[rule].reminders(Window(moment, moment))
            return sorted({r.person.email.split("@")[0] for r in rows if not r.why_not})

    return people


def thread(stage, by, now, body="Which six?"):
    with rls.every_city():
        row = actions_thread(stage, by, body)
        type(row).objects.filter(pk=row.pk).update(opened_at=now)
        row.comments.update(created_at=now)
    return row


def actions_thread(stage, by, body):
    return conversations.open_thread(section=stage.cast.tulsa.section_set.get(key="vision"), body=body, by=by)


def version(stage, state, now, **fields):
    with rls.every_city():
        return StrategyVersion.objects.create(
            city=stage.cast.tulsa,
            strategy=stage.cast.tulsa.strategy,
            number=1,
            template="x 1",
            sha256="0" * 64,
            code="c",
            state=state,
            submitted_by=stage.cast.lead,
            state_at=now,
            **{"tree": {}} | fields,
        )


def test_a_review_that_is_asked_for_reaches_the_coach_twice_and_no_more_when_answered(stage, reminded, now):
    with rls.every_city():
        row = ReviewRequest.objects.create(city=stage.cast.tulsa, asked_by=stage.cast.lead, asked_at=now)
    assert reminded("review-asked") == ["coach"]
    assert reminded("review-asked", days=4) == ["coach"]
    assert reminded("review-asked", days=9) == []
    stage.set(row, answered_at=now)
    assert reminded("review-asked") == []


def test_a_mention_reaches_the_person_until_they_looked(stage, reminded, now):
    row = thread(stage, stage.cast.coach, now)
    with rls.every_city():
        mention = Mention.objects.create(city=stage.cast.tulsa, comment=row.comments.first(), person=stage.cast.member)
    assert reminded("mention") == ["member"]
    stage.set(mention, seen_at=now)
    assert reminded("mention") == []


def test_a_new_comment_reaches_the_writer_else_the_leads_but_never_who_wrote_it(stage, reminded, now):
    thread(stage, stage.cast.coach, now)
    assert reminded("comment") == ["lead"]
    with rls.every_city():
        stage.cast.tulsa.section_set.filter(key="vision").update(assignee=stage.cast.member)
    assert reminded("comment") == ["member"]
    with rls.every_city():
        stage.cast.tulsa.thread_set.update(opened_by=stage.cast.member)
    assert reminded("comment") == []


def test_a_signature_is_asked_of_the_person_and_the_delegate_who_may(stage, reminded, now):
    row = version(stage, "with_approvers", now)
    fields = {
        "city": stage.cast.tulsa,
        "version": row,
        "position": 1,
        "office": "mayor",
        "title": "Mayor",
        "asked_at": now,
    }
    with rls.every_city():
        step = Step.objects.create(**fields)
    assert reminded("sign-asked") == [], "the request is an email of its own"
    assert reminded("sign-asked", days=3) == ["mayor"]
    stage.set(step, may_delegate=True)
    assert reminded("sign-asked", days=3) == ["delegate", "mayor"]
    stage.set(step, on_paper=True)
    assert reminded("sign-asked") == ["lead"], "who records the paper"
    stage.set(step, asked_at=None)
    assert reminded("sign-asked") == []
    stage.set(step, asked_at=now)
    stage.set(row, state="withdrawn", reason="Too early")
    assert reminded("sign-asked") == []


def test_successor_is_asked_from_the_day_the_office_was_confirmed(stage, reminded, now):
    row = version(stage, "with_approvers", now)
    with rls.every_city():
        Step.objects.create(city=stage.cast.tulsa, version=row, position=1, office="mayor", title="Mayor", asked_at=now)
        stage.cast.tulsa.membership_set.get(user=stage.cast.mayor).delete()
        new = add_member(city=stage.cast.tulsa, email="new@tulsa.example", name="New", role="mayor", by=None).user
    assert reminded("sign-asked", days=3) == []
    assert reminded("approver-missing") == ["admin", "coach", "lead"]
    with rls.every_city():
        holder = offices.confirm(city=stage.cast.tulsa, user=new, office="mayor", by=stage.cast.admin)
    stage.set(holder, confirmed_at=now + timedelta(days=2))
    assert reminded("approver-missing") == []
    assert reminded("sign-asked", days=2) == ["new"]


def test_no_one_is_asked_to_sign_a_version_that_names_a_former_mayor(stage, reminded, now):
    row = version(stage, "with_approvers", now, tree={"mayor": "Mayor"})
    with rls.every_city():
        Step.objects.create(city=stage.cast.tulsa, version=row, position=1, office="mayor", title="Mayor", asked_at=now)
        assert reminded("sign-asked", days=3) == ["mayor"]
        stage.cast.tulsa.membership_set.get(user=stage.cast.mayor).delete()
        new = add_member(city=stage.cast.tulsa, email="new@tulsa.example", name="New", role="mayor", by=None).user
        holder = offices.confirm(city=stage.cast.tulsa, user=new, office="mayor", by=stage.cast.admin)
    stage.set(holder, confirmed_at=now)
    assert reminded("sign-asked", days=3) == []
    assert reminded("approver-missing") == ["admin", "coach", "lead"]


def test_a_returned_version_reaches_the_leads_once(stage, reminded, now):
    version(stage, "returned", now)
    assert reminded("version-returned") == ["lead"]
    assert reminded("version-returned", days=5) == []


def test_a_section_that_changed_after_signing_is_reminded_once_from_its_first_change(stage, reminded, now):
    with rls.every_city():
        section = stage.cast.tulsa.section_set.get(key="vision")
        saving.save(section, html="<p>Signed words.</p>", base=0, by=stage.cast.lead)
    row = version(stage, "signed", now, signed_at=now, tree=frozen(stage))
    with rls.every_city():
        lapse.store_parts(row)
    assert reminded("section-lapsed") == []
    with rls.every_city():
        section.refresh_from_db()
        saving.save(section, html="<p>Other words.</p>", base=1, by=stage.cast.lead)
        section.revisions.filter(number=2).update(created_at=now)
    assert reminded("section-lapsed") == ["lead"]
    assert reminded("section-lapsed", days=6) == []
    with rls.every_city():
        section.refresh_from_db()
        saving.save(section, html="<p>Signed words.</p>", base=2, by=stage.cast.lead)
    assert reminded("section-lapsed") == []


def test_a_section_that_changed_during_signing_is_reminded_from_the_signing_on(stage, reminded, now):
    with rls.every_city():
        section = stage.cast.tulsa.section_set.get(key="vision")
        saving.save(section, html="<p>Submitted words.</p>", base=0, by=stage.cast.lead)
    row = version(stage, "signed", now, signed_at=now, tree=frozen(stage))
    with rls.every_city():
        lapse.store_parts(row)
        section.refresh_from_db()
        saving.save(section, html="<p>Other words.</p>", base=1, by=stage.cast.lead)
        section.revisions.filter(number=2).update(created_at=now - timedelta(days=30))
    assert reminded("section-lapsed") == ["lead"]


def frozen(stage):
    with rls.every_city():
        return freeze(stage.cast.tulsa)


@pytest.fixture
def signed(stage, now):
    """A signed version of a city in the second quarter of its plan, with one open action."""
    city = stage.cast.tulsa
    with rls.every_city():
        city.fiscal_year_start = 1
        city.save()
        city.strategy.plan_year = 2025
        city.strategy.save()
        objective = Objective.objects.create(
            city=city, code="G1", position=1, title="Decide", component=Component.GOVERNANCE
        )
        Action.objects.create(
            city=city,
            objective=objective,
            code="G1.1",
            position=1,
            title="Name an owner",
            starts=4,
            due=6,
            component=Component.GOVERNANCE,
            owner=stage.cast.member,
        )
        row = version(stage, "signed", now, signed_at=datetime(2025, 12, 1, tzinfo=now.tzinfo))
        yearly_reviews.begin(version=row, by=None)
    return row


def test_an_owner_is_asked_after_the_quarter_and_the_lead_gets_a_copy_of_what_is_late(stage, signed, mailoutbox):
    # The quarter of October to December: asked on January 1, wanted by January 14.
    assert stage.tick("2026-01-02 09:00") == 1
    (mail,) = mailoutbox
    assert mail.to == [stage.cast.member.email]
    assert "Status update: G1.1 Name an owner" in mail.body
    assert "/status/" in mail.body
    assert stage.tick("2026-01-16 09:00") == 2
    assert "Assigned to Member" not in mailoutbox[1].body


def test_an_answered_question_is_not_asked_again(stage, signed, mailoutbox):
    assert stage.tick("2026-01-02 09:00") == 1
    with rls.every_city():
        row = signed.city.statusrequest_set.order_by("quarter").first()
        progress.record_answer(request=row, by=stage.cast.member, status="in_progress")
    assert stage.tick("2026-01-12 09:00") == 0
    assert stage.tick("2026-01-16 09:00") == 0


def test_the_yearly_review_is_announced_a_month_before(stage, signed, reminded):
    with rls.every_city():
        row = YearlyReview.objects.get(version=signed, months=12)
        moment = datetime.combine(row.due_on - timedelta(days=30), datetime.min.time(), tzinfo=ZoneInfo("UTC"))
        moment += timedelta(hours=18)
        found = [r for r in RULES["yearly-review"].reminders(Window(moment, moment)) if not r.why_not]
    assert [r.person for r in found] == [stage.cast.lead]


def test_the_pages_of_staff_name_every_subject(stage, signed, as_, now):
    thread(stage, stage.cast.coach, timezone.now())
    version_2 = dict(number=2, code="d", state="with_approvers")
    with rls.every_city():
        row = StrategyVersion.objects.create(
            city=stage.cast.tulsa,
            strategy=stage.cast.tulsa.strategy,
            tree={},
            template="x 1",
            sha256="0" * 64,
            **version_2,
        )
        Step.objects.create(
            city=stage.cast.tulsa,
            version=row,
            position=1,
            office="mayor",
            title="Mayor",
            on_paper=True,
            asked_at=timezone.now(),
        )
    clock.plan(timezone.now())
    with rls.every_city():
        assert {"comment", "sign-asked"} <= set(Due.objects.values_list("rule", flat=True))
    page = as_(stage.cast.admin).get("/reminders/due/").content.decode()
    assert "Strategy sign-off, version 2" in page
    assert "Deleted item" not in page


def test_a_person_who_left_gets_nothing(stage, reminded, now):
    thread(stage, stage.cast.coach, now)
    with rls.every_city():
        stage.cast.tulsa.membership_set.filter(role=Role.CITY_LEAD).update(until=at("2026-01-01 12:00").date())
    assert reminded("comment") == []
