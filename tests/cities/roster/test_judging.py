"""Verdicts on roster rows: one each, with sentences about the cells."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.intake.verdicts import Kind
from cities.models import Role
from cities.roster.file import Row
from cities.roster.judging import Known, Member, geoname_ids, judge
from cities.roster.synonyms import language_of, role_of, suggested_title
from cities.roster.teams import summarize
from cities.world import default_language

TULSA, QUITO = 4553433, 3652462
ANA = {"person": "Ana Ruiz", "email": "ana@tulsa.example", "role": "city lead"}


def row(line=2, **cells):
    return Row(line, **{"city": "Tulsa", "country": "US", **ANA, **cells})


def one(known=Known(), **cells):  # noqa: B008 - frozen
    (verdict,) = judge([row(**cells)], known)
    return verdict


def problems_of(verdict):
    return [(problem.column, problem.sentence) for problem in verdict.problems]


def test_a_new_person_of_a_new_city():
    verdict = one()
    assert (verdict.kind, verdict.role, verdict.language) == (Kind.ADDED, Role.CITY_LEAD, "en")
    assert (verdict.is_new_city, verdict.adds_person, verdict.gives_role) == (True, True, True)
    assert verdict.world.geoname_id == TULSA


def test_a_person_who_is_here_already():
    known = Known(
        members={"ana@tulsa.example": [Member(TULSA, "Tulsa", "city_lead", active=True)]}, enrolled=frozenset({TULSA})
    )
    assert (one(known).kind, one(known).gives_role) == (Kind.UNCHANGED, False)


def test_a_row_without_person_adds_the_city_alone():
    verdict = one(person="", email="", role="")
    assert (verdict.kind, verdict.only_city, verdict.gives_role) == (Kind.ADDED, True, False)
    assert one(Known(enrolled=frozenset({TULSA})), person="", email="").kind == Kind.UNCHANGED


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("City Lead", "city_lead"),
        ("líder", "city_lead"),
        ("team member", "city_member"),
        ("Integrante", "city_member"),
        ("Alcaldesa", "mayor"),
        ("prefeito", "mayor"),
        ("Intendente", "mayor"),
        ("Mayor's delegate", "mayors_delegate"),
        ("mayor’s delegate", "mayors_delegate"),
        ("delegada", "mayors_delegate"),
        ("revisora convidada", "guest_reviewer"),
        ("boss", None),
        ("", None),
    ],
)
def test_roles_are_read_in_three_languages(word, role):
    assert role_of(word) == role


def test_unknown_role_is_refused_with_the_known_ones():
    assert problems_of(one(role="boss")) == [
        ("Role", "“boss” isn’t a role. Enter city lead, city member, mayor, mayor’s delegate or guest reviewer.")
    ]


def test_staff_roles_cannot_be_given_by_a_roster():
    assert one(role="coach").kind == Kind.REFUSED
    assert one(role="program admin").kind == Kind.REFUSED


def test_a_suggested_position_in_place_of_a_role_means_a_member_who_holds_it():
    verdict = one(role="chief data officer")
    assert (verdict.role, verdict.position, verdict.kind) == (Role.CITY_MEMBER, "Chief data officer", Kind.CHECK)
    assert suggested_title("nothing of the kind") == ""


@pytest.mark.parametrize(
    ("word", "code"), [("en", "en"), ("Español", "es"), ("Português", "pt-br"), ("PT_BR", "pt-br"), ("fr", "")]
)
def test_languages_are_read_in_three_languages(word, code):
    assert language_of(word) == code


def test_an_empty_or_unknown_language_is_the_citys():
    assert one(city="Recife", country="Brasil").language == "pt-br"
    unknown = one(language="Quechua")
    assert (unknown.kind, unknown.language) == (Kind.CHECK, "en")
    assert [default_language(code) for code in ("us", "MX", "BR", "CA")] == ["en", "es", "pt-br", "en"]


def test_a_name_of_several_cities_asks_for_the_region():
    (problem,) = one(city="Springfield").problems
    assert problem.column == "Region"
    assert problem.sentence.startswith("United States has 3 cities named Springfield. Enter the region: ")
    assert "Missouri" in problem.sentence
    assert one(city="Springfield", region="Illinois").kind == Kind.ADDED
    assert one(city="Springfield", region="IL").kind == Kind.ADDED


def test_a_wrong_region_lists_the_candidates():
    (problem,) = one(region="Texas").problems
    assert problem.sentence == "There’s no Tulsa in “Texas.” Possible matches: Oklahoma (413,066 people)."


@pytest.mark.parametrize("country", ["US", "USA", "United States", "Estados Unidos", "EE. UU.", "EUA"])
def test_countries_by_code_and_by_name(country):
    assert one(country=country).world.geoname_id == TULSA


def test_a_city_that_is_too_small_and_a_misspelled_one():
    assert problems_of(one(city="Guthrie")) == [
        ("City", "“Guthrie” (United States) isn’t on the list of cities with a population of 100,000 or more.")
    ]
    assert one(city="Guadalahara", country="Mexico").problems[0].sentence.endswith("Did you mean Guadalajara?")


def test_missing_cells_are_named():
    assert [column for column, _ in problems_of(one(city="", person="", role=""))] == ["City", "Person", "Role"]
    assert problems_of(one(country="")) == [("Country", "This row doesn’t include a country.")]
    assert problems_of(one(country="Atlantis")) == [
        ("Country", "We don’t recognize the country “Atlantis.” Enter a country code, such as US or BR.")
    ]
    assert problems_of(one(email="")) == [("Email", "This row doesn’t include an email address.")]


def test_an_address_that_is_none():
    assert one(email="ana(at)tulsa").kind == Kind.REFUSED


def test_cells_that_are_too_long():
    assert [c for c, _ in problems_of(one(person="A" * 121, position="B" * 121))] == ["Person", "Position"]


def test_a_formula_keeps_the_row_out():
    verdict = one(formulas={"surname": "D2"})
    assert (verdict.kind, problems_of(verdict)) == (
        Kind.REFUSED,
        [("Person", "Cell D2 contains a formula. Enter its value instead.")],
    )


def test_the_preview_shows_city_person_and_role():
    shown = [(cell.text, cell.detail) for cell in one(position="Chief").cells]
    assert shown == [("Tulsa, Oklahoma, US", ""), ("Ana Ruiz", "ana@tulsa.example"), ("city lead", "Chief")]
    assert [cell.text for cell in one(city="Nowhere", person="", email="", role="").cells] == [
        "Nowhere  US",
        "city only",
        "",
    ]


def test_surplus_cells_are_an_error():
    assert one(surplus=2).kind == Kind.REFUSED


def test_staff_and_inactive_people_are_refused():
    email = "ana@tulsa.example"
    assert problems_of(one(Known(funders=frozenset({email})))) == [
        ("Email", "ana@tulsa.example belongs to a funder representative and can’t be added to a city team.")
    ]
    assert problems_of(one(Known(staff=frozenset({email})))) == [
        ("Email", "ana@tulsa.example belongs to a GovEx staff member and can’t be added to a city team.")
    ]
    assert one(Known(inactive=frozenset({email}))).kind == Kind.REFUSED


def test_a_member_of_another_city_is_checked_not_refused():
    known = Known(members={"ana@tulsa.example": [Member(QUITO, "Quito", "mayor", active=True)]})
    assert problems_of(one(known)) == [
        ("Email", "This person is already on the team in Quito and would have access to this city too.")
    ]
    assert one(known).gives_role
    former = Known(members={"ana@tulsa.example": [Member(QUITO, "Quito", "mayor", active=False)]})
    assert one(former).kind == Kind.ADDED


def test_previous_member_returns_and_another_role_is_a_warning():
    gone = Known(members={"ana@tulsa.example": [Member(TULSA, "Tulsa", "city_lead", active=False)]})
    assert (one(gone).kind, one(gone).adds_person) == (Kind.CHECK, True)
    other = Known(members={"ana@tulsa.example": [Member(TULSA, "Tulsa", "city_member", active=True)]})
    verdict = one(other)
    assert (verdict.adds_person, verdict.changes_role, verdict.kind) == (False, True, Kind.CHECK)
    assert problems_of(verdict) == [("Role", "This person’s role would change from city member to city lead.")]


def test_city_of_another_cohort_is_a_warning():
    verdict = one(Known(elsewhere={TULSA: "Cohort 2025"}))
    assert problems_of(verdict) == [("City", "Tulsa is also in Cohort 2025 and will continue its strategy there.")]


@pytest.mark.parametrize(
    ("second", "kind", "sentence"),
    [
        ({}, Kind.CHECK, "This row is the same as row 2, so we’ll count it only once."),
        (
            {"role": "mayor"},
            Kind.REFUSED,
            "Row 2 gives this person a different role in the same city. Keep only one of the two rows.",
        ),
        ({"person": "Bo Li"}, Kind.REFUSED, "Row 2 has the same address with a different name."),
        (
            {"city": "Quito", "country": "EC"},
            Kind.CHECK,
            "Row 2 adds this person to another city. They would have access to both.",
        ),
    ],
)
def test_one_address_in_two_rows(second, kind, sentence):
    first, repeated = judge([row(), row(3, **second)], Known())
    assert (first.kind, repeated.kind) == (Kind.ADDED, kind)
    assert repeated.problems[-1].sentence == sentence
    assert sum(v.gives_role for v in (first, repeated)) == (2 if "city" in second else 1)


def test_accents_and_case_do_not_make_another_name():
    first, again = judge([row(person="José Peña"), row(3, person="JOSE PENA")], Known())
    assert again.problems[0].sentence == "This row is the same as row 2, so we’ll count it only once."


def team(*roles):
    return [
        row(line, person=f"P{line}", email=f"p{line}@tulsa.example", role=role) for line, role in enumerate(roles, 2)
    ]


@pytest.mark.parametrize(
    ("roles", "warnings"),
    [
        (["city lead", "member", "member"], []),
        (["city lead", "member", "member", "member", "mayor"], []),
        (["city lead", "member"], ["Team size: 2. The program suggests 3 or 4 people."]),
        (["lead", *["member"] * 4], ["Team size: 5. The program suggests 3 or 4 people."]),
        (["member"] * 3, ["The team doesn’t have a city lead yet."]),
        (["lead", "lead", "member"], ["2 people have the city lead role. The program expects only one."]),
        (["lead", "member", "member", "mayor", "mayor"], ["2 people have the mayor role."]),
    ],
)
def test_the_size_of_a_team_is_advice(roles, warnings):
    (city,) = summarize(judge(team(*roles), Known()), Known())
    assert (city.people, city.warnings) == (len(roles), warnings)


def test_a_team_counts_those_who_are_there_already():
    known = Known(
        enrolled=frozenset({TULSA}),
        teams={TULSA: Counter({"city_lead": 1, "city_member": 1})},
        members={"p2@tulsa.example": [Member(TULSA, "Tulsa", "city_member", active=True)]},
    )
    (city,) = summarize(judge(team("mayor", "member"), known), known)
    assert (city.is_new, city.people, city.team) == (False, 1, 2)


def test_places_are_those_that_rows_may_mean():
    assert geoname_ids([row(), row(city="Nowhere"), row(country="")]) == {TULSA}
    assert len(geoname_ids([row(city="Springfield")])) == 3


values = st.sampled_from(["", "Tulsa", "Springfield", "Quito", "US", "Ecuador", "ana@x.example", "lead", "?", "ñ"])
rows = st.builds(
    Row,
    line=st.integers(2, 99),
    city=values,
    region=values,
    country=values,
    person=values,
    email=values,
    role=values,
    language=values,
    position=values,
    surplus=st.integers(0, 1),
)


@given(st.lists(rows, max_size=12))
def test_every_row_has_exactly_one_verdict(given_rows):
    verdicts = judge(given_rows, Known())
    assert [verdict.row for verdict in verdicts] == given_rows
    for verdict in verdicts:
        if verdict.kind != Kind.REFUSED:
            assert verdict.world is not None
            assert verdict.only_city or verdict.role is not None
        else:
            assert not verdict.gives_role
    summarize(verdicts, Known())
