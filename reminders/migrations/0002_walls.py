from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial")]
    operations = [
        rls.wall("reminders_due"),
        # A mail's text may quote several cities: only the scope of every city shows it.
        rls.wall("reminders_envelope", column="null::bigint"),
    ]
