"""Forms of decisions: what a person typed, checked and turned into what the domain takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accelerator.web import DateInput, choice_field
from cities.models import City, Decision

FEWEST_OPTIONS, MOST_OPTIONS = 2, 5


class LinesField(forms.CharField):
    """Some lines of text, counted as the browser counts them: a line break is one character."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value or "").replace("\r\n", "\n")) or ""


class DecisionForm(forms.Form):
    """A question to the mayor; `cleaned_data` holds question, context, options (2 to 5) and due_on."""

    question = forms.CharField(
        label=_("Question"),
        max_length=200,
        help_text=_("One sentence that ends with a question mark, 200 characters at most."),
    )
    context = LinesField(
        label=_("What it is about"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two lines: what hangs on the answer, what each way costs. 400 characters at most."),
    )
    due_on = forms.DateField(label=_("Needed by"), widget=DateInput)

    def __init__(self, data: QueryDict | None = None, *, city: City, decision: Decision | None = None) -> None:
        super().__init__(data, initial=_initial(decision))
        self.city, self.decision = city, decision
        for number in range(1, MOST_OPTIONS + 1):
            self.fields[f"option_{number}"] = forms.CharField(
                label=_("Option %(number)s") % {"number": number}, max_length=200, required=number <= FEWEST_OPTIONS
            )
        self.fields["due_on"].widget.attrs["min"] = city.today().isoformat()
        self.order_fields(["question", "context", *self.option_names, "due_on"])

    @property
    def option_names(self) -> list[str]:
        return [f"option_{number}" for number in range(1, MOST_OPTIONS + 1)]

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < self.city.today():
            raise forms.ValidationError(_("That day is over: choose today or a later one."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.decision and self.data.get("wording") != self.decision.wording:
            self.add_error(None, _changed_meanwhile(self.decision))
        options: list[str] = []
        for name in self.option_names:
            option = data.pop(name, "")
            if option and option.casefold() in (other.casefold() for other in options):
                self.add_error(name, _("This option stands above already."))
            elif option:
                options.append(option)
        return {**data, "options": options}


def _changed_meanwhile(now: Decision) -> str:
    """Both texts are kept: the other one in this sentence, the writer's own in the fields."""
    words = {"question": now.question, "context": now.context, "options": "; ".join(now.options)}
    return (
        _(
            "Somebody else has changed this question meanwhile. It now reads: “%(question)s” %(context)s "
            "(%(options)s). Save again to put your words in its place."
        )
        % words
    )


def _initial(decision: Decision | None) -> dict[str, Any]:
    if decision is None:
        return {}
    options = {f"option_{number}": text for number, text in enumerate(decision.options, 1)}
    return {"question": decision.question, "context": decision.context, "due_on": decision.due_on, **options}


class AnswerForm(forms.Form):
    """The answer to one question: `option` is one of those offered. Refused where the words have changed."""

    option = forms.ChoiceField(
        label=_("Options"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the options."), "invalid_choice": _("Choose one of the options.")},
    )
    comment = LinesField(
        label=_("Comment"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A condition, a reason, a wish. 1,000 characters at most."),
    )

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision
        choice_field(self, "option").choices = [(option, option) for option in decision.options]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.data.get("wording") != self.decision.wording:
            raise forms.ValidationError(
                _("The question was changed while you read it. Please read it again, then answer.")
            )
        return data
