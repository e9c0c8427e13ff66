from django.db import migrations, models

# A draft that an upload was compared with, told until now by the piece whose state was set with it.
FILL = """
select set_config('accelerator.cities', '*', true), set_config('accelerator.side', 'govex', true);
update strategy_sectiondraft draft set imported = true
from strategy_uploadpiece piece
where piece.city_id = draft.city_id and piece.section_id = draft.text_id and piece.state_by_id = draft.author_id
  and draft.base = 0
  and piece.state_at between draft.created_at and draft.created_at + interval '1 minute';
select set_config('accelerator.cities', '', true), set_config('accelerator.side', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0013_version_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="sectiondraft",
            name="imported",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="From a file, to compare with the section’s own text.",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
