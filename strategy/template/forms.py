"""Forms for the template pages: a section in every language, its named parts, a new section, the name."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, cast

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accelerator.conflicts import SharedRowForm, last_change
from accelerator.models import AuditEvent
from accelerator.web import choice_field
from cities.models import City
from strategy.template import editing as templates
from strategy.template.completeness import NAMES
from strategy.template.editing import LANGUAGES
from strategy.template.models import Component, SectionRole, TemplateSection, TemplateVersion

LONGEST_WEEK = 104  # the longest program that a cohort can have


class Group(NamedTuple):
    """The fields for one text, one per language."""

    legend: str | Promise
    help: str | Promise
    fields: list[BoundField]


class Translated(NamedTuple):
    name: str
    legend: str | Promise
    help: str | Promise
    rows: int  # of the text area; 1 means a single-line input
    longest: int
    is_list: bool = False  # one text per line


SECTION = [
    Translated("titles", gettext_lazy("Title"), "", 1, 120),
    Translated("purposes", gettext_lazy("Purpose"), gettext_lazy("One sentence: what the section is for."), 3, 600),
    Translated(
        "prompts", gettext_lazy("Prompts"), gettext_lazy("The questions to answer, one per line."), 7, 4000, True
    ),
    Translated("goods", gettext_lazy("What good looks like"), "", 5, 2000),
    Translated(
        "synonyms",
        gettext_lazy("Other titles"),
        gettext_lazy(
            "Other titles that a city’s own document may use for this section, one per line. They’re also used "
            "to match headings in uploaded documents."
        ),
        5,
        1000,
        True,
    ),
]
PART = [
    Translated("title", gettext_lazy("Title"), "", 1, 120),
    Translated("purpose", gettext_lazy("Purpose"), "", 3, 600),
    Translated(
        "prompts", gettext_lazy("Prompts"), gettext_lazy("The questions to answer, one per line."), 5, 4000, True
    ),
    Translated("good", gettext_lazy("What good looks like"), "", 3, 2000),
]
NAME = [Translated("name", gettext_lazy("Name"), "", 1, 120)]


class TranslatedForm(forms.Form):
    """Fields `<name>_<language>` for each text."""

    translated: list[Translated] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in self.translated:
            for language in LANGUAGES:
                widget = forms.Textarea(attrs={"rows": item.rows}) if item.rows > 1 else forms.TextInput()
                widget.attrs["lang"] = language
                self.fields[f"{item.name}_{language}"] = forms.CharField(
                    label=NAMES[language], required=False, max_length=item.longest, widget=widget
                )

    @property
    def groups(self) -> list[Group]:
        return [
            Group(item.legend, item.help, [self[f"{item.name}_{language}"] for language in LANGUAGES])
            for item in self.translated
        ]

    @classmethod
    def initial_texts(cls, content: dict[str, Any]) -> dict[str, str]:
        values = {}
        for item in cls.translated:
            for language in LANGUAGES:
                text = (content.get(item.name) or {}).get(language) or ""
                values[f"{item.name}_{language}"] = "\n".join(text) if isinstance(text, list) else text
        return values

    @property
    def texts(self) -> dict[str, dict[str, Any]]:
        result: dict[str, dict[str, Any]] = {}
        for item in self.translated:
            texts = {lang: self.cleaned_data.get(f"{item.name}_{lang}", "") for lang in LANGUAGES}
            if item.is_list:
                result[item.name] = {lang: lines for lang, text in texts.items() if (lines := _lines(text))}
            else:
                result[item.name] = {lang: " ".join(text.split()) for lang, text in texts.items() if text}
        return result


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


class GuideForm(TranslatedForm):
    words_min = forms.IntegerField(label=gettext_lazy("Minimum words"), required=False, min_value=0, max_value=20000)
    words_max = forms.IntegerField(label=gettext_lazy("Maximum words"), required=False, min_value=1, max_value=20000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        least, most = data.get("words_min"), data.get("words_max")
        if least is not None and most is None and "words_max" not in self.errors:
            self.add_error("words_max", _("Enter the maximum, too."))
        elif least is not None and most is not None and least > most:
            self.add_error("words_max", _("The maximum can’t be less than the minimum."))
        return data


class SectionForm(GuideForm, SharedRowForm[TemplateSection]):
    """A section of a draft, with a formset of its named parts once it is saved."""

    # No text is required: a draft can have gaps, and publishing lists them (completeness.py).

    translated = SECTION
    read_only = ("parts",)
    component = forms.ChoiceField(label=gettext_lazy("Component"), choices=Component)
    role = forms.ChoiceField(
        label=gettext_lazy("Kind of section"),
        required=False,
        choices=[("", pgettext_lazy("kind of section", "Text")), *SectionRole.choices],
        help_text=gettext_lazy(
            "The mayor’s letter is printed without a number. In each of the other kinds, cities write an introduction, "
            "and the table below it comes from the action plan or the register. Only one section can be of each kind."
        ),
    )
    required = forms.BooleanField(
        label=gettext_lazy("Required"),
        required=False,
        help_text=gettext_lazy("Cities can’t leave out a required section."),
    )
    due_week = forms.IntegerField(
        label=gettext_lazy("Due in program week"),
        min_value=1,
        max_value=LONGEST_WEEK,
        help_text=gettext_lazy("Due on the Friday of that week."),
    )

    class Meta:
        model = TemplateSection
        fields = templates.FACTS

    def __init__(self, data: Any = None, *, instance: TemplateSection, **kwargs: Any) -> None:
        initial = self.initial_for(instance) | kwargs.pop("initial", {})
        super().__init__(data, instance=instance, initial=initial, **kwargs)
        self.parts = PartFormSet(data, prefix="parts", initial=PartFormSet.initial_for(instance.parts))

    @property
    def facts(self) -> list[BoundField]:
        return [self[name] for name in ("component", "due_week", "words_min", "words_max", "role", "required")]

    @classmethod
    def initial_for(cls, section: TemplateSection) -> dict[str, Any]:
        content = templates.content_of(section)
        return {**{name: content[name] for name in templates.FACTS}, **cls.initial_texts(content)}

    @property
    def content(self) -> dict[str, Any]:
        # The form for a new section has no parts yet.
        parts = self.parts.content if self.row.pk else []
        return {**{name: self.cleaned_data[name] for name in templates.FACTS}, **self.texts, "parts": parts}

    def find_problems(self, values: dict[str, Any]) -> dict[str, str]:
        return templates.role_problems(self.row.version, values.get("role", ""), key=values.get("key", ""))

    def is_valid(self) -> bool:
        if self.row.pk is None:
            return super().is_valid()
        is_valid = super().is_valid() and self.parts.is_valid()
        if self.parts.is_valid():
            self.cleaned_data["parts"] = self.parts.content
        return is_valid

    def values(self) -> dict[str, Any]:
        # Always the whole section: a formset doesn't say which of its parts changed.
        return {"content": self.content}

    def lock(self) -> None:
        # Lock the draft before its section, in the same order as every other change, to avoid deadlocks.
        TemplateVersion.objects.select_for_update(no_key=True).filter(pk=self.row.version_id).first()
        super().lock()

    def present(self, name: str) -> Any:
        return _as_text(self.row.parts) if name == "parts" else super().present(name)

    def posted(self, name: str) -> Any:
        if name != "parts":
            return super().posted(name)
        return _as_text(self.parts.content) if self.parts.is_valid() else None

    @cached_property
    def changed_data(self) -> list[str]:
        is_own = self.parts.is_bound and self.posted("parts") != self.seen_values().get("parts")
        return [*super().changed_data, *(["parts"] if is_own else [])]

    def rebased(self, row: TemplateSection) -> SectionForm:
        form = super().rebased(row)
        data = self.data if "parts" in self.changed_data else None
        form.parts = PartFormSet(data, prefix="parts", initial=form.parts.initial)
        return form

    def last_change(self) -> AuditEvent | None:
        return last_change(self.row.version, data__key=self.row.key)

    def label(self, name: str) -> str:
        for item in self.translated:
            for language in LANGUAGES:
                if name == f"{item.name}_{language}":
                    return f"{item.legend}, {NAMES[language]}"
        return super().label(name)

    def readable(self, name: str, value: Any) -> str:
        if name != "parts":
            return super().readable(name, value)
        texts = [text for part in value for text in PartForm.initial_texts(part).values() if text]
        return "\n".join(texts) or super().readable(name, "")


def _as_text(parts: list[dict[str, Any]]) -> str:
    names = ("key", "words_min", "words_max")
    return json.dumps([PartForm.initial_texts(part) | {name: part.get(name) for name in names} for part in parts])


class NewSectionForm(SectionForm):
    key = forms.SlugField(
        label=pgettext_lazy("template section", "Key"),
        max_length=60,
        help_text=gettext_lazy(
            "Use lowercase letters, digits, and hyphens. The key is part of the section’s web address and never "
            "changes. If you reuse a key from an earlier version, each city gets back the text it wrote for that "
            "section."
        ),
        error_messages={"unique": gettext_lazy("A section with this key already exists.")},
    )
    after = forms.ChoiceField(label=gettext_lazy("Place after"), required=False)

    class Meta(SectionForm.Meta):
        fields = [*templates.FACTS, "key"]

    def __init__(self, *args: Any, draft: TemplateVersion, **kwargs: Any) -> None:
        super().__init__(*args, instance=TemplateSection(version=draft), **kwargs)
        rows = [(row.key, str(row)) for row in draft.sections.all()]
        choice_field(self, "after").choices = [("", _("none (make it the first section)")), *rows]
        self.fields["after"].initial = rows[-1][0] if rows else ""

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"].lower()
        if slugify(key) != key or "_" in key:
            raise forms.ValidationError(_("Use only lowercase letters, digits, and hyphens."))
        if key in templates.RESERVED.split():
            raise forms.ValidationError(
                _("“%(key)s” is reserved for this site’s own pages. Choose another key."), params={"key": key}
            )
        return key


class PartForm(GuideForm):
    translated = PART
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=60)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.has_changed() and not data.get("DELETE") and not data.get("title_en", "").strip():
            self.add_error("title_en", _("Enter an English title for this part."))
        return data

    @property
    def facts(self) -> list[BoundField]:
        return [self[name] for name in ("words_min", "words_max")]


class Parts(BaseFormSet):  # type: ignore[type-arg]  # takes no type at run time
    @staticmethod
    def initial_for(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = ("key", "words_min", "words_max")
        return [{**{name: part.get(name) for name in names}, **PartForm.initial_texts(part)} for part in parts]

    @property
    def content(self) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        for form in self.ordered_forms:
            texts, data = form.texts, form.cleaned_data
            if not texts["title"]:  # left empty
                continue
            # Keys stay when a title changes, so that versions can be compared part by part.
            key = data.get("key") or slugify(texts["title"]["en"])[:50] or "part"
            used = {part["key"] for part in parts}
            key = next(k for k in (key, *(f"{key}-{n}" for n in range(2, 99))) if k not in used)
            parts.append(
                {"key": key, "number": "", "words_min": data["words_min"], "words_max": data["words_max"], **texts}
            )
        return parts


PartFormSet = cast(
    type[Parts],
    formset_factory(PartForm, formset=Parts, extra=1, can_delete=True, can_order=True, max_num=12, absolute_max=20),
)


class NameForm(TranslatedForm, SharedRowForm[Any]):
    translated = NAME

    class Meta:
        model = TemplateVersion
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, instance: TemplateVersion, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial=self.initial_texts({"name": instance.name}), **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("name_en", "").strip():
            self.add_error("name_en", _("Enter an English name for the template."))
        return data


class CompareForm(forms.Form):
    before = forms.TypedChoiceField(label=gettext_lazy("From version"), coerce=int)
    after = forms.TypedChoiceField(label=gettext_lazy("To version"), coerce=int)

    def __init__(self, *args: Any, versions: list[TemplateVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            choice_field(self, name).choices = [(row.number, _version_label(row)) for row in versions]


def _version_label(version: TemplateVersion) -> str:
    if version.published_at is None:
        return _("%(number)d (draft)") % {"number": version.number}
    return str(version.number)


class CopyForm(forms.Form):
    target = forms.ChoiceField(label=gettext_lazy("Add this text to the end of"))

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = city.section_set.present().select_related("template").defer("html").order_by("position")
        choice_field(self, "target").choices = [(f"{row.pk}:{row.revision}", str(row)) for row in rows]
