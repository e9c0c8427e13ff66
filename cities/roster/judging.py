"""What a roster would do, row by row, before anything is written. No queries: `Known` has the database's facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accelerator import formats, mail
from accelerator.intake.verdicts import Cell, Kind, Verdict
from accelerator.names import validate_name, visible
from accelerator.naming import normalize
from cities import world
from cities.models import CITY_ROLES, Role
from cities.roster.file import Row, column_heading
from cities.roster.synonyms import language_of, role_of, suggested_title
from cities.world import WorldCity, default_language

LONGEST = 120  # characters in a name or a position


@dataclass(frozen=True, slots=True)
class Member:
    """A person's current membership in a city."""

    geoname_id: int | None
    city: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The database's facts about a roster's people and cities, gathered once."""

    staff: frozenset[str] = frozenset()  # addresses of GovEx staff
    funders: frozenset[str] = frozenset()  # addresses of the funder's people
    inactive: frozenset[str] = frozenset()  # addresses that can't sign in
    members: dict[str, list[Member]] = field(default_factory=dict)  # by address
    enrolled: frozenset[int] = frozenset()  # GeoNames IDs of the cohort's cities
    elsewhere: dict[int, str] = field(default_factory=dict)  # GeoNames ID: another cohort's name
    teams: dict[int, Counter[str]] = field(default_factory=dict)  # people by role in the cohort's cities


@dataclass(slots=True, kw_only=True)
class RosterVerdict(Verdict):
    """What would happen to one row."""

    row: Row
    world: WorldCity | None = None
    role: Role | None = None
    position: str = ""
    language: str = ""
    is_new_city: bool = False
    adds_person: bool = False
    changes_role: bool = False

    def heading(self, column: str) -> str:
        return column_heading(column)

    @property
    def effect(self) -> Kind:
        return Kind.ADDED if self.adds_person or self.is_new_city else Kind.UNCHANGED

    @property
    def gives_role(self) -> bool:
        """Whether confirming gives this person the role."""
        return not self.is_refused and (self.adds_person or self.changes_role)

    @property
    def only_city(self) -> bool:
        return not (self.row.person or self.row.email)

    @property
    def cells(self) -> list[Cell]:
        row, role = self.row, self.role
        city = self.world.label if self.world else f"{row.city} {row.region} {row.country}"
        return [
            Cell(_("City"), city),
            Cell(_("Person"), _("city only") if self.only_city else visible(row.person), row.email),
            Cell(_("Role"), str(role.label) if role else row.role, self.position),
        ]


def judge(rows: Iterable[Row], known: Known) -> list[RosterVerdict]:
    """One verdict per row, in row order."""
    verdicts = [RosterVerdict(row.line, row=row) for row in rows]
    # Once per city instead of once per row: fuzzy search takes milliseconds, and rosters repeat cities.
    cities: dict[tuple[str, str, str], WorldCity | None | list[tuple[str, str]]] = {}
    for verdict in verdicts:
        row = verdict.row
        place = (row.city, row.region, row.country)
        if place not in cities:
            cities[place] = _find_city(*place)
        _judge_city(verdict, cities[place], known)
        for name, cell in row.formulas.items():
            verdict.refuse_formula(name, cell)
        if row.surplus:
            verdict.refuse(
                "city",
                _(
                    "This row has more cells than there are columns. Check for a separator, "
                    "such as a comma, inside a cell."
                ),
            )
        if not verdict.only_city:
            _judge_person(verdict, known)
    _judge_repeats(verdicts)
    return verdicts


def geoname_ids(rows: Iterable[Row]) -> set[int]:
    """GeoNames IDs of every city the rows can mean."""
    places = {(row.city, row.country, row.region) for row in rows if row.city and row.country}
    return {city.geoname_id for place in places for city in world.find_cities(*place)}


def _judge_city(verdict: RosterVerdict, match: WorldCity | None | list[tuple[str, str]], known: Known) -> None:
    if not isinstance(match, WorldCity):
        for name, sentence in match or []:
            verdict.refuse(name, sentence)
        return
    verdict.world = match
    verdict.language = default_language(match.country)
    verdict.is_new_city = match.geoname_id not in known.enrolled
    if verdict.is_new_city and match.geoname_id in known.elsewhere:
        verdict.warn(
            "city",
            _("%(city)s is also in %(cohort)s and will continue its strategy there.")
            % {"city": match.name, "cohort": known.elsewhere[match.geoname_id]},
        )


def _find_city(name: str, region: str, country: str) -> WorldCity | list[tuple[str, str]]:
    """The one city that the cells mean, or what is wrong with them."""
    if not name:
        return [("city", _("This row doesn’t include a city."))]
    if not country:
        return [("country", _("This row doesn’t include a country."))]
    code = world.country_code(country)
    if not code:
        sentence = _("We don’t recognize the country “%(country)s.” Enter a country code, such as US or BR.")
        return [("country", sentence % {"country": country})]
    matches = world.find_cities(name, code, region)
    if len(matches) == 1:
        return matches[0]
    if matches:
        return [("region", _several_message(name, matches))]
    namesakes = world.find_cities(name, code) if region else []
    if namesakes:
        return [
            (
                "region",
                _("There’s no %(city)s in “%(region)s.” Possible matches: %(candidates)s.")
                % {"city": name, "region": region, "candidates": _candidates(namesakes)},
            )
        ]
    return [("city", _unknown_message(name, code))]


def _several_message(name: str, matches: Sequence[WorldCity]) -> str:
    return _("%(country)s has %(count)d cities named %(city)s. Enter the region: %(candidates)s.") % {
        "count": len(matches),
        "country": _country_name(matches[0].country),
        "city": name,
        "candidates": _candidates(matches),
    }


def _candidates(cities: Sequence[WorldCity]) -> str:
    """`Missouri (169,176 people)`: what distinguishes cities with the same name."""
    return get_text_list(
        [
            _("%(region)s (%(people)s people)")
            % {"region": city.region or city.name, "people": formats.number(city.population)}
            for city in cities[:8]
        ],
        _("or"),
    )


def _unknown_message(name: str, code: str) -> str:
    """Not in the list: too small, or misspelled; suggests similar names in the country."""
    sentence = _("“%(city)s” (%(country)s) isn’t on the list of cities with a population of 100,000 or more.") % {
        "city": name,
        "country": _country_name(code),
    }
    pool = {normalize(c.name): c.name for c in world.search(f"{name[:3]} {code}", 200) if c.country == code}
    near = [pool[match] for match in get_close_matches(normalize(name), list(pool), n=3, cutoff=0.72)]
    if near:
        sentence += " " + _("Did you mean %(names)s?") % {"names": get_text_list(near, _("or"))}
    return sentence


def _country_name(code: str) -> str:
    return world.country_name(code, get_language() or "en")


def _judge_person(verdict: RosterVerdict, known: Known) -> None:
    row = verdict.row
    if not row.person:
        verdict.refuse("person", _("This row doesn’t include the person’s name."))
    elif len(row.person) > LONGEST:
        verdict.refuse("person", _("The name is longer than %(most)d characters.") % {"most": LONGEST})
    else:
        try:
            validate_name(row.person)
        except ValidationError as problem:
            verdict.refuse("person", problem.messages[0])
    _judge_role(verdict)
    _judge_language(verdict)
    if not row.email:
        verdict.refuse("email", _("This row doesn’t include an email address."))
        return
    try:
        mail.address(row.email)
    except ValidationError as wrong:
        verdict.refuse("email", wrong.messages[0])
        return
    _judge_membership(verdict, known)


def _judge_role(verdict: RosterVerdict) -> None:
    """The role as written; "Chief Data Officer" means a city member in that position."""
    typed, position = verdict.row.role, verdict.row.position
    verdict.role, verdict.position = role_of(typed), position
    if len(position) > LONGEST:
        verdict.refuse("position", _("The position is longer than %(most)d characters.") % {"most": LONGEST})
    if verdict.role:
        return
    roles = get_text_list([str(role.label) for role in CITY_ROLES], _("or"))
    if title := suggested_title(typed):
        verdict.role, verdict.position = Role.CITY_MEMBER, position or title
        verdict.warn(
            "role",
            _("“%(said)s” is a position. This person will be added as a city member with that position.")
            % {"said": typed},
        )
    elif typed:
        verdict.refuse("role", _("“%(said)s” isn’t a role. Enter %(roles)s.") % {"said": typed, "roles": roles})
    else:
        verdict.refuse("role", _("This row doesn’t include a role. Enter %(roles)s.") % {"roles": roles})


def _judge_language(verdict: RosterVerdict) -> None:
    typed = verdict.row.language
    if not typed:
        return
    if code := language_of(typed):
        verdict.language = code
    else:
        verdict.warn(
            "language",
            _(
                "This site is available in English, Spanish, and Portuguese, not “%(said)s.” The city’s language "
                "will be used."
            )
            % {"said": typed},
        )


def _judge_membership(verdict: RosterVerdict, known: Known) -> None:
    email = verdict.row.email
    if email in known.staff:
        sentence = _("%(email)s belongs to a GovEx staff member and can’t be added to a city team.")
        verdict.refuse("email", sentence % {"email": email})
        return
    if email in known.funders:
        sentence = _("%(email)s belongs to a funder representative and can’t be added to a city team.")
        verdict.refuse("email", sentence % {"email": email})
        return
    # An upload must not undo an administrator's decision about a person.
    if email in known.inactive:
        sentence = _("%(email)s no longer has access to this site. Restore this person’s access first.")
        verdict.refuse("email", sentence % {"email": email})
        return
    members = known.members.get(email, [])
    here = next((m for m in members if verdict.world and m.geoname_id == verdict.world.geoname_id), None)
    elsewhere = [m.city for m in members if m is not here and m.active]
    if elsewhere:
        verdict.warn(
            "email",
            _("This person is already on the team in %(city)s and would have access to this city too.")
            % {"city": get_text_list(elsewhere, _("and"))},
        )
    verdict.adds_person = here is None or not here.active
    if here and not here.active:
        verdict.warn("email", _("This person left the team and would be added back."))
    elif here and verdict.role and here.role != verdict.role:
        verdict.changes_role = True
        verdict.warn(
            "role",
            _("This person’s role would change from %(now)s to %(then)s.")
            % {"now": Role(here.role).label, "then": verdict.role.label},
        )


def _judge_repeats(verdicts: Sequence[RosterVerdict]) -> None:
    seen: dict[str, list[RosterVerdict]] = defaultdict(list)
    for verdict in verdicts:
        email = verdict.row.email
        if not email:
            continue
        for earlier in seen[email]:
            if _judge_repeat(verdict, earlier):
                break
        seen[email].append(verdict)


def _judge_repeat(verdict: RosterVerdict, earlier: RosterVerdict) -> bool:
    """Compare two rows with the same address; True if the later one needs no further comparison."""
    line = {"line": earlier.row.line}
    if normalize(verdict.row.person) != normalize(earlier.row.person):
        verdict.refuse("email", _("Row %(line)d has the same address with a different name.") % line)
    elif verdict.world is None or earlier.world is None:
        return False
    elif verdict.world.geoname_id != earlier.world.geoname_id:
        verdict.warn(
            "email", _("Row %(line)d adds this person to another city. They would have access to both.") % line
        )
    elif verdict.role != earlier.role:
        verdict.refuse(
            "role",
            _("Row %(line)d gives this person a different role in the same city. Keep only one of the two rows.")
            % line,
        )
    else:
        # A repeated row adds nothing and must not count twice in the preview either.
        verdict.warn("email", _("This row is the same as row %(line)d, so we’ll count it only once.") % line)
        verdict.adds_person = verdict.changes_role = False
    return True
