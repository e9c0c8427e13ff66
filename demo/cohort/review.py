"""Review requests, opinions, suggestions, invited reviewers and peers."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from cities.models import Role
from demo.cohort.story import Story
from strategy.models import Opinion, PeerComment, PeerSection, ReviewRequest, Thread
from strategy.review import conversations, peers, reviews

TEXTS = json.loads((Path(__file__).parent / "review.json").read_text(encoding="utf-8"))


def play(story: Story) -> None:
    lines = TEXTS.get(story.slug)
    if lines is None:
        for guest in story.city.membership_set.filter(role=Role.GUEST_REVIEWER):
            sections = [_section(story, "data-governance")]
            reviews.set_sections(membership=guest, sections=sections, by=story.coach)
        return
    for row in lines["opinions"]:
        _opinion(story, row)
    for row in lines["requests"]:
        _request(story, row)
    for row in lines["suggestions"]:
        _suggestion(story, row)
    for row in lines["ends"]:
        _end(story, row)
    for row in lines["guests"]:
        _guest(story, row)
    _peers(story, lines["peers"])


def _section(story: Story, key: str | None) -> Any:
    return story.city.section_set.select_related("template").get(key=key) if key else None


def _opinion(story: Story, row: dict[str, Any]) -> None:
    # Not through the app's action, which would also set the section's state: the city's file has the later one.
    section = _section(story, row["section"])
    revision = row.get("revision") or (section.revision if section else 0)
    Opinion.objects.create(
        city=story.city,
        section=section,
        revision=revision,
        ready=row["ready"],
        words=row["words"],
        person=story.person(row.get("by", "coach")),
        role=row.get("role", Role.COACH),
        at=story.ago(row["days_ago"], 16),
    )


def _request(story: Story, row: dict[str, Any]) -> None:
    due_on = story.working_day(-row["wanted_in_days"])
    request = reviews.request_review(
        city=story.city,
        section=_section(story, row["section"]),
        by=story.person(row["by"]),
        words=row["words"],
        wanted_by=due_on,
    )
    # Actions record the current time; an update afterward moves their records into the past.
    ReviewRequest.objects.filter(pk=request.pk).update(asked_at=story.ago(row["days_ago"], 10))


def _suggestion(story: Story, row: dict[str, Any]) -> None:
    notified = [story.person(row["tell"])] if row.get("tell") else []
    thread = conversations.open_thread(
        section=_section(story, row["section"]),
        body=row["body"],
        by=story.person(row["by"]),
        quote=row["quote"],
        replacement=row["replacement"],
        notify=notified,
    )
    at = story.ago(row["days_ago"], 13)
    Thread.objects.filter(pk=thread.pk).update(opened_at=at)
    thread.comments.update(created_at=at)
    if row.get("accepted_by"):
        conversations.accept_suggestion(thread=thread, by=story.person(row["accepted_by"]))


def _end(story: Story, row: dict[str, Any]) -> None:
    """Decline a section's first open conversation, or carry it over, with a reason."""
    thread = _section(story, row["section"]).threads.open().filter(replacement=None).first()
    if thread and row["how"] == "declined":
        thread.decline(reason=row["words"], by=story.person(row["by"]))
    elif thread:
        thread.carry(to=row["words"], by=story.person(row["by"]))


def _guest(story: Story, row: dict[str, Any]) -> None:
    membership = story.city.membership_set.filter(user__email=row["email"]).first()
    sections = story.city.section_set.filter(key__in=row["sections"])
    if membership:
        reviews.set_sections(membership=membership, sections=sections, by=story.person(row["by"]))


def _peers(story: Story, row: dict[str, Any]) -> None:
    strategy, lead = story.city.strategy, story.person(row["by"])
    peers.set_participation(strategy, on=True, by=lead)
    until = story.city.today() + timedelta(days=19)
    section = _section(story, row["section"])
    peer_section = peers.show(section=section, until=until, question=row["question"], by=lead)
    PeerSection.objects.filter(pk=peer_section.pk).update(shown_at=story.ago(4, 11))
    for comment in row["said"]:
        PeerComment.objects.create(
            section=peer_section,
            author_name=comment["name"],
            from_city=comment["city"],
            body=comment["words"],
            created_at=story.ago(comment["days_ago"], 14),
        )
