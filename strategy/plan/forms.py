"""Forms of the action plan. They narrow every choice to the city and return what the verbs take."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator import walltime
from accelerator.models import User
from accelerator.web import DateInput
from cities.models import CITY_ROLES, City, Role
from strategy.plan import actions as plan
from strategy.plan.models import Action, Objective, ObjectiveMeasure
from strategy.plan.row_forms import Address, StampedForm
from strategy.sections.forms import PersonChoice
from strategy.sections.models import Strategy
from strategy.template.models import Component

MEASURE_FIELDS = [
    "measure", "unit", "direction", "source", "frequency", "baseline", "baseline_on", "baseline_unknown",
    "target_1", "target_2", "target_3",
]  # fmt: skip
KEY_FIELDS = ["title", "owner_role", "starts", "due", "status", "rag", "rag_reason"]
GROUPS: list[tuple[Any, list[str]]] = [
    (_("What"), ["title", "description", "component", "priority", "resident_impact", "policy"]),
    (_("Who"), ["owner_role", "owner", "owner_name", "owner_email", "department", "supporting"]),
    (_("When and with what"), ["starts", "due", "depends_on", "cost_band", "fte", "funding"]),
    (_("How one sees that it works"), MEASURE_FIELDS),
    (_("How it stands"), ["status", "percent", "rag", "rag_reason", "evidence"]),
]
ACTION_FIELDS = [name for _title, names in GROUPS for name in names if name != "depends_on"]
_PARTS = [Component.GOVERNANCE, Component.QUALITY, Component.USE, Component.TRANSPARENCY, Component.ENABLERS]
COMPONENTS = [(part.value, part.label) for part in _PARTS]


class Quarters(forms.TypedChoiceField):
    """One of the plan's twelve quarters, a number; None for not yet."""

    def __init__(self, *, strategy: Strategy, city: City, **kwargs: Any) -> None:
        choices = [("", _("not yet")), *plan.quarter_choices(strategy, city)]
        wrong = {
            "invalid_choice": _("“%(value)s” is not a quarter of the plan; write one from Y1Q1 to Y3Q4.")
        }
        super().__init__(
            choices=choices, coerce=int, empty_value=None, required=False, error_messages=wrong, **kwargs
        )


class Dependencies(forms.ModelMultipleChoiceField):
    def label_from_instance(self, action: Action) -> str:
        return f"{action.code} {action.title}"


def members(city: City) -> Any:
    """Who may own an action: the city's people today, but no guests."""
    roles = [role for role in CITY_ROLES if role != Role.GUEST_REVIEWER]
    return User.objects.filter(pk__in=city.membership_set.active().filter(role__in=roles).values("user"))


class PlanForm(StampedForm):
    """What every form of the plan takes: the city, and its strategy with the cohort (for the quarters)."""

    def __init__(self, *args: Any, city: City, strategy: Strategy, **kwargs: Any) -> None:
        self.city, self.strategy = city, strategy
        super().__init__(*args, **kwargs)
        for name in ("starts", "due"):
            if name in self.fields:
                label = self.fields[name].label
                self.fields[name] = Quarters(strategy=strategy, city=city, label=label)
        if "component" in self.fields:
            self.fields["component"].choices = COMPONENTS
        self.initial["seen"] = self.shown()

    def again(self, row: Any) -> PlanForm:
        return type(self)(instance=row, prefix=self.prefix, city=self.city, strategy=self.strategy)

    def clean_baseline_on(self) -> date | None:
        day = self.cleaned_data["baseline_on"]
        return walltime.check_year(day, self.city.today()) if day else day


class ObjectiveForm(PlanForm):
    class Meta:
        model = Objective
        fields = ["title", "component", "priority"]
        help_texts = {"priority": _("Which of the mayor’s priorities this objective serves.")}


class MeasureForm(PlanForm):
    """A measure of an objective's result."""

    class Meta:
        model = ObjectiveMeasure
        fields = [*MEASURE_FIELDS, "is_resident_outcome"]
        widgets = {"baseline_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].required = True

    def check(self, data: dict[str, Any]) -> dict[str, str]:
        return {} if "measure" in self.errors else plan.measure_problems(data)


class OneLine(forms.Textarea):
    """A title that shows whole in a narrow cell; it stays one line."""

    def value_from_datadict(self, *args: Any) -> str | None:
        value = super().value_from_datadict(*args)
        return value and " ".join(value.splitlines())


class RowForm(PlanForm):
    """The few key fields of an action, as one row of the table."""

    class Meta:
        model = Action
        fields = KEY_FIELDS
        widgets = {"title": OneLine(attrs={"rows": 2}), "rag_reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.row.code
        for name in self.asked:
            label = self.fields[name].label
            words = {"aria-label": f"{code}, {label}", "data-cell": name}
            if name == "owner_role":
                words["list"] = "owner-roles"
            self.fields[name].widget.attrs |= words
        self.initial["seen"] = self.shown()

    def check(self, data: dict[str, Any]) -> dict[str, str]:
        return plan.problems(data)


class ActionForm(PlanForm):
    """All fields of an action; `depends_on` gives the actions that it waits for."""

    depends_on = Dependencies(
        label=_("Waits for"), queryset=Action.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Actions that must be done before this one can be."),
    )  # fmt: skip

    class Meta:
        model = Action
        fields = ACTION_FIELDS
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "rag_reason": forms.Textarea(attrs={"rows": 2}),
            "resident_impact": forms.Textarea(attrs={"rows": 2}),
            "baseline_on": DateInput,
        }
        field_classes = {"owner": PersonChoice, "evidence": Address}
        help_texts = {
            "owner_role": _("The office that answers for it, so that it outlives the person."),
            "owner": _("Somebody with access here: quarterly questions go to this person."),
            "owner_name": _("Only for somebody without access here."),
            "rag_reason": _("Required where the action is at risk or off track."),
            "percent": _("0 to 100."),
            "baseline_unknown": _("Say so rather than leave it empty."),
        }
        error_messages = {
            "owner": {"invalid_choice": _("The owner is not a person of the city’s team.")},
            "policy": {"invalid_choice": _("This policy is not in the city’s register.")},
        }

    def __init__(self, *args: Any, instance: Action, **kwargs: Any) -> None:
        city, initial = kwargs["city"], kwargs.setdefault("initial", {})
        initial["depends_on"] = [row.on_id for row in instance.dependencies.all()] if instance.pk else []
        super().__init__(*args, instance=instance, **kwargs)
        self.fields["owner"].queryset = members(city)
        self.fields["owner"].empty_label = _("nobody yet")
        self.fields["policy"].queryset = city.policy_set.order_by("title")
        self.fields["policy"].empty_label = _("none")
        self.fields["depends_on"].queryset = city.action_set.exclude(pk=instance.pk)
        self.order_fields([name for _title, names in GROUPS for name in names])

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields by what they are about, for the page."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def check(self, data: dict[str, Any]) -> dict[str, str]:
        return plan.problems(data)


class YearForm(forms.Form):
    """In which calendar year the plan's first fiscal year begins."""

    year = forms.TypedChoiceField(label=_("Year 1 of the plan"), coerce=int)

    def __init__(self, *args: Any, city: City, strategy: Strategy, **kwargs: Any) -> None:
        present = plan.first_day(strategy, city).year
        super().__init__(*args, initial={"year": present}, **kwargs)
        around = range(min(present, city.today().year - 3), max(present, city.today().year + 3) + 1)
        self.fields["year"].choices = [(year, plan.year_words(city, year)) for year in around]
