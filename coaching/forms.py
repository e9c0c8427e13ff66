"""Forms of the coaching pages. They return domain types and narrow every choice to the city."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator import walltime, web
from accelerator.models import User
from accelerator.templatetags.page import zone_place
from accelerator.texts import richtext, saving
from accelerator.web import DateInput, RowForm, choice_field, replace_sent
from cities.access import Permission
from cities.models import City
from coaching.actions import Promise
from coaching.models import CoachingSession, Commitment, PrivateNote
from coaching.people import Participant, possible_attendees

FACTS = ["kind", "title", "on", "at", "minutes", "others"]
ROWS, MOST_ROWS = 3, 30
ROW = ("what", "owner", "due_on", "section")
AGENDA = 25
YEARS_BACK, YEARS_AHEAD = 3, 2


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


def check_year(day: date, today: date) -> date:
    """Raises ValidationError for a date that is most likely a slip of the finger."""
    return walltime.check_year(day, today, back=YEARS_BACK, ahead=YEARS_AHEAD)


def section_choices(city: City) -> list[tuple[Any, str]]:
    rows = city.section_set.present().select_related("template")
    rows = rows.only("city", "position", "template__titles", "template__number")
    return [("", _("No section")), *((row.pk, str(row)) for row in rows)]


def owner_choices(participants: list[Participant], by: User, owner: User | None = None) -> list[tuple[Any, str]]:
    """Those who can say themselves that a commitment is done, and its owner of today."""
    able = [person for person in possible_attendees(participants, by) if person.may(Permission.KEEP_COMMITMENTS)]
    choices: list[tuple[Any, str]] = [("", _("Choose")), *((person.user.pk, person.label) for person in able)]
    if owner is not None and owner.pk not in dict(choices):
        choices.append((owner.pk, str(owner)))
    return choices


class Seen:
    """What a form was filled from, as a hidden value: a colleague's change in between is told, not overwritten."""

    def __init__(self, form: forms.BaseForm, *facts: object) -> None:
        self.now = hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:32]
        form.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=self.now, required=False)

    def check(self, form: forms.BaseForm) -> None:
        """Refuse a form that was filled from something else, keep what was typed, and let it be sent once more."""
        if form.cleaned_data.get("seen") == self.now:
            return
        replace_sent(form, "seen", self.now)
        form.add_error(
            None, _("A colleague changed this meanwhile. What you typed is kept here: compare, then save once more.")
        )


class SessionForm(RowForm[CoachingSession]):
    """The facts of a session. The time is the wall time in the session's own zone, the city's."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=5,
        max_value=1440,
        initial=60,
        error_messages={
            "required": gettext_lazy("Say how long it took."),
            "min_value": gettext_lazy("A session lasts at least 5 minutes."),
            "max_value": gettext_lazy("A session lasts at most a day, 1440 minutes."),
        },
    )
    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who was there"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For a planned session: who is expected."),
    )

    class Meta:
        model = CoachingSession
        fields = FACTS
        widgets = {"kind": forms.RadioSelect, "on": DateInput, "at": ClockInput}
        labels = {
            "kind": gettext_lazy("Kind"),
            "title": gettext_lazy("What it was about"),
            "on": gettext_lazy("Date"),
            "at": gettext_lazy("Time"),
            "others": gettext_lazy("Others present"),
        }
        error_messages = {
            "title": {"required": gettext_lazy("Say in a line what it was about.")},
            "on": {"required": gettext_lazy("Give the day.")},
            "at": {"required": gettext_lazy("Give the time.")},
        }
        help_texts = {
            "title": gettext_lazy("A line by which the team recognizes it in a year."),
            "others": gettext_lazy("People without an account here: name and office."),
        }

    field_order = ["kind", "title", "on", "at", "minutes", "people", "others"]

    def __init__(self, *args: Any, city: City, participants: list[Participant], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.city, self.instance.time_zone = city, city.time_zone
        self.today = city.today()
        self.fields["at"].help_text = _("%(place)s time") % {"place": zone_place(self.instance.time_zone)}
        kinds = choice_field(self, "kind")
        kinds.choices = [(value, capfirst(label)) for value, label in CoachingSession.Kind.choices]
        choice_field(self, "people").choices = self._people(participants, by)
        self.seen = None
        if self.instance.pk is not None:
            facts = [getattr(self.instance, name) for name in FACTS]
            self.seen = Seen(self, facts, sorted(self.fields["people"].initial))

    def _people(self, participants: list[Participant], by: User) -> list[tuple[int, str]]:
        """Who can have been there; and those who were, although they have left since."""
        choices = {person.user.pk: person.label for person in possible_attendees(participants, by)}
        if self.instance.pk is None:
            self.fields["people"].initial = [by.pk]
        else:
            present = list(self.instance.people.all())
            self.fields["people"].initial = [user.pk for user in present]
            choices |= {user.pk: str(user) for user in present if user.pk not in choices}
        return list(choices.items())

    def clean_on(self) -> date:
        return check_year(self.cleaned_data["on"], self.today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        on, at, zone = data.get("on"), data.get("at"), self.instance.time_zone
        if on and at and walltime.skipped_by_clock_change(on, at, zone):
            self.add_error("at", walltime.skipped_message(on, at, zone))
        if self.seen is not None:
            self.seen.check(self)
        return data


class NoteField(forms.CharField):
    """Rich text, or plain words where there are no scripts; sanitized when it is saved."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, max_length=saving.LONGEST, **kwargs)
        self.error_messages["max_length"] = gettext_lazy(
            "This note is too long: it has %(show_value)d characters, and %(limit_value)d fit."
        )
        self.widget.attrs.pop("maxlength", None)


class CommitmentForm(RowForm[Commitment]):
    """What was promised, by whom, until when."""

    owner = forms.TypedChoiceField(
        label=gettext_lazy("Who"), coerce=int, error_messages={"required": gettext_lazy("Choose who does it.")}
    )
    section = forms.TypedChoiceField(label=gettext_lazy("Section"), coerce=int, required=False, empty_value=None)

    class Meta:
        model = Commitment
        fields = ["what", "due_on"]
        widgets = {"due_on": DateInput}
        labels = {"what": gettext_lazy("What will be done"), "due_on": gettext_lazy("Due")}
        error_messages = {
            "what": {"required": gettext_lazy("Say what will be done.")},
            "due_on": {"required": gettext_lazy("Give the day.")},
        }

    field_order = ["what", "owner", "due_on", "section"]

    def __init__(self, *args: Any, city: City, participants: list[Participant], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = city.today()
        choice_field(self, "owner").choices = owner_choices(participants, by, self.instance.owner)
        choice_field(self, "section").choices = section_choices(city)
        self.fields["owner"].initial = self.instance.owner_id
        self.fields["section"].initial = self.instance.section_id
        row, self.seen = self.instance, None
        if row.pk is not None:
            self.seen = Seen(self, row.what, row.owner_id, row.due_on, row.section_id)

    def clean_due_on(self) -> date:
        return check_year(self.cleaned_data["due_on"], self.today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.seen is not None:
            self.seen.check(self)
        return data

    def promise(self) -> Promise:
        data = self.cleaned_data
        return Promise(data["what"], data["owner"], data["due_on"], data["section"])


class AgendaField(forms.TypedMultipleChoiceField):
    """Open commitments to tick off. One that a colleague has ticked off meanwhile is no error."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return web.whole_number(str(value), digits=18) is not None


class LogForm(SessionForm):
    """A session with both notes, the commitments it ended with and the older ones that it found done.

    The rows of commitments are plain fields (`what_0`, `owner_0`, ...), so that every error stands in one
    summary; a row that is left empty is no commitment.
    """

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    rows = forms.IntegerField(widget=forms.HiddenInput, initial=ROWS, min_value=1, max_value=MOST_ROWS)
    done = AgendaField(label=gettext_lazy("Done since"), required=False)
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
        agenda = list(city.commitment_set.open().select_related("owner")[:AGENDA])
        choice_field(self, "done").choices = [(row.pk, row) for row in agenda]

    def _row_count(self) -> int:
        sent = str(self.data.get("rows", "") if self.is_bound else self.initial.get("rows", ""))
        return max(ROWS, min(web.whole_number(sent) or ROWS, MOST_ROWS))

    def commitment_rows(self) -> Iterator[dict[str, Any]]:
        """Bound fields, a row at a time."""
        for number in self.row_numbers:
            row = {name: self[f"{name}_{number}"] for name in ROW}
            yield {"number": number + 1, **row}

    def values_as_typed(self) -> dict[str, Any]:
        """What was sent, for a form that shows it again unchecked."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }

    @property
    def digest(self) -> str:
        """SHA-256 of what was sent: tells a form that came twice from one that was changed in between."""
        data = cast(QueryDict, self.data)
        said = {name: data.getlist(name) for name in sorted(self.fields) if name != "form_key"}
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def ask_again(self, words: str) -> None:
        """Refuse what was sent, keep it all, and let it be sent anew as a form of its own."""
        self.add_error(None, words)
        replace_sent(self, "form_key", str(uuid.uuid4()))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["commitments"] = [
            Promise(*(data.get(f"{name}_{number}") for name in ROW))  # type: ignore[arg-type]  # whole, or has errors
            for number in self.row_numbers
            if self._row_is_filled(number)
        ]
        return data

    def _row_is_filled(self, number: int) -> bool:
        """Whether a row says anything; if so, it has to say what, who and until when."""
        missing = {
            "what": _("Commitment %(number)d: say what will be done."),
            "owner": _("Commitment %(number)d: choose who does it."),
            "due_on": _("Commitment %(number)d: give the day."),
        }
        names = [f"{name}_{number}" for name in ROW]
        if not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in names):
            return False
        for name, words in missing.items():
            if not self.cleaned_data.get(f"{name}_{number}") and f"{name}_{number}" not in self.errors:
                self.add_error(f"{name}_{number}", words % {"number": number + 1})
        due = self.cleaned_data.get(f"due_on_{number}")
        if due:
            try:
                check_year(due, self.today)
            except forms.ValidationError as slip:
                self.add_error(f"due_on_{number}", slip)
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


class ShareForm(forms.Form):
    """What of a private note the city gets: whole paragraphs, none of them chosen beforehand."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    paragraphs = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What will be shared"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one paragraph to share.")},
    )

    def __init__(self, data: QueryDict | None, *, note: PrivateNote) -> None:
        super().__init__(data, initial={"base": note.revision})
        self.note, self.blocks = note, richtext.blocks(note.html)
        choice_field(self, "paragraphs").choices = list(enumerate(map(mark_safe, self.blocks)))  # noqa: S308 - sanitized

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("base") != self.note.revision:
            replace_sent(self, "base", str(self.note.revision))
            replace_sent(self, "paragraphs")
            raise forms.ValidationError(_("The private note was changed meanwhile. Look at it again, then choose."))
        return data

    @property
    def copy(self) -> str:
        """The chosen paragraphs as HTML."""
        return "".join(self.blocks[number] for number in sorted(self.cleaned_data["paragraphs"]))
