"""Requests to the coach, opinions, and guest reviewers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

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
from strategy.review.models import Opinion, ReviewRequest, language_of
from strategy.sections.models import Section, SectionState

# A reviewed or final section already has its answer.
REVIEWABLE = [SectionState.DRAFTING, SectionState.CHANGES_SUGGESTED, SectionState.IN_REVIEW]


@transaction.atomic
def request_review(
    *, city: City, section: Section | None, by: User, words: str = "", wanted_by: date | None = None
) -> ReviewRequest:
    """Ask the coach to read a section, which changes its state to in review, or the full draft.

    Raises ValidationError if the section is empty or done, or a request is already open.
    """
    waiting = city.reviewrequest_set.open().filter(section=section)
    if section and section.state not in REVIEWABLE:
        raise ValidationError(
            _("You can’t request a review because this section’s status is “%(state)s.”")
            % {"state": section.get_state_display()}
        )
    if section and not section.has_content:
        raise ValidationError(_("This section is still empty. Write something first."))
    if waiting.exists():
        raise ValidationError(_("There’s already an open review request, and the coach hasn’t responded yet."))
    # The state change creates the request, so that this form and the button on the section's page do the same.
    if section and section.state != SectionState.IN_REVIEW:
        if not workflow.move(section, SectionState.IN_REVIEW, by=by, team=True):
            raise ValidationError(
                _("Someone else just changed this section’s status. Check the new status and try again.")
            )
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
    # The database decides between two people who ask at once.
    except IntegrityError as race:
        raise ValidationError(
            _("There’s already an open review request, and the coach hasn’t responded yet.")
        ) from race


@transaction.atomic
def withdraw(request: ReviewRequest, *, by: User) -> bool:
    """Withdraw the request, and set its section back to drafting; False if it was already closed."""
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
    """Record an opinion on the revision that was read; the coach's opinion changes the section's state."""
    if section:
        # Locked, so that the opinion is about the revision and state that are recorded with it.
        section = Section.objects.select_for_update(of=("self",), no_key=True).get(pk=section.pk, city=city)
    read = 0
    if section:
        # A form can't name a revision that doesn't exist yet.
        read = section.revision if revision is None else min(revision, section.revision)
    is_coach = role == Role.COACH
    # Only the coach's opinion answers a request.
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


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """An open request or an opinion, as listed on a section's page."""

    kind: str  # request or opinion
    pk: int
    at: datetime
    person: str
    words: str
    ready: bool | None
    revision: int
    role: str
    wanted_by: date | None
    language: str


def review_entries(city: City, section: Section) -> list[ReviewEntry]:
    """The open request, then the four latest opinions on a section, newest first."""
    # One UNION statement, because a section's page is the most frequently opened one.
    no_answer, no_date = Cast(Value(None), models.BooleanField()), Cast(Value(None), models.DateField())
    opinions = city.opinion_set.filter(section=section).values_list(
        *(_text("opinion"), "pk", "at", "person__name", "words", "ready", "revision", "role", no_date),
        language_of("person"),
    )
    asked = city.reviewrequest_set.open().filter(section=section)
    requests = asked.order_by().values_list(
        *(_text("request"), "pk", "asked_at", "asked_by__name", "words", no_answer, "revision", _text(""), "wanted_by"),
        "city__language",
    )
    entries = [ReviewEntry(*row) for row in opinions.order_by("-at", "-pk")[:4].union(requests[:1])]
    return sorted(entries, key=lambda entry: (entry.kind == "request", entry.at), reverse=True)


def _text(text: str) -> Value:
    return Value(text, output_field=models.CharField())


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
    is_live: bool,
    by: User,
) -> Membership:
    """Add a guest reviewer and email the invitation, which isn't sent until the cohort is live."""
    membership = cities.add_member(
        city=city, email=email, name=name, role=Role.GUEST_REVIEWER, title=title, language=language, until=until, by=by
    )
    set_sections(membership=membership, sections=sections, by=by)
    if is_live:
        invitations.invite(membership, by=by)
    if note:
        audit.record("reviewer asked", by=by, about=membership, note=note)
    return membership


@transaction.atomic
def set_sections(*, membership: Membership, sections: Iterable[Section], by: User) -> None:
    assigned = {section.pk: section for section in sections}
    rows = membership.review_sections.filter(city=membership.city_id)
    rows.exclude(section__in=assigned).delete()
    # Leave unchanged rows alone: they record who first assigned the section, and when.
    for pk in assigned.keys() - set(rows.values_list("section", flat=True)):
        membership.review_sections.create(city_id=membership.city_id, section=assigned[pk], named_by=by)
    keys = sorted(section.key for section in assigned.values())
    audit.record("reviewer's sections named", by=by, about=membership, sections=keys)


@transaction.atomic
def change_reviewer(*, membership: Membership, sections: Iterable[Section], until: date, by: User) -> Membership:
    team.change_member(membership, role=Role.GUEST_REVIEWER, title=membership.title, until=until, by=by)
    set_sections(membership=membership, sections=sections, by=by)
    return membership
