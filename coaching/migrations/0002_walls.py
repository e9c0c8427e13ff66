from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("coaching", "0001_initial"), ("strategy", "0002_walls")]
    operations = [
        rls.wall("coaching_coachingsession"),
        rls.wall("coaching_presence"),
        rls.wall("coaching_sharednote"),
        rls.wall("coaching_sharednoterevision"),
        rls.wall("coaching_sharednotedraft"),
        rls.wall("coaching_commitment"),
        rls.wall("coaching_privatenote", sides=("govex",)),
        rls.wall("coaching_privatenoterevision", sides=("govex",)),
        rls.wall("coaching_privatenotedraft", sides=("govex",)),
        rls.same_city("coaching_presence", "session_id", "coaching_coachingsession"),
        rls.same_city("coaching_sharednote", "session_id", "coaching_coachingsession"),
        rls.same_city("coaching_privatenote", "session_id", "coaching_coachingsession"),
        rls.same_city("coaching_sharednoterevision", "text_id", "coaching_sharednote"),
        rls.same_city("coaching_sharednotedraft", "text_id", "coaching_sharednote"),
        rls.same_city("coaching_privatenoterevision", "text_id", "coaching_privatenote"),
        rls.same_city("coaching_privatenotedraft", "text_id", "coaching_privatenote"),
        rls.same_city("coaching_commitment", "session_id", "coaching_coachingsession"),
        rls.same_city("coaching_commitment", "section_id", "strategy_section"),
    ]
