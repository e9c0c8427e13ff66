from django.db import migrations

from accelerator import rls


def name_the_end(apps, schema_editor):
    """Conversations that were resolved before outcomes existed are settled."""
    with rls.every_city():
        apps.get_model("strategy", "Thread").objects.exclude(resolved_at=None).update(outcome="settled")


class Migration(migrations.Migration):
    dependencies = [("strategy", "0003_whole_strategy")]
    operations = [migrations.RunPython(name_the_end, migrations.RunPython.noop)]
