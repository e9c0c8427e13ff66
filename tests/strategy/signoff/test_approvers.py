"""Who approves: offices in order, the mayor where none is set."""

import pytest
from django.urls import reverse

from accelerator import rls
from strategy.models import Approver, ApproverChange
from strategy.signoff import approvers
from tests.clients import edit
from tests.mails import emails

pytestmark = pytest.mark.django_db


def at(cast, name, city=None, **more):
    return reverse(f"strategy:{name}", kwargs={"city": (city or cast.tulsa).slug, **more})


def rows(city):
    with rls.every_city():
        return list(city.approver_set.order_by("position"))


def form(**values):
    return {"office": "mayor", "title": "Mayor", "instrument": "signature", "on_paper": "site", "person": "", **values}


@pytest.fixture
def three(cast):
    with rls.every_city():
        for title in ("First", "Second", "Third"):
            approvers.add(
                city=cast.tulsa,
                by=cast.lead,
                office="other",
                title=title,
                instrument="signature",
                person=cast.member,
                may_delegate=False,
            )
    return cast


def test_the_mayor_by_signature_is_the_default(cast, as_):
    with rls.every_city():
        [row] = approvers.of(cast.tulsa)
        assert (row.pk, row.office, row.signer.user, row.instrument) == (None, "mayor", cast.mayor, "signature")
    page = as_(cast.lead).get(at(cast, "approvers")).content.decode()
    assert "No approvers are set, so the strategy needs only the mayor’s signature." in page


def test_approver_is_added_and_changed(cast, as_):
    browser = as_(cast.lead)
    assert browser.post(at(cast, "approver-new"), form(person=cast.mayor.pk, may_delegate="on")).status_code == 302
    [row] = rows(cast.tulsa)
    assert (row.title, row.person_id, row.may_delegate) == ("Mayor", None, True), "the mayor is whoever is in office"
    changed = form(title="Mayor of Tulsa")
    assert edit(browser, at(cast, "approver", pk=row.pk), changed).status_code == 302
    assert (rows(cast.tulsa)[0].title, rows(cast.tulsa)[0].may_delegate) == ("Mayor of Tulsa", False)


def test_approver_from_another_city_is_refused(cast, as_):
    for person in (cast.other_mayor, cast.guest, cast.coach):
        data = form(office="other", person=person.pk)
        assert as_(cast.lead).post(at(cast, "approver-new"), data).status_code == 422
    assert rows(cast.tulsa) == []


def test_council_signs_on_paper_whoever_is_chosen(cast, as_):
    as_(cast.lead).post(at(cast, "approver-new"), form(office="council", title="City Council", person=cast.member.pk))
    [row] = rows(cast.tulsa)
    assert (row.person_id, row.is_on_paper) == (None, True)


def test_office_other_than_the_mayors_needs_a_person_or_paper(cast, as_):
    answer = as_(cast.lead).post(at(cast, "approver-new"), form(office="city_manager"))
    assert (answer.status_code, rows(cast.tulsa)) == (422, [])
    assert "Choose who holds this office, or choose “On paper.”" in answer.text
    as_(cast.lead).post(at(cast, "approver-new"), form(office="city_manager", on_paper="paper"))
    assert [row.on_paper for row in rows(cast.tulsa)] == [True]


@pytest.mark.parametrize("office", [{"office": "other"}, {"on_paper": "paper"}])
def test_delegate_signs_only_for_the_mayor_on_this_site(cast, as_, office):
    data = form(may_delegate="on", person=cast.member.pk, **office)
    answer = as_(cast.lead).post(at(cast, "approver-new"), data)
    assert "A delegate can sign only for the mayor, on this site." in answer.text
    assert rows(cast.tulsa) == []


def test_approver_is_moved_with_a_button(three, as_):
    browser = as_(three.lead)
    second = rows(three.tulsa)[1]
    browser.post(at(three, "approver-move", pk=second.pk), {"to": "up"})
    assert [row.title for row in rows(three.tulsa)] == ["Second", "First", "Third"]
    browser.post(at(three, "approver-move", pk=second.pk), {"to": "up"})
    browser.post(at(three, "approver-move", pk=second.pk), {"to": "down"})
    assert [row.title for row in rows(three.tulsa)] == ["First", "Second", "Third"]
    assert [row.position for row in rows(three.tulsa)] == [1, 2, 3]


def test_approver_is_removed(three, as_):
    as_(three.lead).post(at(three, "approver-remove", pk=rows(three.tulsa)[0].pk))
    assert [row.title for row in rows(three.tulsa)] == ["Second", "Third"]


def test_roles_that_may_set_approvers(three, as_):
    pk = rows(three.tulsa)[0].pk
    for who, status in ((three.other_lead, 404), (three.mayor, 403), (three.member, 403), (three.admin, 200)):
        assert as_(who).get(at(three, "approver", pk=pk)).status_code == status
        assert as_(who).get(at(three, "approvers")).status_code == status
    assert as_(three.other_lead).get(at(three, "approver", three.rosario, pk=pk)).status_code == 404
    with rls.every_city():
        assert Approver.objects.count() == 3


# On record, with the office, before and after


def changes(cast):
    with rls.every_city():
        return list(ApproverChange.objects.order_by("pk"))


def test_replacing_the_default_mayor_is_told_and_on_record_with_before_and_after(cast, as_):
    browser = as_(cast.lead)
    data = form(office="council", title="City Council", on_paper="paper")
    assert browser.post(at(cast, "approver-new"), data).status_code == 302
    [change] = changes(cast)
    assert (change.kind, change.office, change.by_name) == ("added", "council", "Lead (lead@tulsa-us.example)")
    assert change.before == "1. Mayor (mayor): Mayor signs on this site."
    assert change.after == "1. City Council (city council): Signs on paper; the signed document is uploaded."
    told = emails(kind="sign-off")
    assert {email.person_id for email in told} == {cast.mayor.pk, cast.coach.pk, cast.admin.pk}
    for email in told:
        assert "Before: 1. Mayor (mayor): Mayor signs on this site." in email.text
        assert "Now: 1. City Council (city council)" in email.text
    page = browser.get(at(cast, "approvers")).text
    assert "Before: 1. Mayor (mayor): Mayor signs on this site." in page


def test_removing_the_only_approver_brings_the_mayor_back_and_says_so(cast, as_):
    as_(cast.lead).post(at(cast, "approver-new"), form(office="council", title="City Council", on_paper="paper"))
    before = len(emails(kind="sign-off"))
    as_(cast.lead).post(at(cast, "approver-remove", pk=rows(cast.tulsa)[0].pk))
    change = changes(cast)[-1]
    assert (change.kind, change.office) == ("removed", "council")
    assert change.before.startswith("1. City Council (city council)")
    assert change.after == "1. Mayor (mayor): Mayor signs on this site."
    assert len(emails(kind="sign-off")) == before + 3


def test_each_other_change_says_before_and_after(three, as_):
    browser, (first, *_rest) = as_(three.lead), rows(three.tulsa)
    browser.post(at(three, "approver-move", pk=first.pk), {"to": "down"})
    changed = form(office="mayor", title="x", may_delegate="on")
    assert edit(browser, at(three, "approver", pk=first.pk), changed).status_code == 302
    moved, edited = changes(three)[-2:]
    assert (moved.kind, edited.kind, edited.office) == ("moved", "changed", "mayor")
    assert moved.before.index("First") < moved.before.index("Second")
    assert moved.after.index("Second") < moved.after.index("First")
    assert "2. First (other office or body): Member, once the office is confirmed." in edited.before
    assert "2. Mayor (mayor): Mayor or the mayor’s delegate signs on this site." in edited.after


def test_other_office_on_paper_needs_the_person_who_holds_it(cast, as_):
    answer = as_(cast.lead).post(at(cast, "approver-new"), form(office="other", on_paper="paper"))
    assert "Choose who holds this office." in answer.text
    assert rows(cast.tulsa) == []
