"""What changed in a whole strategy since a visit, a review, a date or a submitted version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from accelerator.models import AuditEvent, User
from accelerator.texts.difference import Difference, compare
from cities.models import City, Role
from strategy.document.tree import Tree
from strategy.review.models import Opinion
from strategy.sections.last_read import read_up_to
from strategy.sections.models import Section, SectionLook, SectionRevision, SectionState

_RETURNED = [SectionState.CHANGES_SUGGESTED.value, SectionState.REVIEWED.value]


@dataclass
class SectionChange:
    section: Section
    since: int  # revision
    difference: Difference
    people: list[str]
    at: datetime | None
    html: str = ""


def revisions_read(sections: Iterable[Section], person: User) -> dict[int, int]:
    """By section: the revision the person has read up to; sections never opened are missing."""
    rows = SectionLook.objects.filter(section__in=sections, person=person)
    return {look.section_id: read_up_to(look) for look in rows}


def revisions_at(city: City, moments: Mapping[int, datetime]) -> dict[int, int]:
    """By section: the newest revision saved by its time; 0 for none."""
    condition = Q(pk=None)
    for section, moment in moments.items():
        condition |= Q(text=section, created_at__lte=moment)
    rows = city.sectionrevision_set.filter(condition).order_by().values("text").annotate(newest=Max("number"))
    newest = {row["text"]: row["newest"] for row in rows}
    return {section: newest.get(section, 0) for section in moments}


def revisions_reviewed(city: City, sections: Iterable[Section]) -> dict[int, int]:
    """By section: the revision of the coach's last opinion, else the one when a coach returned the section.

    Sections without a response from a coach aren't included.
    """
    keys = [section.pk for section in sections]
    opinions = Opinion.objects.filter(city=city, role=Role.COACH).filter(Q(section__in=keys) | Q(section=None))
    read: dict[int, int] = {}
    moments: dict[int, datetime] = {}
    for section, revision, at in opinions.order_by("-at", "-pk").values_list("section_id", "revision", "at"):
        # An opinion on the whole strategy counts for each section as it was then.
        for key in [section] if section else keys:
            if key not in read and key not in moments:
                if section and revision:
                    read[key] = revision
                else:
                    moments[key] = at
    # Returning a section is a response too, and only the audit log has it.
    unanswered = [str(key) for key in keys if key not in read and key not in moments]
    events = AuditEvent.objects.filter(
        city_id=city.pk, verb="section moved", kind="section", object_id__in=unanswered, data__after__in=_RETURNED
    ).order_by()
    for row in events.values("object_id").annotate(last=Max("at")):
        moments[int(row["object_id"])] = row["last"]
    return read | (revisions_at(city, moments) if moments else {})


def since(
    city: City, sections: Iterable[Section], start: Mapping[int, int], *, excluding: User | None = None
) -> list[SectionChange]:
    """Newest first, by revision in `start`; without the sections that only `excluding` changed."""
    changed = [row for row in sections if row.pk in start and start[row.pk] < row.revision]
    old = _texts(city, {row.pk: start[row.pk] for row in changed})
    authors = _authors(city, {row.pk: start[row.pk] for row in changed})
    names = User.objects.in_bulk({person for people in authors.values() for person in people if person})
    changes = []
    for row in changed:
        if excluding and set(authors.get(row.pk, [])) == {excluding.pk}:
            continue
        # Text that was changed and changed back hasn't changed.
        difference = compare(old.get(row.pk, ""), row.html)
        if difference:
            people = [str(names[person]) for person in authors.get(row.pk, []) if person in names]
            changes.append(SectionChange(row, start[row.pk], difference, people, row.written_at))
    return sorted(changes, key=lambda change: change.at.timestamp() if change.at else 0, reverse=True)


def between(sections: Iterable[Section], old: Mapping[str, str], new: Mapping[str, str]) -> list[SectionChange]:
    """Changes between two frozen versions, from HTML by section key, in document order."""
    differences = [(row, compare(old.get(row.key, ""), new.get(row.key, ""))) for row in sections]
    return [SectionChange(row, 0, difference, [], None) for row, difference in differences if difference]


def section_texts(tree: Tree) -> dict[str, str]:
    return {section["key"]: section["html"] for section in tree["sections"]}


def _texts(city: City, numbers: Mapping[int, int]) -> dict[int, str]:
    condition = Q(pk=None)
    for section, number in numbers.items():
        condition |= Q(text=section, number=number)
    return dict(city.sectionrevision_set.filter(condition).order_by().values_list("text_id", "html"))


def _authors(city: City, numbers: Mapping[int, int]) -> dict[int, list[int | None]]:
    """Who saved a section after the revision, latest author first."""
    condition = Q(pk=None)
    for section, number in numbers.items():
        condition |= Q(text=section, number__gt=number)
    rows = SectionRevision.objects.filter(condition, city=city).order_by().values("text_id", "author_id")
    people: dict[int, list[int | None]] = {}
    for row in rows.annotate(last=Max("number")).order_by("-last"):
        people.setdefault(row["text_id"], []).append(row["author_id"])
    return people
