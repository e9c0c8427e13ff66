"""Changing a section's state: who can set which, what is shown and what is logged."""

import pytest
from django.contrib.messages import get_messages

from accelerator import rls
from accelerator.models import AuditEvent
from strategy.models import Section, SectionState
from strategy.review.workflow import LABELS, LEAD_MOVES

pytestmark = pytest.mark.django_db
S = SectionState


def messages_of(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


# from, to: who may, besides no one else of the cast.
ALLOWED = {
    (S.DRAFTING, S.IN_REVIEW): {"lead", "member"},
    (S.CHANGES_SUGGESTED, S.DRAFTING): {"lead", "member"},
    (S.CHANGES_SUGGESTED, S.IN_REVIEW): {"lead", "member"},
    (S.IN_REVIEW, S.DRAFTING): {"lead", "member"},
    (S.IN_REVIEW, S.CHANGES_SUGGESTED): {"coach"},
    (S.IN_REVIEW, S.REVIEWED): {"coach"},
    (S.REVIEWED, S.CHANGES_SUGGESTED): {"coach"},
    (S.REVIEWED, S.FINAL): {"lead", "admin"},
    (S.FINAL, S.DRAFTING): {"lead", "admin"},
    (S.DRAFTING, S.FINAL): {"lead", "admin"},
}


@pytest.mark.parametrize("before", list(S))
def test_section_changes_state_only_by_allowed_moves(cast, as_, at, write, row, before):
    write(cast.lead, "words")
    for target in S:
        for person in ("lead", "member", "coach", "admin"):
            with rls.every_city():
                Section.objects.filter(city=cast.tulsa, key="vision").update(
                    state=before, revision=0 if before == S.NOT_STARTED else 1
                )
            as_(cast.people[person]).post(at("section-move"), {"to": target})
            moved = person in ALLOWED.get((before, target), set())
            assert row().state == (target if moved else before), (before, target, person)


def test_every_move_has_a_label():
    assert set(LABELS) == set(ALLOWED)
    assert LEAD_MOVES[S.FINAL] == [S.DRAFTING]


def test_move_is_recorded_and_reported_to_the_person(cast, as_, at, write):
    write(cast.lead, "words")
    answer = as_(cast.lead).post(at("section-move"), {"to": "in_review"})
    assert messages_of(answer) == ["Status updated: in coach review."]
    with rls.every_city():
        event = AuditEvent.objects.filter(verb="section moved").latest("at")
    assert (event.actor_id, event.data) == (cast.lead.pk, {"before": "drafting", "after": "in_review"})
    again = as_(cast.lead).post(at("section-move"), {"to": "in_review"})
    assert messages_of(again) == [
        "No change was made because someone has already changed this section’s status. It’s now “in coach review.”"
    ]


def test_empty_section_cannot_be_moved(cast, as_, at, write, row):
    write(cast.lead, "words")
    as_(cast.lead).post(at("section-save"), {"html": "", "base": 1, "clear": "1"})
    answer = as_(cast.lead).post(at("section-move"), {"to": "in_review"})
    assert messages_of(answer)[-1] == "This section is still empty. Write something first."
    assert row().state == S.DRAFTING
