"""Everyone in a cohort: search, filter, invite again, correct, export."""

import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import formats
from accelerator.models import AuditEvent, Cohort, User
from cities.actions import assign_coach
from cities.models import InvitationText, Membership
from tests.cast import make_cohort
from tests.clients import cost, edit, main_text
from tests.dashboards.many_cities import fill
from tests.mails import emails, last_mail, messages_of

pytestmark = pytest.mark.django_db


def url(cast, name="directory", *more, **query):
    path = reverse(f"dashboards:{name}", args=[cast.cohort.slug, *more])
    return path + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def listed(page):
    return [(entry.email, entry.role_key, entry.city_name) for entry in page.context["people"]]


def who(cast, as_, **query):
    return {email for email, _role, _city in listed(as_(cast.admin).get(url(cast, **query)))}


@pytest.fixture
def second_cohort(cast, every_city):
    """A later cohort that Tulsa and its coach are in too."""
    content = cast.cohort.cohorttemplate.version, cast.cohort.cohortprogram.program, cast.cohort.cohortprogram.rubric
    second = make_cohort("Second", "second", -10, content)
    enrollment = second.enrollment_set.create(city=cast.tulsa, slug=cast.tulsa.slug, joined_on=second.kickoff)
    assign_coach(enrollment=enrollment, coach=cast.coach, by=None)
    return second


def test_directory_lists_everyone_of_the_cohort_and_no_one_else(cast, as_):
    rows = listed(as_(cast.admin).get(url(cast)))
    assert (cast.lead.email, "city_lead", "Tulsa") in rows
    assert (cast.coach.email, "coach", "Tulsa") in rows
    assert (cast.funder.email, "funder", "") in rows
    assert len(rows) == 10
    assert cast.far_lead.email not in {email for email, _role, _city in rows}


def test_filters_narrow_by_text_role_city_and_sign_in(cast, as_, every_city):
    User.objects.filter(pk=cast.lead.pk).update(last_login=timezone.now())
    User.objects.filter(pk=cast.mayor.pk).update(name="José Ñandú", sort_name="jose nandu")
    assert who(cast, as_, q="NAND%C3%9A") == {cast.mayor.email}
    assert who(cast, as_, q="rosario-ar.example") == {cast.other_lead.email, cast.other_mayor.email}
    assert who(cast, as_, role="mayor") == {cast.mayor.email, cast.other_mayor.email}
    assert who(cast, as_, city="rosario-ar") == {cast.other_lead.email, cast.other_mayor.email, cast.other_coach.email}
    waiting = who(cast, as_, state="not_signed_in")
    assert cast.lead.email not in waiting
    assert cast.member.email in waiting
    Membership.objects.filter(user=cast.member).update(until="2026-01-01")
    assert who(cast, as_, state="ended") == {cast.member.email}
    assert cast.member.email not in who(cast, as_)


@pytest.mark.parametrize("query", [{"role": "king"}, {"city": "quito-ec"}, {"state": "x"}, {"q": "%00"}, {"page": "x"}])
def test_a_wrong_filter_filters_nothing(cast, as_, query):
    assert len(who(cast, as_, **query)) == 10


def test_selected_people_who_have_not_signed_in_are_invited_again(cast, as_, every_city):
    User.objects.filter(pk=cast.lead.pk).update(last_login=timezone.now())
    tokens = {entry.email: entry.token for entry in as_(cast.admin).get(url(cast)).context["people"]}
    chosen = [tokens[person.email] for person in (cast.lead, cast.mayor, cast.coach, cast.funder)]
    answer = as_(cast.admin).post(url(cast, "directory-invite"), {"who": [*chosen, "member-999999"]}, follow=True)
    assert messages_of(answer) == ["3 invitations sent."]
    assert {mail.to for mail in emails(kind="invitation")} == {cast.mayor.email, cast.coach.email, cast.funder.email}


def test_everyone_whom_the_filters_show_is_invited_again(cast, as_):
    page = as_(cast.admin).post(url(cast, "directory-invite", city="rosario-ar", role="mayor"), {"everyone": "1"})
    assert page["Location"] == url(cast, city="rosario-ar", role="mayor")
    assert [mail.to for mail in emails(kind="invitation")] == [cast.other_mayor.email]


@pytest.mark.parametrize("state", ["paused", "withdrawn", "completed"])
def test_people_of_a_city_that_paused_or_left_are_listed_with_its_state_and_not_invited(cast, as_, every_city, state):
    row = cast.cohort.enrollment_set.get(city=cast.rosario)
    row.state, row.left_on = state, None if state == "paused" else cast.rosario.today()
    row.save()
    page = as_(cast.admin).get(url(cast))
    found = {entry.email: entry for entry in page.context["people"]}
    left = found[cast.other_lead.email]
    assert row.get_state_display() in main_text(page)
    assert f'value="{left.token}"' not in page.text
    assert f'value="{found[cast.lead.email].token}"' in page.text
    answer = as_(cast.admin).post(url(cast, "directory-invite"), {"who": [left.token]}, follow=True)
    assert messages_of(answer) == [
        "No one was invited. Select people who haven’t signed in yet and whose city hasn’t paused or left the cohort."
    ]
    as_(cast.admin).post(url(cast, "directory-invite"), {"everyone": "1"})
    invited = {mail.to for mail in emails(kind="invitation")}
    assert cast.lead.email in invited
    assert not invited & {cast.other_lead.email, cast.other_mayor.email, cast.other_coach.email}


def test_listing_shows_the_citys_state_in_this_cohort(cast, as_, second_cohort):
    """The city has left another one."""
    second_cohort.enrollment_set.filter(city=cast.tulsa).update(state="withdrawn", left_on=cast.tulsa.today())
    entries = as_(cast.admin).get(url(cast, city="tulsa-us")).context["people"]
    assert {entry.city_state for entry in entries} == {"active"}
    assert len([entry for entry in entries if entry.email == cast.lead.email]) == 1


def test_a_coach_of_several_cities_is_invited_once(cast, as_, every_city):
    enrollment = cast.cohort.enrollment_set.select_related("city", "cohort").get(city=cast.rosario)
    assign_coach(enrollment=enrollment, coach=cast.coach, by=None)
    answer = as_(cast.admin).post(url(cast, "directory-invite", role="coach"), {"everyone": "1"}, follow=True)
    assert len([e for e in answer.context["people"] if e.email == cast.coach.email]) == 2
    assert sorted(mail.to for mail in emails(kind="invitation")) == sorted([cast.coach.email, cast.other_coach.email])
    assert messages_of(answer) == ["2 invitations sent."]


def test_an_invitation_has_the_text_dates_and_address_of_the_cohort_whose_page_sent_it(cast, as_, second_cohort):
    Cohort.objects.filter(pk=second_cohort.pk).update(reply_to="second@govex.example")
    for role in ("city_member", "coach"):
        InvitationText.objects.create(
            cohort=second_cohort, role=role, language="en", subject="Join {cohort}", body="Starts {kickoff}."
        )
    second_cohort.refresh_from_db()
    browser, page = as_(cast.admin), reverse("dashboards:directory-invite", args=[second_cohort.slug])
    for person, role in ((cast.member, "city_member"), (cast.coach, "coach")):
        browser.post(f"{page}?role={role}", {"everyone": "1"})
        mail = last_mail(to=person.email)
        assert (mail.subject, mail.reply_to) == ("Join Second", "second@govex.example")
        assert formats.day(second_cohort.kickoff) in mail.text
        assert person.invitation_set.get().cohort == second_cohort
    coach = next(row for row in browser.get(reverse("cities:people")).context["staff"] if row.user == cast.coach)
    assert coach.state == "invited"
    # From the city's own page, the cohort that its pages follow.
    pk = cast.member.membership_set.get().pk
    as_(cast.lead).post(reverse("cities:member-invite-again", args=[cast.tulsa.slug, pk]))
    assert last_mail(to=cast.member.email).subject != "Join Second"
    assert cast.member.invitation_set.get().cohort == cast.cohort


def test_no_one_is_invited_before_the_cohort_is_live(cast, as_):
    Cohort.objects.filter(pk=cast.cohort.pk).update(live_at=None)
    as_(cast.admin).post(url(cast, "directory-invite"), {"everyone": "1"})
    assert emails(kind="invitation") == []


def test_export_holds_what_the_filters_show_and_no_formula(cast, as_):
    User.objects.filter(pk=cast.mayor.pk).update(name="=HYPERLINK(1)")
    answer = as_(cast.admin).get(url(cast, "directory-export", "csv", role="mayor"))
    assert answer["Content-Disposition"] == 'attachment; filename="people-cohort-2026.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Name,Email address,Role,City")
    assert any(line.startswith("'=HYPERLINK(1),mayor@tulsa-us.example,Mayor,Tulsa") for line in lines)
    content = as_(cast.admin).get(url(cast, "directory-export", "xlsx", role="mayor")).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = {cell.value: cell.data_type for cell in sheet["A"]}
    assert cells["=HYPERLINK(1)"] == "s"
    assert as_(cast.admin).get(url(cast, "directory-export", "pdf")).status_code == 404


def test_name_is_corrected_on_record(cast, as_):
    User.objects.filter(pk=cast.lead.pk).update(last_login=timezone.now())
    page = url(cast, "directory-person", cast.lead.pk)
    data = {"name": "Denise Whitlow", "email": cast.lead.email, "language": "en"}
    assert edit(as_(cast.admin), page, data).status_code == 302
    cast.lead.refresh_from_db()
    assert (cast.lead.name, cast.lead.sort_name) == ("Denise Whitlow", "denise whitlow")


def test_address_of_someone_who_signed_in_waits_for_confirmation(cast, as_, every_city):
    User.objects.filter(pk=cast.lead.pk).update(last_login=timezone.now())
    page, old = url(cast, "directory-person", cast.lead.pk), cast.lead.email
    answer = edit(as_(cast.admin), page, {"name": "Lena", "email": "lena@tulsa.gov", "language": "en"}, follow=True)
    assert messages_of(answer) == ["Saved. The new address takes effect once the person confirms it."]
    cast.lead.refresh_from_db()
    assert (cast.lead.name, cast.lead.email) == ("Lena", old)
    assert {mail.to for mail in emails(kind="notice")} == {old, "lena@tulsa.gov"}
    event = AuditEvent.objects.get(verb="person corrected")
    assert (event.data["former"]["name"], event.data["now"]["name"], event.actor_id) == ("Lead", "Lena", cast.admin.pk)
    assert AuditEvent.objects.filter(verb="address change requested", actor_id=cast.admin.pk).count() == 1


def test_address_of_someone_who_never_signed_in_is_corrected_and_invited(cast, as_):
    browser = as_(cast.admin)
    browser.post(url(cast, "directory-invite"), {"everyone": "1"})
    page = url(cast, "directory-person", cast.member.pk)
    edit(browser, page, {"name": "Member", "email": "m@tulsa.gov", "language": "en"})
    cast.member.refresh_from_db()
    assert cast.member.email == "m@tulsa.gov"
    assert last_mail(to="m@tulsa.gov").kind == "invitation"


def test_a_taken_address_is_refused_and_nothing_typed_is_lost(cast, as_):
    for signed_in in (None, timezone.now()):
        User.objects.filter(pk=cast.lead.pk).update(last_login=signed_in)
        page = url(cast, "directory-person", cast.lead.pk)
        answer = edit(as_(cast.admin), page, {"name": "Lena", "email": cast.mayor.email, "language": "en"})
        assert answer.status_code == 422
        assert len(answer.context["form"].errors["email"]) == 1
        assert answer.context["form"]["name"].value() == "Lena"
        cast.lead.refresh_from_db()
        assert cast.lead.name == "Lead"  # all or nothing


def test_directory_is_for_program_admins_and_this_cohorts_people(cast, as_):
    wanted = {"admin": 200, "coach": 403, "lead": 404, "funder": 404, "nobody": 404}
    for page in (url(cast), url(cast, "directory-person", cast.lead.pk), url(cast, "directory-export", "csv")):
        assert {name: as_(getattr(cast, name)).get(page).status_code for name in wanted} == wanted
    assert as_(cast.admin).get(url(cast, "directory-person", cast.far_lead.pk)).status_code == 404
    assert as_(cast.admin).get(url(cast, "directory-person", cast.nobody.pk)).status_code == 404


@pytest.mark.parametrize("number", [10, 100])
def test_directory_costs_the_same_at_10_and_100_and_has_pages(cast, as_, number):
    fill(cast.cohort, number)
    browser = as_(cast.admin)
    browser.get(url(cast))
    with cost() as measured:
        page = browser.get(url(cast))
    assert measured.count == 4, measured.queries
    assert len(page.context["people"]) <= 50
