"""The pages of the registers: what they count, what a row must say, and rows that others removed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent
from strategy.models import AiUse, Policy, Risk
from strategy.plan import actions as plan
from strategy.plan import registers
from tests.clients import edit, main_text, shown


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


def add(row, **values):
    with rls.every_city():
        return plan.add(row, by=None, **values)


def policy(cast, title="Sharing order", at=0, **values):
    return add(Policy(city=cast.tulsa), title=title, type=registers.policy_types()[at], **values)


def ai_use(cast, name="Sorting of requests", **values):
    return add(AiUse(city=cast.tulsa), name=name, **values)


def risk(cast, title="Staff leave", **values):
    return add(Risk(city=cast.tulsa), **{"title": title, "likelihood": "low", "impact": "low", **values})


# What the pages count


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([], "The register is empty."),
        (["planned"], "0 of 1 policy or standard has been adopted."),
        (["adopted", "planned", "adopted"], "2 of 3 policies and standards have been adopted."),
    ],
)
def test_policies_are_counted_by_those_adopted(cast, as_, states, sentence):
    for number, state in enumerate(states):
        more = {"instrument": "resolution", "adopted_on": date(2026, 1, 5)} if state == "adopted" else {}
        policy(cast, f"Order {number}", state=state, **more)
    assert sentence in main_text(as_(cast.coach).get(url(cast, "policies")))


def test_type_of_a_dropped_policy_is_missing_again(cast, as_):
    kind = registers.policy_types()[0]
    row = policy(cast)
    browser = as_(cast.lead)
    missing = [found.key for found in browser.get(url(cast, "policies")).context["missing"]]
    assert kind.key not in missing
    with rls.every_city():
        assert len(missing) == registers.policy_types().count() - 1
        plan.change(row, stamp=0, by=cast.lead, state=Policy.State.DROPPED)
    page = browser.get(url(cast, "policies"))
    assert kind.key in [found.key for found in page.context["missing"]]
    assert [found.shape for found in page.context["rows"]] == ["cancelled"]


def test_policy_shows_the_quarter_by_which_it_is_due(cast, as_):
    policy(cast, due=2)
    policy(cast, "Another", at=1)
    labels = {row.title: row.due_label for row in as_(cast.mayor).get(url(cast, "policies")).context["rows"]}
    assert labels["Sharing order"].startswith("Y1Q2 (")
    assert labels["Another"] == ""


@pytest.mark.parametrize(
    ("gates", "sentence"),
    [
        ([], "The register doesn’t list any uses of AI yet."),
        (["approved"], "The register lists one use of AI. All have been reviewed."),
        (["waiting"], "The register lists one use of AI. One hasn’t been fully reviewed yet."),
        (["waiting", "review", "refused"], "The register lists 3 uses of AI. 2 haven’t been fully reviewed yet."),
        (["retired", "refused"], "The register lists 2 uses of AI. All have been reviewed."),
    ],
)
def test_uses_of_ai_are_counted_by_their_review(cast, as_, gates, sentence):
    for number, gate in enumerate(gates):
        ai_use(cast, f"Use {number}", gate=gate)
    assert sentence in main_text(as_(cast.coach).get(url(cast, "ai-uses")))


@pytest.mark.parametrize("gate", list(AiUse.Gate))
def test_every_gate_has_a_mark_on_the_page(cast, as_, gate):
    ai_use(cast, gate=gate, conditions="Only at night")
    page = as_(cast.lead).get(url(cast, "ai-uses"))
    assert page.context["rows"][0].shape
    assert str(gate.label) in main_text(page).lower()


@pytest.mark.parametrize(
    ("owners", "sentence"),
    [
        ([], "The register doesn’t list any risks yet."),
        (["Clerk"], "The register lists one risk. Every risk has an owner."),
        ([""], "The register lists one risk. One has no owner."),
        (["", "Clerk", ""], "The register lists 3 risks. 2 have no owner."),
    ],
)
def test_risks_are_counted_by_their_owners(cast, as_, owners, sentence):
    for number, owner in enumerate(owners):
        risk(cast, f"Risk {number}", owner_role=owner)
    assert sentence in main_text(as_(cast.coach).get(url(cast, "risks")))


@pytest.mark.parametrize(("count", "is_too_many"), [(10, False), (11, True)])
def test_more_than_ten_risks_are_too_many(cast, as_, count, is_too_many):
    for number in range(count):
        risk(cast, f"Risk {number}")
    page = as_(cast.lead).get(url(cast, "risks"))
    assert page.context["too_many"] is is_too_many
    assert ("A team can realistically track about 10 risks." in page.text) is is_too_many


def test_grid_of_risks_begins_with_the_likeliest_and_numbers_by_the_list(cast, as_):
    risk(cast, "First", likelihood="low", impact="high")
    risk(cast, "Second", likelihood="high", impact="low")
    risk(cast, "Third", likelihood="high", impact="low")
    grid = as_(cast.lead).get(url(cast, "risks")).context["grid"]
    assert [likelihood for likelihood, _cells in grid] == ["high", "medium", "low"]
    cells = {
        (likelihood, impact): [number for number, _row in found] for likelihood, row in grid for impact, found in row
    }
    assert (cells["high", "low"], cells["low", "high"], cells["medium", "medium"]) == ([2, 3], [1], [])


def test_risk_at_an_end_of_the_list_stays_there(cast, as_):
    rows = [risk(cast, title) for title in ("First", "Second")]
    browser = as_(cast.member)
    browser.post(url(cast, "risk-move", rows[0].pk), {"to": "up"})
    browser.post(url(cast, "risk-move", rows[1].pk), {"to": "down"})
    assert [row.title for row in browser.get(url(cast, "risks")).context["rows"]] == ["First", "Second"]
    with rls.every_city():
        assert not AuditEvent.objects.filter(verb="risk moved").exists()
    assert as_(cast.mayor).post(url(cast, "risk-move", rows[1].pk), {"to": "up"}).status_code == 403
    assert as_(cast.other_lead).post(url(cast, "risk-move", rows[1].pk), {"to": "up"}).status_code == 404


# What a row must say


def test_approval_with_conditions_names_them(cast, as_):
    browser, data = as_(cast.lead), {"name": "Chat with residents", "gate": "conditions"}
    page = browser.post(url(cast, "ai-uses-add"), data)
    assert page.status_code == 422
    assert "Enter the conditions of the approval." in page.text
    assert browser.post(url(cast, "ai-uses-add"), data | {"conditions": "A person reads it"}).status_code == 302
    with rls.every_city():
        assert cast.tulsa.aiuse_set.get().conditions == "A person reads it"


def test_name_of_another_citys_row_may_be_used(cast, as_):
    with rls.every_city():
        plan.add(AiUse(city=cast.rosario), by=None, name="Sorting of requests")
    assert (
        as_(cast.lead).post(url(cast, "ai-uses-add"), {"name": "Sorting of requests", "gate": "waiting"}).status_code
        == 302
    )
    with rls.every_city():
        assert AiUse.objects.filter(name="Sorting of requests").count() == 2


def test_row_keeps_its_own_name_and_takes_no_other(cast, as_):
    first, second = ai_use(cast), ai_use(cast, "Other")
    browser, where = as_(cast.lead), url(cast, "ai-use-edit", second.pk)
    page = edit(browser, where, {"name": first.name, "gate": "waiting", "stamp": 0})
    assert (page.status_code, "This entry is already in the register." in page.text) == (422, True)
    assert edit(browser, where, {"name": "Other", "gate": "approved", "stamp": 0}).status_code == 302
    with rls.every_city():
        second.refresh_from_db()
    assert (second.name, second.gate) == ("Other", "approved")


@pytest.mark.parametrize("address", ["ftp://tulsa.example/order", "javascript:alert(1)", "not an address"])
def test_policy_address_that_is_not_of_the_web_is_refused(cast, as_, address):
    data = {"title": "Order", "type": registers.policy_types()[0].pk, "state": "planned", "url": address}
    page = as_(cast.lead).post(url(cast, "policies-add"), data)
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"url"}
    with rls.every_city():
        assert not cast.tulsa.policy_set.exists()


@pytest.mark.parametrize(("years", "status"), [(-61, 422), (-59, 302)])
def test_policy_adopted_before_living_memory_is_refused(cast, as_, years, status):
    day = cast.tulsa.today().replace(month=1, day=15)
    day = day.replace(year=day.year + years)
    data = {"title": "Order", "type": registers.policy_types()[0].pk, "state": "adopted", "instrument": "resolution"}
    assert as_(cast.lead).post(url(cast, "policies-add"), data | {"adopted_on": day}).status_code == status


def test_type_that_is_missing_is_chosen_already(cast, as_):
    kind = registers.policy_types().last()
    browser = as_(cast.lead)
    assert browser.get(url(cast, "policies-add") + f"?type={kind.key}").context["form"]["type"].value() == kind.pk
    assert browser.get(url(cast, "policies-add") + "?type=unknown").context["form"]["type"].value() is None


@pytest.mark.parametrize("person", ["other_lead", "guest", "coach"])
def test_risk_is_owned_by_the_citys_team_alone(cast, as_, person):
    data = {"title": "Staff leave", "likelihood": "low", "impact": "low", "owner": cast.people[person].pk}
    page = as_(cast.lead).post(url(cast, "risks-add"), data)
    assert page.context["form"].errors.keys() == {"owner"}
    assert as_(cast.lead).post(url(cast, "risks-add"), data | {"owner": cast.member.pk}).status_code == 302


def test_unknown_values_are_refused_by_field(cast, as_):
    data = {"title": "", "likelihood": "certain", "impact": ""}
    page = as_(cast.lead).post(url(cast, "risks-add"), data)
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"title", "likelihood", "impact"}


def test_review_of_an_ai_use_may_lie_ahead(cast, as_):
    soon = cast.tulsa.today() + timedelta(days=200)
    data = {"name": "Chat", "gate": "approved", "reviewed_on": cast.tulsa.today(), "next_review_on": soon}
    assert as_(cast.lead).post(url(cast, "ai-uses-add"), data).status_code == 302
    with rls.every_city():
        row = cast.tulsa.aiuse_set.get()
    assert (row.reviewed_on, row.next_review_on) == (cast.tulsa.today(), soon)


# Saved, removed


def test_saved_and_removed_rows_are_named_and_recorded(cast, as_):
    row, browser = risk(cast), as_(cast.lead)
    where = url(cast, "risk-edit", row.pk)
    saved = edit(browser, where, {"title": "Staff go", "likelihood": "low", "impact": "high", "stamp": 0}, follow=True)
    assert "Saved: Staff go." in saved.text
    gone = browser.post(url(cast, "risk-remove", row.pk), follow=True)
    assert "Removed: Staff go." in gone.text
    with rls.every_city():
        verbs = set(AuditEvent.objects.filter(verb__startswith="risk ").values_list("verb", flat=True))
    assert {"risk added", "risk changed", "risk removed"} <= verbs


def test_form_of_a_row_that_was_removed_keeps_what_was_typed(cast, as_):
    row, browser = risk(cast), as_(cast.lead)
    where = url(cast, "risk-edit", row.pk)
    data = {"title": "Typed words", "likelihood": "low", "impact": "low", **shown(browser, where)}
    with rls.every_city():
        plan.remove(row, by=cast.member)
    page = browser.post(where, data)
    assert page.status_code == 404
    assert "Nothing was saved" in page.text
    assert "Typed words" in page.text
    assert browser.get(where).status_code == 404
    with rls.every_city():
        assert not cast.tulsa.risk_set.exists()
