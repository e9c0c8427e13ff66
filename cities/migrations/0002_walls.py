"""Row-level security of this app's tables (docs/adr/0002), as `manage.py write_walls cities` printed it.

Literal, so that it never changes with the code; tests/guards/test_walls.py compares it with accelerator/rls.py.
"""

from django.db import migrations

TEAM = {
    "wall": (
        "using (((select current_setting('accelerator.cities', true) = '*') or city_id = any ((select "
        "case when current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city')))"
    ),
}
CITY = {
    "wall": (
        "using (((select current_setting('accelerator.cities', true) = '*') or id = any ((select case "
        "when current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city', 'funder')))"
    ),
}
TABLES = {
    "cities_decision": TEAM,
    "cities_export": TEAM,
    "cities_city": CITY,
}
# (child, its column, parent): both rows belong to the same city; foreign keys alone ignore policies.
SAME_CITY: list[tuple[str, str, str]] = [
    ("cities_coachassignment", "enrollment_id", "cities_enrollment"),
]


def close(table: str, policies: dict[str, str]) -> migrations.RunSQL:
    made = " ".join(f'create policy {name} on "{table}" {rule};' for name, rule in policies.items())
    gone = " ".join(f'drop policy {name} on "{table}";' for name in policies)
    return migrations.RunSQL(
        f'alter table "{table}" enable row level security; '
        f'alter table "{table}" force row level security; {made}',
        f'{gone} alter table "{table}" no force row level security; '
        f'alter table "{table}" disable row level security;',
    )


def same_city(child: str, column: str, parent: str) -> migrations.RunSQL:
    name, unique = f"{child}_{column}_same_city"[:63], f"{parent}_same_city"[:63]
    return migrations.RunSQL(
        f'create unique index if not exists "{unique}" on "{parent}" (city_id, id); '
        f'alter table "{child}" add constraint "{name}" foreign key (city_id, "{column}") '
        f'references "{parent}" (city_id, id) deferrable initially deferred;',
        f'alter table "{child}" drop constraint "{name}";',
    )


class Migration(migrations.Migration):
    dependencies = [("cities", "0001_initial")]
    operations = [
        *(close(table, policies) for table, policies in TABLES.items()),
        *(same_city(*key) for key in SAME_CITY),
        # An enrollment carries its city's zone out to where no scope is open yet; a change of it follows by itself.
        migrations.RunSQL(
            'create unique index "cities_city_zone" on "cities_city" (id, time_zone); '
            'alter table "cities_enrollment" add constraint "cities_enrollment_same_zone" '
            'foreign key (city_id, time_zone) references "cities_city" (id, time_zone) on update cascade;',
            'alter table "cities_enrollment" drop constraint "cities_enrollment_same_zone"; '
            'drop index "cities_city_zone";',
        ),
    ]
