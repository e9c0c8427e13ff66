"""Importing a roster: what the preview's buttons say, what the import does, and its sentence."""

import pytest

from accelerator.models import AuditEvent, Cohort
from accelerator.refusals import Refused
from cities.models import City, Membership, Role
from cities.roster.actions import Imported, import_roster
from cities.roster.file import Roster, Row
from cities.roster.known import known_about
from cities.roster.preview import preview_of
from tests.clients import cost
from tests.mails import emails

pytestmark = pytest.mark.usefixtures("every_city")
NUMBERS = {"Tulsa": 4553433, "Rosario": 3838583, "Quito": 3652462}


def row(line=2, city="Tulsa", country="US", person="Ana Ruiz", email="ana@tulsa.example", role="member", **cells):
    return Row(line, **{"city": city, "country": country, "person": person, "email": email, "role": role, **cells})


def bogota(line=3, **cells):
    return row(line, **{"city": "Bogotá", "country": "Colombia", "email": f"p{line}@bogota.example", **cells})


def city_alone(line=2, city="Bogotá", country="Colombia"):
    return row(line, city, country, person="", email="", role="")


def preview(cast, *rows, cohort=None):
    return preview_of(Roster(list(rows)), cohort or cast.cohort)


def labels(cast, *rows, cohort=None):
    found = preview(cast, *rows, cohort=cohort)
    return found.send_label, found.keep_label


def imported(cast, *rows, send=True, cohort=None):
    cohort = cohort or cast.cohort
    return import_roster(cohort=cohort, verdicts=preview(cast, *rows, cohort=cohort).verdicts, send=send, by=cast.admin)


@pytest.fixture
def draft(cast):
    cast.cohort.live_at = None
    cast.cohort.save()
    return cast.cohort


# The preview's buttons ----------------------------------------------------------------


def test_buttons_offer_to_send_or_only_to_add(cast):
    assert labels(cast, row()) == ("Send invitations to 1 person", "Add 1 person without sending invitations yet")
    assert labels(cast, row(), bogota(3), bogota(4)) == (
        "Add 1 city and send invitations to 3 people",
        "Add 1 city and 3 people without sending invitations yet",
    )


def test_buttons_of_a_draft_cohort_offer_no_invitations(cast, draft):
    assert labels(cast, row(), bogota(), cohort=draft) == ("", "Add 1 city and 2 people")


def test_button_for_a_city_alone_adds_the_city(cast):
    assert labels(cast, city_alone()) == ("", "Add 1 city")
    assert labels(cast, city_alone(2), city_alone(3, "Lima", "Peru")) == ("", "Add 2 cities")


def test_button_for_another_role_changes_it(cast):
    assert labels(cast, row(email=cast.member.email, role="lead")) == ("", "Change 1 role")
    both = [row(2, email=cast.member.email, role="lead"), row(3, email=cast.lead.email, role="member")]
    assert labels(cast, *both) == ("", "Change 2 roles")


def test_no_button_where_everyone_is_here(cast):
    assert labels(cast, row(email=cast.member.email), city_alone(3, "Tulsa", "US")) == ("", "")


def test_preview_counts_a_person_of_a_refused_row_nowhere(cast):
    found = preview(cast, row(email="no address"))
    assert (found.new_people, found.new_cities) == (0, 0)


# What is known ------------------------------------------------------------------------


def test_known_are_staff_inactive_people_members_and_teams(cast):
    cast.delegate.is_active = False
    cast.delegate.save()
    people = ("coach", "lead", "delegate", "other_lead", "funder")
    rows = [row(number, email=cast.people[who].email) for number, who in enumerate(people, 2)]
    known = known_about([*rows, city_alone(8, "Quito", "Ecuador"), city_alone(9, "Rosario", "Argentina")], cast.cohort)
    assert (known.staff, known.inactive) == ({cast.coach.email}, {cast.delegate.email})
    (lead,) = known.members[cast.lead.email]
    assert (lead.geoname_id, lead.city, lead.role, lead.active) == (NUMBERS["Tulsa"], "Tulsa", Role.CITY_LEAD, True)
    assert not known.members[cast.delegate.email][0].active
    assert known.members[cast.funder.email] == []
    assert known.enrolled == {NUMBERS["Tulsa"], NUMBERS["Rosario"]}
    assert known.elsewhere == {NUMBERS["Quito"]: "Cohort 2025"}
    assert known.teams[NUMBERS["Tulsa"]][Role.MAYORS_DELEGATE] == 0, "who may not sign in is not on the team"
    assert known.teams[NUMBERS["Tulsa"]][Role.CITY_LEAD] == 1


def test_known_costs_the_same_for_one_row_and_for_fifty(cast):
    counts = []
    for number in (1, 50):
        rows = [row(line, email=f"p{line}@tulsa.example") for line in range(2, 2 + number)]
        rows += [row(99, email=cast.lead.email), row(100, email=cast.coach.email)]
        with cost() as measured:
            known_about(rows, cast.cohort)
        counts.append(measured.count)
    assert counts[0] == counts[1]


# The import ---------------------------------------------------------------------------


def test_import_adds_each_city_once_and_invites_everyone_new(cast):
    found = imported(cast, row(), bogota(3, role="lead"), bogota(4), row(5, email=cast.member.email))
    city = City.objects.get(slug="bogota-co")
    assert (found.new_cities, found.people, found.invited) == (1, 3, 3)
    assert set(found.cities) == {cast.tulsa, city}
    assert city.language == "es"
    assert city.membership_set.count() == 2
    assert {mail.to for mail in emails(kind="invitation")} == {
        "ana@tulsa.example",
        "p3@bogota.example",
        "p4@bogota.example",
    }
    assert found.message(cast.cohort) == "Added: 1 city, 3 people. 3 invitations are on their way."
    data = AuditEvent.objects.get(verb="roster taken").data
    assert data == {"cities": 1, "people": 3, "roles": 0, "invited": 3}


def test_import_of_a_changed_role_invites_no_one(cast):
    found = imported(cast, row(email=cast.member.email, role="lead"))
    assert Membership.objects.get(user=cast.member).role == Role.CITY_LEAD
    assert (found.people, found.roles, found.invited, emails()) == (0, 1, 0, [])
    assert found.message(cast.cohort) == "1 role changed."


def test_import_of_a_city_alone_adds_no_one(cast):
    people = Membership.objects.count()
    found = imported(cast, city_alone())
    assert (found.new_cities, found.people) == (1, 0)
    assert Membership.objects.count() == people
    assert City.objects.get(slug="bogota-co").enrollment_set.get().cohort == cast.cohort


def test_import_of_a_city_of_another_cohort_enrolls_the_same_city(cast):
    found = imported(cast, row(city="Quito", country="Ecuador", email="ana@quito.example"))
    assert (found.cities, found.new_cities) == ([cast.quito], 1)
    assert cast.quito.enrollment_set.count() == 2


def test_import_with_one_refused_row_changes_nothing(cast):
    before = City.objects.count(), Membership.objects.count()
    with pytest.raises(Refused) as refusal:
        imported(cast, bogota(), row(email=cast.coach.email))
    assert refusal.value.problems == {
        "": ("One of the rows now has an error, so nothing was changed. Check the rows and try again.")
    }
    assert (City.objects.count(), Membership.objects.count()) == before
    assert emails() == []


def test_import_again_adds_nothing(cast):
    imported(cast, row(), bogota())
    again = imported(cast, row(), bogota())
    assert (again.new_cities, again.people, again.invited) == (0, 0, 0)
    assert len(emails(kind="invitation")) == 2


def test_new_person_gets_the_rows_language_and_position(cast):
    imported(cast, row(language="português", position="AI lead", person="João Reis"), send=False)
    member = Membership.objects.select_related("user").get(user__email="ana@tulsa.example")
    assert (member.user.language, member.title) == ("pt-br", "AI lead")
    assert emails() == []


@pytest.mark.parametrize(
    ("figures", "is_live", "message"),
    [
        ((1, 1, 0, 1), True, "Added: 1 city, 1 person. 1 invitation is on its way."),
        ((2, 0, 0, 0), True, "Added: 2 cities."),
        ((0, 2, 3, 0), True, "Added: 2 people. 3 roles changed."),
        ((0, 2, 0, 0), False, "Added: 2 people. Invitations will go out when the cohort goes live."),
        ((1, 0, 0, 0), False, "Added: 1 city."),
        ((0, 0, 1, 0), False, "1 role changed."),
        ((0, 0, 0, 0), True, "There were no changes to save."),
    ],
)
def test_message_counts_what_is_new_and_says_when_invitations_go_out(cast, figures, is_live, message):
    cohort = Cohort(live_at=cast.cohort.live_at if is_live else None)
    assert Imported([], *figures).message(cohort) == message
