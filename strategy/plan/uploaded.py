"""A plan's file between upload and import: read with what people have said about it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accelerator.intake.files import UnreadableFile
from accelerator.intake.questions import Question, QuestionsForm, encoding_question
from cities.models import City
from strategy.plan.judging import Judge, Preview
from strategy.plan.sheets import Heads, Sheets, UnclearColumns, read
from strategy.plan.understanding import Understood, understand
from strategy.plan.vocabulary import COLUMNS, column, header, plain
from strategy.sections.models import Strategy

LONGEST_HEAD = 200  # characters of a column name that is remembered
_COLUMN, _UNUSED = "column-", "unused"


def check(content: bytes) -> bytes:
    """The content of a file that can be read, perhaps after matching its columns; raises UnreadableFile."""
    with suppress(UnclearColumns):
        read(content)
    return content


class UploadedPlan:
    """A file and what a person has answered about it."""

    def __init__(self, city: City, strategy: Strategy, content: bytes, answers: Mapping[str, str]) -> None:
        self.city, self.strategy, self.content, self.answers = city, strategy, content, answers
        self.sheets, self.problem, self.heads = Sheets(), "", cast(Heads, [])
        try:
            self.sheets = read(content, answers, strategy.import_columns)
            self.heads = self.sheets.heads
        except UnclearColumns as unclear:
            self.problem, self.heads, self.sheets.is_guessed = str(unclear), unclear.heads, unclear.is_guessed
        except UnreadableFile as why:  # with the columns as they were matched for another file
            self.problem = str(why)

    @property
    def is_readable(self) -> bool:
        return not self.problem

    @cached_property
    def understood(self) -> Understood:
        return understand(
            self.sheets, city=self.city, strategy=self.strategy, answers=self.answers, content=self.content
        )

    @property
    def questions(self) -> list[Question]:
        if self.is_readable:
            return self.understood.questions
        # In the wrong encoding, no column name with an accent is recognized.
        is_guessed, answer = self.sheets.is_guessed, self.answers.get("encoding", "")
        return [encoding_question(self.content, answer)] if is_guessed else []

    @property
    def remarks(self) -> list[str]:
        language, unused = get_language() or "en", _("not used")
        matched = [
            f"{head} → {header(name, language) if name else unused}"
            for head, name in self.heads
            if self.strategy.import_columns.get(plain(head), column(head)) != column(head)
        ]
        sentence = _("Columns matched the way your city chose last time: %(columns)s.")
        return [*self.sheets.remarks, *([sentence % {"columns": ", ".join(matched)}] if matched else [])]

    def judge(self, language: str) -> Preview:
        return Judge(self.city, self.strategy, language).judge(self.understood)


class ReadingForm(QuestionsForm):
    """The questions about a file, and a field for each of its columns."""

    def __init__(self, data: Any = None, *, uploaded: UploadedPlan) -> None:
        self.uploaded, self.questions = uploaded, uploaded.questions
        super().__init__(data, questions=self.questions)
        self.heads = dict(uploaded.heads)
        language = get_language() or "en"
        choices = [(_UNUSED, _("not used")), *((name, header(name, language)) for name in COLUMNS)]
        for number, (head, name) in enumerate(self.heads.items()):
            field = forms.ChoiceField(label=head, choices=choices, initial=name or _UNUSED)
            self.fields[f"{_COLUMN}{number}"] = field

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors:
            try:
                read(self.uploaded.content, self.answers, self.uploaded.strategy.import_columns | self.names)
            except UnreadableFile as why:
                self.add_error(None, str(why))
        return self.cleaned_data

    @property
    def open_fields(self) -> list[forms.BoundField]:
        return [self[question.name] for question in self.questions if question.is_open or self[question.name].errors]

    @property
    def settled_fields(self) -> list[forms.BoundField]:
        """What the file shows by itself, or a person has answered: it can still be changed."""
        shown = {field.name for field in self.open_fields}
        return [self[question.name] for question in self.questions if question.name not in shown]

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_COLUMN)]

    @property
    def answers(self) -> dict[str, str]:
        return {question.name: self.cleaned_data[question.name] for question in self.questions}

    @property
    def names(self) -> dict[str, str]:
        """Fields by column name, in plain form: those that a person chose differently."""
        names = [name for name in self.fields if name.startswith(_COLUMN)]
        chosen = {
            head: self.cleaned_data[name].removeprefix(_UNUSED) for head, name in zip(self.heads, names, strict=True)
        }
        keys = {head: plain(head) for head in chosen}
        return {
            keys[head]: name
            for head, name in chosen.items()
            if name != self.heads[head] and 0 < len(keys[head]) <= LONGEST_HEAD
        }
