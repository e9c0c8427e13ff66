"""Rejects migrations that would lock or break a running system."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")  # the linter logs each statement

import django  # noqa: E402 - after the path is set
from django.apps import apps  # noqa: E402
from django_migration_linter import MigrationLinter  # noqa: E402

from accelerator import environment  # noqa: E402
from accelerator.local import servers  # noqa: E402

# Migrations that the linter rejects, and why they are fine here.
EXPLAINED: dict[str, str] = {}


def main() -> None:
    if not environment.text("DATABASE_URL"):
        servers.ensure(environment.var())
    # Called from Python: as an installed app, the linter would be in production too.
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
