from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("strategy", "0001_initial")]
    operations = [
        rls.wall("strategy_strategy"),
        rls.wall("strategy_section"),
        rls.wall("strategy_sectionrevision"),
        rls.wall("strategy_sectiondraft"),
        rls.wall("strategy_thread"),
        rls.wall("strategy_comment"),
        rls.same_city("strategy_section", "strategy_id", "strategy_strategy"),
        rls.same_city("strategy_sectionrevision", "text_id", "strategy_section"),
        rls.same_city("strategy_sectiondraft", "text_id", "strategy_section"),
        rls.same_city("strategy_thread", "section_id", "strategy_section"),
        rls.same_city("strategy_comment", "thread_id", "strategy_thread"),
    ]
