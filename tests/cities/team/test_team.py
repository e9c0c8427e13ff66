"""A city's team page: who is here; inviting, changing and ending access, for those allowed to."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator import formats, rls
from accelerator.models import User
from cities import actions
from cities.invitations import actions as invitations
from cities.roles import CITY_ROLES, SUGGESTED_TITLES, Role
from cities.team import actions as team
from tests.cast import STRANGERS
from tests.clients import cost, edit, key_of
from tests.examples import few
from tests.mails import change, emails, last_mail, messages_of

pytestmark = pytest.mark.django_db
TEAM = "/cities/tulsa-us/team/"
INVITE = f"{TEAM}invite/"
MAY_SEE = ["admin", "coach", "lead", "member", "mayor", "delegate"]
MAY_CHANGE = ["admin", "lead"]
VERBS = ["invite-again", "end", "take-up-again"]


def person(number=0, **changes):
    """What one person's form posts."""
    typed = {
        "name": "Ana Silva",
        "email": "ana@tulsa.gov",
        "role": "city_member",
        "title": "Chief data officer",
        "language": "en",
        "until": "",
        **changes,
    }
    return {f"person{number}-{key}": value for key, value in typed.items()}


def several(*people):
    form = {"people": str(len(people))}
    for number, changes in enumerate(people):
        form |= person(number, **changes)
    return form


@pytest.fixture
def ana(cast):
    """A member who hasn't signed in yet."""
    with rls.every_city():
        membership = actions.add_member(
            city=cast.tulsa, email="ana@tulsa.gov", name="Ana Silva", role=Role.CITY_MEMBER, by=cast.lead
        )
        invitations.invite(membership, by=cast.lead)
    return membership


@pytest.fixture
def elsewhere(cast):
    """Someone of another city: the row exists."""
    return cast.other_lead.membership_set.get()


def members(city):
    return {m.user.email: m for m in city.membership_set.select_related("user")}


# Seeing ---------------------------------------------------------------------------------


def answers(browser, membership):
    """The status of every request that changes or shows one member, and of inviting."""
    paths = [INVITE, f"{TEAM}{membership.pk}/"]
    verbs = [f"{TEAM}{membership.pk}/{verb}/" for verb in VERBS]
    return {browser.get(path).status_code for path in paths} | {
        browser.post(path, several({})).status_code for path in paths + verbs
    }


def test_the_team_is_shown_with_roles_and_positions(cast, as_):
    for who in MAY_SEE:
        page = as_(getattr(cast, who)).get(TEAM)
        assert page.status_code == 200
        for name in ("lead", "member", "mayor", "delegate", "guest"):
            assert cast.people[name].email in page.text
        assert "Chief data officer" in page.text
        assert cast.other_lead.email not in page.text
        assert ("Invite people" in page.text) == (who in MAY_CHANGE), who
        assert (">Edit<" in page.text) == (who in MAY_CHANGE), who


def test_a_guest_may_not_see_the_team_and_a_funder_is_a_stranger(cast, as_):
    assert as_(cast.guest).get(TEAM).status_code == 403
    assert as_(cast.funder).get(TEAM).status_code == 404


def test_strangers_get_404_everywhere(cast, ana, as_):
    for who in STRANGERS:
        browser = as_(getattr(cast, who))
        assert browser.get(TEAM).status_code == 404, who
        assert answers(browser, ana) == {404}, who


def test_other_roles_may_not_change_the_team(cast, ana, as_):
    for who in ("coach", "member", "mayor", "delegate", "guest"):
        assert answers(as_(getattr(cast, who)), ana) == {403}, who
    ana.refresh_from_db()
    assert ana.until is None


def test_another_citys_member_is_404_though_it_exists(cast, elsewhere, as_):
    for who in MAY_CHANGE:
        browser = as_(getattr(cast, who))
        assert browser.get(f"{TEAM}{elsewhere.pk}/").status_code == 404
        assert browser.post(f"{TEAM}{elsewhere.pk}/", {"role": "mayor", "title": ""}).status_code == 404
        assert {browser.post(f"{TEAM}{elsewhere.pk}/{verb}/").status_code for verb in VERBS} == {404}
    elsewhere.refresh_from_db()
    assert (elsewhere.role, elsewhere.until) == (Role.CITY_LEAD, None)


def test_opening_an_address_that_acts_does_nothing(cast, ana, as_):
    # "end" first shows what is theirs.
    answers = {verb: as_(cast.lead).get(f"{TEAM}{ana.pk}/{verb}/").status_code for verb in VERBS}
    assert answers == {verb: 200 if verb == "end" else 405 for verb in VERBS}
    ana.refresh_from_db()
    assert ana.until is None


def test_the_state_of_an_invitation_is_shown(cast, ana, as_):
    browser = as_(cast.lead)
    assert "Invited" in browser.get(TEAM).text
    change(last_mail(to=ana.user.email), state="failed", reason="550 no such person")
    page = browser.get(TEAM).text
    assert "Email not delivered" in page
    assert "550 no such person" in page
    change(last_mail(to=ana.user.email), state="sent")
    ana.user.invitation_set.update(sent_at=timezone.now() - timedelta(days=31))
    assert "Link expired" in browser.get(TEAM).text
    User.objects.filter(pk=ana.user.pk).update(last_login=timezone.now())
    assert "Link expired" not in browser.get(TEAM).text


@pytest.mark.parametrize(
    ("size", "warning"),
    [
        (2, "The team has 2 people. The program suggests 3 or 4."),
        (3, None),
        (4, None),
        (5, "The team has 5 people. The program suggests 3 or 4."),
    ],
)
def test_a_team_of_another_size_gets_a_warning_and_no_error(cast, as_, size, warning):
    with rls.every_city():
        for number in range(size - 2):
            actions.add_member(
                city=cast.tulsa, email=f"m{number}@tulsa.gov", name=f"M {number}", role=Role.CITY_MEMBER, by=None
            )
    page = as_(cast.lead).get(TEAM)
    assert page.context["advice"] == ([warning] if warning else [])


def test_the_page_costs_the_same_for_ten_and_for_a_hundred(cast, as_):
    def add(start, stop):
        with rls.every_city():
            for number in range(start, stop):
                membership = actions.add_member(
                    city=cast.tulsa, email=f"m{number}@tulsa.gov", name=f"M {number}", role=Role.CITY_MEMBER, by=None
                )
                if number % 2:
                    invitations.invite(membership, by=cast.lead)

    browser = as_(cast.lead)
    counts = []
    for start, stop in ((0, 10), (10, 100)):
        add(start, stop)
        with cost() as measured:
            assert browser.get(TEAM).status_code == 200
        counts.append(measured.count)
    assert counts[0] == counts[1] <= 8


# Inviting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", MAY_CHANGE)
def test_a_person_is_invited_at_once(cast, as_, who, every_city):
    by = getattr(cast, who)
    answer = as_(by).post(INVITE, several({"email": " ANA@Tulsa.GOV ", "language": "es"}), follow=True)
    assert answer.redirect_chain == [(TEAM, 302)]
    assert messages_of(answer) == ["Invitation sent to ana@tulsa.gov."]
    membership = members(cast.tulsa)["ana@tulsa.gov"]
    assert (membership.role, membership.title, membership.until) == ("city_member", "Chief data officer", None)
    assert (membership.user.name, membership.user.language) == ("Ana Silva", "es")
    assert membership.user.time_zone == cast.tulsa.time_zone
    invitation = membership.user.invitation_set.get()
    assert (invitation.city, invitation.role, invitation.invited_by) == (cast.tulsa, "city_member", by)
    mail = last_mail(kind="invitation")
    assert (mail.to, mail.state) == ("ana@tulsa.gov", "queued")
    assert '<html lang="es">' in mail.html


def test_the_form_suggests_the_senior_teams_positions_and_the_citys_language(cast, as_):
    page = as_(cast.other_lead).get("/cities/rosario-ar/team/invite/").text
    assert 'list="id_person0-title-list"' in page
    listed = re.findall(r'<option value="([^"]*)"></option>', page)
    with translation.override("es"):
        assert listed == [str(title) for title in SUGGESTED_TITLES]
    assert '<option value="es" selected>' in page


def test_several_people_are_invited_together(cast, as_, every_city):
    people = [{"email": f"p{n}@tulsa.gov", "name": f"P {n}"} for n in range(5)]
    answer = as_(cast.lead).post(INVITE, several(*people), follow=True)
    assert messages_of(answer) == ["5 invitations sent."]
    assert len(emails(kind="invitation")) == 5


def test_another_person_adds_a_form_and_keeps_what_was_typed(cast, as_):
    page = as_(cast.lead).post(INVITE, several({"email": "not an address", "name": "<Ana>"}) | {"more": "1"})
    forms = page.context["form"].forms
    assert [form["email"].value() for form in forms] == ["not an address", None]
    assert forms[0]["name"].value() == "<Ana>"
    assert not page.context["form"].errors
    assert len(emails()) == 0
    assert "Send invitations" in page.text


def test_an_empty_form_below_does_not_count(cast, as_):
    form = several({}, {"name": "", "email": "", "title": ""})
    answer = as_(cast.lead).post(INVITE, form, follow=True)
    assert messages_of(answer) == ["Invitation sent to ana@tulsa.gov."]


def test_invite_with_one_refused_address_adds_no_one(cast, as_, every_city):
    """The second is GovEx staff: the first isn't added either, and nothing typed is lost."""
    form = several({"email": "ok@tulsa.gov", "name": "José Ñandú"}, {"email": cast.coach.email, "name": "Coach"})
    page = as_(cast.lead).post(INVITE, form)
    assert page.status_code == 200
    assert page.context["form"].errors == [
        f"{cast.coach.email} belongs to a GovEx staff member and can’t be added to a city team."
    ]
    assert "José Ñandú" in page.text
    assert "ok@tulsa.gov" not in members(cast.tulsa)
    assert len(emails()) == 0


WRONG = [
    ({"name": ""}, "name", "This field is required."),
    ({"email": "ana"}, "email", "“ana” isn’t an email address. It should look like name@city.gov."),
    ({"email": "member@tulsa-us.example"}, "email", "member@tulsa-us.example is already on the team."),
    ({"role": "guest_reviewer"}, "until", "Choose the guest reviewer’s last day of access."),
    ({"until": "2020-01-01"}, "until", "That date has passed. Choose today or a later date."),
    ({"until": "soon"}, "until", "Enter a valid date."),
    ({"role": "coach"}, "role", "Select a valid choice. coach is not one of the available choices."),
    ({"language": "xx"}, "language", "Select a valid choice. xx is not one of the available choices."),
]


def test_invite_with_a_mistake_shows_one_sentence_at_its_field(cast, as_):
    browser = as_(cast.lead)
    for changes, field, sentence in WRONG:
        page = browser.post(INVITE, several(changes))
        assert page.status_code == 200
        (form,) = page.context["form"].forms
        assert {name: list(errors) for name, errors in form.errors.items()} == {field: [sentence]}
        assert f'href="#id_person0-{field}"' in page.text
    assert len(emails()) == 0


def test_invite_with_one_address_twice_shows_the_error_at_the_second(cast, as_):
    page = as_(cast.lead).post(INVITE, several({}, {"email": "ANA@tulsa.gov", "name": "Ana again"}))
    first, second = page.context["form"].forms
    assert not first.errors
    assert list(second.errors["email"]) == ["This address is already entered above."]


def test_invite_of_a_former_member_gives_access_again(cast, as_, every_city):
    membership = cast.member.membership_set.get()
    team.end_membership(membership, by=cast.lead)
    as_(cast.lead).post(INVITE, several({"email": cast.member.email, "role": "city_lead"}))
    membership.refresh_from_db()
    assert (membership.role, membership.until) == ("city_lead", None)


def test_invite_of_a_deactivated_person_is_refused(cast, as_):
    User.objects.filter(pk=cast.nobody.pk).update(is_active=False)
    page = as_(cast.lead).post(INVITE, several({"email": cast.nobody.email}))
    assert page.context["form"].errors == [f"{cast.nobody.email} no longer has access to this site."]


def test_a_tampered_number_of_people_is_bounded(cast, as_):
    browser = as_(cast.lead)
    for people in ("", "0", "-1", "x", "9999", "²", "1000000000000"):
        page = browser.post(INVITE, {"people": people, "more": "1"})
        assert 1 <= len(page.context["form"].forms) <= 20, people


anything = st.text(max_size=140)


@few(20)
@given(
    name=anything,
    email=st.one_of(anything, st.emails(), st.emails().map(str.upper), st.emails().map(lambda e: f" {e}\t")),
    role=st.sampled_from([*CITY_ROLES, "", "x"]),
    title=anything,
    language=st.sampled_from(["en", "es", "pt-br", "", "xx"]),
    until=st.one_of(st.just(""), st.dates().map(str), anything),
)
def test_invite_with_any_text_sends_once_or_shows_an_error(
    cast, as_, every_city, name, email, role, title, language, until
):
    """Any name, address, case or accent: a redirect and one email, or a page with everything that was typed."""
    before = len(emails())
    typed = {"name": name, "email": email, "role": role, "title": title, "language": language, "until": until}
    page = as_(cast.lead).post(INVITE, several(typed))
    sent = len(emails()) - before
    if page.status_code == 302:
        assert sent == 1
        mail = last_mail(kind="invitation")
        user = User.objects.get(email=mail.to)
        assert user.email == user.email.lower().strip()
        assert user.name == name.strip()
        assert "\n" not in mail.subject
    else:
        assert page.status_code == 200
        assert sent == 0
        assert page.context["form"].errors
        assert {key: page.context["form"].forms[0][key].value() for key in typed} == typed


# Changing and ending ------------------------------------------------------------------------


def test_members_role_and_position_are_changed(cast, as_):
    membership = cast.member.membership_set.get()
    User.objects.filter(pk=cast.member.pk).update(last_login=timezone.now())
    until = timezone.localdate() + timedelta(days=9)
    form = {
        "role": "guest_reviewer",
        "title": "Auditor",
        "until": str(until),
        "email": "evil@nowhere.example",
        "name": "Evil",
    }
    answer = edit(as_(cast.lead), f"{TEAM}{membership.pk}/", form)
    assert answer["Location"] == TEAM
    membership.refresh_from_db()
    assert (membership.role, membership.title, membership.until) == ("guest_reviewer", "Auditor", until)
    cast.member.refresh_from_db()
    assert cast.member.email == "member@tulsa-us.example"
    assert cast.member.name == "Member"


@pytest.mark.parametrize("days", [367, 3000])
def test_guest_reviewers_access_lasts_at_most_a_year(cast, as_, every_city, days):
    membership, today = cast.member.membership_set.get(), cast.tulsa.today()
    last = formats.day(today + timedelta(days=366))
    User.objects.filter(pk=cast.member.pk).update(last_login=timezone.now())
    sentence = f"A guest reviewer’s access can last at most one year, until {last}."
    far = {"role": "guest_reviewer", "until": str(today + timedelta(days=days))}
    page = edit(as_(cast.lead), f"{TEAM}{membership.pk}/", far)
    assert page.context["form"].errors["until"] == [sentence]
    (form,) = as_(cast.lead).post(INVITE, several(far)).context["form"].forms
    assert form.errors["until"] == [sentence]
    with pytest.raises(ValidationError):
        team.change_member(
            membership, role=Role.GUEST_REVIEWER, title="", until=today + timedelta(days=days), by=cast.lead
        )
    member = {**far, "role": "city_member"}
    edit(as_(cast.lead), f"{TEAM}{membership.pk}/", member)
    membership.refresh_from_db()
    assert (membership.role, str(membership.until)) == ("city_member", member["until"])


def test_member_who_has_signed_in_cannot_be_renamed_by_others(cast, as_):
    membership = cast.member.membership_set.get()
    User.objects.filter(pk=cast.member.pk).update(last_login=timezone.now())
    page = as_(cast.lead).get(f"{TEAM}{membership.pk}/")
    assert page.context["form"].field_names == ["role", "title", "until"]


def test_a_pending_address_is_corrected_and_invited_again(cast, ana, as_):
    form = {
        "name": "Ana S.",
        "email": "Ana.Silva@Tulsa.gov",
        "language": "es",
        "role": "city_member",
        "title": "",
        "until": "",
    }
    answer = edit(as_(cast.lead), f"{TEAM}{ana.pk}/", form)
    assert answer["Location"] == TEAM
    ana.user.refresh_from_db()
    assert (ana.user.name, ana.user.email, ana.user.language) == ("Ana S.", "ana.silva@tulsa.gov", "es")
    assert last_mail(kind="invitation").to == "ana.silva@tulsa.gov"


def test_correction_to_another_persons_address_is_refused_and_changes_nothing(cast, ana, as_):
    form = {"name": "Ana S.", "email": cast.mayor.email, "language": "en", "role": "mayor", "title": "", "until": ""}
    page = edit(as_(cast.lead), f"{TEAM}{ana.pk}/", form)
    assert page.status_code == 422
    assert len(page.context["form"].errors["email"]) == 1
    ana.refresh_from_db()
    assert ana.role == "city_member"
    assert ana.user.email == "ana@tulsa.gov"


def test_the_last_lead_cannot_step_down_or_leave(cast, as_):
    own, browser = cast.lead.membership_set.get(), as_(cast.lead)
    form = {"name": "Lead", "email": cast.lead.email, "language": "en", "role": "city_member", "title": "", "until": ""}
    page = edit(browser, f"{TEAM}{own.pk}/", form)
    assert list(page.context["form"].errors["role"]) == [
        ("You’re the only city lead. Make someone else the city lead before you change your role or end your access.")
    ]
    answer = browser.post(f"{TEAM}{own.pk}/end/", follow=True)
    assert messages_of(answer) == [
        ("You’re the only city lead. Make someone else the city lead before you change your role or end your access.")
    ]
    own.refresh_from_db()
    assert (own.role, own.until) == (Role.CITY_LEAD, None)


def test_an_invitation_is_sent_again(cast, ana, as_):
    answer = as_(cast.lead).post(f"{TEAM}{ana.pk}/invite-again/", follow=True)
    assert messages_of(answer) == ["Invitation sent to ana@tulsa.gov."]
    assert len(emails(to="ana@tulsa.gov")) == 2
    assert ana.user.invitation_set.count() == 1


def test_invitation_sent_again_by_two_clicks_is_one_email(cast, ana, as_):
    browser, url = as_(cast.lead), f"{TEAM}{ana.pk}/invite-again/"
    data = {"form_key": key_of(browser.get(f"{TEAM}{ana.pk}/"), url)}
    for _click in range(2):
        assert messages_of(browser.post(url, data, follow=True)) == ["Invitation sent to ana@tulsa.gov."]
    assert len(emails(to="ana@tulsa.gov")) == 2


def test_ending_access_and_undoing_it(cast, ana, as_):
    browser = as_(cast.lead)
    answer = browser.post(f"{TEAM}{ana.pk}/end/", follow=True)
    assert messages_of(answer) == [
        "Ana Silva no longer has access to Tulsa. You can undo this below, under “Access ended.”"
    ]
    assert [place.user.email for place in answer.context["former"]] == ["ana@tulsa.gov"]
    assert "invitation withdrawn" in answer.text
    assert browser.post(f"{TEAM}{ana.pk}/end/")["Location"] == TEAM  # the second of two clicks
    assert browser.post(f"{TEAM}{ana.pk}/invite-again/").status_code == 404
    answer = browser.post(f"{TEAM}{ana.pk}/take-up-again/", follow=True)
    assert messages_of(answer) == ["Ana Silva has access again."]
    assert answer.context["former"] == []


def test_member_who_ends_their_own_access_is_sent_home(cast, as_):
    with rls.every_city():
        team.change_member(cast.member.membership_set.get(), role=Role.CITY_LEAD, title="", until=None, by=None)
    own = cast.lead.membership_set.get()
    assert as_(cast.lead).post(f"{TEAM}{own.pk}/end/")["Location"] == "/"
    assert as_(cast.lead).get(TEAM).status_code == 404


def test_former_people_are_shown_to_those_who_may_change(cast, ana, as_):
    with rls.every_city():
        team.end_membership(ana, by=cast.lead)
    assert "ana@tulsa.gov" in as_(cast.lead).get(TEAM).text
    assert "ana@tulsa.gov" not in as_(cast.mayor).get(TEAM).text
    assert as_(cast.lead).get(f"{TEAM}{ana.pk}/").status_code == 200
