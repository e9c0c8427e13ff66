"""Signatures on paper: only where paper was asked for, by the confirmed officeholder, and not before GovEx looked."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accelerator import formats, rls
from accelerator.models import User
from accelerator.refusals import Refused
from accelerator.walltime import local_day
from cities import actions as cities
from cities.models import Office, Role
from cities.offices import actions as offices
from cities.team import actions as team
from dashboards.board.status import Level, statuses
from reminders.rules.rule import Window
from reminders.rules.signoff import PaperToCheck, SignatureAsked
from strategy.models import PublicSeal, Signature, SignedPaper
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, papers
from tests.clients import main_text
from tests.mails import emails, last_mail
from tests.strategy.made_ready import fresh, make_ready, sign, submit
from tests.strategy.published import publish
from tests.walls import thawed

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 signed by hand"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def upload(version, step, **more):
    file = ContentFile(SCAN)
    file.name = "signed.pdf"
    day = version.city.today().isoformat()
    return {"sha256": version.sha256, "step": step, "file": file, "name": "Mayor", "signed_on": day, **more}


def test_step_that_is_signed_on_this_site_is_not_recorded_on_paper(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    with rls.every_city():
        step = version.steps.get().pk
    browser = as_(cast.lead)
    assert "Record a paper signature" not in browser.get(reverse("strategy:version", args=["tulsa-us", 1])).text
    answer = browser.post(reverse("strategy:version-paper", args=["tulsa-us", 1]), upload(version, step))
    assert "This approver signs on this site." in answer.text
    with rls.every_city():
        assert not Signature.objects.exists()
    assert fresh(version).state == "with_approvers"


# Until GovEx has looked


def url(name, *args):
    return reverse(f"strategy:{name}", args=["tulsa-us", *args])


def version_on_paper(cast, office=Office.MAYOR, person=None, **more):
    """Tulsa's first version; one approver, who signs on paper."""
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        values = {"office": office, "title": "Free text", "instrument": "signature", "person": person} | more
        approvers.add(city=cast.tulsa, by=cast.lead, **{"on_paper": True, **values})
    return submit(cast.tulsa, cast.lead)


def record(version, by, name="Famous Person", number=""):
    with rls.every_city():
        step = signoff.current_step(version)
        day = version.city.today()
        paper = papers.Paper(SCAN, ".pdf", hashlib.sha256(SCAN).hexdigest(), day, name, number)
        return papers.record(version=version, step=step.pk, by=by, sha256=version.sha256, paper=paper)


def test_paper_of_the_mayor_counts_once_govex_has_compared_it(cast, as_):
    version = version_on_paper(cast)
    browser, admin = as_(cast.lead), as_(cast.admin)
    with rls.every_city():
        step = version.steps.get().pk
    browser.post(url("version-paper", 1), upload(version, step, name="Famous Person"))
    assert fresh(version).state == "with_approvers"
    assert as_(None).get(reverse("strategy:verify-code", args=[version.code])).status_code == 404
    assert "count once GovEx has checked it." in browser.get(url("version", 1)).text
    with rls.every_city():
        assert (Signature.objects.count(), PublicSeal.objects.count()) == (0, 0)
        row = SignedPaper.objects.get()
    page = admin.get(url("paper-check", row.pk))
    assert version.code in page.text
    scan = admin.get(url("paper-file", row.pk) + "?view")
    assert b"".join(scan.streaming_content) == SCAN
    assert admin.post(url("paper-check", row.pk)).status_code == 200, "no verdict, nothing decided"
    answer = admin.post(url("paper-check", row.pk), {"verdict": "matches"}, follow=True)
    assert "The paper signature now counts." in answer.text
    with rls.every_city():
        row.refresh_from_db()
        signature = Signature.objects.get()
        assert (row.state, row.checked_by, bool(row.checked_at)) == ("matches", cast.admin, True)
        assert row.checked_by_name == "Admin (admin@govex.example)"
        assert (signature.manner, signature.person_name, signature.role) == ("paper", "Mayor", "Mayor")
        assert (signature.holder_id_then, bool(signature.paper_checked_at)) == (cast.mayor.pk, True)
        [public] = PublicSeal.objects.get().signatures
    assert fresh(version).state == "signed"
    assert (public["person"], public["role"], "Famous" in str(public)) == ("Mayor", "Mayor", False)


def test_only_govex_checks_and_not_twice(cast, as_):
    version = version_on_paper(cast)
    row = record(version, cast.lead)
    for who, status in (("other_lead", 404), ("nobody", 404), ("guest", 403), ("lead", 403), ("coach", 403)):
        browser = as_(getattr(cast, who))
        assert browser.get(url("paper-check", row.pk)).status_code == status, who
        assert browser.post(url("paper-check", row.pk), {"verdict": "matches"}).status_code == status, who
    for who, status in (("other_lead", 404), ("guest", 403)):
        assert as_(getattr(cast, who)).get(url("paper-file", row.pk)).status_code == status, who
    assert b"".join(as_(cast.member).get(url("paper-file", row.pk)).streaming_content) == SCAN
    for name in ("paper-check", "paper-file"):
        other = reverse(f"strategy:{name}", args=["rosario-ar", row.pk])
        assert as_(cast.admin).get(other).status_code == 404, name
    for by in (cast.lead, cast.mayor, cast.coach):
        with rls.every_city(), pytest.raises(Refused, match="by someone at GovEx other than"):
            papers.accept(paper=row, by=by)
    with rls.every_city():
        papers.accept(paper=row, by=cast.admin)
    answer = as_(cast.admin).post(url("paper-check", row.pk), {"verdict": "matches"})
    assert answer.status_code == 409
    with rls.every_city():
        assert Signature.objects.count() == 1


def test_declined_paper_says_why_and_another_can_follow(cast, as_):
    version = version_on_paper(cast)
    row = record(version, cast.lead)
    admin, where = as_(cast.admin), url("paper-check", row.pk)
    assert "Explain what doesn’t match." in admin.post(where, {"verdict": "declined", "reason": " "}).text
    admin.post(where, {"verdict": "declined", "reason": "The code on page 2 is another one."})
    email = last_mail(kind="sign-off")
    assert (email.to, "The code on page 2 is another one." in email.text) == (cast.lead.email, True)
    with rls.every_city():
        assert not Signature.objects.exists()
        second = record(version, cast.lead)
        papers.accept(paper=second, by=cast.admin)
    assert fresh(version).state == "signed"


def test_paper_is_told_at_once_and_govex_gets_the_link_to_check(cast):
    version = version_on_paper(cast)
    before = {email.pk for email in emails()}
    row = record(version, cast.lead)
    told = {email.person_id: email for email in emails() if email.pk not in before}
    assert told.keys() == {cast.mayor.pk, cast.coach.pk, cast.admin.pk}
    assert url("paper-check", row.pk) in told[cast.admin.pk].text
    assert url("paper-check", row.pk) not in told[cast.mayor.pk].text
    assert "Lead (lead@tulsa-us.example) uploaded a document signed by Mayor, Mayor" in told[cast.mayor.pk].text


def test_second_upload_waits_for_the_first_ones_check(cast):
    version = version_on_paper(cast)
    record(version, cast.lead)
    with pytest.raises(Refused, match="already been uploaded"):
        record(version, cast.delegate)


def test_paper_no_longer_counts_once_the_approver_is_asked_to_sign_here_and_is_reminded(cast):
    version = version_on_paper(cast)
    row = record(version, cast.lead)
    with rls.every_city():
        now = timezone.now()
        window = Window(now, now + timedelta(days=9))
        assert {found.person for found in PaperToCheck().reminders(window)} == {cast.admin}
        assert not list(SignatureAsked().reminders(window))
        signoff.readdress(step=signoff.open_steps(cast.tulsa).get(), by=cast.lead, on_paper=False)
        assert not papers.waiting(cast.tulsa)
        assert {found.why_not for found in PaperToCheck().reminders(window)} == {"done"}
        assert cast.mayor in {found.person for found in SignatureAsked().reminders(window)}
        with pytest.raises(Refused, match="signs on this site now"):
            papers.accept(paper=row, by=cast.admin)


# Whose paper


@pytest.mark.parametrize("office", [Office.MAYOR, Office.CITY_MANAGER, Office.OTHER])
@pytest.mark.parametrize("why", ["unconfirmed", "ended", "guest"])
@pytest.mark.parametrize("on_paper", [True, False])
def test_who_does_not_hold_the_office_neither_signs_nor_is_recorded(cast, office, why, on_paper):
    """An observer of the strategy, an ended holder and an unconfirmed one."""
    person = cast.mayor if office == Office.MAYOR else cast.member
    with rls.every_city():
        holder = cast.tulsa.officeholder_set.filter(user=person, office=office).first()
        if why != "unconfirmed" and holder is None:
            holder = offices.confirm(city=cast.tulsa, user=person, office=office, by=cast.admin)
        if holder is not None and why in {"unconfirmed", "ended"}:
            offices.end(holder=holder, by=cast.admin)
    version = version_on_paper(cast, office, None if office == Office.MAYOR else person, on_paper=on_paper)
    if why == "guest":
        with rls.every_city():
            member = cast.tulsa.membership_set.select_related("city", "user").get(user=person)
            team.change_member(member, role=Role.GUEST_REVIEWER, title="", until=cast.tulsa.today(), by=cast.lead)
    with rls.every_city():
        assert signoff.current_step(version).is_vacant
    with pytest.raises(Refused):
        record(version, cast.lead)
    with pytest.raises(Refused):
        sign(version, person)
    with rls.every_city():
        assert (Signature.objects.count(), SignedPaper.objects.count()) == (0, 0)


def test_paper_of_a_mayor_who_left_is_not_accepted_for_the_next(cast):
    version = version_on_paper(cast)
    row = record(version, cast.lead)
    with rls.every_city():
        membership = cast.tulsa.membership_set.select_related("city", "user").get(user=cast.mayor)
        team.end_membership(membership, by=cast.admin)
        with pytest.raises(Refused, match="no longer holds this office"):
            papers.accept(paper=row, by=cast.admin)
        cities.add_member(city=cast.tulsa, email="new@tulsa.example", name="New Mayor", role=Role.MAYOR, by=cast.admin)
        with pytest.raises(Refused, match="no longer holds this office"):
            papers.accept(paper=row, by=cast.admin)
        assert not Signature.objects.exists()


def test_paper_that_the_submitter_uploaded_is_not_another_approver(cast):
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        offices.confirm(city=cast.tulsa, user=cast.lead, office=Office.CITY_MANAGER, by=cast.admin)
        values = {"title": "–", "instrument": "signature", "person": None}
        approvers.add(city=cast.tulsa, by=cast.lead, office=Office.CITY_MANAGER, on_paper=True, **values)
    with pytest.raises(Refused, match="You’re the only approver"):
        submit(cast.tulsa, cast.lead)
    with rls.every_city():
        approvers.add(city=cast.tulsa, by=cast.lead, office=Office.OTHER, **values | {"person": cast.lead})
        offices.confirm(city=cast.tulsa, user=cast.lead, office=Office.OTHER, by=cast.admin)
        version_step = cast.tulsa.approver_set.order_by("position").first()
        version_step.office = Office.COUNCIL
        version_step.save(update_fields=["office"])
    version = submit(cast.tulsa, cast.lead)
    row = record(version, cast.lead)
    with rls.every_city():  # a signature on paper from before GovEx's check was asked for
        step = version.steps.get(office="council")
        old = {"manner": "paper", "kind": "sign", "person_name": "Council", "role": "Council", "paper": row.paper}
        signoff.add_signature(version, step, signed_on=row.signed_on, **old)
        version.steps.filter(pk=step.pk).update(state="signed")
    with pytest.raises(Refused, match="someone else has to approve it too"):
        sign(version, cast.lead)
    assert fresh(version).state == "with_approvers"


# What the public reads


def sentence(page):
    return " ".join(re.search(r'letter__sentence">(.*?)</p>', page.text, re.DOTALL)[1].split())


def test_public_page_says_what_is_known_of_a_paper_and_never_just_genuine(cast, as_):
    version = version_on_paper(cast)
    content = b"%PDF version"
    with rls.every_city():
        row = record(version, cast.lead)
        with thawed(type(version)):
            type(version).objects.filter(pk=version.pk).update(pdf_sha256=hashlib.sha256(content).hexdigest())
        papers.accept(paper=row, by=cast.admin)
        with thawed(PublicSeal):
            PublicSeal.objects.update(time_zone="Pacific/Kiritimati")
    browser, where = as_(None), reverse("strategy:verify-code", args=[version.code])
    with rls.every_city():
        at = Signature.objects.get().paper_checked_at
    day = formats.day(local_day(at, "Pacific/Kiritimati"))
    page = browser.get(where)
    assert "Genuine" not in page.text
    assert f"Mayor signed on paper; GovEx checked the scan on {day}." in sentence(page)
    file = ContentFile(content)
    file.name = "a.pdf"
    page = browser.post(where, {"file": file})
    assert "This file is the one that this site issued" in page.text
    assert "This file is the one that was signed" not in page.text
    assert f"Mayor signed on paper; GovEx checked the scan on {day}." in sentence(page)
    assert "Genuine" not in page.text


def test_paper_from_before_the_check_is_called_unchecked(cast, as_):
    version = version_on_paper(cast)
    with rls.every_city():
        papers.accept(paper=record(version, cast.lead), by=cast.admin)
        seal = PublicSeal.objects.get()
        [row] = seal.signatures
        del row["paper_checked_at"]
        seal.signatures = [{**row, "recorded_by": "Lead"}]
        seal.save()
    page = as_(None).get(reverse("strategy:verify-code", args=[version.code]))
    assert "Mayor signed on paper; GovEx hasn’t checked the scan." in sentence(page)
    assert "Genuine" not in page.text


def test_public_names_come_from_confirmations_not_from_todays_profiles(cast, as_):
    """Whoever uploads a paper, submits, or signs as the delegate can change their own name."""
    with rls.every_city():
        for person in (cast.lead, cast.delegate, cast.mayor, cast.member):
            User.objects.filter(pk=person.pk).update(name="Famous Name")
        for person in (cast.lead, cast.delegate, cast.mayor, cast.member):
            person.refresh_from_db()
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        values = {"title": "–", "instrument": "signature", "person": None}
        approvers.add(city=cast.tulsa, by=cast.lead, office=Office.MAYOR, may_delegate=True, **values)
        approvers.add(city=cast.tulsa, by=cast.lead, office=Office.COUNCIL, on_paper=True, **values)
    version = submit(cast.tulsa, cast.lead)
    sign(version, cast.delegate)
    with rls.every_city():
        papers.accept(paper=record(version, cast.lead, name="City Council"), by=cast.admin)
        assert "Famous" not in str(PublicSeal.objects.get().signatures)
        assert "Famous" not in str(version.tree)
    page = as_(None).get(reverse("strategy:verify-code", args=[version.code]))
    assert "Famous" not in page.text
    assert "<strong>Delegate</strong>" in page.text
    assert "on behalf of Mayor Mayor" in page.text


# Titles


def test_title_on_a_signature_is_the_confirmed_one_not_the_leads_text(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        values = {"instrument": "signature", "person": cast.member, "title": "Mayor of Tulsa"}
        approvers.add(city=cast.tulsa, by=cast.lead, office=Office.OTHER, **values)
        membership = cast.tulsa.membership_set.get(user=cast.member)
        membership.title = "Mayor of Tulsa"
        membership.save()
        title = {"office": Office.OTHER, "title": "City clerk"}
        offices.confirm(city=cast.tulsa, user=cast.member, by=cast.admin, **title)
    version = submit(cast.tulsa, cast.lead)
    with rls.every_city():
        version.steps.update(title="Mayor of Tulsa")
    signature = sign(version, cast.member)
    assert signature.role == "City clerk"
    page = as_(None).get(reverse("strategy:verify-code", args=[version.code]))
    assert "Mayor of Tulsa" not in page.text
    assert "City clerk" in page.text
    with rls.every_city():
        assert [step.title for step in version.steps.all()] == ["City clerk"]


def test_later_title_does_not_change_what_was_signed(cast):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    sign(version, cast.mayor)
    with rls.every_city():
        offices.confirm(city=cast.tulsa, user=cast.mayor, office=Office.MAYOR, by=cast.admin, title="Governor")
        assert [row.title for row in approvers.find_signers(version.steps.all())] == ["Mayor"]
        assert approvers.of(cast.tulsa)[0].title == "Governor"


# A body isn't a mayor


def test_council_is_shown_as_a_council_whose_name_and_title_the_city_typed(cast, as_):
    version = version_on_paper(cast, Office.COUNCIL, title="Loretta’s office", instrument="executive_order")
    row = record(version, cast.lead, name="Loretta Haskins")
    typed = "The city typed this name and title. No one has confirmed them."
    check = as_(cast.admin).get(url("paper-check", row.pk)).text
    assert ("City council" in check, typed in check) == (True, True)
    with rls.every_city():
        papers.accept(paper=row, by=cast.admin)
    publish(cast.tulsa, cast.lead)
    for page in (reverse("strategy:verify-code", args=[version.code]), "/strategies/tulsa-us/"):
        words = " ".join(strip_tags(as_(None).get(page).text).split())
        assert "Loretta Haskins, Loretta’s office (city council; the city typed this name and title)" in words, page


def test_confirmed_officeholder_on_paper_is_not_said_to_be_typed(cast, as_):
    version = version_on_paper(cast)
    row = record(version, cast.lead)
    assert "The city typed" not in as_(cast.admin).get(url("paper-check", row.pk)).text
    with rls.every_city():
        papers.accept(paper=row, by=cast.admin)
    assert "the city typed" not in as_(None).get(reverse("strategy:verify-code", args=[version.code])).text


@pytest.mark.parametrize("title", ["Mayor", " MAYOR. ", "Alcaldesa", "prefeito", "City Manager", "Intendente"])
def test_body_does_not_take_the_title_of_one_person(cast, as_, title):
    data = {"office": "council", "title": title, "instrument": "executive_order", "on_paper": "paper", "person": ""}
    answer = as_(cast.lead).post(url("approver-new"), data)
    assert answer.status_code == 422
    assert "is the title of one person. Enter the name of the council or committee." in answer.text
    # One that was stored before.
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        values = {"title": title, "instrument": "signature", "on_paper": True, "person": None}
        approvers.add(city=cast.tulsa, by=cast.lead, office=Office.COUNCIL, **values)
    with pytest.raises(Refused, match="is the title of one person"):
        submit(cast.tulsa, cast.lead)
    with rls.every_city():
        cast.tulsa.approver_set.update(title="City Council")
        version = submit(cast.tulsa, cast.lead)
        version.steps.update(title=title)
    with pytest.raises(Refused, match="is the title of one person"):
        record(version, cast.lead)


def test_paper_dated_before_the_version_was_submitted_is_refused_and_what_was_typed_stays(cast, as_):
    version = version_on_paper(cast, Office.COUNCIL, title="City Council")
    with rls.every_city():
        step = version.steps.get().pk
    early = version.submitted_on - timedelta(days=1)
    data = upload(version, step, name="Tulsa City Council", signed_on=early.isoformat())
    answer = as_(cast.lead).post(url("version-paper", 1), data)
    assert answer.status_code == 422
    assert f"This version was submitted on {formats.day(version.submitted_on)}" in answer.text
    assert 'value="Tulsa City Council"' in answer.text
    with rls.every_city():
        assert not SignedPaper.objects.exists()
        paper = papers.Paper(SCAN, ".pdf", hashlib.sha256(SCAN).hexdigest(), early, "Council", "")
        with pytest.raises(Refused, match="can’t have an earlier date"):
            papers.record(version=version, step=step, by=cast.lead, sha256=version.sha256, paper=paper)


def test_paper_to_check_is_on_the_board_with_a_link_for_program_staff(cast, as_):
    version = version_on_paper(cast)
    board, text = (
        reverse("dashboards:cohort", args=[cast.cohort.slug]),
        "A signed document is waiting for GovEx’s check",
    )
    assert text not in as_(cast.admin).get(board).text
    paper = record(version, cast.lead)
    check = url("paper-check", paper.pk)
    page = as_(cast.admin).get("/", follow=True)
    assert page.request["PATH_INFO"] == board, "the board is where program staff land"
    assert text in page.text
    assert f'href="{check}"' in page.text
    coachs = as_(cast.coach).get(reverse("dashboards:my-cities"))
    assert (text in coachs.text, check in coachs.text) == (True, False)
    with rls.every_city():
        [status] = statuses(cast.cohort, [cast.tulsa.pk])
        assert status.level <= Level.SOON
        papers.accept(paper=paper, by=cast.admin)
    assert text not in as_(cast.admin).get(board).text


def test_email_about_an_uploaded_paper_does_not_call_it_recorded(cast):
    record(version_on_paper(cast), cast.lead)
    subject = last_mail(person=cast.admin).subject
    assert subject.startswith("A paper signature was uploaded for version 1")


def test_paper_shows_its_date_and_the_day_of_the_check_and_no_hour(cast, as_):
    version = version_on_paper(cast)
    with rls.every_city():
        papers.accept(paper=record(version, cast.lead), by=cast.admin)
    today = cast.tulsa.today()
    page = main_text(as_(cast.lead).get(url("version", 1)))
    line = page[page.index("On paper, dated") :].partition("Download the signed document")[0]
    assert f"On paper, dated {formats.day(today, today)}; recorded by" in line
    assert f"GovEx checked the document on {formats.day(today, today, weekday=True)} ." in line
    public = main_text(as_(None).get(reverse("strategy:verify-code", args=[version.code])))
    row = public[public.index("Who signed") :].partition("GovEx checked the scan on")[0]
    assert f"on paper · dated {formats.day(today)}" in row
    for text in (line, row):
        assert not re.search(r"\d:\d\d|[ap]\.m\.", text), text
        assert "(uploaded)" not in text


def test_submission_line_has_no_space_before_its_comma(cast, as_):
    version_on_paper(cast)
    page = as_(cast.lead).get(url("version", 1)).text
    submitted = page[page.index("<dt>Submitted</dt>") :].partition("</dd>")[0]
    assert "Lead, <time" in " ".join(submitted.split())
    assert " ," not in submitted
