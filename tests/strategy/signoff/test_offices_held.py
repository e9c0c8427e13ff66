"""Signatures say what is so: offices are held and confirmed, the text was there to read, what came back is answered."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls, stepup
from accelerator.models import User
from accelerator.refusals import Refused
from accelerator.texts import saving
from cities import actions as cities
from cities.models import Membership, Office, Officeholder, Role
from cities.offices import actions as offices
from cities.team import actions as team
from dashboards.board.status import statuses
from dashboards.city import progress
from dashboards.city.pending import pending_for
from strategy.document import exports
from strategy.document.tree import freeze
from strategy.models import ApproverChange, PublicSeal, Signature, StrategyVersion
from strategy.sections.models import due_after_return
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, returned, submission
from tests import examples
from tests.clients import edit
from tests.mails import emails, last_mail
from tests.strategy.made_ready import fresh, make_ready, set_final, sign, submit, write
from tests.strategy.published import publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def ready(cast):
    make_ready(cast.tulsa, cast.lead)
    return cast


def at(cast, name, number=1, **more):
    kwargs = {"city": cast.tulsa.slug, **more}
    if name.startswith("version") and name != "version-submit":
        kwargs["number"] = number
    return reverse(f"strategy:{name}", kwargs=kwargs)


def ask(cast, office, person, **more):
    """An approver besides whoever is there."""
    with rls.every_city():
        return approvers.add(
            city=cast.tulsa,
            by=cast.lead,
            office=office,
            title=str(office).title(),
            instrument="signature",
            person=person,
            **more,
        )


def confirm(cast, person, office, by=None):
    with rls.every_city():
        return offices.confirm(city=cast.tulsa, user=person, office=office, by=by or cast.admin)


def leave(cast, person):
    with rls.every_city():
        team.end_membership(cast.tulsa.membership_set.select_related("user", "city").get(user=person), by=cast.admin)


def new_mayor(cast, by=None):
    with rls.every_city():
        return cities.add_member(
            city=cast.tulsa, email="new@tulsa.example", name="New Mayor", role=Role.MAYOR, title="Mayor", by=by
        ).user


def page(cast, as_, who, name="version"):
    return as_(who).get(at(cast, name)).text


# A lead can't sign as the mayor


def test_lead_cannot_forge_the_mayors_signature(ready, as_):
    """Renamed like the mayor, an approver "mayor" with himself as the person, and a code from his own mailbox."""
    with rls.every_city():
        User.objects.filter(pk=ready.lead.pk).update(name=ready.mayor.name)
    browser = as_(ready.lead)
    data = {"office": "mayor", "title": "Mayor", "instrument": "signature", "on_paper": "site", "person": ready.lead.pk}
    browser.post(at(ready, "approver-new"), data)
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        assert signoff.current_step(version).signer.user == ready.mayor
    assert "Sign this version" not in page(ready, as_, ready.lead)
    with pytest.raises(Refused):
        sign(version, ready.lead)
    assert browser.post(reverse("cities:office-confirm", args=["tulsa-us"]), {}).status_code == 403
    assert not Signature.objects.exists()


def test_lead_who_takes_another_office_waits_for_its_confirmation(ready, as_):
    ask(ready, "other", ready.lead)
    with rls.every_city():
        version = submission.submit(city=ready.tulsa, by=ready.lead)
        assert signoff.current_step(version).is_vacant
    assert "no one is confirmed in that office" in page(ready, as_, ready.lead).replace("\n", " ")
    with pytest.raises(Refused):
        sign(version, ready.lead)


def test_submitter_is_never_the_only_approver(ready):
    ask(ready, "other", ready.lead)
    confirm(ready, ready.lead, "other")
    with pytest.raises(Refused, match="You’re the only approver"):
        submit(ready.tulsa, ready.lead)
    ask(ready, "mayor", None)
    assert submit(ready.tulsa, ready.lead).number == 1


def test_submitter_who_comes_into_the_only_office_cannot_sign(ready):
    ask(ready, "other", ready.member)
    confirm(ready, ready.member, "other")
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        version.steps.update(person=ready.lead)
    confirm(ready, ready.lead, "other")
    with pytest.raises(Refused, match="someone else has to approve it too"):
        sign(version, ready.lead)


def test_signature_shows_the_confirmed_name_not_todays_profile(ready, client):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        User.objects.filter(pk=ready.mayor.pk).update(name="Famous Person")
    ready.mayor.refresh_from_db()
    sign(version, ready.mayor)
    with rls.every_city():
        [row] = PublicSeal.objects.get().signatures
    assert (row["person"], row["address_domain"], row["office_confirmed_for"]) == ("Mayor", "tulsa-us.example", "govex")
    text = " ".join(client.get(reverse("strategy:verify-code", args=[version.code])).text.split())
    assert "Confirmed with a code sent to an address at tulsa-us.example." in text
    assert "GovEx confirmed the officeholder on Jan 1, 2025." in text or "on Dec 31, 2024." in text


def test_changed_address_needs_a_new_confirmation(ready):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        User.objects.filter(pk=ready.mayor.pk).update(email="mayor@elsewhere.example")
        assert signoff.current_step(version).is_vacant
    ready.mayor.refresh_from_db()
    confirm(ready, ready.mayor, "mayor")
    assert sign(version, ready.mayor).address_domain == "elsewhere.example"


@pytest.mark.parametrize("who", ["lead", "member", "coach", "delegate", "mayor"])
def test_only_govex_and_the_mayor_confirm_and_no_one_their_own_office(cast, who):
    person = getattr(cast, who)
    if who == "mayor":
        confirm(cast, cast.member, "city_manager", by=person)
    with pytest.raises(Refused):
        confirm(cast, cast.mayor, "mayor", by=person)


def test_database_refuses_a_holder_who_confirms_the_own_office(cast, every_city):
    row = cast.tulsa.officeholder_set.get(office="mayor")
    with pytest.raises(IntegrityError), transaction.atomic():
        Officeholder.objects.filter(pk=row.pk).update(confirmed_by=row.user)


def test_second_mayor_needs_the_word_of_govex_or_the_mayor(cast, as_):
    browser, url = as_(cast.lead), reverse("cities:team-invite", args=["tulsa-us"])
    data = {"people": "1", "person0-name": "Second", "person0-email": "second@tulsa.example"}
    data |= {"person0-role": "mayor", "person0-language": "en"}
    answer = browser.post(url, data)
    assert "Tulsa already has a mayor on this site. Only GovEx or the mayor can add another one." in answer.text
    with rls.every_city():
        membership = cast.tulsa.membership_set.get(user=cast.member)
    browser.post(
        reverse("cities:member", args=["tulsa-us", membership.pk]), {"role": "mayor", "title": "", "until": ""}
    )
    with rls.every_city():
        assert cast.tulsa.membership_set.get(user=cast.member).role == Role.CITY_MEMBER
        assert not User.objects.filter(email="second@tulsa.example").exists()
    assert as_(cast.admin).post(url, data).status_code == 302
    with rls.every_city():
        holder = cast.tulsa.officeholder_set.current().get(office="mayor")
    assert (holder.email, holder.confirmed_for) == ("second@tulsa.example", "govex")


def test_each_change_of_the_approvers_is_told_and_on_record(cast, as_):
    before = len(emails())
    row = ask(cast, "other", cast.member)
    told = emails()[before:]
    assert {email.person_id for email in told} == {cast.mayor.pk, cast.coach.pk, cast.admin.pk}
    assert {email.kind for email in told} == {"sign-off"}
    assert "Added: Other. Member, once the office is confirmed." in told[0].text
    with rls.every_city():
        approvers.remove(approver=row, by=cast.lead)
        assert list(ApproverChange.objects.values_list("kind", "title", "by_name")) == [
            ("removed", "Other", "Lead (lead@tulsa-us.example)"),
            ("added", "Other", "Lead (lead@tulsa-us.example)"),
        ]
    assert "Changes to the approvers" in as_(cast.lead).get(at(cast, "approvers")).text


# Offices change hands


def test_delegate_cannot_sign_after_the_mayor_left_and_the_successor_signs_what_names_them(ready, as_):
    ask(ready, "mayor", None, may_delegate=True)
    version = submit(ready.tulsa, ready.lead)
    assert "Sign on behalf of" in page(ready, as_, ready.delegate)
    leave(ready, ready.mayor)
    assert "Sign on behalf of" not in page(ready, as_, ready.delegate)
    with pytest.raises(Refused):
        sign(version, ready.delegate)
    for who, name in ((ready.lead, "version"), (ready.lead, "sign-off"), (ready.admin, "version")):
        assert "No one is confirmed as mayor" in page(ready, as_, who, name), (who, name)
    assert "No one is confirmed as mayor" in as_(ready.lead).get(reverse("dashboards:mayor", args=["tulsa-us"])).text
    assert "The mayor hasn’t been added yet." in as_(ready.lead).get(reverse("cities:team", args=["tulsa-us"])).text
    new = new_mayor(ready)
    team_page = as_(ready.lead).get(reverse("cities:team", args=["tulsa-us"])).text
    assert "GovEx hasn’t confirmed who the mayor is, so the mayor can’t sign yet." in team_page
    assert "Sign this version" not in page(ready, as_, new)
    confirm(ready, new, "mayor")
    refused = "This version names Mayor as mayor, but New Mayor is confirmed as mayor now"
    text = page(ready, as_, new)
    assert (refused in text, "Sign this version" in text, "Return with comments" in text) == (True, False, True)
    code = as_(new).post(at(ready, "version-code"), {"sha256": version.sha256})
    assert (code.status_code, refused in code.text) == (409, True)
    with pytest.raises(Refused, match=refused):
        sign(version, new)
    as_(ready.lead).post(at(ready, "version-withdraw"), {"reason": "Another mayor."})
    again = submit(ready.tulsa, ready.lead)
    assert "Sign this version" in as_(new).get(at(ready, "version", number=2)).text
    assert sign(again, new).person_name == "New Mayor"


def test_delegate_of_a_successor_does_not_sign_under_the_former_mayors_name(ready, as_):
    """The cover names the mayor who submitted; another mayor of the same name is another mayor."""
    ask(ready, "mayor", None, may_delegate=True)
    version = submit(ready.tulsa, ready.lead)
    new = new_mayor(ready, by=ready.admin)
    confirm(ready, ready.delegate, "delegate")
    with pytest.raises(Refused, match="This version names Mayor as mayor, but New Mayor"):
        sign(version, ready.delegate)
    with rls.every_city():
        ready.tulsa.officeholder_set.filter(user=new).update(name=ready.mayor.name)
        assert signoff.other_mayor(version, signoff.current_step(version))
    assert fresh(version).state == "with_approvers"


def test_public_page_names_who_signed_for_the_mayor(ready, as_):
    ask(ready, "mayor", None, may_delegate=True)
    sign(submit(ready.tulsa, ready.lead), ready.delegate)
    publish(ready.tulsa, ready.lead)
    text = re.sub(r"\s+", " ", strip_tags(as_().get("/strategies/tulsa-us/").text))
    assert "Signed by Delegate, mayor’s delegate, on behalf of Mayor Mayor" in text, text[:900]
    preview = as_(ready.lead).get(reverse("strategy:publication-preview", args=["tulsa-us"])).text
    assert "Signed by" in preview


def test_staff_can_withdraw_and_readdress(ready, as_):
    ask(ready, "city_manager", ready.member)
    confirm(ready, ready.member, "city_manager")
    version = submit(ready.tulsa, ready.lead)
    leave(ready, ready.member)
    with rls.every_city():
        step = version.steps.get()
        assert signoff.current_step(version).is_vacant
    admin, url = as_(ready.admin), reverse("strategy:step-readdress", args=["tulsa-us", step.pk])
    assert edit(admin, url, {"on_paper": "site", "person": ""}).status_code == 422
    assert edit(admin, url, {"on_paper": "paper", "person": ""})["Location"] == at(ready, "version")
    with rls.every_city():
        assert signoff.current_step(version).is_on_paper
    admin.post(at(ready, "version-withdraw"), {"reason": "The city manager left."})
    assert fresh(version).state == "withdrawn"


def test_step_of_another_city_or_a_settled_version_is_not_readdressed(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        step = version.steps.get().pk
    url = reverse("strategy:step-readdress", args=["tulsa-us", step])
    assert as_(ready.other_lead).get(url).status_code == 404
    assert as_(ready.other_lead).get(reverse("strategy:step-readdress", args=["rosario-ar", step])).status_code == 404
    assert as_(ready.mayor).get(url).status_code == 403
    sign(version, ready.mayor)
    assert as_(ready.lead).get(url).status_code == 404


def test_approver_whose_person_left_is_not_silently_changed_to_no_one(ready, as_):
    row = ask(ready, "city_manager", ready.member)
    leave(ready, ready.member)
    url = at(ready, "approver", pk=row.pk)
    data = {"office": "city_manager", "title": "Renamed", "instrument": "signature", "on_paper": "site", "person": ""}
    answer = as_(ready.lead).post(url, data)
    assert "Choose who holds this office, or choose “On paper.”" in answer.text
    with rls.every_city():
        row.refresh_from_db()
    assert row.person_id == ready.member.pk


# What is signed can be read


def test_no_one_signs_before_the_pdf_is_there_and_the_text_is_a_page(ready, as_):
    version = submit(ready.tulsa, ready.lead, pdf=False)
    text = page(ready, as_, ready.mayor)
    assert "Sign this version" not in text
    assert "You can sign once the PDF is ready." in text
    with pytest.raises(Refused, match="PDF isn’t ready yet"):
        sign(version, ready.mayor)
    read = as_(ready.mayor).get(at(ready, "version-read"))
    assert "The data council decides." in read.text
    assert version.sha256 in read.text
    assert as_(ready.other_mayor).get(at(ready, "version-read")).status_code == 404
    assert as_(ready.guest).get(at(ready, "version-read")).status_code == 403
    assert as_(ready.lead).get(at(ready, "version-read", number=9)).status_code == 404


def test_page_says_in_words_what_is_approved(ready, as_):
    version = submit(ready.tulsa, ready.lead)
    assert "I approve the Citywide Data Strategy of Tulsa, version 1." in " ".join(
        page(ready, as_, ready.mayor).split()
    )
    as_(ready.mayor).post(at(ready, "version-code"), {"sha256": version.sha256})
    text = " ".join(page(ready, as_, ready.mayor, "version-sign").split())
    assert "I approve the Citywide Data Strategy of Tulsa, version 1." in text


# What came back is answered


@pytest.fixture
def came_back(ready):
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        step = signoff.current_step(version)
        signoff.send_back(
            version=version,
            step=step.pk,
            by=ready.mayor,
            sha256=version.sha256,
            comment="Name the year.",
            sections=[("vision", "Say it shorter.")],
        )
        ready.tulsa.section_set.filter(key="vision").update(state="final")
    return version


def test_unchanged_text_is_not_submitted_again(ready, came_back):
    with pytest.raises(Refused, match="Nothing has changed since version 1 was returned"):
        submit(ready.tulsa, ready.lead, note="All fixed.")


def test_withdrawn_version_in_between_does_not_let_the_returned_text_through(ready, came_back):
    write(ready.tulsa, "vision", "Another text.", ready.lead)
    set_final(ready.tulsa)
    answer_all(ready)
    second = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        signoff.withdraw(version=second, by=ready.lead, reason="A figure.")
        html = came_back.tree["sections"][[row["key"] for row in came_back.tree["sections"]].index("vision")]["html"]
        section = ready.tulsa.section_set.get(key="vision")
        saving.save(section, html=html, base=section.revision, by=ready.lead)
    set_final(ready.tulsa)
    with pytest.raises(Refused, match="Nothing has changed since version 1 was returned"):
        submit(ready.tulsa, ready.lead)


def answer_all(cast):
    with rls.every_city():
        for comment in returned.of(cast.tulsa):
            returned.answer(comment=comment, answer="Done.", by=cast.lead)


def test_headline_and_pdf_name_the_confirmed_mayor_not_the_newest_member(ready):
    with rls.every_city():
        ready.tulsa.membership_set.filter(user=ready.member).update(role=Role.MAYOR, title="Mayor of everything")
        Membership.objects.filter(city=ready.tulsa, user=ready.mayor).update(title="")
        User.objects.filter(pk=ready.mayor.pk).update(name="Renamed")
        tree = freeze(ready.tulsa)
        assert (tree["mayor"], "everything" in tree["mayor_title"]) == ("Mayor", False)
        html = exports.html(exports.Edition(tree, timezone.now(), 1, "CODE"), {})
        assert "<strong>Mayor</strong>" in html
        offices.end(holder=ready.tulsa.officeholder_set.get(office="mayor"), by=ready.admin)
        tree = freeze(ready.tulsa)
        assert (tree["mayor"], tree["mayor_title"]) == ("", "")


def test_unanswered_comment_blocks_and_the_answers_are_shown(ready, came_back, as_):
    write(ready.tulsa, "vision", "Shorter.", ready.lead)
    set_final(ready.tulsa)
    with pytest.raises(Refused, match="2 comments from the approver are unanswered"):
        submit(ready.tulsa, ready.lead)
    browser = as_(ready.lead)
    with rls.every_city():
        first, second = returned.of(ready.tulsa)
    assert edit(browser, at(ready, "return-comment", pk=first.pk), {"answer": " "}).status_code == 422
    for comment, answer in ((first, "The year is in the title."), (second, "Cut by half.")):
        assert edit(browser, at(ready, "return-comment", pk=comment.pk), {"answer": answer}).status_code == 302
    for who, status in ((ready.other_lead, 404), (ready.mayor, 403), (ready.member, 403)):
        assert as_(who).get(at(ready, "return-comment", pk=first.pk)).status_code == status
    assert (
        as_(ready.other_lead).get(reverse("strategy:return-comment", args=["rosario-ar", first.pk])).status_code == 404
    )
    assert submit(ready.tulsa, ready.lead).number == 2
    text = " ".join(as_(ready.mayor).get(at(ready, "version", number=2)).text.split())
    assert "Comments on the previous version" in text
    assert "The year is in the title." in text
    assert "Cut by half." in text


def test_leads_first_item_is_the_returned_version(ready, came_back, as_):
    needs = as_(ready.lead).get(reverse("dashboards:city", args=["tulsa-us"])).context["needs"]
    assert (str(needs[0].title), needs[0].detail) == ("Version 1 was returned by Mayor", "2 comments to address")
    with rls.every_city():
        assert pending_for(ready.lead, ready.tulsa, ready.tulsa.today())[0].title == (
            f"Version 1 was returned by {came_back.signatures.get(kind='return').person_name}"
        )
    needs = as_(ready.member).get(reverse("dashboards:city", args=["tulsa-us"])).context["needs"]
    assert "returned" not in " ".join(str(need.title) for need in needs)


def words(answer):
    return " ".join(answer.text.split())


def test_unanswered_comments_are_required_fixes_and_the_headline_counts_them(ready, came_back, as_):
    write(ready.tulsa, "vision", "Shorter.", ready.lead)
    set_final(ready.tulsa)
    browser = as_(ready.lead)
    for name in ("version-submit", "readiness"):
        text = words(browser.get(at(ready, name)))
        assert "2 required fixes remain before the strategy can be submitted." in text
        assert "ready to submit" not in text
        assert "Name the year." in text
        assert "comment thread is still open" not in text, "it is the approver's comment, which is required"
    with rls.every_city():
        first = returned.of(ready.tulsa)[0]
    answer_url = at(ready, "return-comment", pk=first.pk)
    assert answer_url in browser.get(at(ready, "readiness")).text
    assert answer_url not in as_(ready.member).get(at(ready, "readiness")).text, "members can't answer it"
    refused = browser.post(at(ready, "version-submit"), {"note": "For Friday."})
    assert (refused.status_code, "ready to submit" in refused.text) == (409, False)
    answer_all(ready)
    text = words(browser.get(at(ready, "readiness")))
    assert "The strategy is ready to submit. No required fixes remain." in text
    assert "One comment thread is still open." in text


def test_unchanged_returned_text_is_not_called_ready(ready, came_back, as_):
    answer_all(ready)
    text = words(as_(ready.lead).get(at(ready, "version-submit")))
    assert "One required fix remains before the strategy can be submitted." in text
    assert "Nothing has changed since version 1 was returned." in text


def test_comments_are_shown_with_their_answers_while_other_fixes_remain(ready, came_back, as_):
    with rls.every_city():
        ready.tulsa.section_set.filter(key="vision").update(state="drafting")
    page = as_(ready.lead).get(at(ready, "version-submit"))
    assert "This section isn’t final yet." in words(page)
    with rls.every_city():
        for comment in returned.of(ready.tulsa):
            assert at(ready, "return-comment", pk=comment.pk) in page.text
            assert comment.body in page.text


# Emails at once


def test_request_to_sign_has_one_button_its_date_and_the_pending_decision(ready):
    with rls.every_city():
        ready.tulsa.decision_set.create(question="Which six?", context="x", options=["a"], due_on=ready.tulsa.today())
        version = submission.submit(city=ready.tulsa, by=ready.lead, note="For Friday.", sign_by=ready.tulsa.today())
        signoff.ask_for_signature(version)
    assert [email.kind for email in emails()] == [], "nothing before the PDF can be read"
    with rls.every_city():
        StrategyVersion.objects.filter(pk=version.pk).update(pdf="a.pdf")
        signoff.ask_for_signature(fresh(version))
    email = last_mail(kind="sign-off")
    assert (email.to, email.html.count('<a\n        href="')) == (ready.mayor.email, 1)
    for words in ("Please sign it or return it with comments by", "Which six?", "“For Friday.”"):
        assert words in email.text


def test_signer_gets_a_receipt_with_who_is_next(ready):
    ask(ready, "mayor", None)
    ask(ready, "council", None)
    version = submit(ready.tulsa, ready.lead)
    sign(version, ready.mayor)
    email = last_mail(kind="sign-off")
    assert email.to == ready.mayor.email
    assert "You signed version 1" in email.subject
    for words in ("Next: Council.", version.sha256):
        assert words in email.text


# Whatever happens


STEPS = st.lists(
    st.sampled_from(["leave", "return", "confirm", "end", "rename", "address", "sign", "delegate signs"]), max_size=8
)


@given(STEPS)
@examples.few(15)
def test_signature_always_shows_someone_who_was_confirmed_and_in_office(cast, steps):
    with rls.every_city(), transaction.atomic():
        if not cast.tulsa.action_set.exists():
            make_ready(cast.tulsa, cast.lead)
        ask(cast, "mayor", None, may_delegate=True)
        version = submit(cast.tulsa, cast.lead)
        mayor = User.objects.get(pk=cast.mayor.pk)
        membership = cast.tulsa.membership_set.select_related("user", "city").get(user=mayor)
        for step in steps:
            in_office = cast.tulsa.officeholder_set.current().filter(user=mayor, office=Office.MAYOR).first()
            signed = Signature.objects.count()
            try:
                with transaction.atomic():
                    play(cast, version, mayor, membership, step)
            except Refused:
                assert Signature.objects.count() == signed
                continue
            if Signature.objects.count() > signed:
                row = Signature.objects.latest("pk")
                assert in_office is not None
                assert row.holder_id_then == mayor.pk
                assert in_office.name in (row.person_name, row.on_behalf_of.removeprefix("Mayor "))
        transaction.set_rollback(True)


def play(cast, version, mayor, membership, step):
    if step == "leave":
        team.end_membership(membership, by=cast.admin)
    elif step == "return":
        team.restore_membership(membership, by=cast.admin)
    elif step == "confirm":
        offices.confirm(city=cast.tulsa, user=mayor, office="mayor", by=cast.admin)
    elif step == "end":
        for holder in cast.tulsa.officeholder_set.filter(ended_at=None):
            offices.end(holder=holder, by=cast.admin)
    elif step in {"rename", "address"}:
        setattr(mayor, "name" if step == "rename" else "email", f"n{Officeholder.objects.count()}@tulsa.example")
        mayor.save()
    else:
        by = mayor if step == "sign" else cast.delegate
        code = stepup.create_code(person=by, purpose=signoff.purpose("sign", version))
        current = signoff.current_step(version)
        signoff.sign(version=version, step=current.pk if current else 0, by=by, sha256=version.sha256, code=code)


def test_board_says_that_no_one_can_sign(ready, as_):
    ask(ready, "mayor", None)
    submit(ready.tulsa, ready.lead)
    board = reverse("dashboards:cohort", args=[ready.cohort.slug])
    sentence = "The strategy can’t be signed because no one is confirmed as Mayor"
    assert sentence not in as_(ready.admin).get(board).text
    leave(ready, ready.mayor)
    assert sentence in as_(ready.admin).get(board).text
    assert sentence in as_(ready.coach).get(reverse("dashboards:my-cities")).text


# A section that came back has two weeks


@pytest.mark.parametrize(("due", "wanted"), [(-58, 14), (0, 14), (13, 14), (14, 14), (40, 40)])
def test_returned_section_is_due_in_two_weeks_at_the_earliest(due, wanted):
    today = date(2026, 11, 29)
    assert due_after_return(today + timedelta(days=due), today) == today + timedelta(days=wanted)


def test_section_that_was_final_in_time_is_not_late_once_it_is_returned(ready, as_):
    today = ready.tulsa.today()
    with rls.every_city():
        ready.tulsa.section_set.update(due_on=today - timedelta(days=58))
        ready.tulsa.section_set.exclude(key="vision").update(state="final")
    version = submit(ready.tulsa, ready.lead)
    with rls.every_city():
        signoff.send_back(
            version=version,
            step=signoff.current_step(version).pk,
            by=ready.mayor,
            sha256=version.sha256,
            comment="",
            sections=[("vision", "Say it shorter.")],
        )
        assert ready.tulsa.section_set.get(key="vision").state == "drafting"
        assert progress.progress_of(ready.tulsa, today).late == 0
        assert progress.progress_of(ready.tulsa, today + timedelta(days=15)).late == 1
        [status] = statuses(ready.cohort, [ready.tulsa.pk])
        assert (status.late, status.behind) == (0, 0)
        assert not ready.tulsa.section_set.due_by(today).exists(), "no reminder of a late section"
    home = as_(ready.lead).get(reverse("dashboards:city", args=["tulsa-us"]))
    mayors = as_(ready.mayor).get(reverse("dashboards:mayor", args=["tulsa-us"]))
    assert "days late" not in home.text + mayors.text
    assert mayors.context["overdue"] == []
