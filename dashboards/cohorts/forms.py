from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import formats
from accelerator.conflicts import SharedRowForm
from accelerator.content_versions import ContentVersion
from accelerator.models import Cohort
from accelerator.walltime import check_year
from accelerator.web import DateInput, choice_field
from cities.models import Enrollment
from cities.zones import zone_choices
from curriculum.models import ProgramVersion, RubricVersion
from dashboards.cohorts.actions import EDITABLE, Pins, may_move
from strategy.models import TemplateVersion

MOST_WEEKS = 104
Coaches = list[tuple[int, str]]


def _mondays_around(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday, monday + timedelta(days=7)]


class VersionField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's takes no type at run time
    def __init__(self, model: type[ContentVersion], **kwargs: Any) -> None:
        super().__init__(model._default_manager.exclude(published_at=None), empty_label=None, **kwargs)

    def label_from_instance(self, version: ContentVersion) -> str:
        return version.label


class CohortForm(SharedRowForm[Cohort]):
    """A cohort with its pinned versions; fields that can no longer change are locked."""

    template = VersionField(
        TemplateVersion, label=_("Strategy template"), help_text=_("Used for strategies that start in this cohort.")
    )
    program = VersionField(ProgramVersion, label=_("Curriculum"))
    rubric = VersionField(RubricVersion, label=_("Rubric"))

    class Meta:
        model = Cohort
        fields = EDITABLE
        widgets = {"kickoff": DateInput}
        error_messages = {"name": {"unique": _("A cohort with this name already exists. Choose another name.")}}
        help_texts = {
            "kickoff": _("The Monday of week 1. All other dates are calculated from this day."),
            "time_zone": _("Session times are in this time zone."),
            "reply_to": _("Replies to program emails go to this address."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=self.fields["time_zone"].label,
            help_text=self.fields["time_zone"].help_text,
            choices=zone_choices(self.instance.time_zone),
            initial=self.instance.time_zone,
        )
        if self.instance.pk:
            self._disable_fixed_fields()

    def _disable_fixed_fields(self) -> None:
        cohort = self.instance
        del self.fields["template"]  # It has a page of its own, which names the cities that move.
        self.initial["program"] = cohort.cohortprogram.program_id
        self.initial["rubric"] = cohort.cohortprogram.rubric_id
        if not may_move(cohort):
            for name in ("kickoff", "weeks"):
                self.fields[name].disabled = True
            self.fields["kickoff"].help_text = _("The cohort has started, so its dates can’t be changed.")
        if cohort.is_live:
            for name in ("program", "rubric"):
                self.fields[name].disabled = True
                self.fields[name].help_text = _("The cohort is live, so the version can’t be changed.")

    def clean_kickoff(self) -> date:
        day: date = self.cleaned_data["kickoff"]
        if "kickoff" in self.changed_data:
            check_year(day, timezone.localdate())
        if day.weekday():
            days = zip(("day", "before", "after"), (day, *_mondays_around(day)), strict=True)
            raise forms.ValidationError(
                _("%(day)s isn’t a Monday. Program weeks start on Mondays. Choose %(before)s or %(after)s."),
                params={name: formats.day(value, timezone.localdate(), weekday=True) for name, value in days},
            )
        return day

    @property
    def mondays(self) -> list[date]:
        """The Mondays to offer instead of a chosen date that isn't one."""
        try:
            day = self.fields["kickoff"].to_python(self.data.get("kickoff"))
            if day:
                check_year(day, timezone.localdate())
        except forms.ValidationError:
            return []
        return _mondays_around(day) if day and day.weekday() else []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        program, weeks = data.get("program"), data.get("weeks")
        if weeks and weeks > MOST_WEEKS:
            self.add_error("weeks", _("A cohort can’t be longer than %(weeks)d weeks.") % {"weeks": MOST_WEEKS})
        if program and weeks and weeks < program.weeks:
            self.add_error(
                "weeks",
                _("The curriculum runs %(weeks)d weeks, so the cohort can’t be shorter.") % {"weeks": program.weeks},
            )
        return data

    @property
    def pins(self) -> Pins:
        data = self.cleaned_data
        return Pins(data.get("template"), data["program"], data["rubric"])


class TemplateForm(forms.Form):
    """Which published template version a cohort uses."""

    version = VersionField(TemplateVersion, label=_("Strategy template"))


class CoachForm(forms.Form):
    """A coach's assignment; `coaches` are (ID, name), loaded once for all rows of a page."""

    coach = forms.TypedChoiceField(label=_("Coach"), coerce=int, error_messages={"required": _("Choose a coach.")})
    starts_on = forms.DateField(
        label=_("First day"), widget=DateInput, error_messages={"required": _("Enter the first day.")}
    )
    ends_on = forms.DateField(
        label=_("Last day"), widget=DateInput, required=False, help_text=_("Leave blank if there’s no end date.")
    )

    def __init__(self, *args: Any, coaches: Coaches, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "coach").choices = coaches

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("ends_on") and data.get("starts_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The end date is before the start date. Choose the same day or a later one."))
        return data


class ChangeForm(forms.Form):
    """The first day and the reason of a change of a city's part in a cohort."""

    on = forms.DateField(label=_("From"), widget=DateInput, error_messages={"required": _("Enter the date.")})
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("GovEx staff can read this. The city can’t."),
        error_messages={"required": _("Enter the reason.")},
    )

    def __init__(self, *args: Any, enrollment: Enrollment, needs_reason: bool = False, **kwargs: Any) -> None:
        self.enrollment = enrollment
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = enrollment.city.today()
        self.fields["reason"].required = needs_reason

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        today, since = self.enrollment.city.today(), self.enrollment.state_on
        check_year(day, today)
        if day > today:
            raise forms.ValidationError(_("This date is in the future. Choose today or an earlier date."))
        if since and day < since:
            raise forms.ValidationError(
                _("The city’s current status began on %(day)s. Choose that date or a later one."),
                params={"day": formats.day(since, today)},
            )
        return day


class JoinedForm(ChangeForm):
    def __init__(self, *args: Any, enrollment: Enrollment, **kwargs: Any) -> None:
        super().__init__(*args, enrollment=enrollment, **kwargs)
        self.fields["on"].label = _("Joined on")
        self.fields["on"].initial = enrollment.joined_on

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        cohort, today = self.enrollment.cohort, self.enrollment.city.today()
        check_year(day, today)
        if not cohort.kickoff <= day <= cohort.ends_on:
            raise forms.ValidationError(
                _("Choose a date from the kickoff (%(first)s) through the last day (%(last)s)."),
                params={"first": formats.day(cohort.kickoff, today), "last": formats.day(cohort.ends_on, today)},
            )
        return day
