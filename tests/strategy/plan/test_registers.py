"""Policies and standards, uses of AI, risks."""

from datetime import date

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.refusals import Conflict
from strategy.models import AiUse, Policy, Risk
from strategy.plan import actions as plan
from strategy.plan import registers
from tests.clients import cost


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


@pytest.fixture
def rows(cast):
    """A row of each register in the home city and in another."""
    with rls.every_city():
        kind = registers.policy_types().first()
        for city in (cast.tulsa, cast.rosario):
            plan.add(Policy(city=city), by=None, title="Sharing order", type=kind)
            plan.add(AiUse(city=city), by=None, name="Sorting of requests")
            plan.add(Risk(city=city), by=None, title="Staff leave", likelihood="high", impact="medium")
        return cast.tulsa.policy_set.get(), cast.tulsa.aiuse_set.get(), cast.tulsa.risk_set.get()


def test_an_adopted_policy_names_its_instrument_and_day(cast, as_, rows):
    browser, where = as_(cast.lead), url(cast, "policy-edit", rows[0].pk)
    data = {"title": "Sharing order", "type": rows[0].type_id, "state": "adopted", "stamp": 0, "seen": "{}"}
    page = browser.post(where, data)
    assert page.status_code == 422
    assert "Choose the instrument used to adopt the policy or standard." in page.content.decode()
    assert "Enter the date the policy or standard was adopted." in page.content.decode()
    more = {"instrument": "resolution", "adopted_on": date.today().isoformat(), "url": "tulsa.example/order"}
    assert browser.post(where, data | more).status_code == 302
    with rls.every_city():
        row = cast.tulsa.policy_set.get()
        assert (row.state, row.stamp, row.url) == ("adopted", 1, "https://tulsa.example/order")


def test_title_already_in_the_register_is_refused_with_a_message(cast, as_, rows):
    data = {"title": "Staff leave", "likelihood": "low", "impact": "low"}
    page = as_(cast.lead).post(url(cast, "risks-add"), data)
    assert (page.status_code, "This entry is already in the register." in page.content.decode()) == (422, True)


def test_the_second_writer_sees_the_first(cast, as_, rows):
    browser, where = as_(cast.lead), url(cast, "ai-use-edit", rows[1].pk)
    seen = browser.get(where).context["form"]["seen"].value()
    with rls.every_city():
        plan.change(rows[1], stamp=0, by=cast.member, purpose="Theirs")
    data = {"name": "Sorting", "gate": "waiting", "is_public": "on", "stamp": 0, "seen": seen}
    page = browser.post(where, data)
    assert page.status_code == 409
    assert "Member changed this while you were editing" in page.content.decode()
    form = page.context["form"]
    assert (form["name"].value(), form["purpose"].value()) == ("Sorting", "Theirs")
    with rls.every_city():
        with pytest.raises(Conflict):
            plan.change(cast.tulsa.aiuse_set.get(), stamp=0, by=cast.lead, name="Mine")
        assert cast.tulsa.aiuse_set.get().name == "Sorting of requests"


def test_risks_are_moved_and_shown_in_the_grid(cast, as_, rows):
    browser = as_(cast.lead)
    for number in range(10):
        data = {"title": f"Risk {number}", "likelihood": "low", "impact": "high"}
        assert browser.post(url(cast, "risks-add"), data).status_code == 302
    browser.post(url(cast, "risk-move", rows[2].pk), {"to": "down"})
    page = browser.get(url(cast, "risks"))
    assert [row.title for row in page.context["rows"]][:2] == ["Risk 0", "Staff leave"]
    assert "A team can realistically track about 10 risks." in page.content.decode()
    grid = {(likely, impact): found for likely, cells in page.context["grid"] for impact, found in cells}
    assert [number for number, _risk in grid["high", "medium"]] == [2]


@pytest.mark.parametrize(
    ("page", "kind", "at"), [("policies", "policy", 0), ("ai-uses", "ai-use", 1), ("risks", "risk", 2)]
)
def test_roles_that_may_read_and_edit_registers(cast, as_, rows, page, kind, at):
    with rls.every_city():
        foreign = type(rows[at]).objects.get(city=cast.rosario)
    assert as_(cast.mayor).get(url(cast, page)).status_code == 200
    assert as_(cast.mayor).post(url(cast, f"{kind}-remove", rows[at].pk)).status_code == 403
    assert as_(cast.nobody).post(url(cast, f"{kind}-remove", rows[at].pk)).status_code == 404
    assert as_(cast.lead).get(url(cast, f"{kind}-edit", foreign.pk)).status_code == 404
    assert as_(cast.lead).post(url(cast, f"{kind}-remove", foreign.pk)).status_code == 404
    assert as_(cast.lead).post(url(cast, f"{kind}-remove", rows[at].pk)).status_code == 302
    with rls.every_city():
        assert not type(rows[at]).objects.filter(city=cast.tulsa).exists()
        assert type(rows[at]).objects.filter(city=cast.rosario).count() == 1


@pytest.mark.parametrize("page", ["policies", "ai-uses", "risks"])
def test_queries_do_not_grow_with_the_register(cast, as_, rows, page):
    browser = as_(cast.lead)
    browser.get(url(cast, page))
    with cost() as few:
        browser.get(url(cast, page))
    with rls.every_city():
        for number in range(20):
            plan.add(Policy(city=cast.tulsa), by=None, title=f"P{number}", type=rows[0].type)
            plan.add(AiUse(city=cast.tulsa), by=None, name=f"A{number}")
            plan.add(
                Risk(city=cast.tulsa), by=None, title=f"R{number}", likelihood="low", impact="low", owner=cast.lead
            )
    with cost() as many:
        browser.get(url(cast, page))
    assert (few.count, few.count <= 8) == (many.count, True)
