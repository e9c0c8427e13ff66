"""In an omitted section, comments are read-only: only a person who is mentioned gets an email."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accelerator import rls
from reminders import clock
from reminders.models import Due
from reminders.rules.registry import RULES
from reminders.rules.rule import Window
from strategy.models import Mention, ReviewRequest
from strategy.review import conversations
from strategy.sections import outline

NOW = datetime(2026, 3, 10, 10, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def section(stage):
    """A section that the city may leave out, with a review asked for, a conversation and a mention."""
    city, cast = stage.cast.tulsa, stage.cast
    with rls.every_city():
        row = city.section_set.filter(template__required=False).first()
        ReviewRequest.objects.create(city=city, section=row, asked_by=cast.lead, asked_at=NOW)
        thread = conversations.open_thread(section=row, body="Which six?", by=cast.coach)
        type(thread).objects.filter(pk=thread.pk).update(opened_at=NOW)
        thread.comments.update(created_at=NOW)
        Mention.objects.create(city=city, comment=thread.comments.get(), person=cast.member)
    return row


def reminded(rule):
    with rls.every_city():
        return sorted({reminder.person.name for reminder in RULES[rule].reminders(Window(NOW, NOW))})


@pytest.mark.parametrize(("rule", "person"), [("review-asked", "Coach"), ("comment", "Lead")])
def test_section_left_out_reminds_no_one_until_it_is_restored(stage, section, rule, person):
    assert reminded(rule) == [person]
    with rls.every_city():
        assert outline.leave_out(section, by=stage.cast.lead)
    assert reminded(rule) == []
    with rls.every_city():
        assert outline.restore(section, by=stage.cast.lead)
    assert reminded(rule) == [person]


def test_person_mentioned_in_an_omitted_section_is_notified_and_a_guest_who_cannot_read_it_is_not(stage, section):
    with rls.every_city():
        comment = Mention.objects.get().comment
        Mention.objects.create(city=stage.cast.tulsa, comment=comment, person=stage.cast.guest)
    assert reminded("mention") == ["Guest", "Member"]
    with rls.every_city():
        outline.leave_out(section, by=stage.cast.lead)
    assert reminded("mention") == ["Member"]


def test_review_of_the_full_draft_is_asked_for_whatever_was_left_out(stage, section):
    with rls.every_city():
        ReviewRequest.objects.create(city=stage.cast.tulsa, asked_by=stage.cast.lead, asked_at=NOW)
        outline.leave_out(section, by=stage.cast.lead)
    assert reminded("review-asked") == ["Coach"]


def test_section_left_out_after_planning_skips_all_but_the_person_named(stage, section, mailoutbox):
    clock.plan(NOW)
    with rls.every_city():
        assert set(Due.objects.values_list("rule", flat=True)) == {"review-asked", "mention", "comment"}
        outline.leave_out(section, by=stage.cast.lead)
    assert clock.tick(NOW) == 1
    with rls.every_city():
        states = {(due.rule, due.state, due.why) for due in Due.objects.all()}
    assert states == {("mention", "sent", ""), ("review-asked", "skipped", "gone"), ("comment", "skipped", "gone")}
    [mail] = mailoutbox
    assert mail.to == [stage.cast.member.email]


def test_section_left_out_is_only_read(stage, section, as_):
    browser = as_(stage.cast.coach)
    arguments = [stage.cast.tulsa.slug, section.key]
    assert "Which six?" in browser.get(reverse("strategy:section", args=arguments)).text
    with rls.every_city():
        outline.leave_out(section, by=stage.cast.lead)
    page = browser.get(reverse("strategy:section", args=arguments), follow=True)
    assert "The city left this section out of its strategy." in page.text
    assert "Which six?" in page.text
    as_(stage.cast.member).post(reverse("strategy:my-mentions-seen"))
    with rls.every_city():
        assert Mention.objects.get().seen_at is None
