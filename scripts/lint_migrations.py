"""Refuses migrations that would lock or break a running system; the linter is no app of the program's."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")  # the linter logs each statement

import django  # noqa: E402 - the path comes first
from django.apps import apps  # noqa: E402
from django_migration_linter import MigrationLinter  # noqa: E402

from accelerator import environment  # noqa: E402
from accelerator.local import servers  # noqa: E402

# What the linter refuses and why it may stand.
EXPLAINED = {
    "0003_whole_strategy": "nearly all tables are new; the rest change before the first release, with nothing running",
    "0004_user_without_demo": "before the first release, with nothing running",
    "0003_export_options": "before the first release, with nothing running",
    "0003_item_roles": "a few dozen rows of content, before the first release",
    "0009_signoff_reasons": "tables that 0003_whole_strategy made, still empty",
    "0011_publication_withdrawn": "tables that 0003_whole_strategy made, still empty",
    "0012_section_roles": "a few dozen rows of content, before the first release",
}


def main() -> None:
    if not environment.text("DATABASE_URL"):
        servers.ensure(environment.var())
    django.setup()
    ours = [app.label for app in apps.get_app_configs() if Path(app.path).parent == ROOT]
    linter = MigrationLinter(
        str(ROOT), include_apps=ours, ignore_name=list(EXPLAINED), no_cache=True, quiet=["ok", "ignore"]
    )
    linter.lint_all_migrations()
    linter.print_summary()
    sys.exit(linter.has_errors)


if __name__ == "__main__":
    main()
