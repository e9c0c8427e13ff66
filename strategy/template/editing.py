"""Editing strategy templates: one draft of the next version, published once and never changed afterward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.content_versions import digest
from accelerator.models import User
from accelerator.refusals import Conflict, Refused, Removed
from strategy.template.models import SectionRole, TemplateSection, TemplateVersion

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Fields by language, the others, and all of them. `key` isn't included: it ties a section to the cities' texts.
TEXTS = ["titles", "purposes", "prompts", "goods"]
FACTS = ["component", "role", "required", "words_min", "words_max", "due_week"]
CONTENT = [*FACTS, *TEXTS, "synonyms", "parts"]
# Not allowed as section keys: pages use them as anchors, or in URLs below the sections.
RESERVED = (
    "add appendix contents cover draft edit history main members move moves my name navigation new none null order "
    "plan pictures publish registers reviews sections settings status strategy title verify"
)


def content_of(section: TemplateSection) -> dict[str, Any]:
    """Everything in a section except its position and number, as JSON."""
    return {"key": section.key, **{name: getattr(section, name) for name in CONTENT}}


@transaction.atomic
def open_draft(*, version: TemplateVersion, by: User) -> TemplateVersion:
    """The draft of the template's next version; if there is none, a new copy of `version`."""
    # Lock all versions, so that two people who start a draft at once get the same one.
    rows = TemplateVersion.objects.select_for_update().filter(slug=version.slug)
    numbers = {row.number: row for row in rows}
    for row in numbers.values():
        if row.published_at is None:
            return row
    draft = TemplateVersion.objects.create(
        slug=version.slug, number=max(numbers) + 1, name=version.name, based_on=version, created_by=by, changed_by=by
    )
    TemplateSection.objects.bulk_create(
        TemplateSection(version=draft, position=row.position, number=row.number, **content_of(row))
        for row in version.sections.all()
    )
    audit.record("template draft begun", by=by, about=draft, based_on=version.number)
    return draft


def _lock_draft(draft: TemplateVersion, *, by: User, **seen: int) -> None:
    """Lock the draft for the rest of the transaction; raises Refused if it has changed since `stamp`, if given."""
    if not _count_change(draft, by=by, **seen):
        last = TemplateVersion.objects.select_related("changed_by").filter(pk=draft.pk).first()
        sentence = _("No change made. %(who)s changed the draft while you were working. This is the current version.")
        raise Refused(sentence % {"who": (last and last.changed_by) or _("Someone")})


def _count_change(draft: TemplateVersion, *, by: User, **seen: int) -> bool:
    # One statement compares and increments the stamp and locks the row, so one of two changes comes second.
    rows = TemplateVersion.objects.filter(pk=draft.pk, published_at=None, **seen)
    if not rows.update(stamp=F("stamp") + 1, changed_by=by):
        return False
    draft.refresh_from_db()
    return True


@transaction.atomic
def rename(draft: TemplateVersion, *, name: dict[str, str], stamp: int, by: User) -> None:
    if not _count_change(draft, stamp=stamp, by=by):
        raise Conflict(TemplateVersion.objects.filter(pk=draft.pk).first() or draft)
    draft.name = name
    draft.save(update_fields=["name"])
    audit.record("template renamed", by=by, about=draft)


@transaction.atomic
def change_section(section: TemplateSection, *, content: dict[str, Any], by: User) -> None:
    """Save a section of a draft; raises Refused, and Removed if the draft is gone or published."""
    # No stamp: two people can edit two sections at once.
    if not _count_change(section.version, by=by):
        raise Removed
    _check_role(section.version, content["role"], key=section.key)
    renumbers = (section.role == SectionRole.LETTER) != (content["role"] == SectionRole.LETTER)
    for name in CONTENT:
        setattr(section, name, content[name])
    number_parts(section)
    section.save(update_fields=CONTENT)
    if renumbers:
        _renumber(section.version.sections.all())
    audit.record("template section changed", by=by, about=section.version, key=section.key)


@transaction.atomic
def add_section(draft: TemplateVersion, *, key: str, content: dict[str, Any], after: str, by: User) -> TemplateSection:
    """Add a section after the one with the key `after`, or as the first; raises Refused."""
    _lock_draft(draft, by=by)
    _check_role(draft, content["role"], key=key)
    rows = list(draft.sections.all())
    # Created at the end, then moved into place.
    place = next((index + 1 for index, row in enumerate(rows) if row.key == after), 0)
    section = TemplateSection.objects.create(
        version=draft, key=key, position=len(rows), number="", **{name: content[name] for name in CONTENT}
    )
    rows.insert(place, section)
    _renumber(rows)
    audit.record("template section added", by=by, about=draft, key=key)
    return section


def role_problems(draft: TemplateVersion, role: str, *, key: str) -> dict[str, str]:
    """A message if another section of the draft is already of this kind."""
    holder = draft.sections.filter(role=role).exclude(key=key).first() if role else None
    sentence = _("“%(section)s” is already of this kind. Change that section first.")
    return {"role": sentence % {"section": holder}} if holder else {}


def _check_role(draft: TemplateVersion, role: str, *, key: str) -> None:
    if problems := role_problems(draft, role, key=key):
        raise Refused(problems)


@transaction.atomic
def move_section(section: TemplateSection, *, to: int, stamp: int, by: User) -> int:
    """Move a section to position `to`, counted from 0, or the nearest valid one, which is returned; raises Refused."""
    _lock_draft(section.version, stamp=stamp, by=by)
    rows = list(section.version.sections.all())
    moved = next(row for row in rows if row.pk == section.pk)
    rows.remove(moved)
    to = max(0, min(to, len(rows)))
    rows.insert(to, moved)
    _renumber(rows)
    audit.record("template section moved", by=by, about=section.version, key=section.key, to=to)
    return to


@transaction.atomic
def remove_section(section: TemplateSection, *, stamp: int, by: User) -> None:
    """Remove a section from a draft, which keeps a copy to restore; raises Refused."""
    draft = section.version
    _lock_draft(draft, stamp=stamp, by=by)
    section = draft.sections.get(pk=section.pk)
    draft.taken_out = [
        *(row for row in draft.taken_out if row["key"] != section.key),
        {**content_of(section), "position": section.position},
    ]
    draft.save(update_fields=["taken_out"])
    rows = [row for row in draft.sections.all() if row.pk != section.pk]
    section.delete()
    _renumber(rows)
    audit.record("template section removed", by=by, about=draft, key=section.key)


def removed_sections(draft: TemplateVersion) -> list[dict[str, Any]]:
    """Sections that can be restored to the draft: those removed from it, and those of earlier versions."""
    current_keys = set(draft.sections.values_list("key", flat=True))
    earlier = TemplateSection.objects.filter(version__slug=draft.slug, version__number__lt=draft.number)
    by_key = {
        row.key: {**content_of(row), "position": row.position, "from": row.version.number}
        for row in earlier.exclude(version__published_at=None).select_related("version").order_by("version__number")
    }
    by_key.update({row["key"]: row for row in draft.taken_out})
    return [row for key, row in by_key.items() if key not in current_keys]


@transaction.atomic
def return_section(draft: TemplateVersion, *, key: str, by: User) -> bool:
    """Restore a removed section at its position; False if there is none with this key. Raises Refused."""
    _lock_draft(draft, by=by)
    row = next((row for row in removed_sections(draft) if row["key"] == key), None)
    if row is None:
        return False
    content = {name: row[name] for name in CONTENT}
    _check_role(draft, content["role"], key=key)
    rows = list(draft.sections.all())
    section = TemplateSection.objects.create(version=draft, key=key, position=len(rows), number="", **content)
    rows.insert(min(row["position"], len(rows)), section)
    _renumber(rows)
    draft.taken_out = [other for other in draft.taken_out if other["key"] != key]
    draft.save(update_fields=["taken_out"])
    audit.record("template section taken in", by=by, about=draft, key=key)
    return True


def _renumber(rows: Iterable[TemplateSection]) -> None:
    """Number the sections and their parts in this order."""
    # The mayor's letter is printed without a number, wherever it is; "0" means none.
    rows, number = list(rows), 0
    for place, row in enumerate(rows):
        is_letter = row.role == SectionRole.LETTER
        number += not is_letter
        row.position, row.number = place, "0" if is_letter else str(number)
        number_parts(row)
    TemplateSection.objects.bulk_update(rows, ["position", "number", "parts"])


def number_parts(section: TemplateSection) -> None:
    for place, part in enumerate(section.parts):
        part["number"] = f"{section.number}{chr(ord('a') + place % 26)}"


@transaction.atomic
def discard(draft: TemplateVersion, *, stamp: int, by: User) -> None:
    """Delete a draft; raises Refused."""
    _lock_draft(draft, stamp=stamp, by=by)
    audit.record("template draft discarded", by=by, about=draft, digest=digest_of(draft))
    draft.delete()


def digest_of(version: TemplateVersion) -> str:
    """SHA-256 of a version's name and sections, in order."""
    return digest([version.name, *(content_of(row) for row in version.sections.all())])


@transaction.atomic
def publish(draft: TemplateVersion, *, gaps: Sequence[object], stamp: int, by: User) -> None:
    """Publish the draft, which never changes again; raises Refused, also if `gaps` has a row."""
    if gaps:
        raise Refused(_("Nothing was published. Some information is missing; see the list below."))
    _lock_draft(draft, stamp=stamp, by=by)
    # Removed sections aren't part of a published version.
    draft.digest, draft.published_at, draft.taken_out = digest_of(draft), timezone.now(), []
    draft.save(update_fields=["digest", "published_at", "taken_out"])
    audit.record("template published", by=by, about=draft, digest=draft.digest)


def newest(slug: str) -> TemplateVersion | None:
    return TemplateVersion.objects.published().filter(slug=slug).order_by("-number").first()
