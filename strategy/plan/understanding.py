"""What the cells of a plan's file mean: decided by the file's other cells and its language, else asked.

Where a text has two meanings and the file doesn't show which, there is a question; nothing is imported until it is
answered (docs/adr/0021-what-a-file-means.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.conflicts import as_posted
from accelerator.intake import dates, numbers
from accelerator.intake.cells import Formula, Value, as_text
from accelerator.intake.questions import Question, encoding_question, hidden_question
from accelerator.naming import normalize
from cities.models import City
from strategy.plan import costs, quarters, vocabulary
from strategy.plan.models import QUARTERS
from strategy.plan.sheets import Sheets
from strategy.sections.models import Strategy

NUMBERS = ("fte", "baseline", "target_1", "target_2", "target_3", "percent")
QUARTER_COLUMNS = ("starts", "due")
DATES = ("baseline_on",)
CALENDAR, YEAR_ENDS, YEAR_STARTS = "calendar", "ends", "starts"
# Countries whose Spanish forms and files also put the month first.
_MONTH_FIRST = frozenset(("US", "PR", "PA"))
_QUARTER = re.compile(r"\b(?:[qt] ?([1-4])|([1-4]) ?(?:st|nd|rd|th|o|er|do)? ?(?:q|t|trim\w*|quarter))\b")
_YEAR = re.compile(r"\b(?:fy ?|af ?|ef ?)?(20\d\d)\b")


@dataclass(slots=True)
class Understood:
    """The file's rows as text in the one form that the plan's forms read, and what was asked.

    A row has `line`, its cells, `written` (what a cell says, where that differs from what is understood) and `errors`.
    """

    actions: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    questions: list[Question] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        return not any(question.is_open for question in self.questions)


class _Conventions:
    """How this file writes numbers, dates and quarters; `answers` are a person's, by question."""

    def __init__(self, sheets: Sheets, city: City, strategy: Strategy, answers: Mapping[str, str]) -> None:
        self.city, self.strategy, self.answers = city, strategy, answers
        self.language = vocabulary.language_of([head for head, _field in sheets.heads]) or city.language
        rows = [*sheets.actions, *sheets.measures]
        self.numbers = list(_texts(rows, NUMBERS))
        amounts = (costs.amount_in(text) for text in _texts(rows, ("cost_band",)))
        self.amounts = [amount[1] for amount in amounts if amount]
        self.days = list(_texts(rows, (*DATES, *QUARTER_COLUMNS)))
        self.mark = answers.get("numbers") or self._mark()
        self.order = answers.get("dates") or self._order()

    def _mark(self) -> str:
        with formats.in_country(self.city.country):
            usual = formats.decimal_mark(self.language)
        if shown := numbers.mark_shown([*self.numbers, *self.amounts]):
            # One stray 12,5 doesn't turn every 1,234 of a file from the United States into 1.234: ask.
            usual_wholes = any(numbers.groups_thousands(text, usual) for text in self._ambiguous_numbers())
            return "" if shown != usual and usual_wholes else shown
        # Three decimals are rare: then even the usual mark is asked about.
        one_meaning = not any(len(numbers.meanings(text)) == 1 for text in self.numbers)
        wholes = (numbers.groups_thousands(text, usual) for text in self._ambiguous_numbers())
        return usual if one_meaning and all(wholes) else ""

    def _order(self) -> str:
        shown = [text for text in self.days if len(dates.meanings(text)) == 1]
        usual = "" if self.language == "en" or self.city.country in _MONTH_FIRST else dates.DAY_FIRST
        return dates.order_shown(self.days) if shown else usual

    def _ambiguous_numbers(self) -> list[str]:
        return [text for text in self.numbers if numbers.is_ambiguous(text)]

    def questions(self) -> Iterable[Question]:
        if found := self._ambiguous_numbers():
            yield Question(
                "numbers",
                _("What does “%(text)s” mean in this file?") % {"text": found[0]},
                [
                    (mark, formats.number(number))
                    for mark in numbers.MARKS
                    if (number := numbers.read_number(found[0], mark)) is not None
                ],
                self.mark,
            )
        if days := [text for text in self.days if dates.is_ambiguous(text)]:
            meanings = dates.meanings(days[0])
            yield Question(
                "dates",
                _("What does “%(text)s” mean in this file?") % {"text": days[0]},
                [(order, formats.day(meaning.day)) for order, meaning in meanings.items()],
                self.order,
            )
        if self.city.fiscal_year_start != 1 and (named := [text for text in self.days if _quarter_and_year(text)]):
            yield Question(
                "quarters",
                _("Which months does “%(text)s” refer to in this file?") % {"text": named[0]},
                [(kind, self._months(named[0], kind)) for kind in (CALENDAR, YEAR_ENDS, YEAR_STARTS)],
                self.answers.get("quarters", ""),
            )

    # What a cell means: None if it means nothing here

    def number(self, text: str) -> Decimal | None:
        if not self.mark and numbers.is_ambiguous(text):
            return None
        return numbers.read_number(text, self.mark)

    def day(self, text: str) -> dates.Meaning | None:
        if not self.order and dates.is_ambiguous(text):
            return None
        return dates.read_date(text, self.order)

    def quarter_day(self, text: str) -> date | None:
        """The first day of what a text names: a date, a month, or a quarter of a year."""
        if meaning := self.day(text):
            return meaning.day
        kind = self.answers.get("quarters", CALENDAR if self.city.fiscal_year_start == 1 else "")
        return self._first_day(text, kind) if kind and _quarter_and_year(text) else None

    def _first_day(self, text: str, kind: str) -> date:
        number, year = _quarter_and_year(text) or (1, 2000)
        start = 1 if kind == CALENDAR else self.city.fiscal_year_start
        first = date(year - 1 if kind == YEAR_ENDS and start != 1 else year, start, 1)
        return quarters.dates_from(first, number)[0]

    def _months(self, text: str, kind: str) -> str:
        first = self._first_day(text, kind)
        months = formats.months(*quarters.dates_from(first, 1))
        if kind == CALENDAR:
            return _("%(months)s, by calendar year") % {"months": months}
        if kind == YEAR_ENDS:
            return _("%(months)s, if fiscal years are named for the year they end") % {"months": months}
        return _("%(months)s, if fiscal years are named for the year they start") % {"months": months}


def understand(
    sheets: Sheets, *, city: City, strategy: Strategy, answers: Mapping[str, str] | None = None, content: bytes = b""
) -> Understood:
    """`content` is the file's, to ask about its encoding."""
    conventions = _Conventions(sheets, city, strategy, answers or {})
    understood = Understood(
        [_row(cells, conventions) for cells in sheets.actions], [_row(cells, conventions) for cells in sheets.measures]
    )
    if sheets.is_guessed:
        understood.questions.append(encoding_question(content, (answers or {}).get("encoding", "")))
    if sheets.hidden:
        understood.questions.append(hidden_question(sheets.hidden, (answers or {}).get("hidden", "")))
    understood.questions += conventions.questions()
    return understood


def _texts(rows: Iterable[Mapping[str, Value]], names: Iterable[str]) -> Iterable[str]:
    names = tuple(names)
    return (cell.strip() for row in rows for name in names if isinstance(cell := row.get(name), str) and cell.strip())


def _quarter_and_year(text: str) -> tuple[int, int] | None:
    """ "Q3 2027", "T3/2027", "3.º trimestre de 2027", "2027-Q3": the quarter and the year."""
    plain = re.sub(r"[-/._º°]+", " ", normalize(text))
    quarter, year = _QUARTER.search(plain), _YEAR.search(plain)
    return (int(quarter[1] or quarter[2]), int(year[1])) if quarter and year else None


# Rows


def _row(cells: Mapping[str, Any], conventions: _Conventions) -> dict[str, Any]:
    row: dict[str, Any] = {"line": cells["line"], "written": {}, "errors": [], "asked": set()}
    for name, cell in cells.items():
        if name == "line":
            continue
        if isinstance(cell, Formula):
            row[name] = {"formula": cell.place}
            continue
        text = ("1" if cell else "") if isinstance(cell, bool) else as_text(cell)
        meaning, error = _meaning(name, cell, text, conventions)
        row[name] = meaning
        if error:
            row["errors"].append((name, error))
            if error == _two_meanings(text):
                row["asked"].add(name)  # a question about the file, not a mistake in it
        elif meaning != text and isinstance(cell, str) and not _is_plain(name, text):
            row["written"][name] = text
    return row


def _is_plain(name: str, text: str) -> bool:
    """Whether a number is as this site writes it, so that there is nothing to tell: 2.50 for 2.5."""
    return name in NUMBERS and bool(re.fullmatch(r"-?\d+(\.\d+)?", text)) and not numbers.is_ambiguous(text)


def _meaning(name: str, cell: Value, text: str, conventions: _Conventions) -> tuple[str, str]:
    """What a cell means, as a form reads it, and an error; unrecognized text stays as it is, for the form to refuse."""
    if not text or isinstance(cell, Decimal) and name in NUMBERS:
        return (as_posted(cell) if text else ""), ""
    if name in NUMBERS:
        if not conventions.mark and numbers.is_ambiguous(text):
            return "", _two_meanings(text)
        number = conventions.number(text)
        return (text if number is None else as_posted(number)), ""
    if name in DATES:
        return _date_meaning(text, conventions)
    if name in QUARTER_COLUMNS:
        return _quarter_meaning(name, text, conventions)
    if name == "cost_band" and vocabulary.value(name, text) == text:
        return costs.band_of(text, conventions.city.currency) or text, ""
    return text, ""


def _two_meanings(text: str) -> str:
    sentence = _("“%(text)s” can be read in more than one way. Answer the questions about the file first.")
    return sentence % {"text": text}


def _date_meaning(text: str, conventions: _Conventions) -> tuple[str, str]:
    meaning = conventions.day(text)
    if meaning is None and dates.is_ambiguous(text):
        return "", _two_meanings(text)
    if meaning and meaning.is_month:
        return "", _("“%(text)s” doesn’t include a day. Enter the full date.") % {"text": text}
    return (meaning.day.isoformat() if meaning else text), ""


def _quarter_meaning(name: str, text: str, conventions: _Conventions) -> tuple[str, str]:
    if vocabulary.value(name, text) != text or text.isdigit() and 1 <= int(text) <= QUARTERS:
        return text, ""
    day = conventions.quarter_day(text)
    if day is None:
        is_open = dates.is_ambiguous(text) or _quarter_and_year(text)
        return ("", _two_meanings(text)) if is_open else (text, "")
    number = quarters.quarter_on(conventions.strategy, conventions.city, day)
    if number is None:
        first, last = (quarters.quarter_dates(conventions.strategy, conventions.city, n) for n in (1, QUARTERS))
        sentence = _("“%(text)s” is outside the plan’s period, %(months)s.")
        return "", sentence % {"text": text, "months": formats.months(first[0], last[1])}
    return str(number), ""
