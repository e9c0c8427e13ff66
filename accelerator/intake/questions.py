"""What a file doesn't say by itself and a person must: which encoding, which decimal mark, hidden rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accelerator.intake.files import ENCODINGS, readings

INCLUDE, LEAVE_OUT = "include", "leave-out"


@dataclass(frozen=True, slots=True)
class Question:
    """`options` are pairs of value and label; `answer` is the person's, or what the file shows by itself."""

    name: str
    sentence: str
    options: list[tuple[str, str]]
    answer: str = ""

    @property
    def is_open(self) -> bool:
        return self.answer not in [value for value, _label in self.options]


def question_field(question: Question) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=question.sentence,
        choices=question.options,
        initial=question.answer,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose an answer.")),
    )


class QuestionsForm(forms.Form):
    """A field for each question; its cleaned data are the answers by name."""

    def __init__(self, data: Any = None, *, questions: Iterable[Question]) -> None:
        super().__init__(data)
        for question in questions:
            self.fields[question.name] = question_field(question)


def encoding_question(content: bytes, answer: str) -> Question:
    options = [(encoding, f"{sample} ({ENCODINGS[encoding]})") for encoding, sample in readings(content).items()]
    sentence = _("This file doesn’t specify its text encoding. Which line is spelled correctly?")
    return Question("encoding", sentence, options, answer)


def hidden_question(lines: list[int], answer: str) -> Question:
    sentence = ngettext(
        "Row %(lines)s is hidden in the workbook. Import it too?",
        "These rows are hidden in the workbook: %(lines)s. Import them too?",
        len(lines),
    )
    shown = ", ".join(map(str, lines[:20])) + ("…" if len(lines) > 20 else "")
    options = [(INCLUDE, _("Yes, import hidden rows")), (LEAVE_OUT, _("No, leave hidden rows out"))]
    return Question("hidden", sentence % {"lines": shown}, options, answer)
