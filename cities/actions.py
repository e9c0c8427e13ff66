"""Actions on cities and people that touch several tables."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accelerator import audit, formats, mail
from accelerator.models import Cohort, Email, User
from cities.models import City, CoachAssignment, Enrollment, FunderGrant, Membership, Role, StaffRole
from cities.offices import actions as offices
from cities.with_access import has_staff_role
from cities.world import WorldCity

MOST_DAYS_OF_GUEST = 366
# What a city copies from the list of world cities.
_COPIED = ("name", "country", "region", "geoname_id", "population", "latitude", "longitude", "time_zone")


def _free_slug(world: WorldCity) -> str:
    """`san-jose-us`; includes the region if another city in the country has the same name."""
    name = world.ascii_name or world.name
    for parts in ([name, world.country], [name, world.region, world.country]):
        slug = slugify("-".join(filter(None, parts)))
        if not City.objects.filter(slug=slug).exists():
            return slug
    raise ValidationError(_("%(city)s is already on this site.") % {"city": world.name})


@transaction.atomic
def enroll(*, cohort: Cohort, world: WorldCity, language: str, by: User | None) -> Enrollment:
    """Add a city to a cohort, and to the program if it is new. Needs the scope of every city."""
    # Match by ID, not name: a city that joins a later cohort is the same tenant, however it is spelled.
    city = City.objects.filter(geoname_id=world.geoname_id).first()
    if city is None:
        city = City.objects.create(
            **{name: getattr(world, name) for name in _COPIED},
            slug=_free_slug(world),
            language=language,
            # Countries whose offices use Letter paper; all others use A4.
            paper=City.Paper.LETTER if world.country in {"US", "CA", "MX", "CO", "CL"} else City.Paper.A4,
        )
    enrollment, created = cohort.enrollment_set.get_or_create(
        city=city, defaults={"slug": city.slug, "joined_on": cohort.kickoff}
    )
    if created:
        audit.record("city enrolled", by=by, about=city, cohort=cohort.slug)
    return enrollment


@transaction.atomic
def add_member(
    *,
    city: City,
    email: str,
    name: str,
    role: str,
    by: User | None,
    title: str = "",
    language: str = "",
    until: date | None = None,
) -> Membership:
    """Give a new or known person a role in a city; a former member regains access.

    Raises ValidationError for GovEx staff and the funder, since no one is on both sides of the wall, for a guest
    reviewer for over a year, and for a second mayor without the word of GovEx or the mayor.
    """
    user = _person(email=email, name=name, language=language or city.language, time_zone=city.time_zone)
    refuse_program_people(user)
    require_near_end(city, role, until)
    if role == Role.MAYOR:
        offices.require_word_for_mayor(city, user=user, by=by)
    former = city.membership_set.active().filter(user=user).first()
    # One row per person and city, so an ended membership becomes active again and keeps its history.
    membership, created = city.membership_set.update_or_create(
        user=user, defaults={"role": role, "title": title, "until": until}
    )
    audit.record("member added" if created else "member changed", by=by, about=membership, role=role)
    offices.follow_role(membership, former.role if former else "", by=by)
    return membership


def require_near_end(city: City, role: str, until: date | None) -> None:
    """Raises ValidationError for a guest reviewer's last day that is too far off: no one would end their access."""
    last = city.today() + timedelta(days=MOST_DAYS_OF_GUEST)
    if role == Role.GUEST_REVIEWER and until and until > last:
        raise ValidationError(
            _("A guest reviewer’s access can last at most one year, until %(day)s.") % {"day": formats.day(last)}
        )


def refuse_program_people(user: User) -> None:
    """Raises ValidationError for someone who can't be on a city's team: GovEx staff and the funder."""
    sentence = ""
    if StaffRole.objects.filter(user=user).exists():
        sentence = _("%(email)s belongs to a GovEx staff member and can’t be added to a city team.")
    elif FunderGrant.objects.filter(user=user).exists():
        sentence = _("%(email)s belongs to a funder representative and can’t be added to a city team.")
    if sentence:
        raise ValidationError(sentence % {"email": user.email})


@transaction.atomic
def add_staff(*, email: str, name: str, role: str, by: User | None, time_zone: str = "America/New_York") -> StaffRole:
    """Raises ValidationError for a member of a city's team."""
    user = _person(email=email, name=name, language="en", time_zone=time_zone)
    if user.membership_set.active().exists():
        raise ValidationError(
            _("%(email)s belongs to someone on a city team and can’t be added to GovEx staff.") % {"email": email}
        )
    staff_role, _created = StaffRole.objects.get_or_create(user=user, role=role)
    audit.record("staff added", by=by, about=staff_role, role=role)
    return staff_role


@transaction.atomic
def assign_coach(
    *, enrollment: Enrollment, coach: User, by: User | None, starts_on: date | None = None, ends_on: date | None = None
) -> CoachAssignment:
    """Raises ValidationError for someone who isn't a coach."""
    if not has_staff_role(coach, Role.COACH):
        raise ValidationError(_("%(name)s isn’t a coach.") % {"name": coach})
    assignment = enrollment.coachassignment_set.create(
        user=coach, city=enrollment.city, starts_on=starts_on or enrollment.city.today(), ends_on=ends_on
    )
    audit.record("coach assigned", by=by, about=assignment, coach=coach.email)
    # Until a cohort is live no one is emailed; going live tells the coaches.
    if by is not None and by != coach and enrollment.cohort.is_live:
        tell_coach(assignment, by=by)
    return assignment


def tell_coach(assignment: CoachAssignment, *, by: User) -> None:
    """Email a coach that a city is theirs, with its dates."""
    city, cohort, coach = assignment.city, assignment.enrollment.cohort, assignment.user
    mail.send(
        to=coach.email,
        person=coach,
        city_id=city.pk,
        kind=Email.Kind.NOTICE,
        template="coach_assigned",
        language=coach.language,
        context={
            "name": str(coach),
            "city": city,
            "cohort": cohort,
            "starts_on": assignment.starts_on,
            "by": str(by),
            "link": settings.BASE_URL + reverse("dashboards:city", args=[city.slug]),
        },
        reply_to=cohort.reply_to or by.email,
    )


@transaction.atomic
def grant_funder(*, cohort: Cohort, email: str, name: str, by: User | None) -> FunderGrant:
    """Needs the scope of every city. Raises ValidationError for a member of a city's team."""
    user = _person(email=email, name=name, language="en", time_zone=cohort.time_zone)
    if user.membership_set.active().exists():
        raise ValidationError(
            _("%(email)s belongs to someone on a city team and can’t be a funder representative.") % {"email": email}
        )
    grant, _created = FunderGrant.objects.get_or_create(user=user, cohort=cohort)
    audit.record("funder granted", by=by, about=cohort, person=email)
    return grant


def _person(*, email: str, name: str, language: str, time_zone: str) -> User:
    email = mail.address(email)
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, name=name.strip(), language=language, time_zone=time_zone)
