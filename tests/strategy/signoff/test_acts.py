"""Sign-off, action by action: refusals and messages, input limits, the readiness sentence."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls, stepup
from accelerator.models import AuditEvent
from accelerator.refusals import Refused
from cities import actions as cities
from cities.models import Role
from cities.offices import actions as offices
from strategy.models import Approver, Signature, Step, StrategyVersion, Thread
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, codes, papers, readiness, yearly_reviews
from strategy.signoff.views.readiness import by_place, sentence
from tests.clients import edit, main_text, shown
from tests.strategy.made_ready import fresh, make_ready, sign, submit
from tests.walls import thawed

pytestmark = pytest.mark.django_db
NOT_READ = "This isn’t the text you read. Open the version again and read it."
NOT_WITH_THEM = "This version is no longer waiting for signature. Current status: "


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def version(cast):
    """Tulsa's first version, before the mayor."""
    make_ready(cast.tulsa, cast.lead)
    return submit(cast.tulsa, cast.lead)


def at(cast, name, **more):
    kwargs = {"city": cast.tulsa.slug, **more}
    if name.startswith("version") and name != "version-submit":
        kwargs.setdefault("number", 1)
    return reverse(f"strategy:{name}", kwargs=kwargs)


def step_of(version):
    with rls.every_city():
        return version.steps.get().pk


def refusal(verb, **values):
    with rls.every_city(), pytest.raises(Refused) as refused:
        verb(**values)
    return str(refused.value)


# Submitting and withdrawing


def test_submitting_says_where_the_version_is(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    page = as_(cast.lead).post(at(cast, "version-submit"), {"note": ""}, follow=True)
    assert "Version 1 has been submitted for signature." in page.text


def test_second_submission_says_what_to_do_first(cast, as_, version):
    page = as_(cast.lead).post(at(cast, "version-submit"), {"note": "My note"})
    assert page.status_code == 409
    assert "A version is already waiting for signature. Withdraw it first." in page.text


@pytest.mark.parametrize(("length", "status"), [(1000, 302), (1001, 200)])
def test_note_to_the_approvers_has_at_most_1000_characters(cast, as_, length, status):
    make_ready(cast.tulsa, cast.lead)
    assert as_(cast.lead).post(at(cast, "version-submit"), {"note": "x" * length}).status_code == status


def test_withdrawing_needs_its_reason_and_says_so(cast, as_, version):
    browser, where = as_(cast.lead), at(cast, "version-withdraw")
    missing = browser.post(where, {"reason": " "})
    assert "Explain why you’re withdrawing the version. The approvers will read this." in missing.text
    assert "Version 1 has been withdrawn." in browser.post(where, {"reason": "A wrong figure."}, follow=True).text
    page = browser.post(where, {"reason": "Again, with words."})
    assert NOT_WITH_THEM in page.text
    assert "Again, with words.</textarea>" in page.text


def test_verb_of_withdrawing_refuses_a_blank_reason_and_cuts_a_long_one(cast, version):
    assert refusal(signoff.withdraw, version=version, by=cast.lead, reason=" \n").startswith("Explain why")
    with rls.every_city():
        signoff.withdraw(version=version, by=cast.lead, reason="x" * 1200)
    assert len(fresh(version).reason) == 1000


def test_version_of_another_number_or_city_is_not_found(cast, as_, version):
    for name in ("version", "version-sign", "version-return", "version-paper", "version-endorse", "version-pdf"):
        person = cast.mayor if name in ("version-sign", "version-return", "version-endorse") else cast.lead
        assert as_(person).get(at(cast, name, number=2)).status_code == 404, name
    for name in ("version-withdraw", "version-pdf-again"):
        assert as_(cast.lead).post(at(cast, name, number=2), {"reason": "x"}).status_code == 404, name
        assert as_(cast.other_lead).post(at(cast, name), {"reason": "x"}).status_code == 404, name
    assert fresh(version).state == "with_approvers"


# Signing


def test_code_is_sent_only_to_people_with_something_to_confirm(cast, as_, version):
    answer = as_(cast.delegate).post(at(cast, "version-code"), {"sha256": version.sha256})
    assert (answer.status_code, "You have nothing to sign here." in answer.text) == (409, True)
    answer = as_(cast.mayor).post(at(cast, "version-code"), {"sha256": "0" * 64})
    assert (answer.status_code, NOT_READ in answer.text) == (409, True)
    assert as_(cast.coach).post(at(cast, "version-code"), {"sha256": version.sha256}).status_code == 403
    with rls.every_city():
        assert stepup.open_code(person=cast.mayor, purpose=signoff.purpose("sign", version)) is None


def test_signing_page_redirects_when_nothing_is_pending(cast, as_, version):
    for name in ("version-sign", "version-endorse", "version-return"):
        assert as_(cast.delegate).get(at(cast, name))["Location"] == at(cast, "version"), name
    sign(version, cast.mayor)
    assert as_(cast.mayor).get(at(cast, "version-sign"))["Location"] == at(cast, "version")
    assert as_(cast.lead).get(at(cast, "version-paper"))["Location"] == at(cast, "version")


def test_signing_without_a_code_asks_for_its_digits(cast, as_, version):
    data = {"code": "", "sha256": version.sha256, "step": step_of(version)}
    answer = as_(cast.mayor).post(at(cast, "version-sign"), data)
    assert (answer.status_code, "Enter the six-digit code from the email." in answer.text) == (422, True)


@pytest.mark.parametrize("step", ["-1", "x", str(2**63), "9" * 40])
def test_step_that_is_no_number_of_a_step_signs_nothing(cast, as_, version, step):
    code = stepup.create_code(person=cast.mayor, purpose=signoff.purpose("sign", version))
    data = {"code": code, "sha256": version.sha256, "step": step}
    assert as_(cast.mayor).post(at(cast, "version-sign"), data).status_code == 422
    with rls.every_city():
        assert not Signature.objects.exists()


def test_each_refusal_of_a_signature_has_its_sentence(cast, version):
    target = {"version": version, "code": "000000"}
    step = step_of(version)
    assert refusal(signoff.sign, by=cast.mayor, sha256="0" * 64, step=step, **target) == NOT_READ
    wrong_turn = "It isn’t this approver’s turn to sign. Open the version again to see whose turn it is."
    assert refusal(signoff.sign, by=cast.mayor, sha256=version.sha256, step=step + 1, **target) == wrong_turn
    not_yours = "You don’t have permission to sign or return this version."
    for person in (cast.lead, cast.delegate, cast.other_mayor):
        assert refusal(signoff.sign, by=person, sha256=version.sha256, step=step, **target) == not_yours
    with rls.every_city(), thawed(StrategyVersion):
        StrategyVersion.objects.filter(pk=version.pk).update(tree={**version.tree, "mayor": "Someone else"})
    changed = "The stored text doesn’t match what was submitted, so nothing was signed. Contact GovEx."
    assert refusal(signoff.sign, by=cast.mayor, sha256=version.sha256, step=step, **target) == changed


def test_signed_version_is_signed_by_no_one_else(cast, version):
    step = step_of(version)
    sign(version, cast.mayor)
    sentence = refusal(signoff.sign, version=version, by=cast.member, sha256=version.sha256, step=step, code="0")
    assert sentence.startswith(NOT_WITH_THEM)


def test_endorsement_is_the_new_mayors_alone(cast, as_, version):
    target = {"version": version, "sha256": version.sha256, "code": "000000"}
    not_yours = "You can’t endorse this version."
    assert refusal(signoff.endorse, by=cast.mayor, **target) == not_yours  # not signed yet
    sign(version, cast.mayor)
    assert refusal(signoff.endorse, by=cast.mayor, **target) == not_yours  # has signed it
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.mayor).delete()
        values = {"city": cast.tulsa, "email": "new@tulsa.example", "name": "New", "title": "", "by": None}
        new = cities.add_member(role=Role.MAYOR, **values).user
    assert refusal(signoff.endorse, by=cast.delegate, **target) == not_yours
    assert refusal(signoff.endorse, by=new, **target) == not_yours, "the office isn't confirmed"
    with rls.every_city():
        offices.confirm(city=cast.tulsa, user=new, office="mayor", by=cast.admin)
    code = stepup.create_code(person=new, purpose=signoff.purpose("endorse", version))
    data = {"code": code, "sha256": version.sha256}
    page = as_(new).post(at(cast, "version-endorse"), data, follow=True)
    assert "You’ve endorsed version 1." in page.text
    with rls.every_city():
        assert AuditEvent.objects.filter(verb="version endorsed").count() == 1


# Sending back


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"comment": ""}, "Describe what should change. You need at least one comment to return a version."),
        ({"comment": "x", "remark_1": "Which year?"}, "Choose the section this comment is about."),
        ({"comment": "x", "section_1": "vision"}, "Write a comment on this section, or clear the section field."),
        ({"comment": "x", "section_5": "no-such", "remark_5": "y"}, "Select a valid choice"),
        ({"comment": "x" * 2001}, "at most 2000 characters"),
        ({"section_1": "vision", "remark_1": "x" * 501}, "at most 500 characters"),
    ],
)
def test_return_that_does_not_say_what_and_where_is_refused(cast, as_, version, data, sentence):
    target = {"sha256": version.sha256, "step": step_of(version)}
    answer = as_(cast.mayor).post(at(cast, "version-return"), data | target)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert fresh(version).state == "with_approvers"


def test_return_says_beforehand_that_one_comment_is_needed(cast, as_, version):
    page = main_text(as_(cast.mayor).get(at(cast, "version-return")))
    assert "Comment on the whole strategy or on at least one section." in page
    assert "What should change Comment on the whole" in page, "the comment isn't called optional"


def test_version_sent_back_says_so_and_five_sections_may_be_named(cast, as_, version):
    keys = [row["key"] for row in version.tree["sections"]][:5]
    data = {"sha256": version.sha256, "step": step_of(version), "comment": ""}
    for number, key in enumerate(keys, 1):
        data |= {f"section_{number}": key, f"remark_{number}": f"Remark {number}"}
    page = as_(cast.mayor).post(at(cast, "version-return"), data, follow=True)
    assert "Version 1 has been returned with your comments." in page.text
    with rls.every_city():
        assert {thread.section.key for thread in Thread.objects.select_related("section")} == set(keys)
        assert Step.objects.get().state == "returned"


def test_return_of_a_text_that_was_not_read_keeps_what_was_typed(cast, as_, version):
    data = {"sha256": "0" * 64, "step": step_of(version), "comment": "Shorter, please."}
    answer = as_(cast.mayor).post(at(cast, "version-return"), data)
    assert answer.status_code == 422
    assert NOT_READ in answer.text
    assert "Shorter, please." in answer.text


# On paper


def paper(version, days=0, **more):
    with rls.every_city():
        version.steps.update(on_paper=True)
    file = ContentFile(b"%PDF-1.7 signed by hand")
    file.name = "signed.pdf"
    signed_on = version.city.today().toordinal() + days
    day = type(version.city.today()).fromordinal(signed_on).isoformat()
    return {"sha256": version.sha256, "step": step_of(version), "file": file, "name": "Mayor", "signed_on": day, **more}


@pytest.mark.parametrize(
    ("days", "sentence"), [(0, ""), (1, ("This date is in the future. Enter the date on the document."))]
)
def test_paper_is_signed_today_at_the_latest(cast, as_, version, days, sentence):
    page = as_(cast.lead).post(at(cast, "version-paper"), paper(version, days), follow=True)
    assert (sentence or "The signed document was uploaded. It will count once GovEx has checked it.") in page.text
    assert fresh(version).state == "with_approvers", "GovEx hasn’t looked at it yet"


def test_paper_needs_its_file_and_a_bodys_needs_its_name(cast, as_, version):
    page = as_(cast.lead).post(at(cast, "version-paper"), paper(version, file=""))
    assert page.context["form"].errors.keys() == {"file"}, "the mayor’s name comes from the confirmation"
    with rls.every_city():
        version.steps.update(office="council")
    page = as_(cast.lead).post(at(cast, "version-paper"), paper(version, file="", name=" ", signed_on=""))
    assert page.status_code == 422
    assert "Enter the name as it appears on the document." in page.text
    assert "Enter the date on the document." in page.text
    assert "This field is required." not in page.text
    assert "Choose the file with the signed document." in page.text
    assert page.context["form"].errors.keys() == {"file", "name", "signed_on"}


def test_file_of_a_paper_is_its_citys_alone(cast, as_, version):
    as_(cast.lead).post(at(cast, "version-paper"), paper(version))
    with rls.every_city():
        pk = papers.accept(paper=cast.tulsa.signedpaper_set.get(), by=cast.admin).pk
    answer = as_(cast.member).get(at(cast, "signature-paper", pk=pk))
    assert io.BytesIO(b"".join(answer.streaming_content)).read() == b"%PDF-1.7 signed by hand"
    assert f"tulsa-version-1-signature-{pk}.pdf" in answer["Content-Disposition"]
    assert as_(cast.guest).get(at(cast, "signature-paper", pk=pk)).status_code == 403
    assert as_(cast.other_lead).get(at(cast, "signature-paper", pk=pk)).status_code == 404
    assert (
        as_(cast.other_lead).get(reverse("strategy:signature-paper", args=[cast.rosario.slug, pk])).status_code == 404
    )


# Approvers


def add(cast, title):
    values = {"office": "other", "instrument": "signature", "person": cast.member, "may_delegate": False}
    with rls.every_city():
        return approvers.add(city=cast.tulsa, by=cast.lead, title=title, **values)


def test_acts_on_approvers_say_what_they_did(cast, as_):
    browser = as_(cast.lead)
    values = {
        "office": "other",
        "title": "Clerk",
        "instrument": "signature",
        "on_paper": "site",
        "person": cast.member.pk,
    }
    page = browser.post(at(cast, "approver-new"), values, follow=True)
    assert "Clerk will be an approver starting with the next submission." in page.text
    with rls.every_city():
        row = Approver.objects.get()
    changed = edit(browser, at(cast, "approver", pk=row.pk), values | {"title": "City clerk"}, follow=True)
    assert "Changes saved: City clerk." in changed.text
    add(cast, "Second")
    moved = browser.post(at(cast, "approver-move", pk=row.pk), {"to": "down"}, follow=True)
    assert "Order updated: City clerk." in moved.text
    still = browser.post(at(cast, "approver-move", pk=row.pk), {"to": "down"}, follow=True)
    assert "Order updated:" not in still.text
    gone = browser.post(at(cast, "approver-remove", pk=row.pk), follow=True)
    assert "City clerk is no longer an approver." in gone.text


def test_form_of_a_removed_approver_keeps_what_was_typed(cast, as_):
    row, browser = add(cast, "Clerk"), as_(cast.lead)
    where = at(cast, "approver", pk=row.pk)
    data = {
        "office": "other",
        "title": "Typed title",
        "instrument": "signature",
        "on_paper": "site",
        **shown(browser, where),
    }
    with rls.every_city():
        approvers.remove(approver=row, by=cast.admin)
    page = browser.post(where, data)
    assert (page.status_code, "Typed title" in page.text) == (404, True)
    assert browser.get(where).status_code == 404
    with rls.every_city():
        assert not Approver.objects.exists()


def test_approvers_changed_later_leave_a_submitted_version_as_it_is(cast, version):
    add(cast, "Clerk")
    with rls.every_city():
        assert [step.title for step in version.steps.all()] == ["Mayor"]
        assert [step.title for step in approvers.steps_for(cast.tulsa)] == ["Clerk"]


def test_the_mayor_confirmed_last_is_in_office(cast, every_city):
    values = {"city": cast.tulsa, "email": "new@tulsa.example", "name": "New", "title": "", "by": None}
    new = cities.add_member(role=Role.MAYOR, **values).user
    assert approvers.of(cast.tulsa)[0].signer.user == cast.mayor
    offices.confirm(city=cast.tulsa, user=new, office="mayor", by=cast.admin)
    assert approvers.of(cast.tulsa)[0].signer.user == new
    cast.tulsa.membership_set.filter(role=Role.MAYOR).delete()
    assert approvers.of(cast.tulsa)[0].is_vacant


def test_title_of_the_default_is_in_the_citys_language(cast, every_city):
    assert approvers.default(cast.tulsa).title == "Mayor"
    assert approvers.default(cast.rosario).title == "Alcalde o alcaldesa"


# Readiness, codes, dates


@pytest.mark.parametrize(
    ("blocking", "advice", "wanted"),
    [
        (0, 0, "The strategy is ready to submit. No required fixes remain."),
        (1, 0, "One required fix remains before the strategy can be submitted."),
        (2, 1, "2 required fixes remain before the strategy can be submitted. One fix is also recommended."),
        (0, 3, "The strategy is ready to submit. No required fixes remain. 3 fixes are also recommended."),
    ],
)
def test_readiness_is_summarized_in_a_sentence(blocking, advice, wanted):
    assert sentence(blocking, advice) == wanted


def test_findings_are_grouped_by_place_in_their_order():
    rows = [readiness.Finding(True, str(number), place, "/") for number, place in enumerate("abac")]
    assert [(place, [row.message for row in found]) for place, found in by_place(rows)] == [
        ("a", ["0", "2"]),
        ("b", ["1"]),
        ("c", ["3"]),
    ]


@given(st.dates(max_value=date(9990, 1, 1)), st.integers(0, 60))
def test_months_after_a_day_is_the_same_day_or_the_months_last(day, months):
    later = yearly_reviews.months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(st.sampled_from(" -–—_./\u00a0\t"), st.booleans())
def test_code_is_read_with_any_separator_in_either_case(separator, is_small):
    code = codes.make()
    typed = code.replace("-", separator)
    assert codes.read(typed.lower() if is_small else typed) == code
    assert codes.is_complete(code)
    assert not codes.is_complete(code[:-1])
