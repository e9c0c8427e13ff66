"""Conversations: opened on a passage, told to people, closed by an edit, a reason or a later version."""

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


# Who reads, and who is told -----------------------------------------------------


def readers(section: Section) -> QuerySet[User]:
    """Everybody who can read the section today, by name: whom a comment may be told to."""
    city = section.city
    active = city.membership_set.active()
    named = active.filter(role=Role.GUEST_REVIEWER, review_sections__section=section)
    own = active.exclude(role=Role.GUEST_REVIEWER)
    people = (
        Q(pk__in=own.values("user"))
        | Q(pk__in=named.values("user"))
        | Q(pk__in=city.coachassignment_set.active().values("user"))
        | Q(pk__in=StaffRole.objects.filter(role=Role.PROGRAM_ADMIN).values("user"))
    )
    return User.objects.filter(people, is_active=True).order_by("sort_name", "pk")


@dataclass(slots=True)
class Named:
    """Whom the words name, and the names that nobody here has."""

    people: list[User] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def named_in(body: str, people: Iterable[User]) -> Named:
    """The people whose exact name stands after an `@`; the longest name counts."""
    by_name: dict[str, list[User]] = {}
    for person in people:
        by_name.setdefault(passages.words_of(str(person)), []).append(person)
    names = sorted(by_name, key=len, reverse=True)
    found, words = Named(), passages.words_of(body)
    for at, letter in enumerate(words):
        if letter != "@" or (at and (words[at - 1].isalnum() or words[at - 1] in "._-")):
            continue
        rest = words[at + 1 :]
        name = next((n for n in names if rest.startswith(n) and not rest[len(n) : len(n) + 1].isalnum()), "")
        if name:
            found.people += [person for person in by_name[name] if person not in found.people]
        elif rest[:1].isalnum():
            found.unknown.append(" ".join(rest.split()[:2]).rstrip(".,;:!?"))
    return found


# Speaking ---------------------------------------------------------------------


@transaction.atomic
def open_thread(
    *,
    section: Section,
    body: str,
    by: User,
    quote: str = "",
    revision: int | None = None,
    replacement: str | None = None,
    tell: Sequence[User] = (),
) -> Thread:
    """Begin a conversation about a section or a passage of it; `replacement` proposes other words for it.

    Raises Refused where words to replace do not stand exactly once in one line of the present text.
    """
    quote = passages.words_of(quote)
    if replacement is None:
        quote = quote[:LONGEST_QUOTE]
    else:
        replacement = passages.words_of(replacement)
        _check_suggestion(section, quote, replacement)
    thread = Thread.objects.create(
        city_id=section.city_id,
        section=section,
        quote=quote,
        opened_by=by,
        replacement=replacement,
        revision=section.revision if revision is None else min(revision, section.revision),
    )
    reply(thread=thread, body=body, by=by, tell=tell)
    return thread


def _check_suggestion(section: Section, quote: str, replacement: str) -> None:
    if not quote:
        raise Refused(_("Give the words of the text that you want replaced."))
    if len(quote) > LONGEST_QUOTE:
        raise Refused(_("Take a shorter passage: at most 500 characters can be replaced at once."))
    if quote == replacement:
        raise Refused(_("The new words are the same as the old ones."))
    times = passages.count(section.html, quote)
    if not times:
        raise Refused(_("These words do not stand in one line of the text as it is now. Select them again."))
    if times > 1:
        raise Refused(_("These words stand in the text more than once. Take a few more words around them."))


@transaction.atomic
def reply(*, thread: Thread, body: str, by: User, tell: Sequence[User] = ()) -> Comment:
    """Add to a conversation and tell people; one that has ended stays so until somebody opens it again."""
    comment = Comment.objects.create(city_id=thread.city_id, thread=thread, author=by, body=body)
    told = {person.pk for person in tell} - {by.pk}
    Mention.objects.bulk_create(
        Mention(city_id=thread.city_id, comment=comment, person_id=person) for person in sorted(told)
    )
    place = Q(thread=thread)
    if thread.comments.count() == 1:
        place |= Q(thread=None)
    CommentDraft.objects.filter(place, city=thread.city_id, section=thread.section_id, author=by).delete()
    return comment


def see(*, section: Section, by: User) -> int:
    """The person has seen where the section's comments name them; how many were new."""
    rows = Mention.objects.filter(city=section.city_id, person=by, seen_at=None)
    return rows.filter(comment__thread__section=section).update(seen_at=timezone.now())


def keep_draft(*, section: Section, thread: Thread | None, by: User, words: dict[str, str], revision: int) -> None:
    """Keep what somebody is about to post; empty words take the draft away."""
    place: dict[str, Any] = {"city_id": section.city_id, "section": section, "thread": thread, "author": by}
    if not any(words.values()):
        CommentDraft.objects.filter(**place).delete()
        return
    CommentDraft.objects.update_or_create(**place, defaults={**words, "revision": revision})


def keep_words(*, thread: Thread, body: str, by: User) -> None:
    """Keep what somebody wrote to a conversation that had just ended: as their reply that is not posted yet."""
    before = CommentDraft.objects.filter(city=thread.city_id, section=thread.section_id, thread=thread, author=by)
    kept = before.values_list("body", flat=True).first() or ""
    if body and body not in kept:
        words = {"body": f"{kept}\n\n{body}".strip()}
        keep_draft(section=thread.section, thread=thread, by=by, words=words, revision=thread.revision)


# Ending -----------------------------------------------------------------------


@transaction.atomic
def accept_suggestion(*, thread: Thread, by: User) -> int:
    """Put the proposed words into the text as a new revision, and close the conversation with it.

    Raises Refused where the passage does not stand in the text exactly once any more, or it is over already.
    """
    section = Section.objects.select_for_update(of=("self",), no_key=True).get(
        pk=thread.section_id, city=thread.city_id
    )
    thread.refresh_from_db()
    if thread.is_over or thread.replacement is None:
        raise Refused(_("Somebody has ended this conversation meanwhile."))
    html = passages.replace(section.html, thread.quote, thread.replacement)
    try:
        saved = saving.save(section, html=html, base=section.revision, by=by)
    except saving.TooLong as too_long:
        raise Refused(_("The section would be too long with these words; nothing was changed.")) from too_long
    if saved.outcome != Written.SAVED:
        raise Refused(_("Nothing would be left of the section, or nothing would change. Edit the text yourself."))
    thread.accept(revision=saved.text.revision, by=by)
    return saved.text.revision


@transaction.atomic
def bring_back(*, city: City, by: User | None) -> int:
    """The next version has been opened: what was carried over is open again. How many conversations."""
    carried = list(city.thread_set.carried())
    return sum(thread.reopen(by=by) for thread in carried)
