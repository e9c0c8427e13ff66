"""What a template draft still needs before it can be published, and which translations are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.models import Cohort
from strategy.template.editing import LANGUAGES, TEXTS, content_of
from strategy.template.models import TemplateSection, TemplateVersion

NAMES = dict(settings.LANGUAGES)
FIELDS = {
    "titles": gettext_lazy("title"),
    "purposes": gettext_lazy("purpose"),
    "prompts": gettext_lazy("prompts"),
    "goods": gettext_lazy("what good looks like"),
    "synonyms": gettext_lazy("other titles"),
}
# A named part has the same texts under different names.
PART_FIELDS = {"title": "titles", "purpose": "purposes", "prompts": "prompts", "good": "goods"}


@dataclass(frozen=True, slots=True)
class Gap:
    sentence: str
    key: str = ""  # of the section it is about


def program_weeks() -> int:
    """The length of the longest cohort's program, or the default length if that is longer."""
    lengths = list(Cohort.objects.values_list("weeks", flat=True))
    usual: int = Cohort._meta.get_field("weeks").get_default()
    return max([usual, *lengths])


def gaps(draft: TemplateVersion, sections: Sequence[TemplateSection]) -> list[Gap]:
    """Everything that prevents a draft from being published."""
    result = [] if draft.name.get("en") else [Gap(_("The template has no English name."))]
    if not sections:
        return [*result, Gap(_("The template has no sections."))]
    if not any(section.required for section in sections):
        result.append(Gap(_("At least one section must be required.")))
    weeks = program_weeks()
    for section in sections:
        result += [Gap(sentence, section.key) for sentence in _gaps_of_section(section, weeks)]
    # Publishing it would offer every city a move that changes nothing.
    if draft.based_on and _equals(draft, draft.based_on, sections):
        result.append(Gap(_("The draft is identical to version %(number)d.") % {"number": draft.based_on.number}))
    return result


def _equals(draft: TemplateVersion, other: TemplateVersion, sections: Sequence[TemplateSection]) -> bool:
    return draft.name == other.name and [*map(content_of, sections)] == [*map(content_of, other.sections.all())]


def _gaps_of_section(section: TemplateSection, weeks: int) -> list[str]:
    title = section.titles.get("en") or section.key
    needed = {
        "titles": _("%(section)s has no English title."),
        "purposes": _("%(section)s doesn’t have a purpose statement in English."),
        "prompts": _("%(section)s has no English prompts."),
    }
    sentences = [
        sentence % {"section": title} for name, sentence in needed.items() if not getattr(section, name).get("en")
    ]
    if not 1 <= section.due_week <= weeks:
        sentences.append(
            _("%(section)s is due in week %(week)d, but programs run from week 1 to week %(weeks)d.")
            % {"section": title, "week": section.due_week, "weeks": weeks}
        )
    for part in section.parts:
        if not part["title"].get("en"):
            sentences.append(_("%(section)s has a part with no English title.") % {"section": title})
    return sentences


def untranslated(section: TemplateSection) -> list[tuple[str, list[str]]]:
    """The name of each language except English, with the labels of the fields not translated into it."""
    result = []
    for language in LANGUAGES[1:]:
        missing = [str(FIELDS[name]) for name in TEXTS if _is_missing(getattr(section, name), language)]
        for part in section.parts:
            missing += [
                f"{part['number']} {FIELDS[plural]}"
                for name, plural in PART_FIELDS.items()
                if _is_missing(part.get(name, {}), language)
            ]
        if missing:
            result.append((str(NAMES[language]), missing))
    return result


def _is_missing(texts: dict[str, Any], language: str) -> bool:
    english, own = texts.get("en"), texts.get(language)
    # A list of another length was translated from an earlier list.
    if isinstance(english, list):
        return len(own or []) != len(english)
    return bool(english) and not own
