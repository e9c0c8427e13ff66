"""Many real cities in a cohort, made with as few statements as possible."""

from accelerator import rls
from accelerator.models import User
from cities import world
from cities.models import City, Enrollment, Membership
from strategy.models import Section, Strategy


def fill(cohort, number, *, skip=0):
    """Bring the cohort up to `number` cities, each with a lead, a strategy and its sections.

    `skip` leaves out the country's biggest cities, where an earlier call has taken them.
    """
    sections = list(cohort.cohorttemplate.version.sections.all())
    places = [place for place in world.search("United States", 400) if place.name != "Tulsa"][skip:]
    with rls.every_city():
        cities = City.objects.bulk_create(
            City(
                name=place.name,
                sort_name=place.name.casefold(),
                slug=f"x{place.geoname_id}",
                country="US",
                geoname_id=place.geoname_id,
                population=place.population,
                time_zone=place.time_zone,
            )
            for place in places[: number - cohort.enrollment_set.count()]
        )
        _people(cohort, cities)
        strategies = Strategy.objects.bulk_create(
            Strategy(city=city, version=cohort.cohorttemplate.version, cohort=cohort) for city in cities
        )
        Section.objects.bulk_create(
            Section(
                city_id=strategy.city_id,
                strategy=strategy,
                template=row,
                key=row.key,
                position=row.position,
                due_on=cohort.date_of(row.due_week, 4),
            )
            for strategy in strategies
            for row in sections
        )


def _people(cohort, cities):
    Enrollment.objects.bulk_create(
        Enrollment(cohort=cohort, city=city, slug=city.slug, time_zone=city.time_zone) for city in cities
    )
    leads = User.objects.bulk_create(
        User(email=f"lead@{city.slug}.example", name=city.name, sort_name=city.sort_name) for city in cities
    )
    Membership.objects.bulk_create(
        Membership(user=lead, city=city, role="city_lead") for lead, city in zip(leads, cities, strict=True)
    )
