"""How far a person has read each section, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accelerator.models import User
from accelerator.texts.difference import compare
from strategy.sections.models import Section, SectionLook, SectionRevision

# A visit lasts until the person hasn't looked for this long: what is new stays marked while they read.
VISIT = timedelta(minutes=30)
# An open page reports every half minute; store that no more often than this.
STORED_AGAIN = timedelta(minutes=5)


def mark(*, sections: Iterable[tuple[Section, int]], by: User) -> None:
    """Record that a person has read each section up to the given revision."""
    now = timezone.now()
    reads = [(section, min(revision, section.revision)) for section, revision in sections]
    with transaction.atomic():
        rows = SectionLook.objects.filter(section__in=[section for section, _revision in reads], person=by)
        looks = {look.section_id: look for look in rows}
        new, changed = [], []
        for section, revision in reads:
            look = looks.get(section.pk)
            if look is None:
                new.append(SectionLook(city_id=section.city_id, section=section, person=by, revision=revision, at=now))
            elif _update_look(look, revision, now):
                changed.append(look)
        # The same page open in two windows may store the first look at once.
        SectionLook.objects.bulk_create(new, ignore_conflicts=True)
        SectionLook.objects.bulk_update(changed, ["revision", "at", "before", "before_at"])


def finish(*, sections: Iterable[Section], by: User) -> None:
    """Record that a person has read everything, so that nothing is new to them."""
    rows = list(sections)
    mark(sections=[(section, section.revision) for section in rows], by=by)
    looks = list(SectionLook.objects.filter(section__in=rows, person=by))
    for look in looks:
        look.before, look.before_at = look.revision, look.at
    SectionLook.objects.bulk_update(looks, ["before", "before_at"])


def read_up_to(look: SectionLook) -> int:
    """The revision at the end of the last visit; during a visit, at the end of the one before."""
    goes_on = timezone.now() - look.at < VISIT and look.before_at is not None
    return look.before if goes_on else look.revision


def changed_places(section: Section, person: User) -> int:
    """How many places others have changed since this person last looked; 0 on a first visit."""
    look = SectionLook.objects.filter(section=section, person=person).first()
    if look is None or (read := read_up_to(look)) >= section.revision:
        return 0
    later = SectionRevision.objects.filter(text=section, number__gte=read).order_by("number")
    rows = list(later.values_list("number", "author_id"))
    if all(author == person.pk for number, author in rows if number > read):
        return 0
    old = later.filter(number=read).values_list("html", flat=True).first()
    return compare(old or "", section.html).places


def _update_look(look: SectionLook, revision: int, now: datetime) -> bool:
    """Whether there is something to store."""
    if now - look.at >= VISIT:
        look.before, look.before_at = look.revision, look.at
    elif revision <= look.revision and now - look.at < STORED_AGAIN:
        return False
    look.revision, look.at = max(look.revision, revision), now
    return True
