"""A form field for a file that is read on submission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accelerator.intake.files import UnreadableFile, check_size


class ContentField(forms.FileField):
    """A file of at most this many megabytes; its cleaned value is what `read` makes of its content.

    `read` raises UnreadableFile. The file's name stays in the form's `files`.
    """

    def __init__(
        self, *, read: Callable[[bytes], Any], megabytes: int, accept: str, advice: str | Promise = "", **options: Any
    ) -> None:
        self.read, self.megabytes, self.advice = read, megabytes, advice
        options.setdefault("error_messages", {"required": _("Choose a file first.")})
        # Pass empty files to `read`, whose message says what to do; Django's only says that the file is empty.
        super().__init__(allow_empty_file=True, widget=forms.FileInput(attrs={"accept": accept}), **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        try:
            check_size(file.size, self.megabytes, self.advice)
            return self.read(file.read())
        except UnreadableFile as why:
            raise forms.ValidationError("%(name)s: %(why)s", params={"name": file.name, "why": why}) from why
