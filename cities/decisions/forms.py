from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator.conflicts import SharedRowForm
from accelerator.languages import mark_fields, written_in
from accelerator.web import DateInput, choice_field
from cities.models import City, Decision

FEWEST_OPTIONS, MOST_OPTIONS = 2, 5


class LinesField(forms.CharField):
    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        # Browsers count a line break as one character but send two, and a text that fits must not be rejected.
        return super().to_python(str(value or "").replace("\r\n", "\n")) or ""


class DecisionForm(SharedRowForm[Decision]):
    """A question to the mayor, new or existing; a new one can start with the text of an `earlier` one."""

    context = LinesField(
        label=_("Context"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two lines: what depends on the answer and what each option would cost. Up to 400 characters."),
    )
    init_names = ("city",)

    class Meta:
        model = Decision
        fields = ["question", "context", "due_on"]
        labels = {"question": _("Question"), "due_on": _("Decision needed by")}
        help_texts = {"question": _("One sentence ending in a question mark, up to 200 characters.")}
        widgets = {"due_on": DateInput}

    def __init__(
        self, *args: Any, instance: Decision, city: City, earlier: Decision | None = None, **kwargs: Any
    ) -> None:
        self.city, source = city, earlier or instance
        initial = {f"option_{number}": text for number, text in enumerate(source.options, 1)}
        if earlier:
            initial |= {name: getattr(earlier, name) for name in self._meta.fields or ()}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        for number in range(1, MOST_OPTIONS + 1):
            self.fields[f"option_{number}"] = forms.CharField(
                label=_("Option %(number)s") % {"number": number}, max_length=200, required=number <= FEWEST_OPTIONS
            )
        mark_fields(self, city.language)
        self.fields["due_on"].widget.attrs["min"] = city.today().isoformat()
        self.order_fields(["question", "context", *self.option_names, "due_on"])

    @property
    def option_names(self) -> list[str]:
        return [f"option_{number}" for number in range(1, MOST_OPTIONS + 1)]

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < self.city.today():
            raise forms.ValidationError(_("That date has passed. Choose today or a later date."))
        return day

    def clean(self) -> dict[str, Any]:
        options: list[str] = []
        for name in self.option_names:
            option = self.cleaned_data.get(name, "")
            if option and option.casefold() in options:
                self.add_error(name, _("This option is already listed above."))
            options.append(option.casefold())
        return super().clean()

    def values(self) -> dict[str, Any]:
        values = super().values()
        # The options are one column, so a change to any of them writes them all. A list rather than a generator, so
        # that `pop` runs for every name.
        if any([values.pop(name, None) is not None for name in self.option_names]):
            values["options"] = [text for name in self.option_names if (text := self.cleaned_data[name])]
        return values


class AnswerForm(SharedRowForm[Decision]):
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
        help_text=_("A condition, a reason, or a request, up to 1,000 characters."),
    )
    read_only = ("question", "context", "options")  # an answer counts only for the text that was read

    class Meta:
        model = Decision
        fields = ["comment"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "option").choices = [
            (option, written_in(option, self.row.city.language)) for option in self.row.options
        ]
