"""What a template's draft still lacks: what keeps it from being published, and which translations are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.models import Cohort
from strategy.template.editing import CONTENT, LANGUAGES, WORDS
from strategy.template.models import TemplateSection, TemplateVersion

NAMES = dict(settings.LANGUAGES)
FIELDS = {
    "titles": gettext_lazy("title"),
    "purposes": gettext_lazy("purpose"),
    "prompts": gettext_lazy("prompts"),
    "goods": gettext_lazy("what good looks like"),
    "synonyms": gettext_lazy("other titles"),
}
# A named part has the same words under other names.
PART_FIELDS = {"title": "titles", "purpose": "purposes", "prompts": "prompts", "good": "goods"}
NEEDED = ["titles", "purposes", "prompts"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A sentence, and the key of the section that it is about."""

    words: str
    key: str = ""


def program_weeks() -> int:
    """The longest program that a cohort runs, else the usual length, in weeks."""
    lengths = list(Cohort.objects.values_list("weeks", flat=True))
    usual: int = Cohort._meta.get_field("weeks").get_default()
    return max([usual, *lengths])


def gaps(draft: TemplateVersion, sections: Sequence[TemplateSection]) -> list[Gap]:
    """Everything that keeps a draft from being published."""
    found = [] if draft.name.get("en") else [Gap(_("The template has no English name."))]
    if not sections:
        return [*found, Gap(_("The template has no section."))]
    if not any(section.required for section in sections):
        found.append(Gap(_("No section is required; at least one must be.")))
    weeks = program_weeks()
    for section in sections:
        found += [Gap(words, section.key) for words in _of_section(section, weeks)]
    if draft.based_on and _same(draft, draft.based_on, sections):
        found.append(Gap(_("It says exactly what version %(number)d says.") % {"number": draft.based_on.number}))
    return found


def _same(draft: TemplateVersion, other: TemplateVersion, sections: Sequence[TemplateSection]) -> bool:
    before = list(other.sections.all())
    return (
        draft.name == other.name
        and [row.key for row in before] == [row.key for row in sections]
        and all(
            getattr(old, name) == getattr(new, name)
            for old, new in zip(before, sections, strict=True)
            for name in CONTENT
        )
    )


def _of_section(section: TemplateSection, weeks: int) -> list[str]:
    title = section.titles.get("en") or section.key
    found = [
        _("%(section)s has no English %(field)s.") % {"section": title, "field": FIELDS[name]}
        for name in NEEDED
        if not getattr(section, name).get("en")
    ]
    if not 1 <= section.due_week <= weeks:
        found.append(
            _("%(section)s is due in week %(week)d; programs have weeks 1 to %(weeks)d.")
            % {"section": title, "week": section.due_week, "weeks": weeks}
        )
    for part in section.parts:
        if not part["title"].get("en"):
            found.append(_("%(section)s has a part without an English title.") % {"section": title})
    return found


def untranslated(section: TemplateSection) -> list[tuple[str, list[str]]]:
    """By language other than English: what has English words and none of its own."""
    found = []
    for language in LANGUAGES[1:]:
        missing = [str(FIELDS[name]) for name in WORDS if _lacks(getattr(section, name), language)]
        for part in section.parts:
            missing += [
                f"{part['number']} {FIELDS[plural]}"
                for name, plural in PART_FIELDS.items()
                if _lacks(part.get(name, {}), language)
            ]
        if missing:
            found.append((str(NAMES[language]), missing))
    return found


def _lacks(texts: dict[str, Any], language: str) -> bool:
    """No words, or another number of questions than in English."""
    english, own = texts.get("en"), texts.get(language)
    if isinstance(english, list):
        return len(own or []) != len(english)
    return bool(english) and not own
