"""One city's part of the demo: its file, its people, and times on its working days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accelerator.models import User
from cities.models import City


@dataclass
class Story:
    slug: str
    data: dict[str, Any]
    city: City
    coach: User
    people: dict[str, User] = field(default_factory=dict)

    def person(self, key: str) -> User:
        return self.coach if key == "coach" else self.people[key]

    def working_day(self, days_ago: float) -> date:
        """The day this many days ago; a weekend becomes the Friday before or, for a past Sunday, the Monday after."""
        day = self.city.today() - timedelta(days=days_ago)
        shift = {5: -1, 6: 1 if days_ago >= 1 else -2}.get(day.weekday(), 0)
        return day + timedelta(days=shift)

    def ago(self, days: float, hour: int = 15) -> datetime:
        """A time `days` ago within the city's working day, never in the future."""
        day = self.city.today() - timedelta(days=days)
        # Nine minutes: "just now" for everything would look fake.
        return min(datetime.combine(day, time(hour, 12), tzinfo=self.city.zone), timezone.now() - timedelta(minutes=9))
