from django.db import migrations, models

# Entries that are there already get what the code used to know about their keys. Nothing is released yet: this once
# the digest of the shipped version 1 follows its file.
FILL = """
update curriculum_programitem set role = 'outcomes' where key = 'm2' and kind = 'mayor';
update curriculum_programitem set role = 'sign_off' where key = 'm4' and kind = 'mayor';
update curriculum_programversion
  set digest = 'b5f446d3d991d51af8f7f4966b0770dc313aa4377066f326d00bd17e67cc396b'
  where digest = '0644a702b92297858842e202d691a26f6e0918c371067e7281d9113e7ece17c6';
"""
UNDO = """
update curriculum_programversion
  set digest = '0644a702b92297858842e202d691a26f6e0918c371067e7281d9113e7ece17c6'
  where digest = 'b5f446d3d991d51af8f7f4966b0770dc313aa4377066f326d00bd17e67cc396b';
"""


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0002_walls")]

    operations = [
        migrations.AddField(
            model_name="programitem",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("outcomes", "The mayor names the outcomes"),
                    ("sign_off", "The mayor signs the strategy"),
                ],
                db_default="",
                default="",
                help_text="Blank for most; at most one entry of a version has a role.",
                max_length=20,
            ),
        ),
        migrations.RunSQL(FILL, UNDO),
        migrations.AddConstraint(
            model_name="programitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", ""), _negated=True),
                fields=("version", "role"),
                name="program_item_role_once",
            ),
        ),
    ]
