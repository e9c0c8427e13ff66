"""The tables in a plan's file: cells by field, in any order and language; what they mean is in understanding.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accelerator.intake.cells import Formula, Value, as_text
from accelerator.intake.files import ENCODINGS, UnreadableFile
from accelerator.intake.questions import INCLUDE
from accelerator.intake.sheets import Limits, Row, Sheet, merged_remark, read_sheets, texts_of, top_rows
from strategy.plan.vocabulary import ACTION_COLUMNS, MEASURE_COLUMNS, column, header, plain

LIMITS = Limits(megabytes=4)
MOST_ROWS = 2000
Heads = list[tuple[str, str]]  # column names of the file with the fields they are read as, "" if unused


class UnclearColumns(UnreadableFile):
    """A person can say which columns are meant; `heads` are those of the likeliest row."""

    def __init__(self, sentence: str, heads: Heads, *, is_guessed: bool) -> None:
        super().__init__(sentence)
        self.heads, self.is_guessed = heads, is_guessed


@dataclass(slots=True)
class Sheets:
    """Rows by field with `line`, and what was assumed to read them."""

    actions: list[dict[str, Any]] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    heads: Heads = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)  # hidden rows with content
    is_guessed: bool = False  # the encoding


class _Reader:
    """Reads a file with what a person has said about it: `names` are fields by column name, in plain form."""

    def __init__(self, names: Mapping[str, str], hidden: str) -> None:
        self.names, self.with_hidden = names, hidden == INCLUDE
        self.sheets = Sheets()
        self.likeliest: list[str] = []

    def field(self, head: str) -> str:
        return self.names.get(plain(head), column(head))

    def read_table(self, sheet: Sheet) -> None:
        heads: list[str] = []
        for _number, texts in top_rows(sheet.rows):
            if self._names_columns(texts):
                heads = texts
                break
            self.likeliest = max(self.likeliest, texts, key=_count)
        if not heads:
            return
        fields = [self.field(cell) for cell in heads]
        table = self.sheets.actions if "title" in fields else self.sheets.measures
        # Use only the first table of each kind.
        if not table:
            self._read_rows(sheet, heads, fields, table)

    def _names_columns(self, cells: Iterable[str]) -> bool:
        fields = {self.field(cell) for cell in cells}
        return "title" in fields or {"objective", "measure"} <= fields

    def _read_rows(self, sheet: Sheet, heads: list[str], fields: list[str], table: list[dict[str, Any]]) -> None:
        pairs = list(zip(heads, fields, strict=True))
        if twice := next((name for name in fields if name and fields.count(name) > 1), None):
            self._refuse_twice(twice, pairs)
        known = ACTION_COLUMNS if "title" in fields else MEASURE_COLUMNS
        if unused := [head for head, name in pairs if head and name not in known]:
            self.sheets.remarks.append(_("Columns not used: %(names)s.") % {"names": ", ".join(unused)})
        self.sheets.heads += [(head, name) for head, name in pairs if head]
        filled: set[str] = set()
        for row in sheet.rows:
            if _is_heading_below(row, heads):
                continue
            cells = {name: cell for name, cell in zip(fields, row.cells, strict=False) if name in known}
            if not any(map(_has_content, cells.values())):
                continue
            if row.is_hidden:
                self.sheets.hidden.append(row.number)
            if self.with_hidden or not row.is_hidden:
                table.append({"line": row.number, **cells})
                filled |= {heads[place] for place in row.filled if place < len(heads) and fields[place] in known}
            if len(table) > MOST_ROWS:
                raise UnreadableFile(_("The file has more than 2,000 rows. A plan usually has about 40 actions."))
        self.sheets.remarks += merged_remark(sheet, filled)

    def _refuse_twice(self, twice: str, pairs: Heads) -> None:
        name = {"column": header(twice, get_language() or "en")}
        heads = [plain(head) for head, name in pairs if name == twice]
        if len(set(heads)) < len(heads):
            raise UnreadableFile(_("Two columns in the file are for “%(column)s.” Rename or remove one.") % name)
        sentence = _("Two columns in the file are for “%(column)s.” Choose one of them.")
        shown = [pair for pair in pairs if pair[0]]
        raise UnclearColumns(sentence % name, shown, is_guessed=self.sheets.is_guessed)


def read(content: bytes, answers: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None) -> Sheets:
    """The first table of actions and the first of measures in an XLSX or CSV file.

    `answers` are a person's, by question; `names` are fields by column name, in plain form. Raises UnclearColumns and
    UnreadableFile.
    """
    answers, reader = answers or {}, _Reader(names or {}, (answers or {}).get("hidden", ""))
    sheets = reader.sheets
    for sheet in read_sheets(
        content, LIMITS, is_column=lambda text: bool(reader.field(text)), encoding=answers.get("encoding", "")
    ):
        sheets.is_guessed |= sheet.encoding in ENCODINGS
        reader.read_table(sheet)
    if not sheets.actions and not sheets.measures and not sheets.hidden:
        sentence = _("No table of actions found. One row must contain the column names, including “%(title)s.”")
        sentence %= {"title": header("title", get_language() or "en")}
        if not sheets.heads and _count(reader.likeliest) >= 2:
            heads = [(cell, reader.field(cell)) for cell in reader.likeliest if cell]
            raise UnclearColumns(sentence, heads, is_guessed=sheets.is_guessed)
        raise UnreadableFile(sentence)
    return sheets


def _count(cells: list[str]) -> int:
    return sum(bool(cell) for cell in cells)


def _has_content(cell: Value) -> bool:
    return isinstance(cell, Formula) or (cell is not False and as_text(cell) != "")


def _is_heading_below(row: Row, heads: list[str]) -> bool:
    """Whether a row only continues merged cells of the row of column names."""
    texts = texts_of(row)
    return bool(row.filled) and all(
        not text or (place in row.filled and place < len(heads) and text == heads[place])
        for place, text in enumerate(texts)
    )
