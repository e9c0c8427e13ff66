"""Every policy in the database is the one that accelerator/rls.py writes for the table today."""

import pytest
from django.db import connection

from accelerator.rls import POLICIES, Wall, freezes, parents_of, wall_of
from tests.guards.test_house import house_models

pytestmark = pytest.mark.django_db


def policies_of(table):
    """The table's policies as PostgreSQL tells them: name, command, roles and both conditions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select policyname, permissive, cmd, roles::text[], qual, with_check from pg_policies "
            "where tablename = %s order by policyname",
            [table],
        )
        return cursor.fetchall()


def test_every_table_has_exactly_the_policies_of_its_wall():
    """Each wall is built anew on an empty copy of the table, so that PostgreSQL writes both conditions alike."""
    for model in house_models():
        table, wall = model._meta.db_table, wall_of(model)
        with connection.cursor() as cursor:
            cursor.execute(f'create temp table wall_copy (like "{table}")')
            for name, rule in POLICIES[wall].items():
                cursor.execute(f"create policy {name} on wall_copy {rule}")
            copied = policies_of("wall_copy")
            cursor.execute("drop table wall_copy")
        assert policies_of(table) == copied, f"{table}: {wall.name}"


def test_a_table_with_policies_is_closed_to_its_owner_too():
    with connection.cursor() as cursor:
        cursor.execute("select relname, relrowsecurity, relforcerowsecurity from pg_class where relkind = 'r'")
        flags = {name: (row, forced) for name, row, forced in cursor.fetchall()}
    for model in house_models():
        is_walled = wall_of(model) is not Wall.NONE
        assert flags[model._meta.db_table] == (is_walled, is_walled), model._meta.db_table


def test_a_policy_belongs_to_a_table_of_the_house():
    with connection.cursor() as cursor:
        cursor.execute("select distinct tablename from pg_policies")
        tables = {name for (name,) in cursor.fetchall()}
    assert tables == {m._meta.db_table for m in house_models() if wall_of(m) is not Wall.NONE}


def test_the_same_city_keys_are_those_of_the_models():
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, a.attname, confrelid::regclass::text from pg_constraint k "
            "join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[2] "
            "where contype = 'f' and array_length(conkey, 1) = 2"
        )
        held = set(cursor.fetchall())
    wanted = {(m._meta.db_table, column, parent) for m in house_models() for column, parent in parents_of(m)}
    # An enrollment repeats its city's zone, for where no scope is open yet.
    assert held == wanted | {("cities_enrollment", "time_zone", "cities_city")}


def test_rows_are_frozen_as_their_models_say():
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgrelid::regclass::text, tgname, lower(pg_get_triggerdef(oid)), tgenabled from pg_trigger "
            "where tgname in ('frozen', 'set_once')"
        )
        held = {(table, name): (rule, enabled) for table, name, rule, enabled in cursor.fetchall()}
    wanted = {}
    for model in house_models():
        for name, rule in freezes(model).items():
            # As PostgreSQL words it.
            plain = rule.replace('"', "").replace("update or delete", "delete or update").replace(" on ", " on public.")
            wanted[model._meta.db_table, name] = (f"create trigger {name} before {plain}", "O")
    assert held == wanted
    assert ("strategy_strategyversion", "frozen") in held
