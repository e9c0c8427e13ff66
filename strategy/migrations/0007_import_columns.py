from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0006_delegates")]
    operations = [
        migrations.AddField(
            model_name="strategy",
            name="import_columns",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="How a person matched the columns of a plan's file: field by column name.",
            ),
        ),
    ]
