"""Texts that arrive after their place is gone: the section omitted, the row removed, the question answered."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.refusals import Refused
from cities.models import Role
from strategy.models import CommentDraft, Component, PeerComment, Policy, Risk, StrategyVersion
from strategy.plan import actions as plan
from strategy.plan import registers
from strategy.review import peers
from strategy.sections import outline as shape

FETCH = {"X-Requested-With": "fetch"}


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


@pytest.fixture
def left_out(cast, row, write):
    """An optional section that the lead leaves out while a member writes in it."""
    with rls.every_city():
        key = cast.tulsa.section_set.filter(template__required=False).order_by("position").first().key
    write(cast.member, "First", key=key)
    with rls.every_city():
        assert shape.leave_out(row(key), by=cast.lead)
    return key


def test_text_of_a_browser_is_stored_for_a_left_out_section(cast, as_, left_out):
    browser, where = as_(cast.member), url(cast, "section-aside", left_out)
    sent = {"html": "<p>From the browser</p>", "base": 0}
    assert browser.post(where, sent, headers=FETCH).status_code == 200
    assert "From the browser" in browser.get(reverse("strategy:my-drafts")).content.decode()
    with rls.every_city():
        draft = cast.tulsa.sectiondraft_set.get()
    assert browser.get(url(cast, "draft", left_out, draft.pk)).status_code == 200
    assert browser.post(url(cast, "draft-settle", left_out, draft.pk)).status_code == 302


def test_comment_is_posted_to_a_left_out_section(cast, as_, left_out):
    browser = as_(cast.coach)
    draft = browser.post(url(cast, "comment-draft", left_out), {"body": "Which"})
    assert draft.status_code == 204
    assert browser.post(url(cast, "thread-open", left_out), {"body": "Which six?"}).status_code == 302
    assert "Which six?" in browser.get(url(cast, "section-apart", left_out)).content.decode()
    refused = browser.post(
        url(cast, "thread-open", left_out), {"body": "Better", "quote": "Nowhere", "replacement": "Words"}
    )
    assert "Better" in refused.content.decode()


def test_guest_cannot_write_to_a_left_out_section(cast, as_, left_out):
    sent = as_(cast.guest).post(url(cast, "thread-open", left_out), {"body": "Which six?"})
    assert sent.status_code == 404


def test_reason_typed_after_another_close_becomes_a_reply_draft(cast, as_, talk):
    thread = talk(cast.coach)
    with rls.every_city():
        thread.resolve(by=cast.lead)
    where = url(cast, "thread-end", "vision", thread.pk)
    browser = as_(cast.member)
    browser.post(where, {"outcome": "declined", "reason": "The council wants it"})
    browser.post(where, {"outcome": "declined", "reason": "The council wants it"})
    with rls.every_city():
        assert CommentDraft.objects.get(author=cast.member, thread=thread).body == "The council wants it"
    page = browser.get(url(cast, "section", "vision"), {"settled": 1})
    assert "The council wants it" in page.content.decode()


@pytest.fixture
def plan_rows(cast):
    with rls.every_city():
        kind = registers.policy_types().first()
        objective = plan.add_objective(city=cast.tulsa, by=None, title="Inventory", component=Component.GOVERNANCE)
        return {
            "objective": objective,
            "action": plan.add_action(objective=objective, by=None, title="List the data"),
            "measure": plan.add_measure(objective=objective, by=None, measure="Sets listed"),
            "policy": plan.add(Policy(city=cast.tulsa), by=None, title="Order", type=kind),
            "risk": plan.add(Risk(city=cast.tulsa), by=None, title="Leave", likelihood="low", impact="low"),
        }


@pytest.mark.parametrize("name", ["objective", "action", "measure", "policy", "risk"])
def test_form_of_a_removed_row_comes_back_with_its_text(cast, as_, plan_rows, name):
    row, browser = plan_rows[name], as_(cast.lead)
    with rls.every_city():
        if name == "objective":
            plan_rows["action"].delete()
        row.delete()
    where = url(cast, f"{name}-edit", row.pk if row.pk else 0)
    page = browser.post(where, {"title": "My long words", "measure": "My long words", "stamp": 0})
    assert page.status_code == 404
    assert "My long words" in page.content.decode()
    assert "Someone removed this while you were working, so nothing was saved." in page.content.decode()
    assert browser.get(where).status_code == 404


def test_a_row_removed_between_look_and_save_is_a_sentence(cast, plan_rows):
    with rls.every_city():
        risk = Risk.objects.get(pk=plan_rows["risk"].pk)
        Risk.objects.filter(pk=risk.pk).delete()
        with pytest.raises(Refused, match="Someone removed this while you were working, so nothing was saved."):
            plan.change(risk, stamp=0, by=cast.lead, mitigation="Train")


def test_the_table_names_rows_that_are_gone(cast, as_, plan_rows):
    pk = plan_rows["action"].pk
    with rls.every_city():
        plan_rows["action"].delete()
    sent = {f"{pk}-stamp": 0, f"{pk}-seen": "{}", f"{pk}-title": "Words for a lost row"}
    page = as_(cast.lead).post(url(cast, "plan-edit"), sent, follow=True)
    assert "Words for a lost row" in page.content.decode()


def test_a_comment_on_a_peers_section_that_just_closed_reaches_its_city(cast, as_, row, write):
    write(cast.other_lead, "Words of Rosario", city=cast.rosario)
    with rls.every_city():
        for city in (cast.tulsa, cast.rosario):
            peers.set_participation(city.strategy, on=True, by=cast.lead)
        until = timezone.localdate() + timedelta(days=7)
        section = row(city=cast.rosario)
        shown = peers.show(section=section, until=until, question="", by=cast.other_lead)
        peers.close(shown, by=cast.other_lead)
    browser, where = as_(cast.lead), url(cast, "peer-comment", shown.pk)
    assert browser.post(where, {"body": "What we learned"}).status_code == 302
    with rls.every_city():
        assert PeerComment.objects.get().body == "What we learned"
    assert browser.get(url(cast, "peer-section", shown.pk)).status_code == 404
    with rls.every_city():
        type(shown).objects.filter(pk=shown.pk).update(closed_at=timezone.now() - timedelta(days=2))
    assert browser.post(where, {"body": "Much later"}).status_code == 404
    with rls.every_city():
        peers.set_participation(cast.tulsa.strategy, on=False, by=cast.lead)
        type(shown).objects.filter(pk=shown.pk).update(closed_at=None)
    assert browser.post(where, {"body": "Not a peer"}).status_code == 404


def test_the_second_review_of_a_year_is_handed_back(cast, as_):
    with rls.every_city():
        version = StrategyVersion.objects.create(
            city=cast.tulsa,
            strategy=cast.tulsa.strategy,
            number=1,
            tree={},
            template="t 1",
            sha256="0" * 64,
            code="AAAA-AAAA-AAAA",
        )
        review = cast.tulsa.yearlyreview_set.create(
            version=version,
            months=12,
            due_on=timezone.localdate(),
            result="continue",
            words="Theirs",
            done_by=cast.lead,
            done_at=timezone.now(),
        )
    assert cast.tulsa.membership_set.get(user=cast.lead).role == Role.CITY_LEAD
    page = as_(cast.lead).post(url(cast, "yearly-review", review.pk), {"result": "renew", "words": "My own findings"})
    assert page.status_code == 409
    assert "Theirs" in page.content.decode()
    assert "My own findings" in page.content.decode()
