"""What changed in a whole strategy between two moments: a look, a review, a day, a submitted version, now."""

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
    """One section that changed: from which revision, how, by whom and when last."""

    section: Section
    since: int
    difference: Difference
    people: list[str]
    at: datetime | None
    html: str = ""  # as a page shows it


def revisions_read(sections: Iterable[Section], person: User) -> dict[int, int]:
    """By section: the revision up to which the person had read; a section never opened has none."""
    rows = SectionLook.objects.filter(section__in=sections, person=person)
    return {look.section_id: read_up_to(look) for look in rows}


def revisions_at(city: City, moments: Mapping[int, datetime]) -> dict[int, int]:
    """By section: the newest revision saved until a moment of its own; 0 where nothing was."""
    wanted = Q(pk=None)
    for section, moment in moments.items():
        wanted |= Q(text=section, created_at__lte=moment)
    rows = city.sectionrevision_set.filter(wanted).order_by().values("text").annotate(newest=Max("number"))
    newest = {row["text"]: row["newest"] for row in rows}
    return {section: newest.get(section, 0) for section in moments}


def revisions_reviewed(city: City, sections: Iterable[Section]) -> dict[int, int]:
    """By section: the revision that the coach last gave an opinion of, else what stood when it was given back.

    A section that no coach has answered yet has none.
    """
    keys = [section.pk for section in sections]
    opinions = Opinion.objects.filter(city=city, role=Role.COACH).filter(Q(section__in=keys) | Q(section=None))
    read: dict[int, int] = {}
    moments: dict[int, datetime] = {}
    for section, revision, at in opinions.order_by("-at", "-pk").values_list("section_id", "revision", "at"):
        for key in [section] if section else keys:
            if key not in read and key not in moments:
                if section and revision:
                    read[key] = revision
                else:
                    moments[key] = at
    left = [str(key) for key in keys if key not in read and key not in moments]
    events = AuditEvent.objects.filter(
        city_id=city.pk, verb="section moved", kind="section", object_id__in=left, data__after__in=_RETURNED
    ).order_by()
    for row in events.values("object_id").annotate(last=Max("at")):
        moments[int(row["object_id"])] = row["last"]
    return read | (revisions_at(city, moments) if moments else {})


def since(
    city: City, sections: Iterable[Section], start: Mapping[int, int], *, but: User | None = None
) -> list[SectionChange]:
    """The sections that changed since their revision in `start`, newest first; not those that only `but` changed."""
    changed = [row for row in sections if row.pk in start and start[row.pk] < row.revision]
    old = _texts(city, {row.pk: start[row.pk] for row in changed})
    authors = _authors(city, {row.pk: start[row.pk] for row in changed})
    names = User.objects.in_bulk({person for people in authors.values() for person in people if person})
    found = []
    for row in changed:
        if but and set(authors.get(row.pk, [])) == {but.pk}:
            continue
        difference = compare(old.get(row.pk, ""), row.html)
        if difference:
            people = [str(names[person]) for person in authors.get(row.pk, []) if person in names]
            found.append(SectionChange(row, start[row.pk], difference, people, row.written_at))
    return sorted(found, key=lambda change: change.at.timestamp() if change.at else 0, reverse=True)


def between(sections: Iterable[Section], old: Mapping[str, str], new: Mapping[str, str]) -> list[SectionChange]:
    """The same for two frozen texts, by the sections' keys, in the order of the document."""
    found = []
    for row in sections:
        difference = compare(old.get(row.key, ""), new.get(row.key, ""))
        if difference:
            found.append(SectionChange(row, 0, difference, [], None))
    return found


def section_texts(tree: Tree) -> dict[str, str]:
    """The words of a frozen document by the sections' keys."""
    return {section["key"]: section["html"] for section in tree["sections"]}


def _texts(city: City, numbers: Mapping[int, int]) -> dict[int, str]:
    wanted = Q(pk=None)
    for section, number in numbers.items():
        wanted |= Q(text=section, number=number)
    return dict(city.sectionrevision_set.filter(wanted).order_by().values_list("text_id", "html"))


def _authors(city: City, numbers: Mapping[int, int]) -> dict[int, list[int | None]]:
    """Who saved a section after that revision, the last one first."""
    wanted = Q(pk=None)
    for section, number in numbers.items():
        wanted |= Q(text=section, number__gt=number)
    rows = SectionRevision.objects.filter(wanted, city=city).order_by().values("text_id", "author_id")
    people: dict[int, list[int | None]] = {}
    for row in rows.annotate(last=Max("number")).order_by("-last"):
        people.setdefault(row["text_id"], []).append(row["author_id"])
    return people
