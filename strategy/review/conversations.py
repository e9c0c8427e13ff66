"""Conversations: opened on a passage, answered, closed by an edit, a reason or a later version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator.models import User
from accelerator.refusals import Refused
from accelerator.texts import saving
from accelerator.texts.saving import Outcome as Written
from cities.models import City, Role, StaffRole
from strategy.review import passages
from strategy.review.models import Comment, CommentDraft, Mention, Thread
from strategy.sections.models import Section

LONGEST_QUOTE = 500


def readers(section: Section) -> QuerySet[User]:
    """Everyone who can read the section today, by name: the people a comment may notify."""
    city = section.city
    active = city.membership_set.active()
    guests = active.filter(role=Role.GUEST_REVIEWER, review_sections__section=section)
    team = active.exclude(role=Role.GUEST_REVIEWER)
    people = (
        Q(pk__in=team.values("user"))
        | Q(pk__in=guests.values("user"))
        | Q(pk__in=city.coachassignment_set.active().values("user"))
        # Program admins read every city.
        | Q(pk__in=StaffRole.objects.filter(role=Role.PROGRAM_ADMIN).values("user"))
    )
    return User.objects.filter(people, is_active=True).order_by("sort_name", "pk")


@dataclass(slots=True)
class MentionedNames:
    people: list[User] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def mentions_in(body: str, people: Iterable[User]) -> MentionedNames:
    """The people whose exact name follows an `@`, and up to two words where no such person exists."""
    by_name: dict[str, list[User]] = {}
    for person in people:
        by_name.setdefault(passages.single_spaced(str(person)), []).append(person)
    # Longest first: "@Ana Ruiz Soto" doesn't mention Ana Ruiz.
    names = sorted(by_name, key=len, reverse=True)
    mentioned, text = MentionedNames(), passages.single_spaced(body)
    for at, character in enumerate(text):
        # An @ inside an email address mentions no one.
        if character != "@" or (at and (text[at - 1].isalnum() or text[at - 1] in "._-")):
            continue
        rest = text[at + 1 :]
        name = next((n for n in names if rest.startswith(n) and not rest[len(n) : len(n) + 1].isalnum()), "")
        if name:
            mentioned.people += [person for person in by_name[name] if person not in mentioned.people]
        elif rest[:1].isalnum():
            mentioned.unknown.append(" ".join(rest.split()[:2]).rstrip(".,;:!?"))
    return mentioned


@transaction.atomic
def open_thread(
    *,
    section: Section,
    body: str,
    by: User,
    quote: str = "",
    revision: int | None = None,
    replacement: str | None = None,
    notify: Sequence[User] = (),
) -> Thread:
    """Start a conversation about a section or a passage of it; `replacement` suggests different text for it.

    Raises Refused if a passage to replace doesn't occur exactly once, within one line of the current text.
    """
    quote = passages.single_spaced(quote)
    # A comment may quote only the start of a long passage; a suggestion replaces everything it quotes.
    if replacement is None:
        quote = quote[:LONGEST_QUOTE]
    else:
        replacement = passages.single_spaced(replacement)
        _check_suggestion(section, quote, replacement)
    thread = Thread.objects.create(
        city_id=section.city_id,
        section=section,
        quote=quote,
        opened_by=by,
        replacement=replacement,
        # The page may be older than the text, never newer.
        revision=section.revision if revision is None else min(revision, section.revision),
    )
    reply(thread=thread, body=body, by=by, notify=notify)
    return thread


def _check_suggestion(section: Section, quote: str, replacement: str) -> None:
    if not quote:
        raise Refused(_("Enter the passage you want to replace."))
    if len(quote) > LONGEST_QUOTE:
        raise Refused(_("Choose a shorter passage. You can replace up to 500 characters at a time."))
    if quote == replacement:
        raise Refused(_("The suggested text is the same as the current text."))
    times = passages.count(section.html, quote)
    if not times:
        raise Refused(_("This passage isn’t in the current text, or it spans more than one line. Select it again."))
    if times > 1:
        raise Refused(_("This passage appears more than once in the text. Select a little more of the text around it."))


@transaction.atomic
def reply(*, thread: Thread, body: str, by: User, notify: Sequence[User] = ()) -> Comment:
    """Add a comment and notify people; a closed conversation stays closed."""
    comment = Comment.objects.create(city_id=thread.city_id, thread=thread, author=by, body=body)
    # No one is notified of their own comment.
    person_pks = {person.pk for person in notify} - {by.pk}
    Mention.objects.bulk_create(
        Mention(city_id=thread.city_id, comment=comment, person_id=person) for person in sorted(person_pks)
    )
    # The posted text is no longer a draft, either of this thread or, for its first comment, of a new one.
    drafts_here = Q(thread=thread)
    if thread.comments.count() == 1:
        drafts_here |= Q(thread=None)
    CommentDraft.objects.filter(drafts_here, city=thread.city_id, section=thread.section_id, author=by).delete()
    return comment


def mark_seen(*, section: Section, by: User) -> int:
    """Mark the person's mentions in the section's comments as seen; returns how many were new."""
    rows = Mention.objects.filter(city=section.city_id, person=by, seen_at=None)
    return rows.filter(comment__thread__section=section).update(seen_at=timezone.now())


def save_draft(*, section: Section, thread: Thread | None, by: User, texts: dict[str, str], revision: int) -> None:
    """Store what a person is about to post; if it is all empty, the draft is deleted."""
    place: dict[str, Any] = {"city_id": section.city_id, "section": section, "thread": thread, "author": by}
    if any(texts.values()):
        CommentDraft.objects.update_or_create(**place, defaults={**texts, "revision": revision})
    else:
        CommentDraft.objects.filter(**place).delete()


def save_unposted(*, thread: Thread, body: str, by: User) -> None:
    """Add text written for a conversation that someone else has just closed to the writer's reply draft."""
    drafts = CommentDraft.objects.filter(city=thread.city_id, section=thread.section_id, thread=thread, author=by)
    previous = drafts.values_list("body", flat=True).first() or ""
    if body and body not in previous:
        texts = {"body": f"{previous}\n\n{body}".strip()}
        save_draft(section=thread.section, thread=thread, by=by, texts=texts, revision=thread.revision)


@transaction.atomic
def accept_suggestion(*, thread: Thread, by: User) -> int:
    """Save the suggested text as a new revision, close the conversation with it, and return its number.

    Raises Refused if the passage no longer occurs exactly once, or the conversation is already closed.
    """
    # Lock the section first: the passage is looked up in the text that is then replaced.
    section = Section.objects.select_for_update(of=("self",), no_key=True).get(
        pk=thread.section_id, city=thread.city_id
    )
    # Someone may have closed it while this was waiting for the lock.
    thread.refresh_from_db()
    if thread.is_closed or thread.replacement is None:
        raise Refused(_("Someone has already closed this thread."))
    html = passages.replace(section.html, thread.quote, thread.replacement)
    try:
        saved = saving.save(section, html=html, base=section.revision, by=by)
    except saving.TooLong as too_long:
        raise Refused(_("No change was made because this suggestion would make the section too long.")) from too_long
    if saved.outcome != Written.SAVED:
        raise Refused(_("This suggestion would leave the section empty or unchanged. Edit the text directly instead."))
    thread.accept(revision=saved.text.revision, by=by)
    return saved.text.revision


@transaction.atomic
def reopen_carried(*, city: City, by: User | None) -> int:
    """Reopen what was carried over, once the next version is started; returns how many conversations."""
    return sum(thread.reopen(by=by) for thread in city.thread_set.carried())
