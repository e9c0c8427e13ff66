"""Policies of peer review and triggers of frozen rows, literal so that it never changes with the code (accelerator/rls.py)."""

from django.db import migrations

PEERS = {
    "wall": (
        "using (((select current_setting('accelerator.cities', true) = '*') or owner_id = any ((select "
        "case when current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city')))"
    ),
    "read": (
        'for select using (until >= current_date - 2 and (closed_at is null or closed_at > now() - '
        "interval '2 days') and cohort_id in (select s.cohort_id from strategy_strategy s where s.peers "
        "and ((select current_setting('accelerator.cities', true) = '*') or s.city_id = any ((select case"
        " when current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city'))))"
    ),
}
PEER_COMMENTS = {
    "wall": (
        'using (section_id in (select p.id from strategy_peersection p where ((select '
        "current_setting('accelerator.cities', true) = '*') or p.owner_id = any ((select case when "
        "current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city'))))"
    ),
    "read": (
        'for select using (section_id in (select p.id from strategy_peersection p))'
    ),
    "append": (
        'for insert with check (section_id in (select p.id from strategy_peersection p))'
    ),
}
TABLES = {
    "strategy_peersection": PEERS,
    "strategy_peercomment": PEER_COMMENTS,
}

FROZEN = [
    (
        "strategy_publicstrategy",
        "frozen",
        "update or delete",
        "accelerator_frozen('slug', 'city_name', 'sort_name', 'region', 'country', 'language', 'cohort_name', 'years', 'summary', 'words', 'actions', 'search', 'components', 'signed_on', 'published_at', 'superseded_at', 'withdrawn_at', 'withdrawn_reason', 'progress', 'reviews')",
    ),
    (
        "strategy_sectionrevision",
        "frozen",
        "update or delete",
        "accelerator_frozen('created_at')",
    ),
    (
        "strategy_strategyversion",
        "frozen",
        "update or delete",
        "accelerator_frozen('state', 'reason', 'state_at', 'submitted_at', 'submitted_by_id', 'signed_at', 'pdf', 'pdf_sha256')",
    ),
    (
        "strategy_strategyversion",
        "set_once",
        "update",
        "accelerator_set_once('pdf', 'pdf_sha256')",
    ),
    (
        "strategy_publicseal",
        "frozen",
        "update or delete",
        "accelerator_frozen('state', 'signatures', 'pdf_sha256')",
    ),
    (
        "strategy_publicseal",
        "set_once",
        "update",
        "accelerator_set_once('pdf_sha256')",
    ),
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


def freeze(table: str, name: str, event: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f'create trigger {name} before {event} on "{table}" for each row execute function {function};',
        f'drop trigger {name} on "{table}";',
    )


class Migration(migrations.Migration):
    dependencies = [("accelerator", "0006_doors"), ("strategy", "0007_import_columns")]
    operations = [
        *(close(table, policies) for table, policies in TABLES.items()),
        *(freeze(*row) for row in FROZEN),
    ]
