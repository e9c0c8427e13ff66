"""Protects tables that a test creates by itself, as a migration does for ours."""

from contextlib import contextmanager

from django.db import connection

from accelerator.rls import POLICIES


def close(cursor, table, wall):
    """Row-level security on, also for the table's owner, with the policies of this wall."""
    cursor.execute(f'alter table "{table}" enable row level security')
    cursor.execute(f'alter table "{table}" force row level security')
    for name, rule in POLICIES[wall].items():
        cursor.execute(f'create policy {name} on "{table}" {rule}')


def same_city(cursor, child, column, parent):
    """A child's parent belongs to the child's own city."""
    cursor.execute(f'create unique index if not exists "{parent}_same_city" on "{parent}" (city_id, id)')
    cursor.execute(
        f'alter table "{child}" add constraint "{child}_{column}_same_city" foreign key (city_id, "{column}") '
        f'references "{parent}" (city_id, id) deferrable initially deferred'
    )


@contextmanager
def thawed(model):
    """The model's frozen rows can be changed: for what a test must break, or a measurement remove."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        # A table with deferred checks still to come can't be altered.
        cursor.execute(f'set constraints all immediate; alter table "{table}" disable trigger user')
    yield
    with connection.cursor() as cursor:
        cursor.execute(f'set constraints all immediate; alter table "{table}" enable trigger user')
        cursor.execute("set constraints all deferred")
