"""Everyone in a cohort, one row a role: city teams, coaches and the funder; searched and filtered in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.text import capfirst

from accelerator.models import Cohort, User
from accelerator.naming import normalize
from cities.enrollments import INVITABLE, EnrollmentState
from cities.models import CoachAssignment, FunderGrant, Invitation, Membership, Role

_COLUMNS = ("kind", "key", "person", "sort", "email", "full_name", "language", "role_key", "city_name")
_MORE = ("city_slug", "city_state", "signed_in_at", "last_day", "invited_at")


@dataclass(frozen=True, slots=True)
class Entry:
    """A person's role in the cohort."""

    kind: str  # member, coach or funder
    key: int  # the primary key of the membership, assignment or grant
    person: int
    sort: str
    email: str
    full_name: str
    language: str
    role_key: str
    city_name: str
    city_slug: str
    city_state: str  # in this cohort
    signed_in_at: datetime | None
    last_day: date | None
    invited_at: datetime | None

    @property
    def name(self) -> str:
        return self.full_name or self.email

    @property
    def role(self) -> str:
        return capfirst(str(Role(self.role_key).label))

    @property
    def city_state_label(self) -> str:
        """Why the city isn't taking part, or ""."""
        state = self.city_state
        return str(EnrollmentState(state).label) if state and state != EnrollmentState.ACTIVE else ""

    @property
    def is_invitable(self) -> bool:
        """Whether a bulk send includes the person: before the first sign-in, and not if the city has paused or left."""
        return self.signed_in_at is None and (not self.city_slug or self.city_state in INVITABLE)

    @property
    def token(self) -> str:
        return f"{self.kind}-{self.key}"


@dataclass(frozen=True, slots=True)
class Filters:
    text: str = ""
    role: str = ""
    city: str = ""  # a slug
    state: str = ""  # not_signed_in, not_invited or ended


def _sent(**match: Any) -> Subquery:
    rows = Invitation.objects.filter(user=OuterRef("user"), withdrawn_at=None, **match)
    return Subquery(rows.order_by("-sent_at").values("sent_at")[:1])


def _rows(rows: QuerySet[Any], filters: Filters, kind: str, **columns: Any) -> QuerySet[Any, Any]:
    if filters.text:
        named = Q(user__sort_name__contains=normalize(filters.text)) | Q(user__email__contains=filters.text.lower())
        rows = rows.filter(named)
    if filters.state in ("not_signed_in", "not_invited"):
        rows = rows.filter(user__last_login=None)
    rows = rows.annotate(
        kind=Value(kind, CharField()),
        key=F("pk"),
        person=F("user_id"),
        sort=F("user__sort_name"),
        full_name=F("user__name"),
        signed_in_at=F("user__last_login"),
        **columns,
    )
    if filters.state == "not_invited":
        rows = rows.filter(invited_at=None)
    values = [
        "user__email" if name == "email" else "user__language" if name == "language" else name for name in _COLUMNS
    ]
    result: QuerySet[Any, Any] = rows.order_by().values_list(*values, *_MORE)
    return result


def entries(cohort: Cohort, filters: Filters) -> QuerySet[Any, Any]:
    """Tuples for `as_entries`, by name; one statement however many people there are."""
    members = Membership.objects.filter(city__enrollment__cohort=cohort)
    active = Membership.objects.active().filter(pk=OuterRef("pk"))
    members = members.filter(~Exists(active) if filters.state == "ended" else Exists(active))
    coaches = CoachAssignment.objects.active().filter(enrollment__cohort=cohort)
    grants = FunderGrant.objects.filter(cohort=cohort, user__is_active=True)
    if filters.role:
        members = members.filter(role=filters.role)
    if filters.role not in ("", Role.COACH) or filters.state == "ended":
        coaches = coaches.none()
    if filters.role not in ("", Role.FUNDER) or filters.state == "ended" or filters.city:
        grants = grants.none()
    if filters.city:
        members, coaches = members.filter(city__slug=filters.city), coaches.filter(city__slug=filters.city)
    of_city = {"city_name": F("city__name"), "city_slug": F("city__slug")}
    no_city = dict.fromkeys(["city_name", "city_slug", "city_state"], Value("", CharField()))
    found = _rows(
        members,
        filters,
        "member",
        role_key=F("role"),
        last_day=F("until"),
        invited_at=_sent(city=OuterRef("city")),
        city_state=F("city__enrollment__state"),
        **of_city,
    )
    found = found.union(
        _rows(
            coaches,
            filters,
            "coach",
            role_key=Value(Role.COACH.value, CharField()),
            last_day=F("ends_on"),
            invited_at=_sent(role=Role.COACH),
            city_state=F("enrollment__state"),
            **of_city,
        ),
        _rows(
            grants,
            filters,
            "funder",
            role_key=Value(Role.FUNDER.value, CharField()),
            last_day=Value(None, DateField()),
            invited_at=_sent(role=Role.FUNDER, cohort=OuterRef("cohort")),
            **no_city,
        ),
        all=True,
    )
    return found.order_by("sort", "person", "kind", "key")


def as_entries(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    return [Entry(*row) for row in rows]


def belongs(cohort: Cohort, user: User) -> bool:
    """Whether the person has or had a role in the cohort."""
    return (
        user.membership_set.filter(city__enrollment__cohort=cohort).exists()
        or user.coachassignment_set.filter(enrollment__cohort=cohort).exists()
        or user.fundergrant_set.filter(cohort=cohort).exists()
    )
