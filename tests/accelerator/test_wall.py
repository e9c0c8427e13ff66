"""Row-level security by itself, on a table that no application code uses."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accelerator import rls
from accelerator.rls import Side, Wall
from tests.walls import close

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """A table with a row for each of the cities 1, 2 and 3 behind the wall."""
    with connection.cursor() as cursor:
        cursor.execute("create table note (id serial primary key, city_id bigint not null, body text)")
        cursor.execute("insert into note (city_id, body) values (1, 'one'), (2, 'two'), (3, 'three')")
        close(cursor, "note", Wall.TEAM)

    def bodies():
        with connection.cursor() as cursor:
            cursor.execute("select body from note order by city_id")
            return [body for (body,) in cursor.fetchall()]

    return bodies


def test_the_role_is_plain():
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_without_a_scope_nothing_shows(rows):
    assert rows() == []


def test_a_scope_shows_its_cities_only(rows):
    with rls.scope([1, 3], Side.CITY):
        assert rows() == ["one", "three"]
    assert rows() == []


def test_everything_shows_to_every_city(rows):
    with rls.every_city():
        assert rows() == ["one", "two", "three"]


@pytest.mark.parametrize("side", [Side.FUNDER, Side.NONE])
def test_other_sides_see_nothing(rows, side):
    with rls.scope([1, 2, 3], side):
        assert rows() == []


def test_an_empty_list_of_cities_shows_nothing(rows):
    with rls.scope([], Side.GOVEX):
        assert rows() == []


def test_another_citys_row_cannot_be_written(rows):
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with refused, rls.city_scope(1), connection.cursor() as cursor:
        cursor.execute("insert into note (city_id, body) values (2, 'smuggled')")
    with rls.every_city():
        assert rows() == ["one", "two", "three"]


def test_another_citys_row_cannot_be_changed_or_deleted(rows):
    with rls.city_scope(1), connection.cursor() as cursor:
        cursor.execute("update note set body = 'changed' where city_id = 2")
        assert cursor.rowcount == 0
        cursor.execute("delete from note where city_id = 2")
        assert cursor.rowcount == 0


def test_a_nested_scope_does_not_leak_into_the_outer_one(rows):
    with rls.scope([1, 2], Side.GOVEX):
        with rls.city_scope(2):
            assert rows() == ["two"]
        assert rows() == ["one", "two"]


def test_a_failed_nested_scope_gives_the_outer_one_back(rows):
    with rls.scope([1, 2], Side.GOVEX):
        with pytest.raises(ZeroDivisionError), rls.city_scope(2):
            raise ZeroDivisionError
        assert rows() == ["one", "two"]
        assert rls.current().cities == frozenset({1, 2})


@pytest.mark.parametrize(
    ("cities", "side"), [([1, 2], Side.CITY), ("*", Side.CITY), ([1], Side.GOVEX)], ids=["cities", "all", "side"]
)
def test_an_open_scope_refuses_to_widen(cities, side):
    with rls.city_scope(1), pytest.raises(rls.WiderScope), rls.scope(cities, side):
        pass


def test_a_commit_closes_the_scope(rows):
    with transaction.atomic(), rls.city_scope(1):
        assert rows() == ["one"]
    assert rls.current() == rls.CLOSED
    assert rows() == []


def test_the_private_wall_needs_the_program_side():
    with connection.cursor() as cursor:
        cursor.execute("create table secret (city_id bigint not null)")
        cursor.execute("insert into secret values (1)")
        close(cursor, "secret", Wall.STAFF)
    seen = {}
    for side in Side:
        with rls.scope([1], side), connection.cursor() as cursor:
            cursor.execute("select count(*) from secret")
            seen[side] = cursor.fetchone()[0]
    assert seen == {Side.NONE: 0, Side.FUNDER: 0, Side.CITY: 0, Side.GOVEX: 1}


def test_what_is_append_only_can_be_added_and_not_changed():
    with connection.cursor() as cursor:
        cursor.execute("create table log (city_id bigint, body text)")
        close(cursor, "log", Wall.APPEND_ONLY)
        cursor.execute("insert into log values (null, 'no city'), (1, 'one')")
    with rls.every_city(), connection.cursor() as cursor:
        cursor.execute("update log set body = ''")
        cursor.execute("delete from log")
        cursor.execute("select body from log order by body")
        assert cursor.fetchall() == [("no city",), ("one",)]
    with rls.city_scope(1), connection.cursor() as cursor:
        cursor.execute("select body from log")
        assert cursor.fetchall() == [("one",)]
