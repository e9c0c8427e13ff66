from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from strategy.sections.models import READY, Section, SectionState


class ContentsForm(forms.Form):
    """Filter and order of the contents page; invalid values count as not chosen."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All sections")),
            ("mine", _("My sections")),
            ("week", _("Due this week or late")),
            ("unassigned", _("Unfinished and unassigned")),
            *SectionState.choices,
        ],
    )
    first = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[("", _("Document order")), ("mine", _("Mine first")), ("due", _("By due date"))],
    )

    def apply(self, sections: list[Section], *, person: User, today: date) -> list[Section]:
        self.is_valid()
        show, first = self.cleaned_data.get("show", ""), self.cleaned_data.get("first", "")
        if show == "mine":
            sections = [section for section in sections if section.assignee_id == person.pk]
        elif show == "week":
            sections = [section for section in sections if is_due(section, today)]
        elif show == "unassigned":
            sections = [section for section in sections if is_unassigned(section)]
        elif show:
            sections = [section for section in sections if section.state == show]
        if first == "mine":
            return sorted(sections, key=lambda section: section.assignee_id != person.pk)
        return sorted(sections, key=lambda section: section.due_on) if first == "due" else sections


def is_unassigned(section: Section) -> bool:
    """Not finished, and no one is to write it; a finished section needs no writer."""
    return section.state not in READY and section.assignee_id is None


def is_due(section: Section, today: date) -> bool:
    """Late, or due by the coming Sunday."""
    return section.state not in READY and section.due_on <= today + timedelta(days=6 - today.weekday())
