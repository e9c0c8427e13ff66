from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, ClassVar, Self

from django import forms
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator import formats, walltime, web
from accelerator.conflicts import Changes, FieldChange, SharedRowForm
from accelerator.languages import mark_fields
from accelerator.models import User
from accelerator.texts import richtext, saving
from accelerator.web import DateInput, at_most, choice_field, replace_sent
from cities.access import Permission
from cities.models import City
from coaching.actions import NewCommitment
from coaching.models import CoachingSession, Commitment, PrivateNote
from coaching.people import Participant, possible_attendees

FACTS = ["kind", "title", "on", "at", "minutes", "others"]
ROWS, MOST_ROWS = 3, 30  # of new commitments in the form
ROW = ("what", "owner", "due_on", "section")
AGENDA = 25  # earlier commitments in the form; no meeting gets through more
# The program lasts half a year and coaching follows it: a more distant date is most likely a typo.
check_year = partial(walltime.check_year, back=3, ahead=2)


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


def section_choices(city: City) -> list[tuple[Any, str]]:
    rows = city.section_set.present().select_related("template")
    rows = rows.only("city", "position", "template__titles", "template__number")
    return [("", _("No section")), *((row.pk, str(row)) for row in rows)]


def owner_choices(participants: list[Participant], by: User, owner: User | None = None) -> list[tuple[Any, str]]:
    """People who can mark their own commitments as completed, plus the current owner."""
    people = [person for person in possible_attendees(participants, by) if person.may(Permission.KEEP_COMMITMENTS)]
    choices: list[tuple[Any, str]] = [
        ("", _("Choose a person")),
        *((person.user.pk, person.label) for person in people),
    ]
    # An owner who has left remains a choice, or saving another field would require a new owner.
    if owner is not None and owner.pk not in dict(choices):
        choices.append((owner.pk, str(owner)))
    return choices


class SessionForm(SharedRowForm[CoachingSession]):
    """The time is wall time in the session's zone, which is the city's when the session is logged."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=5,
        max_value=1440,
        initial=60,
        error_messages={
            "required": gettext_lazy("Enter the length in minutes."),
            "min_value": gettext_lazy("A session must be at least 5 minutes long."),
            "max_value": gettext_lazy("A session can’t be longer than one day (1,440 minutes)."),
        },
    )
    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Attendees"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For an upcoming session, select the people you expect."),
    )

    class Meta:
        model = CoachingSession
        fields = FACTS
        widgets = {"kind": forms.RadioSelect, "on": DateInput, "at": ClockInput}
        labels = {
            "kind": gettext_lazy("Type"),
            "title": gettext_lazy("Topic"),
            "on": gettext_lazy("Date"),
            "at": gettext_lazy("Time"),
            "others": gettext_lazy("Other attendees"),
        }
        error_messages = {
            "title": {"required": gettext_lazy("Describe the topic in one line.")},
            "on": {"required": gettext_lazy("Enter a date.")},
            "at": {"required": gettext_lazy("Enter a time.")},
        }
        help_texts = {
            "title": gettext_lazy("One line the team will still recognize a year from now."),
            "others": gettext_lazy("For people without an account: name and department."),
        }

    field_order = ["kind", "title", "on", "at", "minutes", "people", "others"]
    init_names = ("city", "participants", "by")

    def __init__(
        self,
        *args: Any,
        city: City,
        participants: list[Participant],
        by: User,
        instance: CoachingSession | None = None,
        **kwargs: Any,
    ) -> None:
        instance = instance or CoachingSession(city=city, time_zone=city.time_zone)
        self.city, self.participants, self.by, self.today = city, participants, by, city.today()
        people = list(instance.people.all()) if instance.pk else [by]
        initial = {"people": [user.pk for user in people], **kwargs.pop("initial", {})}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.fields["at"].help_text = formats.zone_name(self.instance.time_zone)
        kinds = choice_field(self, "kind")
        kinds.choices = [(value, capfirst(label)) for value, label in CoachingSession.Kind.choices]
        # Who may have attended, plus those who did and have left since.
        labels = {person.user.pk: person.label for person in possible_attendees(participants, by)}
        choice_field(self, "people").choices = [
            *(labels | {user.pk: str(user) for user in people if user.pk not in labels}).items()
        ]

    def clean_on(self) -> date:
        return check_year(self.cleaned_data["on"], self.today)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        on, at, zone = data.get("on"), data.get("at"), self.instance.time_zone
        if on and at and walltime.skipped_by_clock_change(on, at, zone):
            self.add_error("at", walltime.skipped_message(on, at, zone))
        return data


class NoteField(forms.CharField):
    """Rich text, or plain text without JavaScript; sanitized when saved."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        # No max_length: the browser would count markup that it doesn't show.
        sentence = gettext_lazy(
            "This note is too long. It has %(show_value)s characters, and the limit is %(limit_value)s."
        )
        validators = [at_most(saving.LONGEST, sentence)]
        super().__init__(required=False, strip=False, validators=validators, **kwargs)


class CommitmentForm(SharedRowForm[Commitment]):
    owner = forms.TypedChoiceField(
        label=gettext_lazy("Who"), coerce=int, error_messages={"required": gettext_lazy("Choose an owner.")}
    )
    section = forms.TypedChoiceField(label=gettext_lazy("Section"), coerce=int, required=False, empty_value=None)

    class Meta:
        model = Commitment
        fields = ["what", "due_on"]
        widgets = {"due_on": DateInput}
        labels = {"what": gettext_lazy("What will be done"), "due_on": gettext_lazy("Due")}
        error_messages = {
            "what": {"required": gettext_lazy("Describe what will be done.")},
            "due_on": {"required": gettext_lazy("Enter a date.")},
        }

    field_order = ["what", "owner", "due_on", "section"]

    init_names = ("city", "participants", "by")

    def __init__(
        self, *args: Any, instance: Commitment, city: City, participants: list[Participant], by: User, **kwargs: Any
    ) -> None:
        self.city, self.participants, self.by, self.today = city, participants, by, city.today()
        initial = {"owner": instance.owner_id, "section": instance.section_id}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        choice_field(self, "owner").choices = owner_choices(participants, by, instance.owner)
        choice_field(self, "section").choices = section_choices(city)

    def clean_due_on(self) -> date:
        return check_year(self.cleaned_data["due_on"], self.today)


class AgendaField(forms.TypedMultipleChoiceField):
    """Open commitments to check off."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, **kwargs)

    def valid_value(self, value: Any) -> bool:
        # One that a colleague has completed since is no longer a choice, but not an error either.
        return web.whole_number(str(value), digits=18) is not None


class LogForm(SessionForm):
    """A session with both notes, its new commitments, and earlier ones completed by now."""

    # A new commitment's fields are plain form fields (`what_0`, `owner_0`, ...), so that one summary has every error.
    rows = forms.IntegerField(widget=forms.HiddenInput, initial=ROWS, min_value=1, max_value=MOST_ROWS)
    done = AgendaField(label=gettext_lazy("Completed since the last session"), required=False)
    shared = NoteField(label=gettext_lazy("Shared note"))
    private = NoteField(label=gettext_lazy("Private note"))

    def __init__(
        self, *args: Any, city: City, participants: list[Participant], by: User, private: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, city=city, participants=participants, by=by, **kwargs)
        if not private:
            del self.fields["private"]
        owners, sections = owner_choices(participants, by), section_choices(city)
        self.row_numbers = range(self._row_count())
        for number in self.row_numbers:
            self.fields |= _row_fields(number, owners, sections)
        mark_fields(self, city.language)
        if private:
            self.fields["private"].widget.attrs["lang"] = by.language
        agenda = list(city.commitment_set.open().select_related("owner")[:AGENDA])
        choice_field(self, "done").choices = [(row.pk, row) for row in agenda]

    def _row_count(self) -> int:
        sent = str(self.data.get("rows", "") if self.is_bound else self.initial.get("rows", ""))
        return max(ROWS, min(web.whole_number(sent) or ROWS, MOST_ROWS))

    def commitment_rows(self) -> Iterator[dict[str, Any]]:
        for number in self.row_numbers:
            row = {name: self[f"{name}_{number}"] for name in ROW}
            yield {"number": number + 1, **row}

    def values_as_typed(self) -> dict[str, Any]:
        """Submitted data, for a form that shows it again without validation."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["commitments"] = [
            NewCommitment(*(data.get(f"{name}_{number}") for name in ROW))  # type: ignore[arg-type]  # whole, or has errors
            for number in self.row_numbers
            if self._check_row(number)
        ]
        return data

    def _check_row(self, number: int) -> bool:
        """Whether a row has any content; if so, it needs a text, an owner and a date."""
        missing = {
            "what": _("Commitment %(number)d: describe what will be done."),
            "owner": _("Commitment %(number)d: choose an owner."),
            "due_on": _("Commitment %(number)d: enter a due date."),
        }
        names = [f"{name}_{number}" for name in ROW]
        if not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in names):
            return False
        for name, message in missing.items():
            if not self.cleaned_data.get(f"{name}_{number}") and f"{name}_{number}" not in self.errors:
                self.add_error(f"{name}_{number}", message % {"number": number + 1})
        due = self.cleaned_data.get(f"due_on_{number}")
        if due:
            try:
                check_year(due, self.today)
            except forms.ValidationError as error:
                self.add_error(f"due_on_{number}", error)
        return True


def _row_fields(number: int, owners: list[Any], sections: list[Any]) -> dict[str, forms.Field]:
    return {
        f"what_{number}": forms.CharField(label=_("What will be done"), max_length=240, required=False),
        f"owner_{number}": forms.TypedChoiceField(
            label=_("Who"), choices=owners, coerce=int, required=False, empty_value=None
        ),
        f"due_on_{number}": forms.DateField(label=_("Due"), required=False, widget=DateInput),
        f"section_{number}": forms.TypedChoiceField(
            label=_("Section"), choices=sections, coerce=int, required=False, empty_value=None
        ),
    }


class ShareForm(SharedRowForm[PrivateNote]):
    """Which paragraphs of a private note the city gets; none is preselected."""

    paragraphs = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Paragraphs to share"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one paragraph to share.")},
    )
    # Paragraphs are chosen by number, and another revision numbers them differently: private text would leak.
    read_only = ("revision",)

    class Meta:
        model = PrivateNote
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, instance: PrivateNote, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        self.blocks = richtext.blocks(instance.html)
        choice_field(self, "paragraphs").choices = list(enumerate(map(mark_safe, self.blocks)))  # noqa: S308 - sanitized

    def rebased(self, row: PrivateNote) -> Self:
        """Choices stay selected if the note still has them; those it no longer has are listed."""
        form, chosen = super().rebased(row), self._chosen_blocks()
        kept = [str(number) for number, block in enumerate(form.blocks) if block in chosen]
        replace_sent(form, "paragraphs", *kept)
        label = _("Paragraph you selected that has since changed")
        lost = [FieldChange(label, richtext.text(block)) for block in chosen if block not in form.blocks]
        form.conflict = Changes(lost, str(row.written_by or ""), row.written_at)
        return form

    def _chosen_blocks(self) -> list[str]:
        """The chosen paragraphs as the form showed them."""
        revision, chosen = self.seen_values().get("revision"), self["paragraphs"].data or []
        shown = self.row.revisions.filter(city=self.row.city_id, number=web.whole_number(str(revision))).first()
        blocks = richtext.blocks(shown.html) if shown else []
        return [block for number, block in enumerate(blocks) if str(number) in chosen]

    @property
    def copy(self) -> str:
        return "".join(self.blocks[number] for number in sorted(self.cleaned_data["paragraphs"]))
