"""The second wall: PostgreSQL row-level security (docs/adr/0002).

A policy on every table with a city's rows reads two transaction-local settings: `accelerator.cities` (IDs separated by
commas, or `*`) and `accelerator.side`. If they are unset or empty, no rows are visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from django.db import connection, models, transaction

Everything = Literal["*"]


class Side(models.TextChoices):
    """Who is reading; each side sees everything the sides before it see."""

    NONE = "none"
    FUNDER = "funder"
    CITY = "city"
    GOVEX = "govex"

    @property
    def rank(self) -> int:
        return list(Side).index(self)


class WiderScope(RuntimeError):
    """A nested scope would show more than the outer one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cities' rows are visible (IDs, or `*` for all), and to which side."""

    cities: frozenset[int] | Everything = frozenset()
    side: Side = Side.NONE

    def covers(self, other: Scope) -> bool:
        if other.side.rank > self.side.rank:
            return False
        if self.cities == "*":
            return True
        return other.cities != "*" and other.cities <= self.cities

    @property
    def setting(self) -> str:
        return "*" if self.cities == "*" else ",".join(map(str, sorted(self.cities)))


CLOSED = Scope()


def current() -> Scope:
    """The scope open on this thread's connection, or `CLOSED`."""
    return getattr(connection, "accelerator_scope", CLOSED)


def _apply(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('accelerator.cities', %s, true), set_config('accelerator.side', %s, true)",
            [scope.setting, "" if scope == CLOSED else scope.side.value],
        )


@contextmanager
def scope(cities: Iterable[int] | Everything, side: Side) -> Iterator[Scope]:
    """Open a transaction that shows only these cities' rows; raises WiderScope inside a narrower one."""
    previous = current()
    requested = Scope("*" if cities == "*" else frozenset(int(city) for city in cities), side)
    if previous != CLOSED and not previous.covers(requested):
        raise WiderScope(f"{requested} is wider than the open {previous}")
    with transaction.atomic():
        _apply(requested)
        connection.accelerator_scope = requested  # type: ignore[attr-defined]
        try:
            yield requested
        finally:
            connection.accelerator_scope = previous  # type: ignore[attr-defined]
        # A rollback resets the settings by itself; a released savepoint keeps them.
        _apply(previous)


def city_scope(city_id: int, side: Side = Side.CITY) -> AbstractContextManager[Scope]:
    """One city's rows, for a city's view or task."""
    return scope([city_id], side)


def every_city() -> AbstractContextManager[Scope]:
    """All rows of all cities, for staff pages, the reminder clock, seeds and data migrations only."""
    return scope("*", Side.GOVEX)


_CITIES = "current_setting('accelerator.cities', true)"


def predicate(column: str, sides: Iterable[str]) -> str:
    """The policy's condition."""
    # Parse the setting in a scalar subquery, which runs once; outside one, PostgreSQL parses it for every row.
    listed = ", ".join(f"'{side}'" for side in sides)
    return (
        f"((select {_CITIES} = '*') or {column} = any ((select case when {_CITIES} = '*' then '{{}}' "
        f"else string_to_array({_CITIES}, ',') end::bigint[])::bigint[])) "
        f"and (select current_setting('accelerator.side', true) in ({listed}))"
    )


class Wall(Enum):
    """How a table is protected; a model sets it as its `wall` attribute.

    Tables with a city's rows default to TEAM, all others to NONE.
    """

    NONE = "decides the scope itself, so it is read without one, in cities/access.py alone"
    TEAM = "read and written inside a scope of the row's city"
    CITY = "the city itself: the funder reads it too"
    STAFF = "inside a scope of GovEx's side"
    LEDGER = "like TEAM, but a row once written is never changed or deleted"
    APPEND_ONLY = "like LEDGER, but anyone may add a row, whatever the scope"
    PUBLIC = "a copy made on publication: everyone reads, the city's scope writes"
    OUTBOX = "like TEAM, but anyone may add a row, whatever the scope"
    PEERS = "its owner's, and read in the cities of its cohort that take part in peer review"
    PEER_COMMENTS = "read and added by whoever reads the copy they are about, changed by the copy's owner"


_TEAM = predicate("city_id", ["govex", "city"])
_OWNER = predicate("owner_id", ["govex", "city"])
_IN_COHORT = "select e.cohort_id, e.city_id from cities_enrollment e where e.state not in ('withdrawn', 'completed')"
# The reader's own strategy says whether the city takes part; neither it nor the owner has left the cohort. A copy is
# closed here two days late: midnight depends on the city's zone, and a comment that was begun before the end still
# arrives (strategy/review/views/peers.py).
_TAKING_PART = (
    f"select s.cohort_id from strategy_strategy s where s.peers and (s.cohort_id, s.city_id) in ({_IN_COHORT}) "  # noqa: S608 - constants
    f"and {predicate('s.city_id', ['govex', 'city'])}"
)
_PEER = (
    "until >= current_date - 2 and (closed_at is null or closed_at > now() - interval '2 days') "
    f"and (cohort_id, owner_id) in ({_IN_COHORT}) and cohort_id in ({_TAKING_PART})"
)
_COPIES = "select p.id from strategy_peersection p"
_READABLE_COPY = f"section_id in ({_COPIES})"
_OWN_COPY = f"section_id in ({_COPIES} where {predicate('p.owner_id', ['govex', 'city'])})"
# The policies of each wall: the name mapped to what follows `create policy <name> on <table>`.
POLICIES: dict[Wall, dict[str, str]] = {
    Wall.NONE: {},
    Wall.TEAM: {"wall": f"using ({_TEAM})"},
    Wall.CITY: {"wall": f"using ({predicate('id', ['govex', 'city', 'funder'])})"},
    Wall.STAFF: {"wall": f"using ({predicate('city_id', ['govex'])})"},
    Wall.LEDGER: {"wall": f"for select using ({_TEAM})", "append": f"for insert with check ({_TEAM})"},
    Wall.APPEND_ONLY: {"wall": f"for select using ({_TEAM})", "append": "for insert with check (true)"},
    Wall.PUBLIC: {"read": "for select using (true)", "wall": f"using ({_TEAM})"},
    Wall.OUTBOX: {"wall": f"using ({_TEAM})", "append": "for insert with check (true)"},
    Wall.PEERS: {"wall": f"using ({_OWNER})", "read": f"for select using ({_PEER})"},
    Wall.PEER_COMMENTS: {
        "wall": f"using ({_OWN_COPY})",
        "read": f"for select using ({_READABLE_COPY})",
        "append": f"for insert with check ({_READABLE_COPY})",
    },
}


def has_city(model: type[models.Model]) -> bool:
    """Whether the model has a foreign key named `city`."""
    return any(field.name == "city" and field.is_relation for field in model._meta.concrete_fields)


def wall_of(model: type[models.Model]) -> Wall:
    """The model's own setting, else TEAM for a table with a city's rows and NONE for any other."""
    wall: Wall = getattr(model, "wall", Wall.TEAM if has_city(model) else Wall.NONE)
    return wall


def parents_of(model: type[models.Model]) -> list[tuple[str, str]]:
    """(column, parent table) where both rows have a city, which must be the same one."""
    # Foreign keys bypass the policies: without these, a row could point into another city.
    if not has_city(model):
        return []
    keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    return [
        (key.column, key.related_model._meta.db_table)
        for key in keys
        if key.name != "city" and has_city(key.related_model)
    ]


# Frozen rows: a model whose rows never change names the columns that may, in `changeable` (an empty tuple: none may),
# and those that may be filled in once, in `set_once`. Its rows are never deleted either.


def freezes(model: type[models.Model]) -> dict[str, str]:
    """The model's triggers: the name mapped to what follows `create trigger <name> before`."""
    changeable: tuple[str, ...] | None = getattr(model, "changeable", None)
    if changeable is None:
        return {}
    once: tuple[str, ...] = getattr(model, "set_once", ())
    table = model._meta.db_table
    triggers = {"frozen": _trigger("update or delete", table, "accelerator_frozen", (*changeable, *once))}
    if once:
        triggers["set_once"] = _trigger("update", table, "accelerator_set_once", once)
    return triggers


def keeps_rows(model: type[models.Model]) -> bool:
    """Whether the database refuses to delete the model's rows."""
    return wall_of(model) in (Wall.LEDGER, Wall.APPEND_ONLY) or bool(freezes(model))


def _trigger(event: str, table: str, function: str, columns: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{column}'" for column in columns)
    return f'{event} on "{table}" for each row execute function {function}({listed})'
