"""A city's home page: what needs the reader now, and everything around it."""

import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import formats, rls
from accelerator.texts import saving
from cities.models import Decision, Export, Role
from coaching.models import Commitment
from convenings.models import Convening
from dashboards.city import progress
from strategy.models import Section, Thread
from tests.clients import cost
from tests.dashboards.crowd import SLACK, crowd, measured

READERS = ["lead", "member", "mayor", "delegate", "coach", "admin"]
STRANGERS = ["other_lead", "other_mayor", "far_lead", "other_coach", "funder", "nobody"]


def url(city):
    return reverse("dashboards:city", args=[city.slug])


def text(response):
    """The words of a page's main part, in one line."""
    main = response.content.decode().split('<main id="main"', 1)[1].split("</main>")[0]
    main = re.sub(r"<progress.*?</progress>", "", main)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def needs(page):
    return [(need.title, need.detail, need.is_own) for need in page.context["needs"]]


@pytest.fixture
def calm(cast):
    """Nothing is due for a long time, and nothing is assigned."""
    with rls.every_city():
        cast.tulsa.section_set.update(due_on=cast.tulsa.today() + timedelta(days=60))
    return cast


def change(city, key, **fields):
    with rls.every_city():
        assert city.section_set.filter(key=key).update(**fields) == 1


@pytest.mark.parametrize("who", READERS)
def test_the_headline_and_every_part(calm, as_, who):
    page = as_(getattr(calm, who)).get(url(calm.tulsa))
    page_text = text(page)
    assert page.status_code == 200
    assert "Week 15 of 26. Nothing has been written yet. Mayor&#x27;s letter and 17 more are due on" in page_text
    for heading in (
        "Needs your attention",
        "The strategy, section by section",
        "Coming up",
        "Recent changes",
        "Program timeline",
        "Team",
        "Strategy PDF",
    ):
        assert heading in page_text
    assert "Guest" not in page_text
    assert ("18 unfinished sections aren’t assigned yet" in page_text) == (who in {"lead", "admin"})


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_finds_nothing(cast, as_, who):
    assert as_(getattr(cast, who)).get(url(cast.tulsa)).status_code == 404


def test_a_guest_may_not(cast, as_):
    assert as_(cast.guest).get(url(cast.tulsa)).status_code == 403


def test_it_is_only_looked_at(cast, as_):
    assert as_(cast.lead).post(url(cast.tulsa)).status_code == 405
    assert as_().get(url(cast.tulsa)).status_code == 302


def test_nothing_of_another_city_shows(calm, as_):
    crowd(calm.cohort, 1)
    page_text = text(as_(calm.lead).get(url(calm.tulsa)))
    for foreign in ("City 0", "What now?", "Promise", "Other Lead", "Other_Coach"):
        assert foreign not in page_text


# What needs me now --------------------------------------------------------------------------------


def test_a_members_own_sections_come_with_those_that_are_due(calm, as_):
    today = calm.tulsa.today()
    change(calm.tulsa, "vision", due_on=today - timedelta(days=2), assignee=calm.lead, state="drafting")
    change(calm.tulsa, "baseline", due_on=today + timedelta(days=14), assignee=calm.member)
    change(calm.tulsa, "risks", due_on=today + timedelta(days=15))
    change(calm.tulsa, "policies", assignee=calm.member)
    page = as_(calm.member).get(url(calm.tulsa))
    assert needs(page) == [
        ("Vision for three years", "assigned to Lead", False),
        ("Where we are: baseline", "assigned to you", True),
    ]
    later = formats.day(today + timedelta(days=60), timezone.localdate())
    page_text = text(page).replace(" )", ")").replace("( ", "(")
    assert f"Assigned to you, due later: Policies and standards ({later})" in page_text
    assert "Vision for three years is 2 days late." in page_text


def test_what_came_back_from_the_coach_needs_its_writer_at_once(calm, as_):
    change(calm.tulsa, "policies", assignee=calm.member, state="changes_suggested")
    assert needs(as_(calm.member).get(url(calm.tulsa))) == [("Policies and standards", "assigned to you", True)]


def test_section_in_review_is_pending_with_the_coach(calm, as_):
    change(calm.tulsa, "vision", state="in_review", due_on=calm.tulsa.today() - timedelta(days=3))
    assert needs(as_(calm.coach).get(url(calm.tulsa))) == [("Vision for three years", "waiting for your review", True)]
    page = as_(calm.lead).get(url(calm.tulsa))
    assert needs(page) == [("Vision for three years", "waiting for coach review", False)]
    assert "late." not in page.context["headline"]


@pytest.mark.parametrize(
    ("who", "allowed", "detail"),
    [
        ("mayor", False, "waiting for your decision"),
        ("delegate", True, "waiting for your decision"),
        ("delegate", False, "waiting for a decision by Mayor (Mayor)"),
        ("lead", True, "waiting for a decision by Mayor (Mayor)"),
    ],
)
def test_a_pending_decision_is_a_need_of_the_mayor(calm, as_, who, allowed, detail):
    with rls.every_city():
        type(calm.tulsa).objects.filter(pk=calm.tulsa.pk).update(delegate_decides=allowed)
        calm.tulsa.decision_set.create(
            question="Who signs?", context="c", options=["a", "b"], due_on=calm.tulsa.today()
        )
    assert needs(as_(getattr(calm, who)).get(url(calm.tulsa))) == [("Who signs?", detail, "your" in detail)]


def test_promises_are_the_readers_own_and_those_that_are_late(calm, as_):
    today = calm.tulsa.today()
    with rls.every_city():
        session = calm.tulsa.coachingsession_set.create(
            title="Call", on=today, at=time(10), time_zone=calm.tulsa.time_zone
        )
        for what, owner, days in (
            ("Mine, later", calm.lead, 30),
            ("Late, the member's", calm.member, -1),
            ("Late, nobody's", None, -2),
            ("Not late, the member's", calm.member, 1),
        ):
            session.commitments.create(city=calm.tulsa, what=what, owner=owner, due_on=today + timedelta(days=days))
        session.commitments.create(city=calm.tulsa, what="Done", owner=calm.lead, due_on=today, done_at=timezone.now())
    assert needs(as_(calm.lead).get(url(calm.tulsa))) == [
        ("Late, nobody's", "A former member", False),
        ("Late, the member's", "Member’s commitment", False),
        ("Mine, later", "your commitment", True),
    ]


def test_a_long_list_is_cut_and_counted(calm, as_):
    with rls.every_city():
        calm.tulsa.section_set.update(due_on=calm.tulsa.today() - timedelta(days=1))
    page = as_(calm.member).get(url(calm.tulsa))
    assert len(page.context["needs"]) == 8
    assert "10 more items in the table below and under Coaching." in text(page)


# The rest -----------------------------------------------------------------------------------------


def test_sections_by_state_as_a_line_and_a_table(calm, as_):
    change(calm.tulsa, "vision", state="final", revision=3, words=212, assignee=calm.member)
    change(calm.tulsa, "baseline", state="reviewed", revision=1)
    with rls.every_city():
        section = calm.tulsa.section_set.get(key="vision")
        for resolved in (None, None, timezone.now()):
            Thread.objects.create(
                city=calm.tulsa,
                section=section,
                revision=1,
                resolved_at=resolved,
                outcome="settled" if resolved else "",
            )
    page = as_(calm.lead).get(url(calm.tulsa))
    page_text = text(page)
    assert "2 of 18 sections are ready." in page_text
    assert "Final: 1 Reviewed: 1 Not started: 16" in page_text
    row = page_text.split("1. Vision for three years", 1)[1].split("2. Why now")[0]
    assert re.fullmatch(r" Final Member 212 \(suggested: \d+ to \d+\) 2 Due \w+ \d+(, \d+)? ", row), row
    assert '<progress max="18" value="2"' in page.content.decode()


def test_last_changes_are_the_newest_of_each_kind(calm, as_):
    with rls.every_city():
        section = calm.tulsa.section_set.get(key="vision")
        section.begin()
        saving.save(section, html="<p>Text</p>", base=0, by=calm.member)
        decision = calm.tulsa.decision_set.create(
            question="Who signs?", context="c", options=["Mayor", "Council"], due_on=calm.tulsa.today()
        )
        decision.decide(option="Mayor", by=calm.mayor, role=Role.MAYOR)
        calm.tulsa.coachingsession_set.create(
            title="Half-way",
            on=calm.tulsa.today() - timedelta(days=1),
            at=time(10),
            time_zone=calm.tulsa.time_zone,
            logged_by=calm.coach,
        )
    page = as_(calm.lead).get(url(calm.tulsa))
    assert [(c.title, c.person) for c in page.context["changes"]] == [
        ("Coaching logged: Half-way", calm.coach),
        ("Decided: Mayor", calm.mayor),
        ("Vision for three years was edited", calm.member),
    ]


def test_coming_up_lists_the_next_session_and_coaching(calm, as_):
    day = calm.cohort.date_of(26, 2)
    Convening.objects.create(
        cohort=calm.cohort, name="Mayoral Convening", audience="mayors", starts_on=day, ends_on=day
    )
    with rls.every_city():
        calm.tulsa.coachingsession_set.create(
            title="Check-in", on=calm.tulsa.today() + timedelta(days=3), at=time(9, 30), time_zone="America/Chicago"
        )
    page_text = text(as_(calm.lead).get(url(calm.tulsa)))
    coming = page_text.split("Coming up", 1)[1].split("Recent changes")[0]
    session = calm.cohort.session_set.filter(starts_at__gt=timezone.now(), cancelled_at=None).first()
    assert f"CT {session}" in coming
    assert re.search(r"Coaching \w+, \w+ \d+ , 9:30 a.m. CT Check-in", coming), coming
    assert "Mayoral Convening, location to be announced" in coming


def test_a_cancelled_session_is_not_next(calm, as_):
    session = calm.cohort.session_set.filter(starts_at__gt=timezone.now()).first()
    session.cancelled_at = timezone.now()
    session.save()
    page = as_(calm.lead).get(url(calm.tulsa))
    assert page.context["next_session"] != session
    assert str(session) not in text(page)


def test_the_weeks_show_what_is_late_and_what_is_done(calm, as_):
    today = calm.tulsa.today()
    change(calm.tulsa, "vision", due_on=today - timedelta(days=20), state="final", revision=1)
    change(calm.tulsa, "baseline", due_on=today - timedelta(days=20), state="drafting", revision=1)
    change(calm.tulsa, "why-now", due_on=today - timedelta(days=30), state="reviewed", revision=1)
    events = as_(calm.lead).get(url(calm.tulsa)).context["events"]
    due = [(e["title"], e["done"], e["late"]) for e in events if e["kind"] == "deliverable"]
    assert due[:2] == [
        ("Why now: priorities and problem", True, False),
        ("Vision for three years, Where we are: baseline", False, True),
    ]
    assert events == sorted(events, key=lambda event: event["date"])


def test_the_pdf_and_its_button(calm, as_):
    browser = as_(calm.lead)
    assert "A PDF will be available once the first section is written." in text(browser.get(url(calm.tulsa)))
    change(calm.tulsa, "vision", state="drafting", revision=1)
    page_text = text(browser.get(url(calm.tulsa)))
    assert "No PDF has been created yet. Create a PDF of the current text" in page_text
    with rls.every_city():
        done = calm.tulsa.export_set.create(
            kind=Export.Kind.STRATEGY_PDF,
            state="done",
            file="x.pdf",
            pages=9,
            size=120_000,
            finished_at=timezone.now(),
            requested_at=timezone.now() - timedelta(hours=1),
        )
        for _ in range(4):
            calm.tulsa.export_set.create(kind=Export.Kind.STRATEGY_PDF, state="failed", reason="timeout")
    page = browser.get(url(calm.tulsa))
    assert ", 9 pages" in text(page)
    assert reverse("cities:export-file", args=[calm.tulsa.slug, done.pk]) in page.content.decode()
    with rls.every_city():
        calm.tulsa.export_set.create(kind=Export.Kind.STRATEGY_PDF, state="running")
    page_text = text(browser.get(url(calm.tulsa)))
    assert "A PDF is being created" in page_text
    assert "Create a PDF" not in page_text


def test_no_link_is_dead(calm, as_):
    """Every link on the page works for its reader."""
    with rls.every_city():
        calm.tulsa.decision_set.create(
            question="Who signs?", context="c", options=["a", "b"], due_on=calm.tulsa.today()
        )
        session = calm.tulsa.coachingsession_set.create(
            title="Call", on=calm.tulsa.today(), at=time(10), time_zone=calm.tulsa.time_zone
        )
        session.commitments.create(city=calm.tulsa, what="Promise", owner=calm.lead, due_on=calm.tulsa.today())
    browser = as_(calm.lead)
    for page in (url(calm.tulsa), reverse("dashboards:mayor", args=[calm.tulsa.slug])):
        html = browser.get(page).content.decode()
        links = set(re.findall(r'href="(/[^"#?]*)', html)) - {"/"}
        wrong = {
            link: s for link in links if not link.startswith("/static/") and (s := browser.get(link).status_code) != 200
        }
        assert wrong == {}


# Sentences ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "label"),
    [(0, "today"), (1, "tomorrow"), (2, "Wednesday"), (6, "Sunday"), (7, "on Nov 30"), (300, "on Sep 19, 2027")],
)
def test_a_day_to_come_reads_as_the_end_of_a_sentence(days, label, monkeypatch):
    monday = timezone.datetime(2026, 11, 23).date()
    assert progress.when(monday + timedelta(days=days), monday) == label


def test_headlines_outside_the_weeks(calm, as_):
    calm.cohort.kickoff += timedelta(weeks=20)
    calm.cohort.save()
    days = (calm.cohort.kickoff - calm.tulsa.today()).days
    page = as_(calm.lead).get(url(calm.tulsa))
    assert page.context["headline"].startswith(f"The program starts in {days} days. Nothing has been written yet. ")
    calm.cohort.kickoff -= timedelta(weeks=60)
    calm.cohort.save()
    with rls.every_city():
        calm.tulsa.section_set.update(state="final", revision=1)
    page = as_(calm.lead).get(url(calm.tulsa))
    assert page.context["headline"].endswith("All 18 sections are ready.")


# What it costs ------------------------------------------------------------------------------------


def _fill(city, by, rows):
    with rls.every_city():
        session = city.coachingsession_set.create(
            title="Call", on=city.today(), at=time(10), time_zone=city.time_zone, logged_by=by
        )
        sections = list(city.section_set.all())
        city.section_set.update(assignee=by, written_by=by, written_at=timezone.now(), due_on=city.today())
        late = city.today() - timedelta(days=3)
        asked = {"city": city, "context": "c", "options": ["a", "b"], "asked_by": by, "due_on": late}
        made = {"decided_at": timezone.now(), "decided_by": by, "decided_as": "mayor", "chosen": "a"}
        Commitment.objects.bulk_create(
            Commitment(city=city, session=session, what=f"{n}", owner=by, due_on=late) for n in range(rows)
        )
        Decision.objects.bulk_create(Decision(question=f"{n}?", **asked) for n in range(rows))
        Decision.objects.bulk_create(Decision(question=f"{n}!", **asked, **made) for n in range(rows))
        Thread.objects.bulk_create(
            Thread(city=city, section=sections[n % len(sections)], revision=0, opened_by=by) for n in range(rows)
        )
        Export.objects.bulk_create(
            Export(city=city, kind="strategy-pdf", state="failed", reason="timeout") for n in range(rows)
        )


@pytest.mark.parametrize("rows", [10, 100])
def test_it_costs_the_same_however_much_there_is(cast, as_, rows):
    _fill(cast.tulsa, cast.lead, rows)
    browser = as_(cast.member)
    with cost() as spent:
        browser.get(url(cast.tulsa))
    assert spent.count == 16, spent.queries


def test_it_costs_the_same_with_a_hundred_sections(cast, as_):
    browser = as_(cast.member)
    with cost() as few:
        browser.get(url(cast.tulsa))
    with rls.every_city():
        first = cast.tulsa.section_set.select_related("template").first()
        Section.objects.bulk_create(
            Section(
                city=cast.tulsa,
                strategy_id=first.strategy_id,
                template=first.template,
                key=f"more-{n}",
                position=100 + n,
                due_on=first.due_on,
                assignee=cast.lead,
            )
            for n in range(82)
        )
    with cost() as many:
        page = browser.get(url(cast.tulsa))
    assert len(page.context["sections"]) == 100
    assert many.count == few.count


def test_it_reads_its_own_citys_rows_only(cast, as_):
    browser = as_(cast.member)
    alone = measured(browser, url(cast.tulsa))
    crowd(cast.cohort, 30)
    assert measured(browser, url(cast.tulsa)) <= alone + SLACK
