"""GovEx and the funder: who has a role in the program."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator.models import Cohort, Email, User
from cities.invitations import actions as invitations
from cities.models import City, CoachAssignment, Enrollment, FunderGrant, Handover, Invitation, StaffRole
from cities.roles import STAFF_ROLES, Role


@dataclass(frozen=True, slots=True)
class Colleague:
    part: StaffRole | FunderGrant
    invitation: Invitation | None
    trouble: Email | None = None
    cities: tuple[str, ...] = ()

    @property
    def user(self) -> User:
        return self.part.user

    @property
    def is_pending(self) -> bool:
        return self.invitation is not None and self.invitation.is_open

    @property
    def state(self) -> str:
        return invitations.state_of(self.invitation)

    @property
    def label(self) -> str:
        """ "coach", "funder viewer of Cohort 2026"."""
        if isinstance(self.part, StaffRole):
            return str(Role(self.part.role).label)
        return _("funder representative, %(cohort)s") % {"cohort": self.part.cohort}

    @property
    def is_staff(self) -> bool:
        return isinstance(self.part, StaffRole)


def colleagues(user: User | None = None) -> tuple[list[Colleague], list[Colleague]]:
    """The GovEx roles and the funder's grants; with `user`, only that person's."""
    own = {"user": user} if user else {}
    staff = StaffRole.objects.filter(**own).select_related("user").order_by("role", "user__sort_name")
    # Needs the scope of every city, or a coach's cities would be missing.
    staff = staff.prefetch_related("user__invitation_set", "user__staffrole_set", "user__coachassignment_set__city")
    grants = FunderGrant.objects.filter(**own).select_related("user", "cohort").prefetch_related("user__invitation_set")
    grants = grants.order_by("-cohort__kickoff", "user__sort_name")
    parts: list[StaffRole | FunderGrant] = [*staff, *grants]
    latest = [(part, _latest_invitation(part)) for part in parts]
    emails = {part.user_id: part.user.email for part in parts}
    troubles = invitations.email_trouble([invitation for _part, invitation in latest if invitation], emails)
    rows = [Colleague(part, last, troubles.get(part.user_id), _coached_cities(part)) for part, last in latest]
    return rows[: len(staff)], rows[len(staff) :]


def _latest_invitation(part: StaffRole | FunderGrant) -> Invitation | None:
    # Filter in Python: one query loaded the invitations of everyone on the page.
    own = part.user.invitation_set.all()
    if isinstance(part, FunderGrant):
        rows = [i for i in own if i.role == Role.FUNDER and i.cohort_id == part.cohort_id]
    else:
        rows = [i for i in own if i.role == part.role]
    return max(rows, key=lambda invitation: invitation.sent_at, default=None)


def _coached_cities(part: StaffRole | FunderGrant) -> tuple[str, ...]:
    if isinstance(part, FunderGrant) or part.role != Role.COACH:
        return ()
    return tuple(sorted(_coached(row) for row in part.user.coachassignment_set.all() if row.is_active()))


def _coached(assignment: CoachAssignment) -> str:
    # On the last day the next coach has the city too: without this, it would just be listed twice.
    if assignment.ends_on == assignment.city.today():
        return _("%(city)s (until today)") % {"city": assignment.city.name}
    return assignment.city.name


def without_coach(cohort: Cohort | None = None) -> list[City]:
    """Cities that take part, now or from a day to come, and have no coach today; needs the scope of every city."""
    cities = {row.city for row in _enrollments_without_coach(cohort)}
    return sorted(cities, key=lambda city: (city.sort_name, city.pk))


def names_without_coach() -> list[str]:
    """The same in all cohorts, each with its cohort: a city can have a coach in one and none in the next."""
    return [f"{row.city} ({row.cohort})" for row in _enrollments_without_coach(None)]


def _enrollments_without_coach(cohort: Cohort | None) -> list[Enrollment]:
    assigned = CoachAssignment.objects.active()
    enrollments = Enrollment.objects.open().exclude(pk__in=assigned.values("enrollment"))
    if cohort is not None:
        enrollments = enrollments.filter(cohort=cohort)
    now = timezone.now()
    enrollments = enrollments.select_related("city", "cohort").order_by("city__sort_name", "pk")
    return [row for row in enrollments if row.is_active(now)]


def ended_roles() -> list[Handover]:
    """Roles in the program that ended within the last day and can be restored, one row each."""
    rows = Handover.objects.undoable().filter(role__in=STAFF_ROLES, city=None)
    return list(rows.select_related("person", "ended_by"))
