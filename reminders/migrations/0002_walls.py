from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial")]
    operations = [
        rls.wall("reminders_due"),
    ]
