"""What each role is told when it is invited: previewed, edited, and sent when staff say so."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accelerator import formats
from accelerator.models import AuditEvent, Cohort, Email
from cities.actions import add_member, assign_coach
from cities.invitations import actions as invitations
from cities.invitations import texts
from cities.models import CoachAssignment, Enrollment, InvitationText, Role
from dashboards.handover.actions import end_member, undo
from dashboards.invitations.actions import uninvited
from tests.cast import make_cohort
from tests.clients import edit, main_text
from tests.mails import emails, last_mail, messages_of

pytestmark = pytest.mark.django_db


def url(cast, name="invitations", *more):
    return reverse(f"dashboards:{name}", args=[cast.cohort.slug, *more])


def text_url(cast, role="city_lead", language="en"):
    return url(cast, "invitation-text", role, language)


@pytest.fixture
def draft(cast, every_city):
    """The cohort isn't live yet."""
    Cohort.objects.filter(pk=cast.cohort.pk).update(live_at=None)


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
@pytest.mark.parametrize("role", list(Role))
def test_default_text_of_every_role_is_filled_and_says_what_this_is(cast, every_city, role, language):
    text = texts.default_text(role, language)
    city = cast.tulsa if role in texts.CITY_ROLES else None
    membership = city.membership_set.first() if city else None
    values = texts.values_for(person=cast.lead, city=city, cohort=cast.cohort, membership=membership, language=language)
    for part in (text.subject, text.body):
        assert texts.problem_in(part, role) == ""
        assert "{" not in texts.fill(part, values)
    for fact in ("GovEx", "Johns Hopkins", "Bloomberg"):
        assert fact in text.body
    if language != "en":
        english = texts.default_text(role, "en")
        assert not set(texts.paragraphs(text.body)) & set(texts.paragraphs(english.body))


def test_lead_is_told_cohort_dates_coach_and_time_in_their_language(cast, as_, every_city):
    new = add_member(city=cast.tulsa, email="n@tulsa.gov", name="Nora", role=Role.CITY_LEAD, by=None, language="es")
    invitations.invite(new, by=cast.admin)
    mail = last_mail(to="n@tulsa.gov")
    with translation.override("es"):
        for fact in (cast.cohort.name, "Coach", "26", "Bloomberg"):
            assert fact in mail.text, fact
            assert fact in mail.html, fact
    assert "Your city’s coach" not in mail.text


def test_edited_text_is_previewed_saved_and_sent(cast, as_, every_city):
    browser = as_(cast.admin)
    data = {"subject": "Join {city}", "body": "Welcome, {name}.\n\n<b>{coach}</b> helps you."}
    page = browser.post(text_url(cast), {**data, "preview": "1"})
    assert page.status_code == 200
    assert not InvitationText.objects.exists()
    assert "Welcome, Ana Ruiz." in main_text(page)
    assert "&lt;b&gt;Marcus Reid&lt;/b&gt; helps you." in page.text
    key = browser.get(text_url(cast)).context["form"]["form_key"].value()
    assert browser.post(text_url(cast), {**data, "form_key": key}).status_code == 302
    invitations.invite(cast.lead.membership_set.select_related("user", "city").get(), by=cast.admin)
    mail = last_mail(to=cast.lead.email)
    assert mail.subject == "Join Tulsa"
    assert "Welcome, Lead." in mail.text
    assert "&lt;b&gt;Coach&lt;/b&gt; helps you." in mail.html
    # Another role and another language keep the default.
    invitations.invite(cast.member.membership_set.select_related("user", "city").get(), by=cast.admin)
    assert last_mail(to=cast.member.email).subject == "You’re invited to work on Tulsa’s data strategy"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Hi {nmae}", "{nmae} isn’t a placeholder here."),
        ("Until {until}", "{until} isn’t a placeholder here."),
        ("Hi {name", "A brace is missing."),
        ("Hi } there", "A brace is missing."),
    ],
)
def test_unknown_placeholder_is_refused_and_nothing_typed_is_lost(cast, as_, body, sentence):
    page = as_(cast.admin).post(text_url(cast), {"subject": "Hi", "body": body})
    assert page.status_code == 422
    assert sentence in page.context["form"].errors["body"][0]
    assert page.context["form"]["body"].value() == body
    assert not InvitationText.objects.exists()


def test_two_editors_of_a_text_meet_and_each_version_is_on_record(cast, as_, every_city):
    row = InvitationText.objects.create(cohort=cast.cohort, role="city_lead", language="en", subject="One", body="Body")
    browser = as_(cast.admin)
    seen = browser.get(text_url(cast)).context["form"]
    stale = {"stamp": "0", "seen": seen["seen"].value()}
    assert edit(browser, text_url(cast), {"subject": "Two", "body": "Body", "stamp": "0"}).status_code == 302
    answer = browser.post(text_url(cast), {"subject": "Three", "body": "Body", **stale})
    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.subject == "Two"
    version = AuditEvent.objects.get(verb="invitation text version")
    assert (version.data["former"], version.data["subject"]) == ({"subject": "One"}, "Two")
    browser.post(url(cast, "invitation-text-restore", "city_lead", "en"))
    assert not InvitationText.objects.exists()
    assert AuditEvent.objects.get(verb="invitation text removed").data["subject"] == "Two"


def test_team_invitations_wait_until_the_cohort_is_live(cast, as_, draft):
    data = {
        "people": "1",
        "person0-name": "Ana",
        "person0-email": "ana@tulsa.gov",
        "person0-role": "city_member",
        "person0-language": "en",
    }
    page = as_(cast.lead).post(reverse("cities:team-invite", args=[cast.tulsa.slug]), data, follow=True)
    assert messages_of(page) == ["1 person was added. The invitation will go out when the cohort goes live."]
    assert emails(kind="invitation") == []
    page = as_(cast.admin).get(url(cast))
    assert "ana@tulsa.gov" in page.text
    assert "will go out when the cohort goes live" in main_text(page)
    answer = as_(cast.admin).post(url(cast, "invitations-send"), follow=True)
    assert messages_of(answer) == ["Nothing was sent. Invitations go out when the cohort goes live."]
    assert emails(kind="invitation") == []


def test_send_button_invites_everyone_who_waits_once(cast, as_, every_city):
    browser = as_(cast.admin)
    waiting = browser.get(url(cast)).context["count"]
    assert waiting == 7
    assert f"Send {waiting} invitations" in main_text(browser.get(url(cast)))
    answer = browser.post(url(cast, "invitations-send"), follow=True)
    assert messages_of(answer) == ["7 invitations sent."]
    assert len(emails(kind="invitation")) == 7
    browser.post(url(cast, "invitations-send"))
    assert len(emails(kind="invitation")) == 7


def test_a_withdrawn_invitation_does_not_count_as_sent(cast, as_, every_city):
    membership = cast.member.membership_set.select_related("user", "city").get()
    invitations.invite(membership, by=cast.admin)
    assert membership not in uninvited(cast.cohort)
    invitations.withdraw_open(cast.member, by=cast.admin, city=cast.tulsa)
    assert membership in uninvited(cast.cohort)
    as_(cast.admin).post(url(cast, "invitations-send"))
    assert len(emails(kind="invitation", to=cast.member.email)) == 2


@pytest.mark.parametrize("is_out", [True, False])
def test_an_undone_ending_reopens_an_invitation_only_if_its_email_went_out(cast, every_city, is_out):
    membership = cast.member.membership_set.select_related("user", "city").get()
    invitation = invitations.invite(membership, by=cast.admin)
    if is_out:
        Email.objects.filter(person=cast.member).update(state="sent")
    undo(end_member(membership, {}, by=cast.lead), by=cast.lead)
    invitation.refresh_from_db()
    assert membership.user.membership_set.active().exists()
    assert invitation.is_open is is_out
    assert (membership in uninvited(cast.cohort)) is not is_out


def test_people_of_a_paused_city_are_not_invited_in_bulk(cast, as_, every_city):
    cast.cohort.enrollment_set.filter(city=cast.rosario).update(state="paused")
    assert {row.city for row in uninvited(cast.cohort)} == {cast.tulsa}


def test_nothing_is_sent_from_a_citys_pages_before_the_cohort_is_live(cast, as_, draft):
    pk = cast.member.membership_set.get().pk
    again = reverse("cities:member-invite-again", args=[cast.tulsa.slug, pk])
    for person in (cast.lead, cast.admin):
        answer = as_(person).post(again, follow=True)
        assert messages_of(answer) == ["Nothing was sent. Invitations go out when the cohort goes live."]
    data = {
        "name": "Ana Privacy",
        "email": "ana@state.example",
        "language": "en",
        "sections": ["vision"],
        "until": (cast.tulsa.today() + timedelta(days=9)).isoformat(),
    }
    page = reverse("strategy:reviewer-invite", args=[cast.tulsa.slug])
    assert "The cohort isn’t live yet." in main_text(as_(cast.lead).get(page))
    answer = as_(cast.lead).post(page, data, follow=True)
    assert messages_of(answer) == ["1 person was added. The invitation will go out when the cohort goes live."]
    assert emails(kind="invitation") == []
    as_(cast.admin).post(reverse("dashboards:cohort-live", args=[cast.cohort.slug]))
    assert len(emails(kind="invitation", to="ana@state.example")) == 1


def test_bulk_send_of_a_cohort_has_its_own_text_and_dates(cast, as_, every_city):
    """Tulsa's pages follow the first cohort; the invitation is about the one whose button was pressed."""
    content = cast.cohort.cohorttemplate.version, cast.cohort.cohortprogram.program, cast.cohort.cohortprogram.rubric
    second = make_cohort("Second", "second", -10, content)
    second.enrollment_set.create(city=cast.tulsa, slug=cast.tulsa.slug, joined_on=second.kickoff)
    as_(cast.admin).post(reverse("dashboards:invitations-send", args=["second"]))
    mail = last_mail(to=cast.lead.email)
    assert formats.day(second.kickoff) in mail.text
    assert formats.day(cast.cohort.kickoff) not in mail.text
    assert cast.lead.invitation_set.get().cohort == second


@pytest.mark.parametrize(
    ("days", "role", "state", "is_told"),
    [
        (30, True, "active", True),
        (0, True, "active", True),
        (-1, True, "active", False),
        (30, False, "active", False),
        (30, True, "withdrawn", False),
    ],
)
def test_going_live_tells_the_coaches_who_have_a_last_day(cast, as_, draft, days, role, state, is_told):
    enrollment = cast.cohort.enrollment_set.get(city=cast.tulsa)
    rows = CoachAssignment.objects.filter(enrollment=enrollment, user=cast.coach)
    rows.update(starts_on=cast.cohort.kickoff, ends_on=cast.tulsa.today() + timedelta(days=days))
    if not role:
        cast.coach.staffrole_set.all().delete()
    Enrollment.objects.filter(pk=enrollment.pk).update(state=state, left_on=cast.tulsa.today())
    as_(cast.admin).post(reverse("dashboards:cohort-live", args=[cast.cohort.slug]))
    assert (cast.coach.email in {mail.to for mail in emails(kind="notice")}) is is_told


def test_coach_is_told_when_a_city_is_given_to_them(cast, every_city):
    enrollment = Enrollment.objects.select_related("city", "cohort").get(city=cast.tulsa)
    assign_coach(enrollment=enrollment, coach=cast.other_coach, by=cast.admin)
    mail = last_mail(kind="notice")
    assert (mail.to, mail.subject, mail.city_id) == (cast.other_coach.email, "You’re now coaching Tulsa", cast.tulsa.pk)


def test_coach_of_a_cohort_that_is_not_live_is_told_when_it_goes_live(cast, as_, draft):
    enrollment = Enrollment.objects.select_related("city", "cohort").get(city=cast.tulsa)
    assign_coach(enrollment=enrollment, coach=cast.other_coach, by=cast.admin)
    assert emails(kind="notice") == []
    as_(cast.admin).post(reverse("dashboards:cohort-live", args=[cast.cohort.slug]))
    told = sorted((mail.to, mail.subject) for mail in emails(kind="notice"))
    assert told == [
        (cast.coach.email, "You’re now coaching Tulsa"),
        (cast.other_coach.email, "You’re now coaching Rosario"),
        (cast.other_coach.email, "You’re now coaching Tulsa"),
    ]


def test_invitation_pages_are_for_program_admins(cast, as_, every_city):
    pages = [url(cast), text_url(cast)]
    for page in pages:
        wanted = {"admin": 200, "coach": 403, "lead": 404, "funder": 404, "nobody": 404}
        assert {who: as_(getattr(cast, who)).get(page).status_code for who in wanted} == wanted
    for post in (url(cast, "invitations-send"), url(cast, "invitation-text-restore", "mayor", "es")):
        assert as_(cast.coach).post(post).status_code == 403
        assert as_(cast.lead).post(post).status_code == 404
    assert as_(cast.admin).get(text_url(cast, role="king")).status_code == 404
    assert as_(cast.admin).get(text_url(cast, language="fr")).status_code == 404
