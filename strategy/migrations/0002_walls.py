"""Row-level security of this app's tables (docs/adr/0002), as `manage.py write_walls strategy` printed it.

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
LEDGER = {
    "wall": (
        "for select using (((select current_setting('accelerator.cities', true) = '*') or city_id = any "
        "((select case when current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city')))"
    ),
    "append": (
        "for insert with check (((select current_setting('accelerator.cities', true) = '*') or city_id = "
        "any ((select case when current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city')))"
    ),
}
PUBLIC = {
    "read": (
        'for select using (true)'
    ),
    "wall": (
        "using (((select current_setting('accelerator.cities', true) = '*') or city_id = any ((select "
        "case when current_setting('accelerator.cities', true) = '*' then '{}' else "
        "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
        " (select current_setting('accelerator.side', true) in ('govex', 'city')))"
    ),
}
TABLES = {
    "strategy_policy": TEAM,
    "strategy_aiuse": TEAM,
    "strategy_risk": TEAM,
    "strategy_objective": TEAM,
    "strategy_objectivemeasure": TEAM,
    "strategy_action": TEAM,
    "strategy_dependency": TEAM,
    "strategy_actionupdate": LEDGER,
    "strategy_statusrequest": TEAM,
    "strategy_publicstrategy": PUBLIC,
    "strategy_publicfile": PUBLIC,
    "strategy_strategy": TEAM,
    "strategy_section": TEAM,
    "strategy_sectionrevision": TEAM,
    "strategy_sectiondraft": TEAM,
    "strategy_templatemove": TEAM,
    "strategy_sectionlook": TEAM,
    "strategy_picture": TEAM,
    "strategy_reviewrequest": TEAM,
    "strategy_opinion": LEDGER,
    "strategy_reviewersection": TEAM,
    "strategy_thread": TEAM,
    "strategy_comment": TEAM,
    "strategy_mention": TEAM,
    "strategy_commentdraft": TEAM,
    "strategy_approver": TEAM,
    "strategy_strategyversion": TEAM,
    "strategy_versionpart": LEDGER,
    "strategy_step": TEAM,
    "strategy_signature": LEDGER,
    "strategy_yearlyreview": TEAM,
    "strategy_publicseal": PUBLIC,
    "strategy_upload": TEAM,
    "strategy_uploadpiece": TEAM,
}
# (child, its column, parent): both rows belong to the same city; foreign keys alone ignore policies.
SAME_CITY: list[tuple[str, str, str]] = [
    ("strategy_objectivemeasure", "objective_id", "strategy_objective"),
    ("strategy_action", "objective_id", "strategy_objective"),
    ("strategy_action", "policy_id", "strategy_policy"),
    ("strategy_dependency", "action_id", "strategy_action"),
    ("strategy_dependency", "on_id", "strategy_action"),
    ("strategy_actionupdate", "action_id", "strategy_action"),
    ("strategy_statusrequest", "action_id", "strategy_action"),
    ("strategy_statusrequest", "update_id", "strategy_actionupdate"),
    ("strategy_publicfile", "strategy_id", "strategy_publicstrategy"),
    ("strategy_section", "strategy_id", "strategy_strategy"),
    ("strategy_sectionrevision", "text_id", "strategy_section"),
    ("strategy_sectiondraft", "text_id", "strategy_section"),
    ("strategy_templatemove", "strategy_id", "strategy_strategy"),
    ("strategy_sectionlook", "section_id", "strategy_section"),
    ("strategy_reviewrequest", "section_id", "strategy_section"),
    ("strategy_opinion", "request_id", "strategy_reviewrequest"),
    ("strategy_opinion", "section_id", "strategy_section"),
    ("strategy_reviewersection", "membership_id", "cities_membership"),
    ("strategy_reviewersection", "section_id", "strategy_section"),
    ("strategy_thread", "section_id", "strategy_section"),
    ("strategy_comment", "thread_id", "strategy_thread"),
    ("strategy_mention", "comment_id", "strategy_comment"),
    ("strategy_commentdraft", "section_id", "strategy_section"),
    ("strategy_commentdraft", "thread_id", "strategy_thread"),
    ("strategy_strategyversion", "strategy_id", "strategy_strategy"),
    ("strategy_versionpart", "version_id", "strategy_strategyversion"),
    ("strategy_step", "version_id", "strategy_strategyversion"),
    ("strategy_signature", "version_id", "strategy_strategyversion"),
    ("strategy_signature", "step_id", "strategy_step"),
    ("strategy_yearlyreview", "version_id", "strategy_strategyversion"),
    ("strategy_uploadpiece", "upload_id", "strategy_upload"),
    ("strategy_uploadpiece", "section_id", "strategy_section"),
]

# A published version never changes: not its row, not its sections. Erasing a person may still take a name away,
# and TRUNCATE, which tests use, fires no trigger of a row. Whoever loads content publishes as the last step.
GUARD = """
create function strategy_version_stays() returns trigger language plpgsql as $$
declare names text[] := array['created_by_id', 'changed_by_id'];
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - names = to_jsonb(old) - names
    and (new.created_by_id is null or new.created_by_id = old.created_by_id)
    and (new.changed_by_id is null or new.changed_by_id = old.changed_by_id) then
    return new;
  end if;
  raise exception 'version % of % is published and never changes', old.number, old.slug
    using errcode = 'check_violation';
end $$;

create function strategy_version_sections_stay() returns trigger language plpgsql as $$
declare number integer;
begin
  select v.number into number from strategy_templateversion v
    where v.published_at is not null
      and (tg_op <> 'INSERT' and v.id = old.version_id or tg_op <> 'DELETE' and v.id = new.version_id) limit 1;
  if found then
    raise exception 'version % is published: its sections never change', number using errcode = 'check_violation';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  return new;
end $$;

create trigger version_stays before update or delete on strategy_templateversion
  for each row when (old.published_at is not null) execute function strategy_version_stays();
create trigger sections_stay before insert or update or delete on strategy_templatesection
  for each row execute function strategy_version_sections_stay();
"""
UNDO = """
drop trigger sections_stay on strategy_templatesection;
drop trigger version_stays on strategy_templateversion;
drop function strategy_version_sections_stay();
drop function strategy_version_stays();
"""


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
    dependencies = [("strategy", "0001_initial")]
    operations = [
        *(close(table, policies) for table, policies in TABLES.items()),
        *(same_city(*key) for key in SAME_CITY),
        migrations.RunSQL(GUARD, UNDO),
    ]
