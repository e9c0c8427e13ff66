"""The first wall: who can do what. One table of roles, and a closed set of six view decorators.

Only this module reads Membership, Enrollment and CoachAssignment, which row-level security doesn't protect, to
determine a scope. All other code starts from the city that a decorator passed in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial, wraps
from typing import Any, Concatenate, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import SimpleTemplateResponse

from accelerator import form_keys, formats, rls
from accelerator.models import Cohort, User
from accelerator.refusals import Outsider
from accelerator.rls import Side
from accelerator.web import Request
from cities.enrollments import running_order
from cities.models import City, CoachAssignment, Enrollment, FunderGrant, Membership, Role, StaffRole
from cities.switcher import menu_cities
from cities.tokens import read_token


class Permission(StrEnum):
    """The values are the text of docs/permissions.md."""

    VIEW_CITY = "see the city's home, team and dates"
    MANAGE_CITY = "change the city's settings"
    MANAGE_TEAM = "invite people to the city and end their access"
    CONFIRM_OFFICES = "confirm who holds an office in the city"
    VIEW_STRATEGY = "read the city's strategy and its history"
    EDIT_STRATEGY = "write sections and change their status"
    ASSIGN_SECTIONS = "assign sections and set them to final"
    REVIEW_STRATEGY = "give the coach's opinion on a section"
    COMMENT = "comment on sections and suggest other wording"
    READ_WHOLE = "read the whole strategy, its plan, registers and versions"
    EDIT_PLAN = "edit the action plan and the registers"
    SHAPE_STRATEGY = "omit sections and switch to another template version"
    INVITE_REVIEWERS = "invite reviewers to read selected sections"
    REVIEW_PEERS = "share sections with peer cities and read theirs"
    SET_APPROVERS = "set who approves the strategy and how"
    SUBMIT_STRATEGY = "submit the strategy for sign-off and record the outcome"
    CHECK_PAPERS = "compare uploaded signatures on paper with the version"
    WITHDRAW_VERSION = "withdraw a version that is waiting for signature"
    SIGN_STRATEGY = "sign or return a submitted strategy when asked to"
    PUBLISH_STRATEGY = "publish the signed strategy"
    VIEW_COACHING = "read sessions, shared notes and commitments"
    LOG_COACHING = "log sessions and write shared notes"
    KEEP_COMMITMENTS = "mark commitments as completed"
    PRIVATE_NOTES = "read and write GovEx-private notes"
    VIEW_MAYOR_PAGE = "see the mayor's page"
    ASK_DECISION = "ask the mayor a question"
    DECIDE = "answer a question to the mayor"
    EXPORT = "create and download the city's files"
    VIEW_COHORT = "see the cohort's timeline and convenings"
    VIEW_COHORT_BOARD = "see the status of each city in the cohort"
    VIEW_REACH = "see the cohort's aggregates"
    MANAGE_COHORT = "create cohorts, add cities, assign coaches"
    VIEW_CONTENT = "see the program's templates, curriculum and rubric"
    VIEW_LEDGER = "see and manage reminders"
    VIEW_AUDIT = "read the audit log"
    EDIT_CONTENT = "change the program's templates"
    MY_CITIES = "see assigned cities"


P = Permission
_READ = {P.VIEW_CITY, P.VIEW_STRATEGY, P.READ_WHOLE, P.VIEW_COACHING, P.VIEW_MAYOR_PAGE} | {
    P.EXPORT,
    P.VIEW_COHORT,
    P.COMMENT,
}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PROGRAM_ADMIN: frozenset(
        _READ
        | {P.MANAGE_CITY, P.MANAGE_TEAM, P.ASSIGN_SECTIONS, P.LOG_COACHING, P.KEEP_COMMITMENTS, P.PRIVATE_NOTES}
        | {P.ASK_DECISION, P.VIEW_COHORT_BOARD, P.VIEW_REACH, P.MANAGE_COHORT, P.VIEW_CONTENT, P.VIEW_LEDGER}
        | {P.EDIT_CONTENT, P.SHAPE_STRATEGY, P.SET_APPROVERS, P.INVITE_REVIEWERS}
        | {P.CONFIRM_OFFICES, P.WITHDRAW_VERSION, P.CHECK_PAPERS, P.VIEW_AUDIT}
    ),
    Role.COACH: frozenset(
        _READ
        | {P.REVIEW_STRATEGY, P.LOG_COACHING, P.KEEP_COMMITMENTS, P.PRIVATE_NOTES, P.ASK_DECISION}
        | {P.VIEW_COHORT_BOARD, P.VIEW_CONTENT, P.MY_CITIES}
    ),
    Role.CITY_LEAD: frozenset(
        _READ
        | {P.MANAGE_CITY, P.MANAGE_TEAM, P.EDIT_STRATEGY, P.ASSIGN_SECTIONS, P.KEEP_COMMITMENTS, P.ASK_DECISION}
        | {P.EDIT_PLAN, P.SHAPE_STRATEGY, P.INVITE_REVIEWERS, P.REVIEW_PEERS, P.SET_APPROVERS}
        | {P.SUBMIT_STRATEGY, P.WITHDRAW_VERSION, P.SIGN_STRATEGY, P.PUBLISH_STRATEGY}
    ),
    Role.CITY_MEMBER: frozenset(
        _READ | {P.EDIT_STRATEGY, P.KEEP_COMMITMENTS, P.EDIT_PLAN, P.REVIEW_PEERS, P.SIGN_STRATEGY}
    ),
    Role.MAYOR: frozenset(_READ | {P.DECIDE, P.SIGN_STRATEGY, P.CONFIRM_OFFICES}),
    Role.MAYORS_DELEGATE: frozenset(
        _READ | {P.ASK_DECISION, P.DECIDE, P.SIGN_STRATEGY, P.SUBMIT_STRATEGY, P.WITHDRAW_VERSION, P.PUBLISH_STRATEGY}
    ),
    Role.GUEST_REVIEWER: frozenset({P.VIEW_STRATEGY, P.COMMENT}),
    Role.FUNDER: frozenset({P.VIEW_COHORT, P.VIEW_REACH}),
}


@dataclass
class Reach:
    """What one person can reach today; read once per request, part by part."""

    user: User

    @cached_property
    def staff(self) -> frozenset[Role]:
        return frozenset(Role(r) for r in StaffRole.objects.filter(user=self.user).values_list("role", flat=True))

    @property
    def is_admin(self) -> bool:
        return Role.PROGRAM_ADMIN in self.staff

    @property
    def is_coach(self) -> bool:
        return Role.COACH in self.staff

    @cached_property
    def memberships(self) -> dict[int, Membership]:
        """Active memberships by city ID."""
        return {m.city_id: m for m in Membership.objects.active().filter(user=self.user)}

    @cached_property
    def assignments(self) -> list[tuple[int, int]]:
        """City and cohort IDs of today's assignments; those of running enrollments last."""
        if not self.is_coach:
            return []
        rows = CoachAssignment.objects.active().filter(user=self.user).order_by(*running_order(prefix="enrollment__"))
        return list(rows.values_list("city_id", "enrollment__cohort_id"))[::-1]

    @property
    def coached(self) -> dict[int, int]:
        """Cities assigned today: city ID to the ID of the cohort that is running for the city."""
        return dict(self.assignments)

    @cached_property
    def granted(self) -> frozenset[int]:
        return frozenset(FunderGrant.objects.filter(user=self.user).values_list("cohort_id", flat=True))

    @property
    def cities(self) -> list[int]:
        """The cities of the person's teams, else those the person coaches."""
        return sorted(self.memberships or self.coached)

    @property
    def side(self) -> Side:
        if self.memberships:
            return Side.CITY
        return Side.GOVEX if self.staff else Side.FUNDER if self.granted else Side.NONE

    def roles_in(self, city_id: int) -> frozenset[Role]:
        # No one should be both GovEx staff and on a city's team; if rows ever say so, the team's narrower role counts.
        if city_id in self.memberships:
            return frozenset({Role(self.memberships[city_id].role)})
        roles = {Role.PROGRAM_ADMIN} if self.is_admin else set()
        return frozenset(roles | ({Role.COACH} if city_id in self.coached else set()))

    @property
    def roles(self) -> frozenset[Role]:
        return (
            self.staff
            | {Role(m.role) for m in self.memberships.values()}
            | ({Role.FUNDER} if self.granted else frozenset())
        )

    def cohort_roles(self, cohort: Cohort) -> tuple[frozenset[Role], list[int], Side]:
        """The person's roles in a cohort, the cities in it that they can see, and their side."""
        # The widest role first: an admin who also coaches sees every city.
        enrolled = Enrollment.objects.filter(cohort=cohort).values_list("city_id", flat=True)
        if self.is_admin:
            return frozenset({Role.PROGRAM_ADMIN}), list(enrolled), Side.GOVEX
        if own := [city for city, in_cohort in self.assignments if in_cohort == cohort.pk]:
            return frozenset({Role.COACH}), own, Side.GOVEX
        if own := list(enrolled.filter(city__in=self.memberships)):
            return frozenset(Role(self.memberships[city].role) for city in own), own, Side.CITY
        if cohort.pk in self.granted:
            return frozenset({Role.FUNDER}), list(enrolled), Side.FUNDER
        return frozenset(), [], Side.NONE


def allowed(roles: Iterable[Role]) -> frozenset[Permission]:
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


@dataclass(frozen=True, slots=True)
class Access:
    """What a decorator declares about its view; guard tests read it as `view.access`."""

    kind: str
    permission: Permission | None = None


class PersonRequest(Request):
    """A signed-in person's request with what a view decorator adds; for typing only."""

    denied_in: int  # the city of which a denial is on record (accelerator/middleware.py)

    reach: Reach
    roles: frozenset[Role]
    can: frozenset[Permission]
    cities: list[City]  # for the menu in the top bar


class CohortRequest(PersonRequest):
    cohort_cities: list[int]


class CityRequest(PersonRequest):
    city: City


View = Callable[..., HttpResponseBase]
CityView = Callable[Concatenate[CityRequest, City, ...], HttpResponseBase]
CohortView = Callable[Concatenate[CohortRequest, Cohort, ...], HttpResponseBase]
PersonView = Callable[Concatenate[PersonRequest, ...], HttpResponseBase]
TokenView = Callable[Concatenate[HttpRequest, dict[str, Any], ...], HttpResponseBase]
PublicView = Callable[Concatenate[HttpRequest, ...], HttpResponseBase]


def _answer(request: HttpRequest, view: View, *args: Any, **kwargs: Any) -> HttpResponseBase:
    # A form submitted twice gets the first response again (accelerator/form_keys.py).
    return _finish(form_keys.once(request, partial(view, request, *args, **kwargs)))


def _finish(response: HttpResponseBase) -> HttpResponseBase:
    # Render while the scope is open: a lazy or streaming response would read after it has closed.
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    assert isinstance(response, FileResponse) or not response.streaming, "only an opened file may stream"
    return response


def _require(
    request: PersonRequest,
    permission: Permission | None,
    roles: frozenset[Role],
    city_id: int | None = None,
    cohort: str = "",
) -> None:
    request.roles, request.can = roles, allowed(roles)
    if permission is not None and permission not in request.can:
        raise PermissionDenied
    request.cities = menu_cities(request, cohort, city_id)


def _declare(wrapped: View, kind: str, permission: Permission | None = None) -> View:
    wrapped.access = Access(kind, permission)  # type: ignore[attr-defined]
    return wrapped


def city_view(permission: Permission) -> Callable[[CityView], View]:
    """For a city's page: `view(request, city, ...)` runs in that city's scope. Strangers get 404, wrong roles 403."""

    def decorate(view: CityView) -> View:
        @wraps(view)
        def wrapped(request: CityRequest, city: str, **kwargs: Any) -> HttpResponseBase:
            # Enrollment is readable without a scope; City isn't. Of several cohorts, the running one counts.
            enrollment = Enrollment.objects.filter(slug=city).running_first().select_related("cohort").first()
            request.reach = reach = Reach(request.user)
            roles = reach.roles_in(enrollment.city_id) if enrollment else frozenset()
            if enrollment is None:
                raise Http404
            request.denied_in = enrollment.city_id
            if not roles:
                raise Outsider  # not 403: a URL must not reveal which cities take part
            _require(request, permission, roles, enrollment.city_id, enrollment.cohort.slug)
            side = Side.CITY if enrollment.city_id in reach.memberships else Side.GOVEX
            with rls.city_scope(enrollment.city_id, side):
                request.city, request.cohort = City.objects.get(pk=enrollment.city_id), enrollment.cohort
                with formats.in_country(request.city.country):
                    return _answer(request, view, request.city, **kwargs)

        return _declare(wrapped, "city", permission)

    return decorate


def cohort_view(permission: Permission) -> Callable[[CohortView], View]:
    """For a cohort's page: `view(request, cohort, ...)`; the scope is the cohort's cities the person can see."""

    def decorate(view: CohortView) -> View:
        @wraps(view)
        def wrapped(request: CohortRequest, cohort: str, **kwargs: Any) -> HttpResponseBase:
            request.reach = Reach(request.user)
            row = Cohort.objects.filter(slug=cohort).first()
            roles, cities, side = request.reach.cohort_roles(row) if row else (frozenset(), [], Side.NONE)
            if row is None or not roles:
                raise Outsider if row else Http404
            _require(request, permission, roles)
            request.cohort, request.cohort_cities = row, cities
            with rls.scope(cities, side):
                return _answer(request, view, row, **kwargs)

        return _declare(wrapped, "cohort", permission)

    return decorate


def staff_view(permission: Permission) -> Callable[[PersonView], View]:
    """For GovEx: the scope is every city for a program admin, the assigned ones for a coach. 404 for others."""

    def decorate(view: PersonView) -> View:
        @wraps(view)
        def wrapped(request: PersonRequest, **kwargs: Any) -> HttpResponseBase:
            request.reach = reach = Reach(request.user)
            if not reach.staff:
                raise Outsider
            _require(request, permission, reach.staff)
            # Pass the cohort instead of the slug.
            if "cohort" in kwargs:
                kwargs["cohort"] = request.cohort = get_object_or_404(Cohort, slug=kwargs["cohort"])
            with rls.every_city() if reach.is_admin else rls.scope(reach.coached, Side.GOVEX):
                return _answer(request, view, **kwargs)

        return _declare(wrapped, "staff", permission)

    return decorate


def person_view(permission: Permission | None = None) -> Callable[[PersonView], View]:
    """For a page about the reader: the scope is the reader's own cities."""

    def decorate(view: PersonView) -> View:
        @wraps(view)
        def wrapped(request: PersonRequest, **kwargs: Any) -> HttpResponseBase:
            request.reach = reach = Reach(request.user)
            _require(request, permission, reach.roles)
            with rls.scope(reach.cities, reach.side):
                return _answer(request, view, **kwargs)

        return _declare(wrapped, "person", permission)

    return decorate


def _recipient(data: dict[str, Any]) -> User | None:
    """The person to whom a link was sent, unless the address, the account or the access to the city has ended."""
    person = User.objects.filter(pk=data.get("user") or 0, email=data.get("email") or "", is_active=True).first()
    # An action's owner may have no part in the city at all; who had one and left it is out.
    parts = Membership.objects.filter(city=data["city"], user=person) if person else Membership.objects.none()
    return person if not parts.exists() or parts.active().exists() else None


def token_view(purpose: str, *, days: int, in_own_cities: bool = False) -> Callable[[TokenView], View]:
    """For an emailed link: `view(request, data, ...)` in the token's city, or with `in_own_cities` in those of the
    person; 404 for an invalid token.

    `data["person"]` is the person to whom the link was sent, None once that person's access has ended.
    """

    def decorate(view: TokenView) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
            data = read_token(purpose, token, days=days)
            if data is None:
                raise Http404
            # The token decides, whatever session the browser has: email apps and shared computers open links.
            data["person"] = _recipient(data)
            cities = [data["city"]] if data["city"] else []
            if in_own_cities and data["person"]:
                cities = Reach(data["person"]).cities
            with rls.scope(cities, Side.CITY):
                return _answer(request, view, data, **kwargs)

        return _declare(login_not_required(wrapped), "token")

    return decorate


def public_view(view: PublicView) -> View:
    """For everyone: no scope is open, so no city's rows are visible."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:  # the top bar links back to the person's cities
            person = cast("PersonRequest", request)
            person.reach = Reach(person.user)
            person.cities = menu_cities(person)
        return _finish(view(request, *args, **kwargs))

    return _declare(login_not_required(wrapped), "public")


def city_task(task: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a background task whose first argument is a city's ID and that opens short scopes itself."""
    task.access = Access("city-task")  # type: ignore[attr-defined]
    return task
