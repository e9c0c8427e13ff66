from django.db import migrations

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


class Migration(migrations.Migration):
    dependencies = [("strategy", "0006_templates_drafts")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
