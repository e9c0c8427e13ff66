"""What each row of a file will do, shown before anything is written (templates/intake/preview.html)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

ROWS_PER_PAGE = 100


class Kind(StrEnum):
    """What will happen to a row, in preview order."""

    REFUSED = "refused"
    QUESTION = "question"
    CHECK = "check"
    CHANGED = "changed"
    ADDED = "added"
    UNCHANGED = "unchanged"

    @property
    def label(self) -> str:
        return str(_LABELS[self])

    @property
    def mark(self) -> str:
        """The state in accelerator/state_marks.py that it is drawn as."""
        return _MARKS[self]


_LABELS: dict[Kind, str | Promise] = {
    Kind.REFUSED: gettext_lazy("Error"),
    Kind.QUESTION: gettext_lazy("Needs an answer"),
    Kind.CHECK: gettext_lazy("Check"),
    Kind.CHANGED: pgettext_lazy("row of a file", "Changed"),
    Kind.ADDED: gettext_lazy("New"),
    Kind.UNCHANGED: pgettext_lazy("row of a file", "No change"),
}
_MARKS = {
    Kind.REFUSED: "bad",
    Kind.QUESTION: "not_known",
    Kind.CHECK: "warn",
    Kind.CHANGED: "under_review",
    Kind.ADDED: "good",
    Kind.UNCHANGED: "skipped",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A message about the cell in `column`, or about the whole row; a warning doesn't exclude the row.

    A question excludes it until it is answered.
    """

    column: str
    sentence: str
    is_warning: bool = False
    is_question: bool = False

    def __str__(self) -> str:
        return f"{self.column}: {self.sentence}" if self.column else self.sentence


class Cell(NamedTuple):
    """A preview cell in readable form."""

    heading: str
    text: str
    detail: str = ""


@dataclass(slots=True)
class Verdict:
    """What one row of a file will do; `number` is its spreadsheet row number."""

    number: int
    problems: list[Problem] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # column, before, after
    # Column, what the file says, what it means: only where the two differ.
    understood: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def effect(self) -> Kind:
        """What the row does unless it is refused."""
        return Kind.CHANGED if self.changes else Kind.UNCHANGED

    @property
    def kind(self) -> Kind:
        if self.is_refused:
            errors = [problem for problem in self.problems if not problem.is_warning]
            return Kind.QUESTION if all(problem.is_question for problem in errors) else Kind.REFUSED
        return Kind.CHECK if self.problems else self.effect

    @property
    def is_refused(self) -> bool:
        return any(not problem.is_warning for problem in self.problems)

    @property
    def is_written(self) -> bool:
        return not self.is_refused and self.effect is not Kind.UNCHANGED

    @property
    def cells(self) -> list[Cell]:
        """What the preview shows for the row."""
        return []

    def heading(self, column: str) -> str:
        """A column in readable form."""
        return column

    def refuse(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(self.heading(column), sentence))

    def ask(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(self.heading(column), sentence, is_question=True))

    def refuse_formula(self, column: str, place: str) -> None:
        self.refuse(column, _("Cell %(cell)s contains a formula. Enter its value instead.") % {"cell": place})

    def warn(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(self.heading(column), sentence, is_warning=True))


def preview_context(request: HttpRequest, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Context for templates/intake/preview.html: one page of rows, those that can't be written first, and counts."""
    # Refused rows first: they are easy to miss at the end of a long file.
    order = list(Kind)
    counts = Counter(verdict.kind for verdict in verdicts)
    rows = sorted(verdicts, key=lambda verdict: (order.index(verdict.kind), verdict.number))
    return {
        "page": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "counts": [(kind, counts[kind]) for kind in Kind if counts[kind]],
        "refused": counts[Kind.REFUSED],
        "questions": counts[Kind.QUESTION],
    }
