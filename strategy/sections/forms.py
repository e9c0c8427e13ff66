"""Forms for assigning a section, and for pictures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator import images, walltime
from accelerator.conflicts import SharedRowForm
from accelerator.intake.fields import ContentField
from accelerator.models import User
from accelerator.texts import richtext
from accelerator.web import row_field
from cities.models import City
from strategy.sections.models import Picture, Section


class AssignForm(SharedRowForm[Section]):
    assignee = forms.ModelChoiceField(
        label=_("Assigned to"), queryset=User.objects.none(), required=False, empty_label=_("Unassigned")
    )
    due_on = forms.DateField(
        label=_("Due date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("We send reminders 7 and 2 days before the due date, and 1 and 5 days after."),
    )

    init_names = ("city",)

    class Meta:
        model = Section
        fields = ["assignee", "due_on"]

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city, self.today = city, city.today()
        # Others can read the strategy but not write it.
        team = city.membership_set.active().team().values("user")
        row_field(self, "assignee").queryset = User.objects.filter(pk__in=team)

    def clean_due_on(self) -> date:
        return walltime.check_year(self.cleaned_data["due_on"], self.today)


class AltForm(forms.Form):
    alt = forms.CharField(
        label=_("Image description"),
        required=False,
        max_length=richtext.LONGEST_ALT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Write one or two sentences for people who can’t see the image. Describe what it conveys, not how it "
            "looks. The readiness check requires this description."
        ),
    )

    def clean_alt(self) -> str:
        return " ".join(self.cleaned_data["alt"].split())


class DescriptionForm(AltForm, SharedRowForm[Any]):
    class Meta:
        model = Picture
        fields = ["alt"]


class PictureForm(AltForm):
    picture = ContentField(
        label=_("Image"),
        read=images.reencode,
        megabytes=images.MEGABYTES,
        advice=images.ADVICE,
        accept="image/png,image/jpeg,image/gif,image/webp",
        help_text=_("PNG, JPEG, GIF, or WebP, up to 10 MB and 50 megapixels."),
        error_messages={"required": _("Choose an image first.")},
    )
    field_order = ["picture", "alt"]
