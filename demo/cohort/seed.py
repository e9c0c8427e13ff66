"""Plays the first weeks of a cohort from the texts in `cities/`, through the app's own actions."""

from __future__ import annotations

import json
import random
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accelerator import rls
from accelerator.models import Cohort, User
from accelerator.refusals import Refused
from accelerator.texts import saving
from cities import actions as cities
from cities import world
from cities.exports import actions as exports
from cities.models import City, Export, Membership, Role
from coaching.models import CoachingSession, PrivateNote, SharedNote
from convenings.models import Convening
from curriculum import actions as curriculum
from curriculum.models import Attendance, ProgramVersion, RubricVersion
from demo.cohort import files, plan, review, signoff, templates
from demo.cohort.story import Story
from demo.models import FictionalPerson
from strategy.models import Outcome, Section, SectionState, TemplateVersion
from strategy.publication import actions as publication
from strategy.sections import actions as strategies
from strategy.tasks import render_file
from strategy.template.actions import pin_template

TEXTS = Path(__file__).parent / "cities"
WEEK = 15
ADMIN = ("Dana Whitfield", "dana.whitfield@govex.example")
FUNDER = ("Robin Castellan", "robin.castellan@funder.example")
COACHES = {
    "en": [
        ("Marcus Oyelaran", "marcus.oyelaran@govex.example"),
        ("Hannah Lindqvist", "hannah.lindqvist@govex.example"),
    ],
    "es": [("Lucía Ferreyra", "lucia.ferreyra@govex.example"), ("Tomás Ibarra", "tomas.ibarra@govex.example")],
    "pt-br": [("Beatriz Amaral", "beatriz.amaral@govex.example")],
}
# What else happened in a city, in this order; signing comes last.
PARTS = (files, plan, review, signoff, templates)
# Cities whose settings let the mayor's delegate answer.
DELEGATES_DECIDE = {"tulsa-us", "manizales-co"}


def exists() -> bool:
    return FictionalPerson.objects.exists()


@transaction.atomic
def create_cohort() -> Cohort:
    """The demo cohort with all its cities; needs the default content."""
    with rls.every_city():
        admin = _staff(ADMIN, Role.PROGRAM_ADMIN)
        cohort = _cohort(admin)
        coaches = {lang: [_staff(person, Role.COACH) for person in people] for lang, people in COACHES.items()}
        assigned = dict.fromkeys(coaches, 0)
        for path in sorted(TEXTS.glob("*.json")):
            data = json.loads(path.read_text(encoding="utf-8"))
            language = data["city"]["language"]
            coach = coaches[language][assigned[language] % len(coaches[language])]
            assigned[language] += 1
            _city(path.stem, data, cohort, coach, admin)
        cities.grant_funder(cohort=cohort, email=FUNDER[1], name=FUNDER[0], by=admin)
        _mark_as_fictional()
    return cohort


def make_files() -> None:
    """A few cities' strategies as PDF, created by the app's own tasks."""
    for slug in ("tulsa-us", "merida-mx"):
        with rls.every_city():
            city = City.objects.get(slug=slug)
            export = exports.request_export(
                city=city, kind=Export.Kind.STRATEGY_PDF, by=User.objects.get(email=ADMIN[1])
            )
        render_file(city.pk, export.pk)
    _publish("merida-mx", "El plan de Mérida para que cada dato de la ciudad sirva a quien vive en ella.")


def _publish(slug: str, summary: str) -> None:
    """Publish the city's signed version: its own PDF first, then the copies."""
    with rls.every_city():
        city = City.objects.get(slug=slug)
        version = city.strategyversion_set.in_force().first()
        if version is None or version.submitted_by is None:
            return
        pdf = exports.request_export(
            city=city, kind=Export.Kind.VERSION_PDF, by=version.submitted_by, options={"version": version.number}
        )
    render_file(city.pk, pdf.pk)
    with rls.every_city():
        try:
            publication_export = publication.publish(
                city=city, number=version.number, summary=summary, shows_progress=True, by=version.submitted_by
            )
        except Refused:
            return  # a worker is still creating the PDF; a button on the city's page publishes it
    render_file(city.pk, publication_export.pk)


def past_afternoons(cohort: Cohort, days: int = 6) -> list[datetime]:
    """2 p.m. in the cohort's zone on the most recent working days, oldest first."""
    back = [cohort.today() - timedelta(days=n) for n in range(days, 0, -1)]
    return [datetime.combine(day, time(14), tzinfo=cohort.zone) for day in back if day.weekday() < 5]


def _staff(person: tuple[str, str], role: Role) -> User:
    return cities.add_staff(email=person[1], name=person[0], role=role, by=None).user


def _cohort(admin: User) -> Cohort:
    today = timezone.localdate()
    kickoff = today - timedelta(days=today.weekday(), weeks=WEEK - 1)
    cohort = Cohort.objects.create(
        name=f"Accelerator {kickoff.year}",
        slug=f"accelerator-{kickoff.year}",
        kickoff=kickoff,
        reply_to=ADMIN[1],
        live_at=timezone.now() - timedelta(weeks=WEEK),
    )
    pin_template(cohort=cohort, version=TemplateVersion.objects.all()[0], by=admin)
    program, rubric = ProgramVersion.objects.all()[0], RubricVersion.objects.all()[0]
    curriculum.pin_program(cohort=cohort, program=program, rubric=rubric, by=admin)
    _convenings(cohort)
    return cohort


def _convenings(cohort: Cohort) -> None:
    rows = (("CDA Lead Convening", "leads", "Baltimore, Maryland", 2), ("Mayoral Convening", "mayors", "", 26))
    for name, audience, place, week in rows:
        starts = cohort.date_of(week, 1)
        Convening.objects.update_or_create(
            cohort=cohort,
            audience=audience,
            defaults={"name": name, "place": place, "starts_on": starts, "ends_on": starts + timedelta(days=1)},
        )


def _city(slug: str, data: dict[str, Any], cohort: Cohort, coach: User, admin: User) -> None:
    about = data["city"]
    matches = world.find_cities(about["name"], about["country"], about["region"])
    enrollment = cities.enroll(cohort=cohort, world=matches[0], language=about["language"], by=admin)
    city = enrollment.city
    city.paper, city.fiscal_year_start = about["paper"], about["fiscal_year_start"]
    city.outcomes, city.delegate_decides = data["outcomes"], slug in DELEGATES_DECIDE
    city.save()
    story = Story(slug, data, city, coach)
    _people(story, cohort, admin)
    cities.assign_coach(enrollment=enrollment, coach=coach, by=admin, starts_on=cohort.kickoff)
    strategies.start_strategy(city=city, cohort=cohort, by=admin)
    for row in data["sections"]:
        _section(story, row)
    for row in data["sessions"]:
        _session(story, row)
    for row in data["decisions"]:
        _decision(story, row)
    _attendance(story, cohort)
    for part in PARTS:
        part.play(story)


def _people(story: Story, cohort: Cohort, admin: User) -> None:
    for person in story.data["people"]:
        guest = person["role"] == Role.GUEST_REVIEWER
        membership = cities.add_member(
            city=story.city,
            email=person["email"],
            name=person["name"],
            role=person["role"],
            title=person["title"],
            by=admin,
            until=cohort.ends_on if guest else None,
        )
        membership.created_at = story.ago(95)
        membership.save(update_fields=["created_at"])
        membership.city.officeholder_set.filter(user=membership.user).update(confirmed_at=story.ago(95))
        story.people[person["email"]] = membership.user
        _arrival(story, membership, admin)


def _arrival(story: Story, membership: Membership, admin: User) -> None:
    """Everyone was invited at the start and has signed in this week; the guest was invited recently."""
    user, is_guest = membership.user, membership.role == Role.GUEST_REVIEWER
    user.invitation_set.create(
        city=story.city,
        role=membership.role,
        invited_by=admin,
        sent_at=story.ago(6 if is_guest else 95),
        accepted_at=None if is_guest else story.ago(94),
    )
    if not is_guest:
        User.objects.filter(pk=user.pk).update(last_login=story.ago(user.pk % 6, 9 + user.pk % 8))


def _section(story: Story, row: dict[str, Any]) -> None:
    section = story.city.section_set.get(key=row["key"])
    Section.objects.filter(pk=section.pk).update(assignee=story.person(row["assignee"]))
    # Oldest first, through the one function that saves, so the demo's history is real.
    for revision in sorted(row["revisions"], key=lambda r: -r["days_ago"]):
        section.refresh_from_db()
        author, moment = (story.person(revision["by"]), story.ago(revision["days_ago"], 9 + section.position % 8))
        section.begin()
        saving.save(section, html=revision["html"], base=section.revision, by=author)
        section.refresh_from_db()
        section.revisions.filter(number=section.revision).update(created_at=moment)
        Section.objects.filter(pk=section.pk).update(written_at=moment, state_at=moment)
    Section.objects.filter(pk=section.pk).update(state=row["state"] if section.revision else SectionState.NOT_STARTED)
    for thread in row.get("threads", []):
        _thread(story, section, thread)


def _thread(story: Story, section: Section, row: dict[str, Any]) -> None:
    opened = story.ago(row["days_ago"], 11)
    read = section.revisions.filter(created_at__lte=opened).first() or section.revisions.last()
    thread = section.threads.create(
        city=story.city,
        revision=read.number if read else 0,
        quote=row.get("quote", "")[:500],
        opened_by=story.person(row["by"]),
        opened_at=opened,
    )
    thread.comments.create(city=story.city, author=story.person(row["by"]), body=row["body"], created_at=opened)
    for reply in row.get("replies", []):
        thread.comments.create(
            city=story.city,
            author=story.person(reply["by"]),
            body=reply["body"],
            created_at=story.ago(reply["days_ago"], 16),
        )
    if row["resolved"]:
        last = min([reply["days_ago"] for reply in row.get("replies", [])] + [row["days_ago"]])
        thread.resolved_at, thread.resolved_by = (
            story.ago(max(last - 1, 0), 17),
            story.person(_assignee(story, section.key)),
        )
        edit = section.revisions.filter(created_at__gt=opened).order_by("number").first()
        thread.outcome = Outcome.ACCEPTED if edit else Outcome.SETTLED
        thread.outcome_revision = edit.number if edit else None
        thread.save()


def _assignee(story: Story, key: str) -> str:
    assignees: dict[str, str] = {row["key"]: row["assignee"] for row in story.data["sections"]}
    return assignees[key]


def _session(story: Story, row: dict[str, Any]) -> None:
    hour, minute = map(int, row["time"].split(":"))
    session = CoachingSession.objects.create(
        city=story.city,
        kind=row["kind"],
        title=row["title"][:160],
        on=story.working_day(row["days_ago"]),
        at=time(hour, minute),
        time_zone=story.city.time_zone,
        minutes=row["minutes"],
        logged_by=story.coach,
        logged_at=story.ago(row["days_ago"], 18),
    )
    present = {story.coach, *filter(None, map(story.person, row["people"]))}
    for user in sorted(present, key=lambda user: user.sort_name):
        session.presence_set.create(city=story.city, user=user)
    session.others = ", ".join(name for name in row["people"] if "@" not in name and name != "coach")[:300]
    session.save()
    for model, key in ((SharedNote, "shared"), (PrivateNote, "private")):
        note = model.objects.create(city=story.city, session=session)
        saving.save(note, html=row[key], base=0, by=story.coach)
        note.revisions.update(created_at=story.ago(row["days_ago"], 18))
        model.objects.filter(pk=note.pk).update(written_at=story.ago(row["days_ago"], 18))
    for commitment in row["commitments"]:
        _commitment(story, session, commitment)


def _commitment(story: Story, session: CoachingSession, row: dict[str, Any]) -> None:
    owner, due = story.person(row["owner"]), story.working_day(-row["due_in_days"])
    section = story.city.section_set.filter(key=row["section"]).first() if row.get("section") else None
    done = min(datetime.combine(due, time(14), tzinfo=story.city.zone), story.ago(1)) if row["done"] else None
    session.commitments.create(
        city=story.city,
        what=row["what"][:240],
        owner=owner,
        due_on=due,
        section=section,
        done_at=done,
        done_by=owner if done else None,
    )


def _decision(story: Story, row: dict[str, Any]) -> None:
    decision = story.city.decision_set.create(
        question=row["question"][:200],
        context=row["context"][:400],
        options=row["options"],
        asked_by=story.coach,
        asked_at=story.ago(row["days_ago"]),
        due_on=story.working_day(-row["due_in_days"]),
    )
    if row["chosen"]:
        by = story.person(row["by"])
        role = next(p["role"] for p in story.data["people"] if p["email"] == row["by"])
        mayor = next(story.people[p["email"]] for p in story.data["people"] if p["role"] == Role.MAYOR)
        decision.decide(option=row["chosen"], by=by, role=role, on_behalf_of=None if by == mayor else mayor)
        # Three days after the question, but no later than the day before the due date.
        answered = min(row["days_ago"], max(row["days_ago"] - 3, 1 - row["due_in_days"]))
        type(decision).objects.filter(pk=decision.pk).update(decided_at=story.ago(answered, 17))


def _attendance(story: Story, cohort: Cohort) -> None:
    """Expected rows for every session; past ones are marked using the city's attendance rate."""
    # Seeded by city, so every demo and every test shows the same figures.
    dice, states = random.Random(story.slug), Attendance.State  # noqa: S311 - makes demo data repeatable
    team = [user for email, user in story.people.items() if _role(story, email) in (Role.CITY_LEAD, Role.CITY_MEMBER)]

    def state(is_over: bool) -> str:
        if not is_over:
            return states.EXPECTED
        if dice.random() < story.data["attendance"]:
            return states.ATTENDED
        return dice.choice([states.RECORDING, states.EXCUSED, states.MISSED])

    Attendance.objects.bulk_create(
        Attendance(city=story.city, session=session, user=user, state=state(session.is_over))
        for session in cohort.session_set.all()
        for user in team
    )


def _role(story: Story, email: str) -> str:
    roles: dict[str, str] = {person["email"]: person["role"] for person in story.data["people"]}
    return roles[email]


def _mark_as_fictional() -> None:
    users = User.objects.filter(email__endswith=".example")
    FictionalPerson.objects.bulk_create(FictionalPerson(user=user) for user in users)
    of_the_program = users.filter(membership=None)
    of_the_program.update(last_login=timezone.now() - timedelta(hours=20))
