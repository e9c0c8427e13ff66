"""Triggers of frozen rows, literal so that it never changes with the code (accelerator/rls.py)."""

from django.db import migrations

FROZEN = [
    (
        "coaching_sharednoterevision",
        "frozen",
        "update or delete",
        "accelerator_frozen('created_at')",
    ),
    (
        "coaching_privatenoterevision",
        "frozen",
        "update or delete",
        "accelerator_frozen('created_at')",
    ),
]


def freeze(table: str, name: str, event: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f'create trigger {name} before {event} on "{table}" for each row execute function {function};',
        f'drop trigger {name} on "{table}";',
    )


class Migration(migrations.Migration):
    dependencies = [("accelerator", "0006_doors"), ("coaching", "0003_plain_labels")]
    operations = [
        *(freeze(*row) for row in FROZEN),
    ]
