from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from demo.cohort import seed


class Command(BaseCommand):
    help = "Creates the demo cohort once: real cities, fictional people."

    def handle(self, *args: Any, **options: Any) -> None:
        if seed.exists():
            self.stdout.write("The demo already exists.")
            return
        cohort = seed.create_cohort()
        seed.make_files()
        # The clock's most recent working days, so that the ledger and mailbox have what would have been sent.
        for moment in seed.past_afternoons(cohort):
            call_command("turn_clock", at=moment.isoformat(), stdout=StringIO())
        self.stdout.write(f"Created {cohort.name}: {cohort.enrollment_set.count()} cities in week {cohort.week}.")
