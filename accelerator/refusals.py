"""What keeps an action from being done: `Refused` with sentences for people, `Conflict` if someone was faster."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _


class Refused(ValueError):
    """A verb that can't be done now; `problems` has a sentence by form field ("" for the whole of it)."""

    def __init__(self, problems: str | dict[str, str]) -> None:
        self.problems = problems if isinstance(problems, dict) else {"": problems}
        super().__init__(" ".join(self.problems.values()))


class Removed(Refused):
    """Someone has removed the row since it was read."""

    def __init__(self) -> None:
        super().__init__(
            _("Someone removed this while you were working, so nothing was saved. Copy what you wrote if you need it.")
        )


class Conflict(Exception):
    """Someone has changed the row since it was read; `row` is the row as it is now."""

    def __init__(self, row: models.Model) -> None:
        super().__init__(str(row))
        self.row: Any = row
