from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    """A mail's text may quote several cities: only the scope of every city shows it."""

    dependencies = [("reminders", "0003_envelope_text")]
    operations = [
        rls.wall("reminders_envelope", column="null::bigint"),
    ]
