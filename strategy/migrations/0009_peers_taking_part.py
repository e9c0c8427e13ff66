"""A city that has left a cohort no longer reads its peers' copies, nor they its own (accelerator/rls.py)."""

from django.db import migrations

FORMER = (
    "for select using (until >= current_date - 2 and (closed_at is null or closed_at > now() - "
    "interval '2 days') and cohort_id in (select s.cohort_id from strategy_strategy s where s.peers "
    "and ((select current_setting('accelerator.cities', true) = '*') or s.city_id = any ((select case"
    " when current_setting('accelerator.cities', true) = '*' then '{}' else "
    "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
    " (select current_setting('accelerator.side', true) in ('govex', 'city'))))"
)
READ = (
    "for select using (until >= current_date - 2 and (closed_at is null or closed_at > now() - "
    "interval '2 days') and (cohort_id, owner_id) in (select e.cohort_id, e.city_id from "
    "cities_enrollment e where e.state not in ('withdrawn', 'completed')) and cohort_id in (select "
    "s.cohort_id from strategy_strategy s where s.peers and (s.cohort_id, s.city_id) in (select "
    "e.cohort_id, e.city_id from cities_enrollment e where e.state not in ('withdrawn', 'completed')) "
    "and ((select current_setting('accelerator.cities', true) = '*') or s.city_id = any ((select case"
    " when current_setting('accelerator.cities', true) = '*' then '{}' else "
    "string_to_array(current_setting('accelerator.cities', true), ',') end::bigint[])::bigint[])) and"
    " (select current_setting('accelerator.side', true) in ('govex', 'city'))))"
)


def replace(rule: str) -> str:
    return f'drop policy read on "strategy_peersection"; create policy read on "strategy_peersection" {rule};'


class Migration(migrations.Migration):
    dependencies = [("cities", "0007_enrollment_states"), ("strategy", "0008_peers_and_frozen")]
    operations = [migrations.RunSQL(replace(READ), replace(FORMER))]
