import django.db.models.deletion
from django.db import migrations, models

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("strategy", "0012_section_roles")]

    operations = [
        migrations.CreateModel(
            name="VersionPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "key",
                    models.CharField(
                        help_text="The section's, or part:plan and the like: strategy/document/parts.py",
                        max_length=60,
                    ),
                ),
                (
                    "number",
                    models.CharField(blank=True, help_text="Of the section, as printed.", max_length=10),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "sha256",
                    models.CharField(
                        help_text="Of its title and blocks, or of the part's data.", max_length=64
                    ),
                ),
                ("revision", models.PositiveIntegerField(help_text="Of the section's text.", null=True)),
                ("city", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="cities.city")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="strategy.strategyversion",
                    ),
                ),
            ],
            options={
                "ordering": ["version", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("city", "version", "key"), name="version_part_once")
                ],
            },
        ),
        rls.ledger_wall("strategy_versionpart"),
        rls.same_city("strategy_versionpart", "version_id", "strategy_strategyversion"),
        migrations.RemoveField(model_name="publicseal", name="digests"),
        migrations.RemoveField(model_name="publicseal", name="lapsed"),
        migrations.RemoveField(model_name="publicseal", name="updated_at"),
    ]
