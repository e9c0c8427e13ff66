from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reminders import clock


class Command(BaseCommand):
    help = "Runs one tick of the reminder clock, now or as of --at: sends what is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="A time such as 2026-01-30T15:00+00:00.")

    def handle(self, *args: Any, at: str | None = None, **options: Any) -> None:
        try:
            now = datetime.fromisoformat(at) if at else timezone.now()
        except ValueError as error:
            raise CommandError(f"{at!r} is not a time such as 2026-01-30T15:00+00:00.") from error
        if timezone.is_naive(now):
            raise CommandError("Add a time zone, such as +00:00 for UTC.")
        self.stdout.write(f"emails sent: {clock.tick(now)}")
