"""The page of the program's own people and the funder's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accelerator import rls
from accelerator.models import Email, User
from cities import actions
from cities.invitations import actions as invitations
from cities.models import FunderGrant, Role, StaffRole
from tests.cast import ROLES, STRANGERS
from tests.clients import cost, edit, key_of
from tests.mails import emails, last_mail, messages_of

pytestmark = pytest.mark.django_db
PEOPLE, ADD = "/people/", "/people/add/"


def form(**changes):
    return {
        "name": "Lucía Ferreyra",
        "email": "Lucia@GovEx.example",
        "role": "coach",
        "cohort": "",
        "language": "es",
        **changes,
    }


@pytest.fixture
def paths(cast):
    role, grant = cast.coach.staffrole_set.get(), cast.funder.fundergrant_set.get()
    return {
        "pages": [PEOPLE, ADD, f"/people/{cast.coach.pk}/"],
        "verbs": [f"/people/staff/{role.pk}/{verb}/" for verb in ("invite-again", "end")]
        + [f"/people/funders/{grant.pk}/{verb}/" for verb in ("invite-again", "end")],
    }


def test_admins_see_who_is_here(cast, as_):
    page = as_(cast.admin).get(PEOPLE)
    assert page.status_code == 200
    assert [place.user.email for place in page.context["staff"]] == [
        cast.coach.email,
        cast.other_coach.email,
        cast.admin.email,
    ]
    assert [place.cities for place in page.context["staff"]] == [("Tulsa",), ("Rosario",), ()]
    assert [place.user.email for place in page.context["funders"]] == [cast.funder.email]
    assert cast.lead.email not in page.text


def answers(browser, paths):
    return {browser.get(path).status_code for path in paths["pages"]} | {
        browser.post(path).status_code for path in paths["verbs"] + paths["pages"][1:]
    }


def test_people_outside_govex_get_404(cast, paths, as_):
    for who in {*ROLES, *STRANGERS} - {"admin", "coach", "other_coach"}:
        assert answers(as_(getattr(cast, who)), paths) == {404}, who


def test_a_coach_gets_403(cast, paths, as_):
    assert answers(as_(cast.coach), paths) == answers(as_(cast.other_coach), paths) == {403}
    assert cast.coach.staffrole_set.exists()


def test_opening_an_address_that_acts_does_nothing(cast, paths, as_):
    browser = as_(cast.admin)
    # A role's end first shows what is theirs.
    assert [browser.get(path).status_code for path in paths["verbs"]] == [405, 200, 405, 405]
    assert StaffRole.objects.filter(user=cast.coach).exists()


def test_people_of_a_city_and_unknown_numbers_are_404(cast, as_):
    browser = as_(cast.admin)
    for pk in (cast.lead.pk, cast.nobody.pk, 10**9):
        assert browser.get(f"/people/{pk}/").status_code == 404
    for path in ("staff/999999/end/", "funders/999999/end/", "staff/999999/invite-again/"):
        assert browser.post(PEOPLE + path).status_code == 404


def test_the_page_costs_the_same_for_ten_and_for_a_hundred(cast, as_):
    browser, counts = as_(cast.admin), []
    for start, stop in ((0, 10), (10, 100)):
        with rls.every_city():
            for number in range(start, stop):
                role = actions.add_staff(email=f"c{number}@govex.example", name=f"C {number}", role=Role.COACH, by=None)
                if number % 3 == 0:
                    invitations.invite(role, by=cast.admin)
        with cost() as measured:
            assert browser.get(PEOPLE).status_code == 200
        counts.append(measured.count)
    assert counts[0] == counts[1] <= 14


def test_a_coach_is_added_and_invited_at_once(cast, as_):
    answer = as_(cast.admin).post(ADD, form(), follow=True)
    assert answer.redirect_chain == [(PEOPLE, 302)]
    assert messages_of(answer) == ["Invitation sent to lucia@govex.example."]
    user = User.objects.get(email="lucia@govex.example")
    assert (user.name, user.language, user.staffrole_set.get().role) == ("Lucía Ferreyra", "es", "coach")
    mail = last_mail(kind="invitation")
    assert mail.to == "lucia@govex.example"
    assert '<html lang="es">' in mail.html
    assert user.invitation_set.get().invited_by == cast.admin


def test_a_funder_is_added_for_a_cohort(cast, as_):
    browser = as_(cast.admin)
    page = browser.post(ADD, form(role="funder"))
    assert page.context["form"].errors == {"cohort": ["Choose the cohort this person can see."]}
    browser.post(ADD, form(role="funder", cohort=str(cast.cohort.pk)))
    grant = FunderGrant.objects.get(user__email="lucia@govex.example")
    assert grant.cohort == cast.cohort
    assert grant.user.invitation_set.get().cohort == cast.cohort


@pytest.mark.parametrize(
    ("who", "changes", "sentence"),
    [
        ("lead", {}, "lead@tulsa-us.example belongs to someone on a city team and can’t be added to GovEx staff."),
        ("coach", {}, "This person already has this role."),
        ("funder", {"role": "funder"}, "This person can already see this cohort."),
    ],
)
def test_person_who_cannot_be_added_gets_one_sentence(cast, as_, who, changes, sentence):
    typed = form(email=getattr(cast, who).email, cohort=str(cast.cohort.pk), **changes)
    page = as_(cast.admin).post(ADD, typed)
    assert page.status_code == 200
    assert list(page.context["form"].errors["email"]) == [sentence]
    assert page.context["form"]["name"].value() == "Lucía Ferreyra"
    assert len(emails()) == 0


def test_added_person_who_has_signed_in_keeps_their_language(cast, as_):
    User.objects.filter(pk=cast.coach.pk).update(last_login=timezone.now())
    as_(cast.admin).post(ADD, form(email=cast.coach.email, role="program_admin"))
    cast.coach.refresh_from_db()
    assert cast.coach.language == "en"
    assert cast.coach.staffrole_set.count() == 2


def test_a_pending_address_is_corrected_and_invited_again(cast, as_):
    browser = as_(cast.admin)
    browser.post(ADD, form())
    user = User.objects.get(email="lucia@govex.example")
    answer = edit(
        browser, f"/people/{user.pk}/", {"name": "Lucía F.", "email": "lf@govex.example", "language": "en"}, follow=True
    )
    assert messages_of(answer)[-1] == "Saved. The invitation was sent to lf@govex.example."
    user.refresh_from_db()
    assert (user.name, user.email, user.language) == ("Lucía F.", "lf@govex.example", "en")
    page = edit(browser, f"/people/{user.pk}/", {"name": "L", "email": cast.lead.email, "language": "en"})
    assert len(page.context["form"].errors["email"]) == 1


def test_person_who_has_signed_in_cannot_be_renamed_by_others(cast, as_):
    User.objects.filter(pk=cast.coach.pk).update(last_login=timezone.now())
    browser = as_(cast.admin)
    page = browser.get(f"/people/{cast.coach.pk}/")
    assert page.status_code == 200
    assert page.context["form"] is None
    assert browser.post(f"/people/{cast.coach.pk}/", {"email": "evil@nowhere.example"}).status_code == 403
    cast.coach.refresh_from_db()
    assert cast.coach.email == "coach@govex.example"


def test_an_invitation_is_sent_again(cast, paths, as_):
    browser = as_(cast.admin)
    for path in (paths["verbs"][0], paths["verbs"][2]):
        assert browser.post(path)["Location"] == PEOPLE
    assert {mail.to for mail in emails()} == {cast.coach.email, cast.funder.email}


def test_invitation_sent_again_by_two_clicks_is_one_email(cast, paths, as_):
    browser = as_(cast.admin)
    for person, url in ((cast.coach, paths["verbs"][0]), (cast.funder, paths["verbs"][2])):
        data = {"form_key": key_of(browser.get(f"/people/{person.pk}/"), url)}
        for _click in range(2):
            assert messages_of(browser.post(url, data, follow=True)) == [f"Invitation sent to {person.email}."]
        assert len(emails(to=person.email)) == 1


def test_access_is_ended(cast, paths, as_):
    browser = as_(cast.admin)
    answer = browser.post(paths["verbs"][1], {f"city{cast.tulsa.pk}": "none"}, follow=True)
    assert messages_of(answer) == [
        "Coach no longer has the coach role. You can undo this for a day on the People page.",
        "This city no longer has a coach: Tulsa.",
    ]
    browser.post(paths["verbs"][3])
    assert not StaffRole.objects.filter(user=cast.coach).exists()
    assert not FunderGrant.objects.filter(user=cast.funder).exists()
    assert as_(cast.coach).get("/cities/tulsa-us/team/").status_code == 404


def test_the_last_program_admin_stays(cast, as_):
    role = cast.admin.staffrole_set.get()
    answer = as_(cast.admin).post(f"/people/staff/{role.pk}/end/")
    assert answer["Location"] == "/"
    assert cast.admin.staffrole_set.exists()


def test_failed_emails_are_listed_for_a_month(cast, as_):
    def mail(days, **fields):
        Email.objects.create(
            subject="Your sign-in code", kind="sign-in", created_at=timezone.now() - timedelta(days=days), **fields
        )

    mail(1, to="a@tulsa.gov", state="failed", reason="550 no such person")
    mail(2, to="b@tulsa.gov", state="unknown")
    mail(3, to="c@tulsa.gov", state="sent")
    mail(31, to="d@tulsa.gov", state="failed")
    page = as_(cast.admin).get(PEOPLE)
    assert [row.to for row in page.context["trouble"]] == ["a@tulsa.gov", "b@tulsa.gov"]
    assert "550 no such person" in page.text


def test_coached_city_says_until_today_on_the_last_day(cast, as_):
    assert "(until today)" not in as_(cast.admin).get(PEOPLE).text
    with rls.every_city():
        cast.coach.coachassignment_set.filter(city=cast.tulsa).update(ends_on=cast.tulsa.today())
    assert "Tulsa (until today)" in as_(cast.admin).get(PEOPLE).text
