from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0001_initial")]
    operations = [
        rls.wall("curriculum_attendance"),
    ]
