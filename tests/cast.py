"""The shared test people: two cohorts, three cities, everyone's role, and people who should have no access."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from accelerator import rls
from accelerator.models import Cohort, User
from cities import actions as cities
from cities.models import City, Enrollment, Office, Officeholder, Role
from cities.offices import actions as offices
from cities.world import WorldCity
from curriculum import actions as curriculum
from curriculum import loading as curriculum_defaults
from strategy.sections import actions as strategies
from strategy.template import loading as strategy_defaults
from strategy.template.actions import pin_template

TULSA = WorldCity(4553433, "Tulsa", "Tulsa", "US", "Oklahoma", 413066, 36.15, -95.99, "America/Chicago")
ROSARIO = WorldCity(
    3838583, "Rosario", "Rosario", "AR", "Santa Fe", 1193605, -32.95, -60.64, "America/Argentina/Cordoba"
)
QUITO = WorldCity(3652462, "Quito", "Quito", "EC", "Pichincha", 1399814, -0.23, -78.52, "America/Guayaquil")


@dataclass
class Cast:
    """`tulsa` is home; `rosario` is another city of the cohort; `quito` belongs to another cohort."""

    cohort: Cohort
    other_cohort: Cohort
    tulsa: City
    rosario: City
    quito: City
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


def monday_weeks_ago(weeks: int) -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday(), weeks=weeks)


def default_content():
    """The shipped template, curriculum and rubric, published."""
    strategy_defaults.load_policy_types()
    return strategy_defaults.load(), curriculum_defaults.load_program(), curriculum_defaults.load_rubric()


def make_cohort(name: str, slug: str, weeks_ago: int = 14, content=None) -> Cohort:
    """A live cohort that has pinned the default content."""
    cohort = Cohort.objects.create(
        name=name, slug=slug, kickoff=monday_weeks_ago(weeks_ago), live_at=timezone.now() - timedelta(weeks=weeks_ago)
    )
    template, program, rubric = content or default_content()
    pin_template(cohort=cohort, version=template, by=None)
    curriculum.pin_program(cohort=cohort, program=program, rubric=rubric, by=None)
    return cohort


def make_city(cohort: Cohort, world: WorldCity, language: str) -> City:
    enrollment = cities.enroll(cohort=cohort, world=world, language=language, by=None)
    strategies.start_strategy(city=enrollment.city, cohort=cohort, by=None)
    return enrollment.city


def make_cast() -> Cast:
    """Everything above in the database."""
    with rls.every_city():
        cohort, other = (make_cohort("Cohort 2026", "cohort-2026"), make_cohort("Cohort 2025", "cohort-2025", 40))
        cast = Cast(
            cohort,
            other,
            make_city(cohort, TULSA, "en"),
            make_city(cohort, ROSARIO, "es"),
            make_city(other, QUITO, "es"),
        )
        _people(cast)
    return cast


def _people(cast: Cast) -> None:
    def member(key: str, city: City, role: Role, title: str = "") -> None:
        email = f"{key.replace('_', '.')}@{city.slug}.example"
        name = key.replace("_", " ").title()
        cast.people[key] = cities.add_member(city=city, email=email, name=name, role=role, title=title, by=None).user

    def staff(key: str, role: Role) -> None:
        added = cities.add_staff(email=f"{key}@govex.example", name=key.title(), role=role, by=None)
        cast.people[key] = added.user

    member("lead", cast.tulsa, Role.CITY_LEAD, "Chief data officer")
    member("member", cast.tulsa, Role.CITY_MEMBER, "Chief of staff")
    member("mayor", cast.tulsa, Role.MAYOR)
    member("delegate", cast.tulsa, Role.MAYORS_DELEGATE)
    member("guest", cast.tulsa, Role.GUEST_REVIEWER)
    member("other_lead", cast.rosario, Role.CITY_LEAD)
    member("other_mayor", cast.rosario, Role.MAYOR)
    member("far_lead", cast.quito, Role.CITY_LEAD)
    staff("admin", Role.PROGRAM_ADMIN)
    staff("coach", Role.COACH)
    staff("other_coach", Role.COACH)
    for coach, city in (("coach", cast.tulsa), ("other_coach", cast.rosario)):
        cities.assign_coach(
            enrollment=Enrollment.objects.get(city=city),
            coach=cast.people[coach],
            by=None,
            starts_on=cast.cohort.kickoff,
        )
    cast.people["funder"] = cities.grant_funder(
        cohort=cast.cohort, email="funder@funder.example", name="Funder", by=None
    ).user
    for mayor, city in (("mayor", cast.tulsa), ("other_mayor", cast.rosario)):
        offices.confirm(city=city, user=cast.people[mayor], office=Office.MAYOR, by=cast.people["admin"])
    offices.confirm(city=cast.tulsa, user=cast.people["delegate"], office=Office.DELEGATE, by=cast.people["admin"])
    # Before anything that a test asks of them.
    Officeholder.objects.update(confirmed_at=datetime(2025, 1, 1, tzinfo=UTC))
    # The guest reviews one section of the home city.
    cast.tulsa.membership_set.get(user=cast.people["guest"]).review_sections.create(
        city=cast.tulsa, section=cast.tulsa.section_set.get(key="vision"), named_by=cast.people["lead"]
    )
    cast.people["nobody"] = User.objects.create_user("nobody@nowhere.example", name="Nobody")


# Who can have which role in Tulsa and its cohort: what the matrix and access tests iterate over.
ROLES = {
    "admin": Role.PROGRAM_ADMIN,
    "coach": Role.COACH,
    "lead": Role.CITY_LEAD,
    "member": Role.CITY_MEMBER,
    "mayor": Role.MAYOR,
    "delegate": Role.MAYORS_DELEGATE,
    "guest": Role.GUEST_REVIEWER,
    "funder": Role.FUNDER,
}
STRANGERS = ["other_lead", "other_mayor", "far_lead", "other_coach", "nobody"]
