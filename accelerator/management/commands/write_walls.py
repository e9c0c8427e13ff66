"""Print an app's migration `0002_walls`: the policies, same-city keys and triggers its models need, as literal SQL."""

from collections.abc import Iterable
from textwrap import indent, wrap
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from accelerator.rls import POLICIES, Wall, freezes, parents_of, wall_of

FILE = '''"""Row-level security of this app's tables (docs/adr/0002), as `manage.py write_walls {app}` printed it.

Literal, so that it never changes with the code; tests/guards/test_walls.py compares it with accelerator/rls.py.
"""

from django.db import migrations

{walls}
TABLES = {{
{tables}
}}
# (child, its column, parent): both rows belong to the same city; foreign keys alone ignore policies.
SAME_CITY: list[tuple[str, str, str]] = [{parents}]
# (trigger, what it does): rows that never change.
FROZEN: list[tuple[str, str]] = [{frozen}]


def close(table: str, policies: dict[str, str]) -> migrations.RunSQL:
    made = " ".join(f'create policy {{name}} on "{{table}}" {{rule}};' for name, rule in policies.items())
    gone = " ".join(f'drop policy {{name}} on "{{table}}";' for name in policies)
    return migrations.RunSQL(
        f'alter table "{{table}}" enable row level security; '
        f'alter table "{{table}}" force row level security; {{made}}',
        f'{{gone}} alter table "{{table}}" no force row level security; '
        f'alter table "{{table}}" disable row level security;',
    )


def same_city(child: str, column: str, parent: str) -> migrations.RunSQL:
    name, unique = f"{{child}}_{{column}}_same_city"[:63], f"{{parent}}_same_city"[:63]
    return migrations.RunSQL(
        f'create unique index if not exists "{{unique}}" on "{{parent}}" (city_id, id); '
        f'alter table "{{child}}" add constraint "{{name}}" foreign key (city_id, "{{column}}") '
        f'references "{{parent}}" (city_id, id) deferrable initially deferred;',
        f'alter table "{{child}}" drop constraint "{{name}}";',
    )


class Migration(migrations.Migration):
    dependencies = [("{app}", "0001_initial")]
    operations = [
        *(close(table, policies) for table, policies in TABLES.items()),
        *(same_city(*key) for key in SAME_CITY),
        *(migrations.RunSQL(f"create trigger {{name}} before {{rule}};") for name, rule in FROZEN),
    ]
'''


class Command(BaseCommand):
    help = "Prints the migration that protects an app's tables; copy what is new into a new migration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app")

    def handle(self, *, app: str, **options: Any) -> None:
        models = [model for model in apps.get_app_config(app).get_models() if not model._meta.proxy]
        # Literal SQL instead of calls to rls.py: an old migration must keep doing what it did.
        walls = {model._meta.db_table: wall_of(model) for model in models}
        used = [wall for wall in Wall if wall is not Wall.NONE and wall in walls.values()]
        self.stdout.write(
            FILE.format(
                app=app,
                walls="\n".join(_literal(wall) for wall in used),
                tables="\n".join(f'    "{table}": {wall.name},' for table, wall in walls.items() if wall in used),
                parents=_rows(
                    f'("{model._meta.db_table}", "{column}", "{parent}"),'
                    for model in models
                    for column, parent in parents_of(model)
                ),
                frozen=_rows(f"{item!r}," for model in models for item in freezes(model).items()),
            ),
            ending="",
        )


def _rows(lines: Iterable[str]) -> str:
    block = "\n".join(lines)
    return f"\n{indent(block, ' ' * 4)}\n" if block else ""


def _literal(wall: Wall) -> str:
    """The wall's policies as a dictionary, with long conditions broken across lines."""
    rules = []
    for name, rule in POLICIES[wall].items():
        lines = wrap(rule, 96, drop_whitespace=False, break_long_words=False)
        rules.append(f'"{name}": (\n' + indent("\n".join(repr(line) for line in lines), " " * 4) + "\n),")
    return f"{wall.name} = {{\n" + indent("\n".join(rules), " " * 4) + "\n}"
