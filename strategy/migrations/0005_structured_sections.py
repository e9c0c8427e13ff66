from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, OuterRef

from accelerator import rls

TABLES = {"actions": "Objective", "measures": "ObjectiveMeasure", "policies": "Policy", "risks": "Risk"}


def begin_filled_sections(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A section whose table has rows is no longer "not started"."""
    section = apps.get_model("strategy", "Section")
    with rls.every_city():
        for role, name in TABLES.items():
            rows = apps.get_model("strategy", name).objects.filter(city=OuterRef("city"))
            section.objects.filter(Exists(rows), template__role=role, state="not_started").update(state="drafting")


class Migration(migrations.Migration):
    dependencies = [("strategy", "0004_offices")]
    operations = [
        migrations.AlterField(
            model_name="templatesection",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("letter", "Mayor’s letter"),
                    ("actions", "Action plan"),
                    ("measures", "Measures"),
                    ("policies", "Policies and standards"),
                    ("ai_uses", "Uses of AI"),
                    ("risks", "Risks"),
                ],
                db_default="",
                default="",
                help_text="The section's kind; blank is plain text. A version has at most one section of each other kind.",
                max_length=20,
            ),
        ),
        migrations.RunPython(begin_filled_sections, migrations.RunPython.noop),
    ]
