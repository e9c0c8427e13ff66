"""The kinds of things that a person can be responsible for in a city, each with how it is listed and handed on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import formats
from accelerator.excerpts import excerpt
from accelerator.languages import phrase, written_in
from accelerator.models import User
from cities.access import PERMISSIONS, Permission
from cities.models import City, Role
from coaching import handover as coaching
from strategy.models import SectionState, Step, StrategyVersion
from strategy.plan import handover as plan
from strategy.review import handover as review
from strategy.sections import handover as sections


class HandOn(Protocol):
    def __call__(
        self, city: City, pks: Collection[int], *, holder: User | None, to: User | None, by: User
    ) -> dict[int, int | None]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """`held(city, person, pks)` lists rows; `hand_on` moves those that the holder still has."""

    key: str
    held: Callable[..., list[Any]]
    hand_on: HandOn
    needs: Permission  # of whoever gets them
    count: Callable[[int], str]
    label: Callable[[Any, City], str]


def _sections(number: int) -> str:
    return ngettext("%(number)d section", "%(number)d sections", number) % {"number": number}


def _commitments(number: int) -> str:
    return ngettext("%(number)d commitment", "%(number)d commitments", number) % {"number": number}


def _actions(number: int) -> str:
    return ngettext("%(number)d action", "%(number)d actions", number) % {"number": number}


def _risks(number: int) -> str:
    return ngettext("%(number)d risk", "%(number)d risks", number) % {"number": number}


def _coaching_sessions(number: int) -> str:
    return ngettext("%(number)d scheduled session", "%(number)d scheduled sessions", number) % {"number": number}


def _comments(number: int) -> str:
    return ngettext("%(number)d unanswered comment", "%(number)d unanswered comments", number) % {"number": number}


P = Permission
KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "section",
            sections.held,
            sections.hand_on,
            P.EDIT_STRATEGY,
            _sections,
            lambda row, _city: f"{row.template.number}. {row.template.title}",
        ),
        Kind(
            "commitment",
            coaching.held_commitments,
            coaching.hand_on_commitments,
            P.KEEP_COMMITMENTS,
            _commitments,
            lambda row, city: written_in(row.what, city.language),
        ),
        Kind(
            "action",
            plan.held_actions,
            plan.hand_on_actions,
            P.READ_WHOLE,
            _actions,
            lambda row, city: phrase("%(code)s %(title)s", code=row.code, title=written_in(row.title, city.language)),
        ),
        Kind(
            "risk",
            plan.held_risks,
            plan.hand_on_risks,
            P.READ_WHOLE,
            _risks,
            lambda row, city: written_in(row.title, city.language),
        ),
        Kind(
            "session",
            coaching.held_sessions,
            coaching.hand_on_sessions,
            P.VIEW_COACHING,
            _coaching_sessions,
            lambda row, city: phrase(
                "%(day)s: %(title)s", day=formats.day(row.on, city.today()), title=written_in(row.title, city.language)
            ),
        ),
        Kind(
            "mention",
            review.held,
            review.hand_on,
            P.READ_WHOLE,
            _comments,
            lambda row, city: written_in(excerpt(row.comment.body, 80), city.language),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of a person's things in one city."""

    kind: Kind
    city: City
    rows: list[Any]

    @property
    def title(self) -> str:
        return self.kind.count(len(self.rows))

    @property
    def labels(self) -> list[str]:
        return [self.kind.label(row, self.city) for row in self.rows]


def groups_of(city: City, person: User) -> list[Group]:
    groups = [Group(kind, city, kind.held(city, person)) for kind in KINDS.values()]
    return [group for group in groups if group.rows]


def summary(groups: Iterable[Group]) -> str:
    """ "5 sections, 2 commitments"."""
    return ", ".join(group.title for group in groups)


def may_get(kind: Kind, role: str) -> bool:
    return kind.needs in PERMISSIONS[Role(role)] and role != Role.GUEST_REVIEWER


def notices(city: City, person: User, role: str) -> list[str]:
    """What waits for this person but goes with the office or the role, not to another person."""
    waiting = StrategyVersion.State.WITH_APPROVERS
    steps = Step.objects.filter(city=city, person=person, state=Step.State.WAITING, version__state=waiting).count()
    approvers = city.approver_set.filter(person=person).count()
    asked = city.decision_set.waiting().filter(asked_by=person).count()
    pending = city.decision_set.waiting().count() if role == Role.MAYOR else 0
    reviews = city.reviewrequest_set.open().count() if role == Role.COACH else 0
    in_review = city.section_set.filter(state=SectionState.IN_REVIEW).count() if role == Role.COACH else 0
    sentences = [
        (
            steps,
            ngettext(
                "%(number)d signature is pending from this person. It stays pending until the next officeholder "
                "signs or the version is withdrawn.",
                "%(number)d signatures are pending from this person. They stay pending until the next "
                "officeholder signs or the version is withdrawn.",
                steps,
            ),
        ),
        (
            approvers,
            ngettext(
                "This person is an approver for %(number)d office. Name the next officeholder under “Sign-off.”",
                "This person is an approver for %(number)d offices. Name the next officeholders under “Sign-off.”",
                approvers,
            ),
        ),
        (
            asked,
            ngettext(
                "%(number)d question this person asked the mayor is still pending. It stays open.",
                "%(number)d questions this person asked the mayor are still pending. They stay open.",
                asked,
            ),
        ),
        (
            pending,
            ngettext(
                "%(number)d decision is pending from the mayor. It stays open for the next mayor.",
                "%(number)d decisions are pending from the mayor. They stay open for the next mayor.",
                pending,
            ),
        ),
        (
            max(reviews, in_review),
            ngettext(
                "%(number)d review is waiting for the coach. It will go to the city’s next coach.",
                "%(number)d reviews are waiting for the coach. They will go to the city’s next coach.",
                max(reviews, in_review),
            ),
        ),
    ]
    return [sentence % {"number": number} for number, sentence in sentences if number]


def note_of_no_one() -> str:
    return _("No one for now (to be offered to a successor)")
