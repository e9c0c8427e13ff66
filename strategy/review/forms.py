"""Forms for conversations and reviews; each choice is limited to what the reader can see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accelerator.conflicts import SharedRowForm
from accelerator.models import User
from accelerator.names import validate_name
from accelerator.web import DateInput, at_most, choice_field, row_field
from cities.actions import require_near_end
from cities.forms import LONGEST, AddressField
from cities.models import City, Membership, Role
from strategy.review.models import Outcome
from strategy.sections.models import Section, SectionQuerySet, SectionRevision


class ReplyForm(forms.Form):
    body = forms.CharField(
        label=_("Comment"),
        validators=[at_most(5000, _("Comments can have up to %(limit_value)s characters; yours has %(show_value)s."))],
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 5000}),
        error_messages={"required": _("Write a comment first.")},
    )
    tell = forms.TypedChoiceField(label=_("Notify"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, readers: Iterable[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.pk: person for person in readers}
        # Only readers: an email must not lead to a page that the person can't open.
        choices = [(pk, str(person)) for pk, person in self.people.items()]
        choice_field(self, "tell").choices = [("", _("No one in particular")), *choices]

    def clean_tell(self) -> User | None:
        return self.people.get(self.cleaned_data["tell"])


class CommentForm(ReplyForm):
    quote = forms.CharField(
        label=_("About this passage"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Select text in the section, or leave this field blank to comment on the whole section."),
    )
    replacement = forms.CharField(
        label=_("Suggested replacement"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Fill this in only if you’re suggesting different wording for this passage. The team can "
            "accept or decline your suggestion."
        ),
    )
    remove = forms.BooleanField(label=_("Suggest deleting this passage"), required=False)
    revision = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    field_order = ["quote", "replacement", "remove", "body", "tell", "revision"]

    def clean_quote(self) -> str:
        # Selected text contains the page's line breaks.
        return " ".join(self.cleaned_data["quote"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text, is_removed = data.get("replacement", ""), data.pop("remove", False)
        if text and is_removed:
            self.add_error("remove", _("Enter a replacement or suggest deleting the passage, not both."))
        # None means no suggestion; an empty text suggests deleting the passage.
        data["replacement"] = text if text or is_removed else None
        return data


class EndForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How do you want to close this thread?"),
        widget=forms.RadioSelect,
        choices=[
            (Outcome.ACCEPTED, _("Accepted: the text was edited")),
            (Outcome.DECLINED, _("Declined, with a reason")),
            (Outcome.CARRIED, _("Carried over to the next version or later")),
            (Outcome.SETTLED, _("Resolved: no edit was needed")),
        ],
        error_messages={"required": _("Choose how to close the thread.")},
    )
    revision = forms.TypedChoiceField(
        label=_("Edit that addressed the comment"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_(
            "Required if you choose “Accepted.” The list shows edits made since the thread was opened, newest first."
        ),
    )
    reason = forms.CharField(
        label=_("Reason, or the version to carry the thread over to"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Required if you choose “Declined” or “Carried over.” Everyone who can read the thread will see it."
        ),
    )

    def __init__(self, *args: Any, revisions: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(revisions)
        choice_field(self, "revision").choices = choices or [("", _("No edits since the thread was opened"))]
        # The edit that answers a comment is usually the newest.
        if choices:
            self.fields["revision"].initial = choices[0][0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        outcome = data.get("outcome")
        if outcome == Outcome.ACCEPTED and not data.get("revision") and "revision" not in self.errors:
            self.add_error(
                "revision",
                _(
                    "The section hasn’t been edited since this thread was opened. Edit the section first, or close "
                    "the thread another way."
                ),
            )
        if outcome == Outcome.DECLINED and not data.get("reason"):
            self.add_error(
                "reason", _("Explain why you’re declining. The person who started the thread will read this.")
            )
        if outcome == Outcome.CARRIED and not data.get("reason"):
            self.add_error("reason", _("Enter the version to carry the thread over to, such as “version 2.”"))
        return data


def _day(form: forms.Form, name: str, today: date) -> date | None:
    day: date | None = form.cleaned_data[name]
    if day and day < today:
        raise forms.ValidationError(_("That date has passed. Choose today or a later date."))
    # A typo in the year would leave sections open to outsiders for decades.
    if day and day.year > today.year + 5:
        raise forms.ValidationError(_("That date is more than five years away. Check the year."))
    return day


class ChooseSectionForm(forms.Form):
    def __init__(self, *args: Any, city: City, sections: SectionQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        row_field(self, "section").queryset = sections


class AskForm(ChooseSectionForm):
    section = forms.ModelChoiceField(
        label=_("What would you like reviewed?"),
        queryset=Section.objects.none(),
        required=False,
        to_field_name="key",
        empty_label=_("The full draft"),
    )
    words = forms.CharField(
        label=_("What to focus on"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you’re unsure about, or what has changed since the last review."),
    )
    wanted_by = forms.DateField(label=_("Response due"), required=False, widget=DateInput)

    def clean_wanted_by(self) -> date | None:
        return _day(self, "wanted_by", self.city.today())


class OpinionForm(forms.Form):
    ready = forms.TypedChoiceField(
        label=_("Is it ready?"),
        widget=forms.RadioSelect,
        # A radio button posts text, and bool("no") would be true.
        coerce=lambda value: value == "yes",
        choices=[("yes", _("I think it’s ready")), ("no", _("Not yet"))],
        error_messages={"required": _("Choose “I think it’s ready” or “Not yet.”")},
    )
    words = forms.CharField(
        label=_("Feedback"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What’s strong, what’s missing, and what you’d change first. Required if you choose “Not yet.”"),
    )
    revision = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("ready") is False and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Explain what’s missing. “Not yet” on its own doesn’t help the team."))
        return data


class ReadingForm(forms.Form):
    sections = forms.ModelMultipleChoiceField(
        label=_("Sections to review"),
        widget=forms.CheckboxSelectMultiple,
        queryset=Section.objects.none(),
        to_field_name="key",
        help_text=_("Reviewers see only these sections of the strategy."),
        error_messages={"required": _("Choose at least one section.")},
    )
    until = forms.DateField(
        label=_("Until"), widget=DateInput, help_text=_("The last day the reviewer can read and respond.")
    )

    def __init__(self, *args: Any, city: City, from_sections: SectionQuerySet, **kwargs: Any) -> None:
        self.city, self.from_sections = city, from_sections
        super().__init__(*args, **kwargs)
        row_field(self, "sections").queryset = from_sections

    def clean_until(self) -> date | None:
        until = _day(self, "until", self.city.today())
        require_near_end(self.city, Role.GUEST_REVIEWER, until)
        return until


class ReviewerForm(ReadingForm):
    name = forms.CharField(label=_("Name"), max_length=LONGEST, validators=[validate_name])
    email = AddressField()
    title = forms.CharField(
        label=_("Position"),
        max_length=LONGEST,
        required=False,
        validators=[validate_name],
        help_text=_("For example, “Privacy officer.”"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    note = forms.CharField(
        label=_("Why you’re inviting them"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("This is saved with the invitation."),
    )
    field_order = ["name", "email", "title", "language", "sections", "until", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = self.city.language

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self.city.membership_set.active().filter(user__email=email).exists():
            raise forms.ValidationError(_("%(email)s is already on the team."), params={"email": email})
        # Their invitation would lead to a sign-in that fails.
        if User.objects.filter(email=email, is_active=False).exists():
            raise forms.ValidationError(_("%(email)s no longer has access to this site."), params={"email": email})
        return email


class ReviewerChangeForm(ReadingForm, SharedRowForm[Any]):
    init_names = ("city", "from_sections")

    class Meta:
        model = Membership
        fields = ["until"]

    def __init__(self, *args: Any, instance: Membership, **kwargs: Any) -> None:
        initial = {"sections": [row.section.key for row in instance.review_sections.select_related("section")]}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)


class ShowForm(ChooseSectionForm):
    section = forms.ModelChoiceField(
        label=_("Section"),
        queryset=Section.objects.none(),
        to_field_name="key",
        empty_label=None,
        help_text=_("Peer cities see a copy of the current text. Later edits aren’t included."),
    )
    question = forms.CharField(
        label=_("What you’d like feedback on"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    until = forms.DateField(label=_("Until"), widget=DateInput)

    def clean_until(self) -> date | None:
        return _day(self, "until", self.city.today())


def label_of(revision: SectionRevision, author: User | None, when: str) -> str:
    values = {"number": revision.number, "person": author or _("a former member"), "when": when}
    return str(_("Version %(number)d, %(person)s, %(when)s") % values)
