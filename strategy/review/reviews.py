"""Review: asking the coach, giving an opinion, and who from outside may read which section until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities import actions as cities
from cities.invitations import actions as invitations
from cities.models import City, Membership, Role
from cities.team import actions as team
from strategy.review import workflow
from strategy.review.models import Opinion, ReviewRequest
from strategy.sections.models import Section, SectionState

ASKABLE = [SectionState.DRAFTING, SectionState.CHANGES_SUGGESTED, SectionState.IN_REVIEW]


@transaction.atomic
def ask(
    *, city: City, section: Section | None, by: User, words: str = "", wanted_by: date | None = None
) -> ReviewRequest:
    """Ask the coach to read a section, or the full draft; the section moves to review with it.

    Raises ValidationError where the section is empty or done, or it was asked for already.
    """
    waiting = city.reviewrequest_set.open().filter(section=section)
    if section and section.state not in ASKABLE:
        raise ValidationError(
            _("This section is %(state)s; there is nothing to ask.") % {"state": section.get_state_display()}
        )
    if section and not section.words:
        raise ValidationError(_("Write the section first; it is still empty."))
    if waiting.exists():
        raise ValidationError(_("The coach has been asked already and has not answered yet."))
    if section and section.state != SectionState.IN_REVIEW:
        if not workflow.move(section, SectionState.IN_REVIEW, by=by, team=True):
            raise ValidationError(_("Somebody moved the section on meanwhile. Look at it again."))
        request = waiting.get()
    else:
        request = _new_request(city, section, by)
    request.words, request.wanted_by = words, wanted_by
    request.save(update_fields=["words", "wanted_by"])
    audit.record("review asked", by=by, about=request)
    return request


def _new_request(city: City, section: Section | None, by: User) -> ReviewRequest:
    try:
        with transaction.atomic():
            return city.reviewrequest_set.create(
                section=section, revision=section.revision if section else 0, asked_by=by
            )
    except IntegrityError as race:
        raise ValidationError(_("The coach has been asked already and has not answered yet.")) from race


@transaction.atomic
def withdraw(request: ReviewRequest, *, by: User) -> bool:
    """Take back what was asked; the section goes back to drafting. False if it was answered meanwhile."""
    rows = ReviewRequest.objects.open().filter(pk=request.pk, city=request.city_id)
    changed = rows.update(withdrawn_at=timezone.now())
    if changed:
        audit.record("review withdrawn", by=by, about=request)
        if request.section and request.section.state == SectionState.IN_REVIEW:
            workflow.move(request.section, SectionState.DRAFTING, by=by, team=True)
    return bool(changed)


@transaction.atomic
def give_opinion(
    *, city: City, section: Section | None, ready: bool, words: str, by: User, role: str, revision: int | None = None
) -> Opinion:
    """Feedback, and "ready" or "not yet", on the revision that was read; the coach's moves the section on."""
    if section:
        section = Section.objects.select_for_update(of=("self",), no_key=True).get(pk=section.pk, city=city)
    read = 0
    if section:
        read = section.revision if revision is None else min(revision, section.revision)
    is_coach = role == Role.COACH
    waiting = city.reviewrequest_set.open().filter(section=section).first() if is_coach else None
    opinion = city.opinion_set.create(
        section=section, request=waiting, ready=ready, words=words, person=by, role=role, revision=read
    )
    if waiting:
        waiting.answered_at = opinion.at
        waiting.save(update_fields=["answered_at"])
    if section and is_coach:
        target = SectionState.REVIEWED if ready else SectionState.CHANGES_SUGGESTED
        workflow.move(section, target, by=by, coach=True, opinion=opinion)
    audit.record("opinion given", by=by, about=opinion, ready=ready, revision=read)
    return opinion


# How it stands ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A request that waits, or an opinion that was given, as the desk shows them in one list."""

    kind: str
    pk: int
    at: datetime
    person: str
    words: str
    ready: bool | None
    revision: int
    role: str
    wanted_by: date | None


def words_on(city: City, section: Section) -> list[Word]:
    """The request that waits (first) and the latest opinions on a section, newest first: one statement."""
    opinions = city.opinion_set.filter(section=section).values_list(
        _kind("opinion"), "pk", "at", "person__name", "words", "ready", "revision", "role", _nothing("wanted_by")
    )
    asked = (
        city.reviewrequest_set.open()
        .filter(section=section)
        .values_list(
            _kind("request"),
            "pk",
            "asked_at",
            "asked_by__name",
            "words",
            _nothing("ready"),
            "revision",
            _kind(""),
            "wanted_by",
        )
    )
    rows = [Word(*row) for row in opinions.order_by("-at", "-pk")[:4].union(asked.order_by()[:1])]
    return sorted(rows, key=lambda row: (row.kind == "request", row.at), reverse=True)


def _kind(word: str) -> Value:
    return Value(word, output_field=models.CharField())


def _nothing(field: str) -> Cast:
    kinds: dict[str, models.Field[Any, Any]] = {"ready": models.BooleanField(), "wanted_by": models.DateField()}
    return Cast(Value(None), kinds[field])


# Reviewers from outside -----------------------------------------------------------


@transaction.atomic
def invite_reviewer(
    *,
    city: City,
    name: str,
    email: str,
    title: str,
    language: str,
    sections: Iterable[Section],
    until: date,
    note: str,
    by: User,
) -> Membership:
    """Let somebody read and comment on these sections until a day, and mail the invitation."""
    membership = cities.add_member(
        city=city, email=email, name=name, role=Role.GUEST_REVIEWER, title=title, language=language, until=until, by=by
    )
    name_sections(membership=membership, sections=sections, by=by)
    invitations.invite(membership, by=by)
    if note:
        audit.record("reviewer asked", by=by, about=membership, note=note)
    return membership


@transaction.atomic
def name_sections(*, membership: Membership, sections: Iterable[Section], by: User) -> None:
    """Exactly these sections are the reviewer's from now on."""
    wanted = {section.pk: section for section in sections}
    rows = membership.review_sections.filter(city=membership.city_id)
    rows.exclude(section__in=wanted).delete()
    have = set(rows.values_list("section", flat=True))
    for pk in wanted.keys() - have:
        membership.review_sections.create(city_id=membership.city_id, section=wanted[pk], named_by=by)
    audit.record("reviewer's sections named", by=by, about=membership, sections=sorted(s.key for s in wanted.values()))


@transaction.atomic
def change_reviewer(*, membership: Membership, sections: Iterable[Section], until: date, by: User) -> Membership:
    """Other sections, another end."""
    team.change_member(membership, role=Role.GUEST_REVIEWER, title=membership.title, until=until, by=by)
    name_sections(membership=membership, sections=sections, by=by)
    return membership
