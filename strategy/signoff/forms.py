"""Sign-off forms. They return domain types and limit every choice to the city."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from accelerator import walltime
from accelerator.conflicts import SharedRowForm
from accelerator.intake.fields import ContentField
from accelerator.intake.files import FileKind, UnreadableFile, kind_of
from accelerator.models import User
from accelerator.web import DateInput, row_field
from cities.models import City, Office, Role
from cities.offices.models import APPROVING, BODIES, SINGLE
from strategy.plan.choices import Instrument
from strategy.signoff import approvers
from strategy.signoff.approvers import COPIED
from strategy.signoff.models import Approver, ReturnComment, Step
from strategy.signoff.papers import Paper, dated_too_early

PAPER_MB = 20
IMAGE_ENDINGS = {"JPEG": ".jpg", "PNG": ".png"}
REMARKS = 5
SIGN_WITHIN = 14  # days, by default


class ApproverForm(SharedRowForm[Approver]):
    office = forms.ChoiceField(label=_("Type of approver"), choices=APPROVING)
    title = forms.CharField(
        label=_("Title as it will appear"),
        max_length=120,
        help_text=_(
            "For example, City Council. For an office held by one person, the title that GovEx or the mayor "
            "confirmed is used."
        ),
    )
    instrument = forms.ChoiceField(label=_("Instrument"), choices=Instrument.choices)
    on_paper = forms.ChoiceField(
        label=_("How this approver signs"),
        choices=[
            ("site", _("On this site, with an emailed code")),
            ("paper", _("On paper; the signed document is uploaded")),
        ],
        widget=forms.RadioSelect,
        help_text=_("A council or committee always approves on paper."),
    )
    person = forms.ModelChoiceField(
        label=_("Officeholder"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Not chosen"),
        help_text=_(
            "For offices other than the mayor’s. GovEx or the mayor has to confirm that this person holds the office. "
            "For the mayor, it’s whoever is mayor when the version is signed."
        ),
    )
    may_delegate = forms.BooleanField(label=_("The mayor’s delegate may sign on the mayor’s behalf"), required=False)
    init_names = ("city",)

    class Meta:
        model = Approver
        fields = COPIED

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        self.city = city
        super().__init__(*args, **kwargs)
        self.initial["on_paper"] = "paper" if self.row.is_on_paper else "site"
        # A guest reviewer's access is short, and an office needs someone who stays.
        members = city.membership_set.active().exclude(role=Role.GUEST_REVIEWER)
        row_field(self, "person").queryset = User.objects.filter(pk__in=members.values("user"))

    def clean_on_paper(self) -> bool:
        return bool(self.cleaned_data["on_paper"] == "paper")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        office, is_on_paper = data.get("office"), data.get("on_paper") or data.get("office") in BODIES
        if office in BODIES or office == Office.MAYOR or (is_on_paper and office in SINGLE):
            data["person"] = None  # the body decides; the mayor or the city manager is whoever holds the office
        elif office and not data.get("person") and "person" not in self.errors:
            sentence = _("Choose who holds this office, or choose “On paper.”")
            self.add_error("person", _("Choose who holds this office.") if is_on_paper else sentence)
        if problem := approvers.title_problem(office or "", data.get("title") or ""):
            self.add_error("title", problem)
        if data.get("may_delegate") and (office != Office.MAYOR or is_on_paper):
            self.add_error("may_delegate", _("A delegate can sign only for the mayor, on this site."))
        return data


class ReaddressForm(ApproverForm):
    """Who is asked in a version that is already waiting for signature; its office and title stay."""

    class Meta:
        model = Step
        fields = ["on_paper", "person", "may_delegate"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("office", "title", "instrument"):
            del self.fields[name]
        if self.row.office == Office.MAYOR:
            del self.fields["person"]
        else:
            del self.fields["may_delegate"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["office"] = self.row.office
        data = super().clean()
        return {name: value for name, value in data.items() if name in self.fields}


class AnswerForm(SharedRowForm[ReturnComment]):
    class Meta:
        model = ReturnComment
        fields = ["answer"]
        widgets = {"answer": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = True
        self.fields["answer"].error_messages["required"] = gettext("Enter what was done about this comment.")
        self.fields["answer"].help_text = gettext("The approver sees it with the next version.")


class SubmitForm(forms.Form):
    sign_by = forms.DateField(label=_("Signature requested by"), widget=DateInput, required=False)
    note = forms.CharField(
        label=_("Note to the approvers"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They’ll see it above the document. Up to 1,000 characters."),
    )

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        self.today = city.today()
        kwargs.setdefault("initial", {"sign_by": self.today + timedelta(days=SIGN_WITHIN)})
        super().__init__(*args, **kwargs)

    def clean_sign_by(self) -> date | None:
        day: date | None = self.cleaned_data["sign_by"]
        if day is None:
            return None
        if walltime.check_year(day, self.today) < self.today:
            raise forms.ValidationError(_("That date has passed. Choose today or a later date."))
        return day


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for withdrawing"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The approvers will read this."),
        error_messages={"required": _("Explain why you’re withdrawing the version. The approvers will read this.")},
    )


class ReadForm(forms.Form):
    # The version's hash and the step when the action was chosen: if either has changed, it is refused.
    sha256 = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    # A larger number would be a database error instead of an unknown step.
    step = forms.IntegerField(min_value=0, max_value=2**62, required=False, widget=forms.HiddenInput)

    def clean_step(self) -> int:
        return self.cleaned_data["step"] or 0  # not a valid key of a step

    @property
    def target(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("sha256", "step")}


class CodeForm(ReadForm):
    code = forms.CharField(
        label=_("Code from the email"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "size": 8}),
        error_messages={"required": _("Enter the six-digit code from the email.")},
    )
    field_order = ["code"]


class OneOfField(forms.CharField):
    """Not required by itself, but it isn't optional either: this field or another has to be filled in."""

    is_one_of = True


class ReturnForm(ReadForm):
    comment = OneOfField(
        label=_("What should change"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Comment on the whole strategy or on at least one section."),
    )

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, REMARKS + 1):
            self.fields[f"section_{number}"] = forms.ChoiceField(
                label=_("Section"), choices=[("", _("Choose a section")), *sections], required=False
            )
            self.fields[f"remark_{number}"] = forms.CharField(
                label=_("Comment on this section"),
                max_length=500,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def remarks(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"section_{number}"], self[f"remark_{number}"]) for number in range(1, REMARKS + 1)]

    @property
    def section_comments(self) -> list[tuple[str, str]]:
        """(section key, comment) for each comment on a section."""
        data = self.cleaned_data
        pairs = ((data[f"section_{n}"], data[f"remark_{n}"]) for n in range(1, REMARKS + 1))
        return [(key, text) for key, text in pairs if key and text]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(1, REMARKS + 1):
            key, text = data.get(f"section_{number}"), data.get(f"remark_{number}")
            if text and not key:
                self.add_error(f"section_{number}", _("Choose the section this comment is about."))
            elif key and not text:
                self.add_error(f"remark_{number}", _("Write a comment on this section, or clear the section field."))
        if not data.get("comment") and not any(data.get(f"remark_{n}") for n in range(1, REMARKS + 1)):
            self.add_error(
                "comment", _("Describe what should change. You need at least one comment to return a version.")
            )
        return data


def read_scan(content: bytes) -> tuple[bytes, str]:
    """A signed paper and its file extension by content (.pdf, .jpg, .png); raises UnreadableFile."""
    kind = kind_of(content)
    if kind is FileKind.EMPTY:
        raise UnreadableFile(gettext("This file is empty. Choose the file with the signed document."))
    if kind is FileKind.PDF:
        return content, ".pdf"
    try:
        with Image.open(BytesIO(content), formats=list(IMAGE_ENDINGS)) as image:
            ending = IMAGE_ENDINGS[image.format or ""]
            image.verify()
            return content, ending
    # Pillow raises any of these for bytes that aren't a complete image.
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        KeyError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        sentence = gettext("This file isn’t a PDF, JPEG, or PNG, even if its name suggests otherwise.")
        raise UnreadableFile(sentence) from error


class PaperForm(ReadForm):
    file = ContentField(
        label=_("Signed document"),
        read=read_scan,
        megabytes=PAPER_MB,
        advice=_("Scan it at a lower resolution."),
        accept=".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png",
        help_text=_("PDF or photo (JPEG or PNG), up to 20 MB."),
        error_messages={"required": _("Choose the file with the signed document.")},
    )
    name = forms.CharField(
        label=_("Who signed"),
        max_length=200,
        help_text=_("The name as it appears on the document."),
        error_messages={"required": _("Enter the name as it appears on the document.")},
    )
    signed_on = forms.DateField(
        label=_("Date on the document"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the date on the document.")},
    )
    number = forms.CharField(
        label=_("Instrument number"), max_length=60, required=False, help_text=_("For example, the resolution number.")
    )

    def __init__(self, *args: Any, city: City, step: Step | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = city.today()
        self.submitted_on = step.version.submitted_on if step is not None else None
        if step is not None and not step.is_body:
            del self.fields["name"]  # it's whoever holds the office, as confirmed

    def clean_signed_on(self) -> date:
        day = walltime.check_year(self.cleaned_data["signed_on"], self.today)
        if day > self.today:
            raise forms.ValidationError(_("This date is in the future. Enter the date on the document."))
        if self.submitted_on is not None and day < self.submitted_on:
            raise forms.ValidationError(dated_too_early(self.submitted_on))
        return day

    @property
    def paper(self) -> Paper:
        data = self.cleaned_data
        content, ending = data["file"]
        digest = hashlib.sha256(content).hexdigest()
        return Paper(content, ending, digest, data["signed_on"], data.get("name", ""), data["number"])


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("What doesn’t match"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The city will read this."),
        error_messages={"required": _("Explain what doesn’t match. The city will read this.")},
    )
