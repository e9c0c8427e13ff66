"""Submitting freezes; approvers sign in order with a code; versions are returned and withdrawn; files stay."""

import hashlib
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from accelerator import rls, stepup
from accelerator.content_versions import digest
from accelerator.refusals import Refused
from cities import actions as cities
from cities.models import Office, Role
from cities.offices import actions as offices
from strategy.document.tree import freeze
from strategy.models import PublicSeal, Signature, Step, StrategyVersion, Thread, YearlyReview
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, papers
from tests.clients import key_of
from tests.mails import emails, last_mail
from tests.strategy.made_ready import differing, fresh, lapsed, make_ready, set_final, sign, submit, write
from tests.walls import thawed

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 signed by hand"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def ready(cast):
    make_ready(cast.tulsa, cast.lead)
    return cast


def at(cast, name, number=1, city=None, **more):
    kwargs = {"city": (city or cast.tulsa).slug, **more}
    if name.startswith("version") and name != "version-submit":
        kwargs["number"] = number
    return reverse(f"strategy:{name}", kwargs=kwargs)


def text(answer):
    return answer.content.decode()


def mailed_code():
    return re.search(r"\b(\d{6})\b", last_mail(kind="step-up").text)[1]


def test_a_submission_is_refused_with_blocking_findings(cast, as_):
    answer = as_(cast.lead).post(at(cast, "version-submit"), {"note": "Please"})
    assert answer.status_code == 409
    assert "required fixes remain" in text(answer)
    with rls.every_city():
        assert not StrategyVersion.objects.exists()


def test_submitting_freezes_numbers_and_asks_the_mayor(ready, as_):
    answer = as_(ready.lead).post(at(ready, "version-submit"), {"note": "For Friday."})
    assert answer["Location"] == at(ready, "version")
    with rls.every_city():
        version = StrategyVersion.objects.get()
        [step] = version.steps.all()
        assert (version.number, version.state, version.note) == (1, "with_approvers", "For Friday.")
        assert version.sha256 == digest(version.tree) == digest(freeze(ready.tulsa))
        assert (step.office, step.state) == ("mayor", "waiting")
        assert signoff.current_step(version).signer.user == ready.mayor
        assert step.asked_at
        assert ready.tulsa.export_set.get(kind="version-pdf").options == {"version": 1}


def test_second_submission_with_an_open_version_is_refused(ready, as_):
    submit(ready.tulsa, ready.lead)
    assert as_(ready.lead).post(at(ready, "version-submit"), {}).status_code == 409
    with pytest.raises(Refused):
        submit(ready.tulsa, ready.lead)


def test_saving_a_section_leaves_the_submitted_version_unchanged(ready):
    version = submit(ready.tulsa, ready.lead)
    write(ready.tulsa, "vision", "Another vision.", ready.lead)
    assert fresh(version).tree == version.tree
    assert differing(fresh(version), ready.tulsa) == ["vision"]


def test_mayor_signs_with_an_emailed_code(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    browser = as_(ready.mayor)
    assert "Sign this version" in text(browser.get(at(ready, "version")))
    answer = browser.post(at(ready, "version-code"), {"sha256": version.sha256})
    assert answer["Location"] == at(ready, "version-sign")
    page = text(browser.get(at(ready, "version-sign")))
    assert 'autocomplete="one-time-code"' in page
    with rls.every_city():
        step = version.steps.get().pk
    answer = browser.post(at(ready, "version-sign"), {"code": mailed_code(), "sha256": version.sha256, "step": step})
    assert answer["Location"] == at(ready, "version")
    with rls.every_city():
        [signature] = Signature.objects.all()
        assert (signature.kind, signature.manner, signature.sha256) == ("sign", "app", version.sha256)
        assert (signature.person_id_then, signature.person_name, signature.role) == (ready.mayor.pk, "Mayor", "Mayor")
        seal = PublicSeal.objects.get()
        assert (seal.code, seal.state) == (version.code, "valid")
        assert [row["person"] for row in seal.signatures] == ["Mayor"]
        assert YearlyReview.objects.count() == 3
    assert lapsed(ready.tulsa) == []
    assert fresh(version).state == "signed"
    assert [email.kind for email in emails()] == ["sign-off", "step-up"], "the code and the receipt"


def test_code_asked_for_by_two_clicks_is_one_email(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    browser, url = as_(ready.mayor), at(ready, "version-code")
    for page in ("version", "version-sign"):
        data = {"sha256": version.sha256, "form_key": key_of(browser.get(at(ready, page)), url)}
        before = len(emails())
        for _click in range(2):
            assert browser.post(url, data)["Location"] == at(ready, "version-sign")
        assert len(emails()) == before + 1, page


def test_a_get_changes_nothing(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    browser = as_(ready.mayor)
    for name in ("version", "version-sign", "version-return", "version-paper"):
        browser.get(at(ready, name))
    assert browser.get(at(ready, "version-code")).status_code == 405
    with rls.every_city():
        assert not Signature.objects.exists()
        assert not emails()
    assert fresh(version).state == "with_approvers"


def test_wrong_code_shows_how_many_tries_remain(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        step = version.steps.get().pk
        code = stepup.create_code(person=ready.mayor, purpose=signoff.purpose("sign", version))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    form = {"code": wrong, "sha256": version.sha256, "step": step}
    browser = as_(ready.mayor)
    first = browser.post(at(ready, "version-sign"), form)
    assert first.status_code == 422
    assert "2 tries left" in text(first)
    assert "one try left" in text(browser.post(at(ready, "version-sign"), form))
    assert "no tries left" in text(browser.post(at(ready, "version-sign"), form))
    right = browser.post(at(ready, "version-sign"), {**form, "code": code})
    assert "Request a new one" in text(right)
    assert fresh(version).state == "with_approvers"


def test_the_hash_that_was_read_must_be_the_versions(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        step = version.steps.get().pk
        code = stepup.create_code(person=ready.mayor, purpose=signoff.purpose("sign", version))
    answer = as_(ready.mayor).post(at(ready, "version-sign"), {"code": code, "sha256": "0" * 64, "step": step})
    assert answer.status_code == 409
    assert "This isn’t the text you read." in text(answer)
    assert as_(ready.mayor).post(at(ready, "version-code"), {"sha256": "0" * 64}).status_code == 409


def test_a_code_for_one_version_never_signs_another(ready):
    first = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        code = stepup.create_code(person=ready.mayor, purpose=signoff.purpose("sign", first))
        signoff.withdraw(version=first, by=ready.lead, reason="A figure was wrong.")
    second = submit(ready.tulsa, ready.lead)
    with pytest.raises(Refused):
        sign(second, ready.mayor, code=code)


def test_a_stored_tree_that_was_tampered_with_is_not_signed(ready):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city(), thawed(StrategyVersion):
        tree = {**version.tree, "mayor": "Someone else"}
        StrategyVersion.objects.filter(pk=version.pk).update(tree=tree)
    with pytest.raises(Refused):
        sign(version, ready.mayor)


def test_signing_before_ones_turn_is_refused(ready):
    with rls.every_city():
        approvers.add(
            city=ready.tulsa,
            by=ready.lead,
            office=Office.CITY_MANAGER,
            title="City manager",
            instrument="administrative_order",
            person=ready.member,
            may_delegate=False,
        )
        approvers.add(
            city=ready.tulsa,
            by=ready.lead,
            office=Office.MAYOR,
            title="Mayor",
            instrument="signature",
            may_delegate=True,
        )
        offices.confirm(city=ready.tulsa, user=ready.member, office=Office.CITY_MANAGER, by=ready.admin)
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        first, second = version.steps.all()
        assert (bool(first.asked_at), bool(second.asked_at)) == (True, False)
    with pytest.raises(Refused):
        sign(version, ready.mayor, step=second.pk)
    with pytest.raises(Refused):
        sign(version, ready.delegate, step=first.pk)
    sign(version, ready.member)
    assert fresh(version).state == "with_approvers"
    signature = sign(version, ready.delegate)
    assert (signature.manner, signature.on_behalf_of) == ("behalf", "Mayor Mayor")
    assert fresh(version).state == "signed"


def test_delegate_signs_only_where_allowed_and_is_named_as_delegate(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    assert "Sign this version" not in text(as_(ready.delegate).get(at(ready, "version")))
    assert as_(ready.delegate).post(at(ready, "version-code"), {"sha256": version.sha256}).status_code == 409
    with rls.every_city():
        Step.objects.update(may_delegate=True)
    assert "Sign on behalf of Mayor" in text(as_(ready.delegate).get(at(ready, "version")))
    sign(version, ready.delegate)
    assert "on behalf of Mayor Mayor" in text(as_(ready.coach).get(at(ready, "version")))
    assert "on behalf of Mayor Mayor" in text(as_(None).get(reverse("strategy:verify-code", args=[version.code])))


def test_a_second_click_signs_once(ready):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        step = version.steps.get().pk
    first = sign(version, ready.mayor, step=step)
    assert sign(version, ready.mayor, step=step, code="000000") == first
    with rls.every_city():
        assert Signature.objects.count() == 1


def test_a_returned_version_opens_its_sections_with_threads(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        step = version.steps.get().pk
    form = {
        "sha256": version.sha256,
        "step": step,
        "comment": "Shorter.",
        "section_1": "vision",
        "remark_1": "Name a year.",
    }
    assert as_(ready.mayor).post(at(ready, "version-return"), form).status_code == 302
    version = fresh(version)
    with rls.every_city():
        thread = Thread.objects.get()
        assert (thread.section.key, thread.comments.get().body, thread.opened_by) == (
            "vision",
            "Name a year.",
            ready.mayor,
        )
        states = dict(ready.tulsa.section_set.filter(template__required=True).values_list("key", "state"))
        assert (states["vision"], states["why-now"]) == ("drafting", "final")
        comment = version.signatures.get().comment
        assert (comment.startswith("Shorter.\n\n1. "), comment.endswith(": Name a year.")) == (True, True)
        assert not PublicSeal.objects.exists()
    assert version.state == "returned"
    assert "Name a year." in text(as_(ready.lead).get(at(ready, "version")))


def test_return_without_a_comment_is_refused_and_keeps_what_was_typed(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    browser, url = as_(ready.mayor), at(ready, "version-return")
    answer = browser.post(url, {"sha256": version.sha256, "step": 1, "section_1": "", "remark_1": "Which year?"})
    assert answer.status_code == 422
    assert "Which year?" in text(answer)
    assert "Choose the section" in text(answer)
    assert "at least one comment" in text(browser.post(url, {"sha256": version.sha256}))
    assert fresh(version).state == "with_approvers"


def test_withdrawing_needs_a_reason_and_ends_the_signing(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    url = at(ready, "version-withdraw")
    assert as_(ready.lead).post(url, {"reason": " "}).status_code == 422
    assert as_(ready.lead).post(url, {"reason": "A figure was wrong."}).status_code == 302
    version = fresh(version)
    assert (version.state, version.reason) == ("withdrawn", "A figure was wrong.")
    with pytest.raises(Refused):
        sign(version, ready.mayor, step=1)
    assert as_(ready.lead).post(url, {"reason": "Again"}).status_code == 409
    assert as_(ready.mayor).post(url, {"reason": "No"}).status_code == 403


def paper_form(version, step, file, **more):
    return {
        "sha256": version.sha256,
        "step": step,
        "file": file,
        "name": "Tulsa City Council",
        "signed_on": version.submitted_on.isoformat(),
        "number": "R-2026-17",
        **more,
    }


def upload(name, content):
    file = ContentFile(content)
    file.name = name
    return file


def test_a_council_signs_on_paper(ready, as_):
    with rls.every_city():
        approvers.add(
            city=ready.tulsa,
            by=ready.lead,
            office=Office.COUNCIL,
            title="City Council",
            instrument="resolution",
            person=None,
            may_delegate=False,
        )
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        step = version.steps.get().pk
    url = at(ready, "version-paper")
    answer = as_(ready.lead).post(url, paper_form(version, step, upload("resolution.exe", PDF)))
    assert answer.status_code == 302
    assert fresh(version).state == "with_approvers"
    with rls.every_city():
        row = papers.accept(paper=ready.tulsa.signedpaper_set.get(), by=ready.admin)
        assert (row.manner, row.person_name) == ("paper", "Tulsa City Council")
        assert row.recorded_by == "Lead (lead@tulsa-us.example)"
        assert (row.instrument, row.instrument_number) == ("resolution", "R-2026-17")
        assert row.paper_sha256 == hashlib.sha256(PDF).hexdigest()
    file = as_(ready.member).get(at(ready, "signature-paper", pk=row.pk))
    assert b"".join(file.streaming_content) == PDF
    assert as_(ready.other_lead).get(at(ready, "signature-paper", pk=row.pk)).status_code == 404
    theirs = at(ready, "signature-paper", city=ready.rosario, pk=row.pk)
    assert as_(ready.other_lead).get(theirs).status_code == 404
    page = text(as_(None).get(reverse("strategy:verify-code", args=[version.code])))
    assert "R-2026-17" in page
    assert "council resolution" in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("signed.pdf", b"MZ\x90\x00 not a pdf", "This file isn’t a PDF, JPEG, or PNG"),
        ("signed.png", b"\x89PNG\r\n\x1a\n broken", "This file isn’t a PDF, JPEG, or PNG"),
        ("signed.pdf", b"", "empty"),
        ("signed.pdf", b"%PDF-" + b"0" * (20 * 2**20 + 1), "The limit is 20 MB. Scan it at a lower resolution."),
    ],
)
def test_upload_that_is_no_signed_paper_is_refused_with_a_message(ready, as_, name, content, sentence):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        version.steps.update(office="council")
        step = version.steps.get().pk
    answer = as_(ready.lead).post(at(ready, "version-paper"), paper_form(version, step, upload(name, content)))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Tulsa City Council" in text(answer)
    assert fresh(version).state == "with_approvers"


def test_signed_versions_stay_byte_identical(ready, as_):
    """Sign, edit, submit again, sign: the first file is what it was, at its address."""
    files = {}
    for number in (1, 2):
        version = submit(ready.tulsa, ready.lead, pdf=False)
        content = b"%PDF-1.7 " + version.code.encode()
        files[number] = (content, version)
        with rls.every_city():
            name = default_storage.save(f"versions/{version.pk}.pdf", ContentFile(content))
            StrategyVersion.objects.filter(pk=version.pk).update(
                pdf=name, pdf_sha256=hashlib.sha256(content).hexdigest()
            )
        sign(version, ready.mayor)
        write(ready.tulsa, "vision", "A second vision.", ready.lead)
        set_final(ready.tulsa)
    for number, (content, version) in files.items():
        answer = as_(ready.member).get(at(ready, "version-pdf", number))
        assert b"".join(answer.streaming_content) == content
        assert (fresh(version).tree, fresh(version).sha256) == (version.tree, version.sha256)
    with rls.every_city():
        seals = {seal.number: (seal.state, seal.pdf_sha256) for seal in PublicSeal.objects.all()}
    assert seals == {
        1: ("superseded", hashlib.sha256(files[1][0]).hexdigest()),
        2: ("valid", hashlib.sha256(files[2][0]).hexdigest()),
    }


def test_a_new_mayor_endorses_the_signed_version(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    sign(version, ready.mayor)
    assert "Endorse this version" not in text(as_(ready.mayor).get(at(ready, "version")))
    with rls.every_city():
        ready.tulsa.membership_set.filter(user=ready.mayor).delete()
        new = cities.add_member(
            city=ready.tulsa, email="new@tulsa.example", name="New Mayor", role=Role.MAYOR, title="Governor", by=None
        ).user
        offices.confirm(city=ready.tulsa, user=new, office="mayor", by=ready.admin, title="Governor")
    browser = as_(new)
    assert "Endorse this version" in text(browser.get(at(ready, "version")))
    answer = browser.post(at(ready, "version-code"), {"sha256": version.sha256})
    assert answer["Location"] == at(ready, "version-endorse")
    form = {"code": mailed_code(), "sha256": version.sha256}
    assert browser.post(at(ready, "version-endorse"), form).status_code == 302
    assert browser.post(at(ready, "version-endorse"), form).status_code == 302
    with rls.every_city():
        assert [row.kind for row in Signature.objects.order_by("pk")] == ["sign", "endorse"]
        shown = [(row["person"], row["role"]) for row in PublicSeal.objects.get().signatures]
        assert shown == [("Mayor", "Mayor"), ("New Mayor", "Governor")]


@pytest.mark.parametrize(
    "name", ["sign-off", "version", "version-pdf", "version-sign", "version-submit", "version-paper"]
)
def test_people_of_other_cities_and_other_roles_have_no_access(ready, as_, name):
    submit(ready.tulsa, ready.lead)
    url = at(ready, name)
    assert as_(ready.other_lead).get(url).status_code == 404
    assert as_(ready.guest).get(url).status_code == 403
    assert as_(ready.other_lead).get(at(ready, name, city=ready.rosario, number=1)).status_code in {200, 404}
    if name.startswith("version") and name != "version-submit":
        assert as_(ready.other_lead).get(at(ready, name, city=ready.rosario)).status_code in {403, 404}
