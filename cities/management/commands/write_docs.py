"""Documents generated from code: the permission table and the list of environment variables."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from accelerator.environment import VARIABLES
from cities.access import PERMISSIONS, Permission
from cities.models import Role


def permission_table() -> str:
    # The file is in the repository, so it must not depend on the language of whoever runs the command.
    with translation.override("en"):
        names = [str(role.label) for role in Role]
    lines = [
        "# Who can do what",
        "",
        "Generated from `cities/access.py` by `manage.py write_docs`; do not edit.",
        "",
        "People outside the city get 404; roles without the permission get 403. A mayor's delegate can answer "
        "questions only if the city's settings let delegates decide. A guest reviewer's access has an end date.",
        "",
        "| | " + " | ".join(names) + " |",
        "|---|" + ":-:|" * len(names),
    ]
    for permission in Permission:
        marks = ["yes" if permission in PERMISSIONS[role] else "" for role in Role]
        lines.append(f"| {permission.value} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def variable_table() -> str:
    lines = [
        "# Settings",
        "",
        "Generated from `accelerator/environment.py` by `manage.py write_docs`; do not edit. "
        "With none of these set, the app runs on its own embedded PostgreSQL and Redis.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    lines += [f"| `{v.name}` | {f'`{v.default}`' if v.default else ''} | {v.meaning} |" for v in VARIABLES]
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    help = "Write docs/permissions.md and docs/settings.md from the code; --check fails if they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        docs = Path(settings.BASE_DIR) / "docs"
        pages = {docs / "permissions.md": permission_table(), docs / "settings.md": variable_table()}
        stale = [p for p, text in pages.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
        if check and stale:
            names = ", ".join(p.name for p in stale)
            raise CommandError(f"{names} differs from the code. Run: python manage.py write_docs")
        for path in stale:
            path.write_text(pages[path], encoding="utf-8")
            self.stdout.write(f"wrote docs/{path.name}")
