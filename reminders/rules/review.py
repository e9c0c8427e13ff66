"""Reviews: a coach is asked for one, a person is mentioned in a comment, a conversation starts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.excerpts import excerpt
from accelerator.languages import phrase, written_in
from accelerator.models import User
from cities.models import Role
from reminders.rules.rule import Rule, Step, Window, if_member, members
from strategy.models import Mention, ReviewRequest, Thread
from strategy.review.models import ThreadQuerySet, language_of
from strategy.sections.models import Standing


def thread_path(thread: Thread) -> str:
    return reverse("strategy:section", args=[thread.city.slug, thread.section.key]) + f"#thread-{thread.pk}"


class ReviewAsked(Rule):
    """A review the team requested: to the city's coaches, right away and four days later."""

    name = "review-asked"
    label = gettext_lazy("Review request")
    date_field = "asked_at"
    date_means = "asked"
    steps = (Step(0, 3), Step(4, 3))
    prefetch = ("city__coachassignment_set__user__staffrole_set",)
    answerable = Q(section=None) | Q(section__standing=Standing.PRESENT)

    def query(self) -> QuerySet[ReviewRequest]:
        return ReviewRequest.objects.select_related("city__strategy__cohort", "section__template", "section__strategy")

    def due(self, window: Window) -> QuerySet[ReviewRequest]:
        return self.query().filter(answered_at=None, withdrawn_at=None)

    def is_done(self, row: ReviewRequest) -> bool:
        return not row.is_open

    def people(self, row: ReviewRequest, step: Step, now: datetime) -> Iterable[User]:
        return (assigned.user for assigned in row.city.coachassignment_set.all() if assigned.is_active(now))

    def title(self, row: ReviewRequest) -> str:
        if row.section is None:
            return _("Review requested: full draft")
        return _("Review requested: %(section)s") % {"section": row.section.template.title}

    def text(self, row: ReviewRequest) -> str:
        return written_in(row.words, row.city.language) if row.words else _("The city team is asking for your review.")

    def path(self, row: ReviewRequest) -> str:
        if row.section is None:
            return reverse("strategy:reviews", args=[row.city.slug])
        return reverse("strategy:section", args=[row.city.slug, row.section.key])


class Mentioned(Rule):
    """A mention in a comment that the person hasn't opened: once."""

    name = "mention"
    label = gettext_lazy("Mention in a comment")
    date_field = "comment.created_at"
    date_means = "happened"

    def query(self) -> QuerySet[Mention]:
        rows = Mention.objects.select_related(
            "person", "comment__author", "comment__thread__section__template", "city__strategy__cohort"
        )
        return rows.annotate(language=language_of("comment__author"))

    def due(self, window: Window) -> QuerySet[Mention]:
        return self.query().filter(seen_at=None)

    def is_done(self, row: Mention) -> bool:
        return row.seen_at is not None

    def people(self, row: Mention, step: Step, now: datetime) -> Iterable[User]:
        # A message to a person is sent even if its section was omitted: everyone but guests can read it there.
        is_present = row.comment.thread.section.standing == Standing.PRESENT
        if not is_present and row.person in members(row.city, Role.GUEST_REVIEWER, now):
            return []
        return [row.person] if row.person.is_active and row.person_id != row.comment.author_id else []

    def title(self, row: Mention) -> str:
        return _("You were mentioned in a comment: %(section)s") % {
            "section": row.comment.thread.section.template.title
        }

    def text(self, row: Mention) -> str:
        return phrase(_("“%(words)s”"), words=written_in(excerpt(row.comment.body, 140), vars(row)["language"]))

    def path(self, row: Mention) -> str:
        thread = row.comment.thread
        thread.city = row.city  # already loaded by the query
        return thread_path(thread)


class Commented(Rule):
    """A new conversation: once to the section's writer, else to the leads, unless they have opened it."""

    name = "comment"
    label = gettext_lazy("New comment")
    date_field = "opened_at"
    date_means = "happened"
    answerable = Q(section__standing=Standing.PRESENT)

    def query(self) -> ThreadQuerySet:
        return Thread.objects.select_related(
            "section__template", "section__assignee", "opened_by", "city__strategy__cohort"
        )

    def due(self, window: Window) -> ThreadQuerySet:
        # Older ones have expired: without this, the clock would read every open conversation each minute.
        return self.query().open().filter(opened_at__gte=window.now - Step(0, 5).span)

    def is_done(self, thread: Thread) -> bool:
        return thread.resolved_at is not None

    def people(self, thread: Thread, step: Step, now: datetime) -> Iterable[User]:
        writer = if_member(thread.city, thread.section.assignee, now)
        people = writer or members(thread.city, Role.CITY_LEAD, now)
        return (person for person in people if person.pk != thread.opened_by_id)

    def title(self, thread: Thread) -> str:
        text = _("Suggested edit: %(section)s") if thread.replacement is not None else _("New comment: %(section)s")
        return text % {"section": thread.section.template.title}

    def text(self, thread: Thread) -> str:
        if thread.opened_by is None:
            return _("From someone who no longer has access.")
        return _("From %(person)s.") % {"person": thread.opened_by}

    def path(self, thread: Thread) -> str:
        return thread_path(thread)
