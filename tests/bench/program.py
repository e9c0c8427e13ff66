"""Programs of any size, made of real cities: ten cities per cohort, each with what a city has in week 15."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import Cohort, User
from cities import actions as cities
from cities import world
from cities.models import City, Decision, Enrollment, Role
from coaching.models import CoachingSession, Commitment
from strategy.models import Comment, Section, SectionRevision, SectionState, Thread
from strategy.sections import actions as strategies
from tests.cast import make_cohort

A_COHORT = 10
SECTION = "data-governance"
WORDS = "<p>" + "The committee meets every month and decides on shared data. " * 25 + "</p>"


@dataclass
class World:
    """The first cohort and its first city, which every size is measured on, and who reads them."""

    cohort: Cohort
    city: City
    lead: User
    mayor: User
    admin: User
    turn: Iterator[int] = field(default_factory=itertools.count)

    def requests(self) -> dict[str, Callable[[], object]]:
        """A request for each page that is measured."""
        lead, mayor, admin = (self._client(person) for person in (self.lead, self.mayor, self.admin))
        section = {"city": self.city.slug, "section": SECTION}
        return {
            "save a section": lambda: self._save(lead, reverse("strategy:section-save", kwargs=section)),
            "desk": lambda: _get(lead, reverse("strategy:section", kwargs=section)),
            "city's home": lambda: _get(lead, f"/cities/{self.city.slug}/"),
            "mayor's page": lambda: _get(mayor, f"/cities/{self.city.slug}/mayor/"),
            "cohort board": lambda: _get(admin, f"/cohorts/{self.cohort.slug}/"),
        }

    def _client(self, person: User) -> Client:
        client = Client(headers={"X-Requested-With": "fetch"})
        client.force_login(person)
        return client

    def _save(self, client: Client, url: str) -> None:
        with rls.every_city():
            base = self.city.section_set.values_list("revision", flat=True).get(key=SECTION)
        answer = client.post(url, {"html": WORDS + f"<p>{next(self.turn)}</p>", "base": base})
        assert answer.status_code == 200, answer.status_code


def _get(client: Client, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)


_made: list[City] = []
_first: list[World] = []


def grow(size: int) -> World:
    """Grow to this many cities; the measured cohort stays as it is."""
    real = iter(sorted(world._cities().values(), key=lambda city: -city.population))
    wanted = itertools.islice(real, len(_made), None)
    with rls.every_city():
        while len(_made) < size:
            _cohort(len(_made) // A_COHORT, wanted)
    return _first[0]


def _cohort(number: int, wanted: Iterator[world.WorldCity]) -> None:
    cohort = make_cohort(f"Cohort {number}", f"cohort-{number}")
    coach = cities.add_staff(
        email=f"coach{number}@govex.example", name=f"Coach {number}", role=Role.COACH, by=None
    ).user
    for _ in range(A_COHORT):
        _made.append(_city(cohort, next(wanted), coach))
    if not _first:
        city = _made[0]
        people = {m.role: m.user for m in city.membership_set.select_related("user")}
        admin = cities.add_staff(email="admin@govex.example", name="Admin", role=Role.PROGRAM_ADMIN, by=None).user
        _first.append(World(cohort, city, people[Role.CITY_LEAD], people[Role.MAYOR], admin))


def _city(cohort: Cohort, place: world.WorldCity, coach: User) -> City:
    enrollment: Enrollment = cities.enroll(cohort=cohort, world=place, language="en", by=None)
    city = enrollment.city
    people = [
        cities.add_member(city=city, email=f"{role}@{city.slug}.example", name=str(role), role=role, by=None).user
        for role in (Role.CITY_LEAD, Role.CITY_MEMBER, Role.MAYOR)
    ]
    cities.assign_coach(enrollment=enrollment, coach=coach, by=None, starts_on=cohort.kickoff)
    strategies.start_strategy(city=city, cohort=cohort, by=None)
    _write(city, people[0], coach)
    _meet(city, people[0], coach)
    return city


def _write(city: City, lead: User, coach: User) -> None:
    """Twelve sections with three revisions and two threads each."""
    sections = list(city.section_set.order_by("position")[:12])
    now = timezone.now()
    for section in sections:
        section.html, section.revision, section.words, section.assignee = WORDS, 3, 250, lead
        section.written_at, section.written_by = now, lead
        section.state = [SectionState.DRAFTING, SectionState.IN_REVIEW, SectionState.FINAL][section.position % 3]
    Section.objects.bulk_update(
        sections, ["html", "revision", "words", "assignee", "written_at", "written_by", "state"]
    )
    SectionRevision.objects.bulk_create(
        SectionRevision(city=city, text=section, number=number, html=WORDS, words=250, author_id=lead.pk)
        for section in sections
        for number in (1, 2, 3)
    )
    threads = Thread.objects.bulk_create(
        Thread(city=city, section=section, revision=2, quote="decides on shared data", opened_by=coach)
        for section in sections
        for _ in range(2)
    )
    Comment.objects.bulk_create(
        Comment(city=city, thread=thread, author=coach, body="Who chairs it, and since when?") for thread in threads
    )


def _meet(city: City, lead: User, coach: User) -> None:
    """Six sessions with two commitments each, and two decisions."""
    today = city.today()
    for number in range(6):
        session = CoachingSession.objects.create(
            city=city,
            title=f"Session {number}",
            on=today - timedelta(days=14 * number + 3),
            at=time(13),
            time_zone=city.time_zone,
            logged_by=coach,
        )
        Commitment.objects.bulk_create(
            Commitment(
                city=city, session=session, what="Name the stewards", owner=lead, due_on=today + timedelta(days=n)
            )
            for n in (-2, 5)
        )
    Decision.objects.bulk_create(
        Decision(city=city, question=f"Who chairs it {n}?", context="Two lines.", options=["A", "B"], due_on=today)
        for n in range(2)
    )
