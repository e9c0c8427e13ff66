"""What the strategy asks of people: reviews, answers, signatures, and sections that changed after signing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.models import User
from accelerator.walltime import local_day
from cities.models import City, Membership, Role
from reminders.rules.kinds import RULES, Asked, Matter, Reminder, Rule
from reminders.rules.kinds import Step as Around
from strategy.models import Mention, ReviewRequest, Section, Step, StrategyVersion, Thread, VersionPart
from strategy.signoff import lapse

ONCE = (Around(0, 3),)
TWICE = (Around(0, 3), Around(4, 3))
SIGN = (Around(0, 3), Around(3, 3), Around(7, 5))
CITY = ("city__membership_set__user",)


def asked_of(rows: QuerySet[Any], asked: Asked, still: QuerySet[Any]) -> QuerySet[Any]:
    """The rows of a re-check by id, else those that still wait."""
    return still if asked.objects is None else rows.filter(pk__in=asked.objects)


def members(city: City, *roles: Role) -> list[User]:
    """The city's people in these roles today; rows come with the city."""
    rows: list[Membership] = sorted(city.membership_set.all(), key=lambda row: row.pk)
    return [row.user for row in rows if row.role in roles and row.is_active()]


def belongs(city: City, person: User | None) -> list[User]:
    """The person, where they are still one of the city's."""
    return [row.user for row in city.membership_set.all() if row.user == person and row.is_active()]


def _around(matter: Matter, steps: Iterable[Around], people: Iterable[User], asked: Asked):
    people = list(people)
    for step in steps:
        yield from matter.reminders(step, people, asked)


# Asked of the coach ---------------------------------------------------------


def review_asked(asked: Asked) -> Iterator[Reminder]:
    """A review that the team asked for: to the city's coaches, at once and four days later."""
    rows = ReviewRequest.objects.select_related("city", "section__template", "section__strategy")
    rows = asked_of(rows, asked, rows.filter(answered_at=None, withdrawn_at=None))
    for row in rows.select_related("city__strategy__cohort").prefetch_related("city__coachassignment_set__user"):
        is_over = row.answered_at is not None or row.withdrawn_at is not None
        on = local_day(row.asked_at, row.city.time_zone)
        matter = Matter("review-asked", row, row.city, row.city.strategy.cohort, on, is_over)
        yield from _around(matter, TWICE, _coaches(row.city), asked)


def _coaches(city: City) -> list[User]:
    """The city's coaches today; rows come with the city."""
    return list(dict.fromkeys(row.user for row in city.coachassignment_set.all() if row.is_active()))


def _review_title(row: ReviewRequest) -> str:
    what = row.section.template.title if row.section else _("the full draft")
    return _("Review: %(what)s") % {"what": what}


def _review_path(row: ReviewRequest) -> str:
    if row.section is None:
        return reverse("strategy:reviews", args=[row.city.slug])
    return reverse("strategy:section", args=[row.city.slug, row.section.key])


def _review_words(row: ReviewRequest) -> object:
    return row.words or _("The team asks for your opinion.")


RULES["review-asked"] = Rule(
    gettext_lazy("A review was asked for"),
    review_asked,
    lambda ids: ReviewRequest.objects.select_related("city", "section__template").in_bulk(list(ids)),
    _review_path,
    _review_words,
    _review_title,
)


# Said to somebody -----------------------------------------------------------


def mentioned(asked: Asked) -> Iterator[Reminder]:
    """Somebody was named in a comment and has not looked: once."""
    rows = Mention.objects.select_related(
        "person", "comment__author", "comment__thread__section__template", "city__strategy__cohort"
    )
    for row in asked_of(rows, asked, rows.filter(seen_at=None)):
        on = local_day(row.comment.created_at, row.city.time_zone)
        matter = Matter("mention", row, row.city, row.city.strategy.cohort, on, row.seen_at is not None)
        if row.person.is_active and row.person_id != row.comment.author_id:
            yield from _around(matter, ONCE, [row.person], asked)


def _mention_title(row: Mention) -> str:
    return _("You are named in a comment: %(section)s") % {"section": row.comment.thread.section.template.title}


def _mention_path(row: Mention) -> str:
    thread = row.comment.thread
    page = reverse("strategy:section", args=[row.city.slug, thread.section.key])
    return f"{page}#thread-{thread.pk}"


RULES["mention"] = Rule(
    gettext_lazy("Somebody was named in a comment"),
    mentioned,
    lambda ids: Mention.objects.select_related("city", "comment__author", "comment__thread__section__template").in_bulk(
        list(ids)
    ),
    _mention_path,
    lambda row: _("“%(words)s”") % {"words": row.comment.body[:140]},
    _mention_title,
)


def commented(asked: Asked) -> Iterator[Reminder]:
    """A new conversation: once to the section's writer, else to the leads, unless they opened it."""
    rows = Thread.objects.select_related(
        "section__template", "section__assignee", "opened_by", "city__strategy__cohort"
    ).prefetch_related(*CITY)
    for row in asked_of(rows, asked, rows.open().filter(opened_at__gte=asked.now - Around(0, 5).span)):
        on = local_day(row.opened_at, row.city.time_zone)
        matter = Matter("comment", row, row.city, row.city.strategy.cohort, on, row.resolved_at is not None)
        people = belongs(row.city, row.section.assignee) or members(row.city, Role.CITY_LEAD)
        yield from _around(matter, ONCE, [who for who in people if who.pk != row.opened_by_id], asked)


def _comment_title(row: Thread) -> str:
    words = _("Suggested words: %(section)s") if row.replacement is not None else _("Comment: %(section)s")
    return words % {"section": row.section.template.title}


RULES["comment"] = Rule(
    gettext_lazy("A new comment"),
    commented,
    lambda ids: Thread.objects.select_related("city", "section__template", "opened_by").in_bulk(list(ids)),
    lambda row: reverse("strategy:section", args=[row.city.slug, row.section.key]) + f"#thread-{row.pk}",
    lambda row: _("By %(person)s.") % {"person": row.opened_by or _("somebody who has left")},
    _comment_title,
)


# Sign-off -------------------------------------------------------------------


def sign_asked(asked: Asked) -> Iterator[Reminder]:
    """An approver's turn: to the person, to the delegate who may sign, else to the leads who record it."""
    rows = Step.objects.select_related("person", "version", "city__strategy__cohort").prefetch_related(*CITY)
    waiting = rows.filter(state=Step.State.WAITING, version__state=StrategyVersion.State.WITH_APPROVERS)
    for row in asked_of(rows, asked, waiting.exclude(asked_at=None)):
        if row.asked_at is None:
            continue
        is_over = row.state != Step.State.WAITING or row.version.state != StrategyVersion.State.WITH_APPROVERS
        on = local_day(row.asked_at, row.city.time_zone)
        matter = Matter("sign-asked", row, row.city, row.city.strategy.cohort, on, is_over)
        people = belongs(row.city, row.person)
        if row.may_delegate:
            people += members(row.city, Role.MAYORS_DELEGATE)
        yield from _around(matter, SIGN, dict.fromkeys(people or members(row.city, Role.CITY_LEAD)), asked)


def _sign_title(row: Step) -> str:
    return _("Sign-off of the strategy, version %(number)d") % {"number": row.version.number}


def _sign_words(row: Step) -> str:
    return _("Waits for: %(title)s.") % {"title": row.title}


def _sign_off(row: Any) -> str:
    return reverse("strategy:sign-off", args=[row.city.slug])


RULES["sign-asked"] = Rule(
    gettext_lazy("A signature is asked for"),
    sign_asked,
    lambda ids: Step.objects.select_related("city", "version").in_bulk(list(ids)),
    _sign_off,
    _sign_words,
    _sign_title,
)


def returned(asked: Asked) -> Iterator[Reminder]:
    """A version came back with comments: to the leads and whoever submitted it, once."""
    rows = StrategyVersion.objects.defer("tree").select_related("city__strategy__cohort", "submitted_by")
    rows = rows.prefetch_related(*CITY)
    since = asked.now - Around(0, 5).span
    fresh = rows.filter(state=StrategyVersion.State.RETURNED, state_at__gte=since)
    for row in asked_of(rows, asked, fresh):
        on = local_day(row.state_at, row.city.time_zone)
        is_over = row.state != StrategyVersion.State.RETURNED
        matter = Matter("version-returned", row, row.city, row.city.strategy.cohort, on, is_over)
        people = members(row.city, Role.CITY_LEAD) + belongs(row.city, row.submitted_by)
        yield from _around(matter, ONCE, dict.fromkeys(people), asked)


RULES["version-returned"] = Rule(
    gettext_lazy("A version came back"),
    returned,
    lambda ids: StrategyVersion.objects.defer("tree").select_related("city").in_bulk(list(ids)),
    _sign_off,
    lambda row: _("An approver returned it with comments."),
    lambda row: _("Strategy, version %(number)d") % {"number": row.number},
)


def lapsed(asked: Asked) -> Iterator[Reminder]:
    """A section changed after signing: to the leads once, from the day of its first change."""
    rows = lapse.written_since().select_related("template", "city__strategy__cohort").prefetch_related(*CITY)
    fresh = rows.filter(first_saved__gte=asked.now - ONCE[0].span)
    sections = list(asked_of(rows, asked, fresh))
    frozen = VersionPart.objects.in_bulk([row.part_id for row in sections])
    for row in sections:
        on = local_day(row.first_saved, row.city.time_zone)
        is_over = lapse.is_as_signed(frozen[row.part_id], row)
        matter = Matter("section-lapsed", row, row.city, row.city.strategy.cohort, on, is_over)
        yield from _around(matter, ONCE, members(row.city, Role.CITY_LEAD), asked)


RULES["section-lapsed"] = Rule(
    gettext_lazy("A section changed after signing"),
    lapsed,
    lambda ids: Section.objects.select_related("template", "city").defer("html").in_bulk(list(ids)),
    lambda row: reverse("strategy:section", args=[row.city.slug, row.key]),
    lambda row: _("The signatures do not cover its new words."),
    lambda row: _("Changed after signing: %(section)s") % {"section": row.template.title},
)
