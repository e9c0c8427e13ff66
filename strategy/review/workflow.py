"""A section's states (docs/program.md 3.2): who can set which, and the requests and opinions that follow."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import audit
from accelerator.models import User
from cities.models import Role
from strategy.review.models import Opinion
from strategy.sections.models import Section, SectionState

S = SectionState
# Who can change a section's state, from which to which: the city's team, the coach, or the lead alone.
TEAM_MOVES = {S.DRAFTING: [S.IN_REVIEW], S.CHANGES_SUGGESTED: [S.DRAFTING, S.IN_REVIEW], S.IN_REVIEW: [S.DRAFTING]}
COACH_MOVES = {S.IN_REVIEW: [S.CHANGES_SUGGESTED, S.REVIEWED], S.REVIEWED: [S.CHANGES_SUGGESTED]}
# The lead can also skip the review: the city decides.
LEAD_MOVES = {S.REVIEWED: [S.FINAL], S.FINAL: [S.DRAFTING], S.DRAFTING: [S.FINAL]}
# States that an empty section can't have.
NEEDS_TEXT = [S.IN_REVIEW, S.CHANGES_SUGGESTED, S.REVIEWED, S.FINAL]

# A button names what the person does, not the state.
LABELS = {
    (S.DRAFTING, S.IN_REVIEW): _("Request coach review"),
    (S.CHANGES_SUGGESTED, S.IN_REVIEW): _("Request another coach review"),
    (S.CHANGES_SUGGESTED, S.DRAFTING): _("Work on the suggestions"),
    (S.IN_REVIEW, S.DRAFTING): _("Withdraw from review"),
    (S.IN_REVIEW, S.CHANGES_SUGGESTED): _("Suggest changes"),
    (S.REVIEWED, S.CHANGES_SUGGESTED): _("Suggest changes"),
    (S.IN_REVIEW, S.REVIEWED): _("Mark as reviewed"),
    (S.REVIEWED, S.FINAL): _("Mark as final"),
    (S.DRAFTING, S.FINAL): _("Mark as final without a review"),
    (S.FINAL, S.DRAFTING): _("Move back to drafting"),
}

MEANINGS = {
    S.DRAFTING: _("The team keeps working on the section, with no coach review pending."),
    S.IN_REVIEW: _("The coach is notified, reads the section, and suggests changes or confirms it’s ready."),
    S.CHANGES_SUGGESTED: _("The team gets a notification and revises the section based on the comments."),
    S.REVIEWED: _("The coach thinks the section is ready. That’s advice; the city decides."),
    S.FINAL: _("There’s nothing left to write. Any later change reopens the section."),
}


def moves(section: Section, *, team: bool, coach: bool, lead: bool) -> list[SectionState]:
    """The states that a person with these roles can set now."""
    state = SectionState(section.state)
    tables = [table for table, is_theirs in ((TEAM_MOVES, team), (COACH_MOVES, coach), (LEAD_MOVES, lead)) if is_theirs]
    targets = dict.fromkeys(target for table in tables for target in table.get(state, []))
    # Asks the database only if there is a state that content decides about.
    needs_text = [target for target in targets if target in NEEDS_TEXT]
    if needs_text and not section.has_content:
        return [target for target in targets if target not in needs_text]
    return list(targets)


def move(
    section: Section,
    target: str,
    *,
    by: User,
    team: bool = False,
    coach: bool = False,
    lead: bool = False,
    opinion: Opinion | None = None,
) -> bool:
    """Set the state; False if the person isn't allowed to, or someone else was faster.

    A change by the coach is an opinion; `opinion` is the one it comes from, else one without text is recorded.
    """
    if target not in moves(section, team=team, coach=coach, lead=lead):
        return False
    with transaction.atomic():
        before = section.state
        changed = Section.objects.filter(pk=section.pk, city=section.city_id, state=before).update(
            state=target, state_at=timezone.now()
        )
        if changed:
            audit.record("section moved", by=by, about=section, before=before, after=target)
            _update_requests(section, before, target, by=by, opinion=opinion)
    if changed:
        section.state = target
    return bool(changed)


def _update_requests(section: Section, before: str, target: str, *, by: User, opinion: Opinion | None) -> None:
    # Requests and opinions follow the state, whichever button changed it, so that no page contradicts another.
    waiting = section.review_requests.open()
    now = timezone.now()
    if target == S.IN_REVIEW and not waiting.exists():
        section.review_requests.create(city_id=section.city_id, revision=section.revision, asked_by=by)
    elif before == S.IN_REVIEW and target == S.DRAFTING:
        waiting.update(withdrawn_at=now)
    elif target in {S.REVIEWED, S.CHANGES_SUGGESTED} and opinion is None:
        section.opinions.create(
            city_id=section.city_id,
            request=waiting.first(),
            ready=target == S.REVIEWED,
            person=by,
            role=Role.COACH,
            revision=section.revision,
            at=now,
        )
        waiting.update(answered_at=now)
