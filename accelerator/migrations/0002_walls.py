from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("accelerator", "0001_initial")]
    operations = [
        rls.append_only_wall("accelerator_auditevent"),
        # The table of Django's database cache: rate limits live here, so that sign-in works without Redis.
        migrations.RunSQL(
            "create table accelerator_cache (cache_key varchar(255) primary key, value text not null, "
            "expires timestamptz not null); create index accelerator_cache_expires on accelerator_cache (expires);",
            "drop table accelerator_cache;",
        ),
    ]
