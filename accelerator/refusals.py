"""Why an action can't be done: `Refused` with messages for people, `Conflict` if someone else was faster."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _


class Outsider(Http404):
    """Someone asks for what belongs to others: not found, so that nothing is revealed, but on record."""


class Refused(ValueError):
    """An action that can't be done now; `problems` has a message per form field ("" for the form as a whole)."""

    def __init__(self, problems: str | dict[str, str]) -> None:
        self.problems = problems if isinstance(problems, dict) else {"": problems}
        super().__init__(" ".join(self.problems.values()))


class Removed(Refused):
    """Someone removed the row after it was read."""

    def __init__(self) -> None:
        super().__init__(
            _("Someone removed this while you were working, so nothing was saved. Copy what you wrote if you need it.")
        )


class Conflict(Exception):
    """Someone changed the row after it was read; `row` is its current state."""

    def __init__(self, row: models.Model) -> None:
        super().__init__(str(row))
        self.row: Any = row
