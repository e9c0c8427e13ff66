"""Forms for rows of the plan and the registers, with every choice limited to the city."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accelerator import walltime
from accelerator.conflicts import SharedRowForm
from accelerator.languages import written_in
from accelerator.models import User
from accelerator.web import DateInput, choice_field, row_field
from cities.models import CITY_ROLES, City, Role
from strategy.plan import costs, quarters, registers, rules
from strategy.plan.models import AI_USE_FIELDS, MEASURE_FIELDS, Action, AiUse, Objective, ObjectiveMeasure, Policy, Risk
from strategy.sections.models import Strategy
from strategy.template.models import Component

KEY_FIELDS = ["title", "owner_role", "starts", "due", "status", "rag", "rag_reason"]
GROUPS: list[tuple[str | Promise, list[str]]] = [
    (_("Activity"), ["title", "description", "component", "priority", "resident_impact", "policy"]),
    (_("Who"), ["owner_role", "owner", "owner_name", "owner_email", "department", "supporting"]),
    (_("Timing and resources"), ["starts", "due", "depends_on", "cost_band", "fte", "funding"]),
    (_("How we’ll know it’s working"), MEASURE_FIELDS),
    (_("Status"), ["status", "percent", "rag", "rag_reason", "evidence"]),
]
ACTION_FIELDS = [name for _title, names in GROUPS for name in names]
# Front matter and the plan itself aren't components a plan can work on.
COMPONENTS = [choice for choice in Component.choices if choice[0] not in (Component.FRONT, Component.PLAN)]


class Day(forms.DateField):
    widget = DateInput
    years_back = 60
    today: date  # in the city; set by the form

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        return day and walltime.check_year(day, self.today, back=self.years_back)


class RecentDay(Day):
    years_back = 10


class WebAddress(forms.URLField):
    # Links for others to click: no ftp:, and https if the scheme is missing.
    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)


class OneLine(forms.Textarea):
    """A title that wraps in a narrow cell but contains no line breaks."""

    def value_from_datadict(self, *args: Any) -> str | None:
        value = super().value_from_datadict(*args)
        return value and " ".join(value.splitlines())


class Quarter(forms.TypedChoiceField):
    def __init__(self, *, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        unknown = _("“%(value)s” isn’t a quarter of the plan. Enter one from Y1Q1 to Y3Q4.")
        super().__init__(
            choices=[("", _("not set")), *choices],
            coerce=int,
            empty_value=None,
            required=False,
            error_messages={"invalid_choice": unknown},
            **kwargs,
        )


def members(city: City) -> QuerySet[User]:
    # A guest reviewer leaves after the review and has no tasks.
    roles = [role for role in CITY_ROLES if role != Role.GUEST_REVIEWER]
    return User.objects.filter(pk__in=city.membership_set.active().filter(role__in=roles).values("user"))


class RowSelect(forms.Select):
    """A city's own rows to choose from, in the city's language."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if row := getattr(value, "instance", None):
            option["attrs"]["lang"] = row.city.language
        return option


class ActionsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django's takes no type at run time
    def label_from_instance(self, action: Action) -> str:
        return written_in(action, action.city.language)


class PlanForm(SharedRowForm[Any]):
    init_names = ("city", "strategy")

    def __init__(self, *args: Any, city: City, strategy: Strategy, **kwargs: Any) -> None:
        self.city, self.strategy = city, strategy
        super().__init__(*args, **kwargs)
        for name in ("starts", "due"):
            if field := self.fields.get(name):
                choices = quarters.quarter_choices(strategy, city)
                self.fields[name] = Quarter(choices=choices, label=field.label, help_text=field.help_text)
        if "cost_band" in self.fields:
            choice_field(self, "cost_band").choices = [("", _("Not chosen")), *costs.choices(city.currency)]
        if "owner" in self.fields:
            row_field(self, "owner").queryset = members(city)
            row_field(self, "owner").empty_label = _("no one yet")
        if "component" in self.fields:
            choice_field(self, "component").choices = COMPONENTS
        for field in self.fields.values():
            if isinstance(field, Day):
                field.today = city.today()

    def find_problems(self, values: dict[str, Any]) -> rules.Problems:
        return rules.problems(self.row, values)


# The plan


class ObjectiveForm(PlanForm):
    class Meta:
        model = Objective
        fields = ["title", "component", "priority"]
        help_texts = {"priority": _("The mayoral priority this objective supports.")}


class MeasureForm(PlanForm):
    class Meta:
        model = ObjectiveMeasure
        fields = [*MEASURE_FIELDS, "is_resident_outcome"]
        field_classes = {"baseline_on": RecentDay}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].required = True


class ActionRowForm(PlanForm):
    class Meta:
        model = Action
        fields = KEY_FIELDS
        widgets = {"title": OneLine(attrs={"rows": 2}), "rag_reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in KEY_FIELDS:
            # By the row's and the column's names: a label of its own would be read in the language of the text.
            names = f"code-{self.row.pk} column-{name}"
            self.fields[name].widget.attrs |= {"aria-labelledby": names, "data-cell": name}
        self.fields["owner_role"].widget.attrs["list"] = "owner-roles"


class ActionForm(PlanForm):
    depends_on = ActionsField(
        label=_("Depends on"),
        queryset=Action.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Actions that must be completed before this one."),
    )

    class Meta:
        model = Action
        fields = [name for name in ACTION_FIELDS if name != "depends_on"]
        widgets = {
            "policy": RowSelect,
            "description": forms.Textarea(attrs={"rows": 4}),
            "rag_reason": forms.Textarea(attrs={"rows": 2}),
            "resident_impact": forms.Textarea(attrs={"rows": 2}),
        }
        field_classes = {"evidence": WebAddress, "baseline_on": RecentDay}
        help_texts = {
            "owner_role": _("The position responsible, so the action outlasts any one person."),
            "owner": _("Someone with access to this site. Quarterly questions go to this person."),
            "owner_name": _("Only for someone without access to this site."),
            "rag_reason": _("Required if the action is at risk or off track."),
            "percent": _("0 to 100."),
            "baseline_unknown": _("Check this box instead of leaving the baseline blank."),
        }
        error_messages = {
            "owner": {"invalid_choice": _("The owner isn’t on the city team.")},
            "policy": {"invalid_choice": _("This policy isn’t in the city’s register.")},
        }

    def __init__(self, *args: Any, instance: Action, **kwargs: Any) -> None:
        initial = kwargs.setdefault("initial", {})
        initial["depends_on"] = [row.on_id for row in instance.dependencies.all()] if instance.pk else []
        super().__init__(*args, instance=instance, **kwargs)
        row_field(self, "policy").queryset = self.city.policy_set.order_by("title")
        row_field(self, "policy").empty_label = pgettext("policy", "none")
        # Longer cycles are detected when the row is saved, under the lock.
        row_field(self, "depends_on").queryset = self.city.action_set.exclude(pk=instance.pk)
        self.order_fields(ACTION_FIELDS)

    @property
    def groups(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in GROUPS]


class YearForm(SharedRowForm[Strategy]):
    year = forms.TypedChoiceField(
        label=_("Year 1 of the plan"),
        coerce=int,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a year from the list.")),
    )
    init_names = ("city",)

    class Meta:
        model = Strategy
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, instance: Strategy, city: City, **kwargs: Any) -> None:
        self.city = city
        present, today = quarters.first_day(instance, city).year, city.today().year
        super().__init__(*args, instance=instance, initial={"year": present}, **kwargs)
        # The current year stays in the list, however distant.
        years = range(min(present, today - 3), max(present, today + 3) + 1)
        choice_field(self, "year").choices = [(year, quarters.year_label(city, year)) for year in years]

    def stored(self, name: str) -> Any:
        return self.row.plan_year  # None so far: choosing the year that the form suggests counts as a change


# The registers


class PolicyForm(PlanForm):
    class Meta:
        model = Policy
        fields = ["title", "type", "state", "due", "instrument", "number", "adopted_by", "adopted_on", "url"]
        field_classes = {"adopted_on": Day, "url": WebAddress}
        help_texts = {
            "due": _("Only if it’s planned or being drafted."),
            "instrument": _("How it becomes binding. Required once it’s adopted."),
            "number": _("The number of the order, resolution, or law."),
            "url": _("Where anyone can read the text."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = registers.policy_types()
        # A policy keeps its type, even if the newest list no longer includes it.
        if self.row.type_id:
            types |= type(self.row.type).objects.filter(pk=self.row.type_id)
        row_field(self, "type").queryset = types.distinct()


class AiUseForm(PlanForm):
    class Meta:
        model = AiUse
        fields = AI_USE_FIELDS
        widgets = {"purpose": forms.Textarea(attrs={"rows": 2}), "conditions": forms.Textarea(attrs={"rows": 2})}
        field_classes = {"reviewed_on": Day, "next_review_on": Day}
        help_texts = {
            "name": _("What the city uses AI for, in a few words."),
            "human_review": _("Who checks the AI’s output before it’s used."),
            "conditions": _("Required if it’s approved with conditions."),
        }


class RiskForm(PlanForm):
    class Meta:
        model = Risk
        fields = ["title", "likelihood", "impact", "owner_role", "owner", "mitigation"]
        widgets = {"mitigation": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "owner_role": _("The position that monitors this risk."),
            "owner": _("Someone with access to this site."),
        }
