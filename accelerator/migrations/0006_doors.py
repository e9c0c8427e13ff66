"""Requests for sign-in codes, and the functions behind the triggers of frozen rows (accelerator/rls.py)."""

import uuid

import django.utils.timezone
from django.db import migrations, models

import accelerator.names

FROZEN = """
create function accelerator_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'rows of % are never deleted', tg_table_name using errcode = 'integrity_constraint_violation';
    end if;
    if to_jsonb(old) - tg_argv is distinct from to_jsonb(new) - tg_argv then
        raise exception 'rows of % are frozen', tg_table_name using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create function accelerator_set_once() returns trigger language plpgsql as $$
declare
    name text;
    filled text;
begin
    foreach name in array tg_argv loop
        filled := to_jsonb(old) ->> name;
        if coalesce(filled, '') <> '' and filled is distinct from to_jsonb(new) ->> name then
            raise exception '% of % is set once', name, tg_table_name using errcode = 'integrity_constraint_violation';
        end if;
    end loop;
    return new;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accelerator", "0005_notices")]
    operations = [
        migrations.CreateModel(
            name="SignInCode",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254)),
                (
                    "digest",
                    models.CharField(
                        blank=True, help_text="Salted hash; blank if nothing was emailed.", max_length=128
                    ),
                ),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("wrong", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"indexes": [models.Index(fields=["email", "-sent_at"], name="accelerator_email_8ec4ab_idx")]},
        ),
        migrations.AlterField(
            model_name="user",
            name="name",
            field=models.CharField(
                max_length=120, validators=[accelerator.names.validate_name], verbose_name="name"
            ),
        ),
        migrations.RunSQL(FROZEN, "drop function accelerator_frozen(); drop function accelerator_set_once();"),
    ]
