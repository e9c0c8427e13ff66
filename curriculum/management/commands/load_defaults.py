from typing import Any

from django.core.management.base import BaseCommand

from curriculum import loading
from strategy.template import loading as strategy_defaults


class Command(BaseCommand):
    help = "Publish the strategy template, curriculum and rubric that ship with the program. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for version in (
            strategy_defaults.load(),
            strategy_defaults.load_policy_types(),
            loading.load_program(),
            loading.load_rubric(),
        ):
            self.stdout.write(f"{version.slug} version {version.number} is published")
