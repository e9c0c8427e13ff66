"""The mayor's page: one screen in plain language, for ninety seconds."""

import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accelerator import formats, rls
from accelerator.texts import saving
from cities.models import City, Export, Office, Role
from convenings.models import Convening
from curriculum.models import ItemKind, ItemRole, ProgramItem
from strategy.models import Section
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, papers
from tests.cast import TULSA, make_city, make_cohort
from tests.clients import cost, main_text
from tests.dashboards.crowd import SLACK, crowd, measured
from tests.strategy.made_ready import make_ready, sign, submit

READERS = ["lead", "member", "mayor", "delegate", "coach", "admin"]
STRANGERS = ["other_lead", "other_mayor", "far_lead", "other_coach", "funder", "nobody"]


def url(city):
    return reverse("dashboards:mayor", args=[city.slug])


def set_states(city, **states):
    """`set_states(city, vision="final")`: sections with a text, in these states."""
    with rls.every_city():
        for key, state in states.items():
            rows = city.section_set.filter(key=key.replace("_", "-"))
            rows.update(state=state, html="<p>Text</p>", revision=1, words=1, written_at=timezone.now())


def due_days(city, days):
    """Every section of the city is due so many days from today."""
    with rls.every_city():
        city.section_set.update(due_on=city.today() + timedelta(days=days))


def ask(city, by, question="How do stewards get their hours?", days=3):
    with rls.every_city():
        return city.decision_set.create(
            question=question,
            context="Two lines.",
            options=["Stipend", "Cover"],
            asked_by=by,
            due_on=city.today() + timedelta(days=days),
        )


@pytest.mark.parametrize("who", READERS)
def test_the_page_says_how_the_city_is_doing(cast, as_, who):
    due_days(cast.tulsa, 9)
    set_states(cast.tulsa, vision="final", why_now="reviewed", baseline="drafting")
    page = as_(getattr(cast, who)).get(url(cast.tulsa))
    page_text = main_text(page)
    sign_off = cast.cohort.date_of(24, 2)
    assert "Tulsa’s data strategy is on schedule." in page_text
    days = (sign_off - cast.tulsa.today()).days
    day = formats.day(sign_off, timezone.localdate(), weekday=True)
    assert f"2 of 18 sections are ready. Sign-off is in {formats.days(days)}, on {day}." in page_text
    assert '<progress max="18" value="2"' in page.content.decode()
    assert "Lead, Chief data officer lead@tulsa-us.example" in page_text
    assert "Coach, GovEx coach@govex.example" in page_text


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_finds_nothing(cast, as_, who):
    assert as_(getattr(cast, who)).get(url(cast.tulsa)).status_code == 404


def test_a_guest_may_not(cast, as_):
    assert as_(cast.guest).get(url(cast.tulsa)).status_code == 403


def test_it_is_only_looked_at(cast, as_):
    assert as_(cast.mayor).post(url(cast.tulsa)).status_code == 405
    assert as_().get(url(cast.tulsa)).status_code == 302


def test_nothing_of_another_city_shows(cast, as_):
    ask(cast.rosario, cast.other_lead, "Rosario's question?")
    with rls.every_city():
        City.objects.filter(pk=cast.rosario.pk).update(outcomes=["Rosario's outcome"])
        session = cast.rosario.coachingsession_set.create(
            title="Rosario's session", on=timezone.localdate(), at=time(10), time_zone=cast.rosario.time_zone
        )
        session.commitments.create(
            city=cast.rosario,
            what="Rosario's promise",
            owner=cast.other_lead,
            due_on=timezone.localdate() - timedelta(days=9),
        )
    assert "Rosario" not in main_text(as_(cast.mayor).get(url(cast.tulsa)))


@pytest.mark.parametrize(
    ("late", "verdict"),
    [
        (0, "Tulsa’s data strategy is on schedule."),
        (1, "Tulsa’s data strategy is a little behind schedule."),
        (2, "Tulsa’s data strategy is a little behind schedule."),
        (3, "Tulsa’s data strategy is behind schedule."),
    ],
)
def test_the_verdict_follows_what_is_late(cast, as_, late, verdict):
    due_days(cast.tulsa, 9)
    set_states(cast.tulsa, vision="drafting")
    with rls.every_city():
        rows = cast.tulsa.section_set.order_by("position")[4 : 4 + late]
        Section.objects.filter(pk__in=[row.pk for row in rows]).update(due_on=cast.tulsa.today() - timedelta(days=2))
    assert verdict in main_text(as_(cast.mayor).get(url(cast.tulsa)))


def test_what_the_coach_reads_is_not_the_citys_delay(cast, as_):
    due_days(cast.tulsa, -30)
    with rls.every_city():
        cast.tulsa.section_set.update(state="in_review", revision=1)
    page_text = main_text(as_(cast.mayor).get(url(cast.tulsa)))
    assert "Tulsa’s data strategy is on schedule." in page_text
    assert "with the coach" in page_text


def test_a_finished_strategy_is_ready_to_be_signed(cast, as_):
    with rls.every_city():
        cast.tulsa.section_set.update(state="final", revision=1)
    page_text = main_text(as_(cast.mayor).get(url(cast.tulsa)))
    assert "Tulsa’s data strategy is ready for signature." in page_text
    assert "All 18 sections are ready." in page_text


def test_a_waiting_signature_comes_first_and_the_decision_is_a_line(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    submit(cast.tulsa, cast.lead)
    ask(cast.tulsa, cast.lead, "Later?", days=9)
    urgent = ask(cast.tulsa, cast.coach, "Sooner?", days=1)
    page = as_(cast.mayor).get(url(cast.tulsa))
    page_text = main_text(page)
    assert page_text.index("of the strategy is waiting for your signature") < page_text.index(
        "One more decision is pending: Sooner?"
    )
    assert "1 more question pending" in page_text
    assert page.content.decode().count('class="decision"') == 1
    assert reverse("cities:decision", args=[cast.tulsa.slug, urgent.pk]) in page.content.decode()


def test_one_decision_shows_the_most_urgent(cast, as_):
    ask(cast.tulsa, cast.lead, "Later?", days=9)
    urgent = ask(cast.tulsa, cast.coach, "Sooner?", days=1)
    ask(cast.tulsa, cast.lead, "Much later?", days=19)
    page = as_(cast.mayor).get(url(cast.tulsa))
    page_text = main_text(page)
    assert "Sooner? Two lines." in page_text
    assert "ater?" not in page_text
    assert "Due in 1 day" in page_text
    assert "2 more questions pending" in page_text
    assert "Read the options and decide" in page_text
    assert reverse("cities:decision", args=[cast.tulsa.slug, urgent.pk]) in page.content.decode()
    assert "Options: Stipend; Cover" in page_text


@pytest.mark.parametrize(
    ("who", "allowed", "button"),
    [
        ("mayor", False, "Read the options and decide"),
        ("delegate", True, "Read the options and decide"),
        ("delegate", False, "Open the question"),
        ("lead", True, "Open the question"),
    ],
)
def test_the_button_says_what_the_reader_may(cast, as_, who, allowed, button):
    with rls.every_city():
        City.objects.filter(pk=cast.tulsa.pk).update(delegate_decides=allowed)
    ask(cast.tulsa, cast.coach)
    page_text = main_text(as_(getattr(cast, who)).get(url(cast.tulsa)))
    found = [w for w in ("Read the options and decide", "Open the question") if w in page_text]
    assert found == [button]


def test_late_things_are_listed_in_plain_language(cast, as_):
    today = cast.tulsa.today()
    due_days(cast.tulsa, 30)
    with rls.every_city():
        cast.tulsa.section_set.filter(key="vision").update(due_on=today - timedelta(days=2), assignee=cast.member)
        session = cast.tulsa.coachingsession_set.create(
            title="Call", on=today, at=time(10), time_zone=cast.tulsa.time_zone
        )
        for days in (40, 20, 1, -5):
            session.commitments.create(
                city=cast.tulsa, what=f"Promise of {days}", owner=cast.lead, due_on=today - timedelta(days=days)
            )
        session.commitments.filter(what="Promise of 20").update(done_at=timezone.now())
    page_text = main_text(as_(cast.mayor).get(url(cast.tulsa)))
    late = page_text.split("What’s late", 1)[1].split("City lead")[0]
    assert re.findall(r"Promise of \d+|Vision for three years", late) == [
        "Promise of 40",
        "Vision for three years",
        "Promise of 1",
    ]
    assert "2 days late" in late
    assert "· Member" in late


def test_more_late_things_are_counted(cast, as_):
    due_days(cast.tulsa, -4)
    page_text = main_text(as_(cast.mayor).get(url(cast.tulsa)))
    assert "And 15 more on the city’s page" in page_text.replace(" .", ".")
    assert page_text.count("4 days late") == 3


def test_the_mayors_own_dates(cast, as_):
    """The curriculum's moments and the mayors' convening; no keynote, and nothing that is over."""
    day = cast.cohort.date_of(26, 2)
    Convening.objects.create(
        cohort=cast.cohort, name="Mayoral Convening", audience="mayors", starts_on=day, ends_on=day + timedelta(days=1)
    )
    Convening.objects.create(
        cohort=cast.cohort, name="Lead Convening", audience="leads", starts_on=day, ends_on=day, place="Baltimore"
    )
    page_text = main_text(as_(cast.mayor).get(url(cast.tulsa)))
    dates = page_text.split("Upcoming dates for the mayor", 1)[1].split("What’s late")[0]
    named = [
        "Mayor decides investments and trade-offs, 30 minutes",
        "Mayor&#x27;s review and sign-off, 30 minutes",
        "Mayoral Convening, location to be announced",
    ]
    assert [name for name in named if name in dates] == named
    assert formats.day(cast.cohort.date_of(17, 3), timezone.localdate(), weekday=True) in dates
    for absent in ("Keynote", "Lead Convening", "confirms vision"):
        assert absent not in dates
    Convening.objects.filter(audience="mayors").update(place="Bogotá")
    assert "Mayoral Convening, Bogotá" in main_text(as_(cast.mayor).get(url(cast.tulsa)))


def test_the_readers_language(cast, as_):
    """Titles in the program and its convening are in Spanish for Spanish readers."""
    day = cast.cohort.date_of(26, 2)
    Convening.objects.create(
        cohort=cast.cohort, name="Mayoral Convening", audience="mayors", starts_on=day, ends_on=day
    )
    cast.mayor.language = "es"
    cast.mayor.save()
    page = as_(cast.mayor).get(url(cast.tulsa))
    assert page["Content-Language"] == "es"
    assert "El alcalde o la alcaldesa decide inversiones y prioridades" in main_text(page)
    assert "Encuentro de alcaldes y alcaldesas" in main_text(page)
    with translation.override("es"):
        assert "Vision for three years" not in main_text(page)


def test_three_outcomes(cast, as_):
    with rls.every_city():
        City.objects.filter(pk=cast.tulsa.pk).update(outcomes=["Faster permits", "", "Two-day answers", "Safer"])
    page_text = main_text(as_(cast.mayor).get(url(cast.tulsa)))
    assert "The three outcomes Faster permits Two-day answers Safer" in page_text


def test_the_latest_pdf(cast, as_):
    set_states(cast.tulsa, vision="drafting")
    browser = as_(cast.mayor)
    assert "Make the first PDF" in main_text(browser.get(url(cast.tulsa)))
    with rls.every_city():
        for days, pages in ((3, 12), (1, 14)):
            moment = timezone.now() - timedelta(days=days)
            export = cast.tulsa.export_set.create(
                kind=Export.Kind.STRATEGY_PDF,
                state="done",
                file="x.pdf",
                pages=pages,
                requested_at=moment,
                finished_at=moment,
            )
        cast.tulsa.export_set.create(kind=Export.Kind.STRATEGY_PDF, state="failed", reason="timeout")
    page = browser.get(url(cast.tulsa))
    assert ", 14 pages" in main_text(page)
    assert reverse("cities:export-file", args=[cast.tulsa.slug, export.pk]) + "?view" in page.content.decode()


def test_no_score_no_attendance_no_comparison(cast, as_):
    page_text = main_text(as_(cast.mayor).get(url(cast.tulsa))).lower()
    for absent in ("attend", "score", "rank", "median", "other cities", "n/a", " 0 ", "none", "%"):
        assert absent not in page_text


@pytest.fixture
def new_city(cast):
    """A city in week 1: a mayor, and nothing else."""
    from cities.actions import add_member  # noqa: PLC0415 - keeps the fixture's needs together

    with rls.every_city():
        cohort = make_cohort("Cohort new", "cohort-new", 0)
        world = type(TULSA)(1, "Salinas", "Salinas", "US", "California", 163542, 36.67, -121.65, "America/Los_Angeles")
        city = make_city(cohort, world, "en")
        mayor = add_member(city=city, email="m@salinas.example", name="Rosa Mendez", role=Role.MAYOR, by=None).user
    return city, cohort, mayor


def test_a_city_in_week_1_sees_what_comes(new_city, as_):
    city, cohort, mayor = new_city
    page_text = main_text(as_(mayor).get(url(city)))
    today = timezone.localdate()
    for sentence in (
        "Work on Salinas’s data strategy is about to start.",
        "Nothing has been written yet.",
        "No decisions are pending for the mayor",
        f"On {formats.day(cohort.date_of(7, 2), today)}, the mayor and the team will define what residents will notice",
        f"Nothing is late. The next section is due on {formats.day(cohort.date_of(5, 4), today)}.",
        "No one yet. The coach will ask the mayor to appoint someone.",
        "No coach has been assigned yet. GovEx staff will assign one.",
        "A PDF will be available once the first section is written.",
        "In person, on one of the two visit days",
    ):
        assert sentence in page_text, sentence


def test_a_city_without_sections_gets_a_message(new_city, as_):
    city, _, mayor = new_city
    with rls.every_city():
        city.section_set.all().delete()
    assert "The strategy has no sections yet. GovEx staff will add them." in main_text(as_(mayor).get(url(city)))


def test_before_the_kick_off(new_city, as_):
    city, cohort, mayor = new_city
    cohort.kickoff += timedelta(weeks=2)
    cohort.save()
    with translation.override("en"):
        assert "Work on Salinas’s data strategy starts on " in main_text(as_(mayor).get(url(city)))


def test_dates_follow_the_roles_of_the_program_not_its_keys(new_city, as_):
    city, cohort, mayor = new_city
    ProgramItem.objects.filter(role=ItemRole.OUTCOMES).update(key="renamed", week=8, weekday=1)
    ProgramItem.objects.filter(role=ItemRole.SIGN_OFF).update(
        key="renamed-too", week=20, weekday=3, kind=ItemKind.CLOSE
    )
    page_text, today = main_text(as_(mayor).get(url(city))), timezone.localdate()
    assert f"On {formats.day(cohort.date_of(8, 1), today)}, the mayor and the team will define" in page_text
    assert f", on {formats.day(cohort.date_of(20, 3), today, weekday=True)}." in page_text


def test_program_without_a_sign_off_entry_says_that_no_date_is_set(new_city, as_):
    city, _, mayor = new_city
    ProgramItem.objects.filter(role=ItemRole.SIGN_OFF).update(role="")
    words = main_text(as_(mayor).get(url(city)))
    assert "Nothing has been written yet. No sign-off date has been set yet." in words
    assert "Sign-off is in" not in words


def test_program_without_an_outcomes_entry_names_no_day_for_them(new_city, as_):
    city, _, mayor = new_city
    ProgramItem.objects.filter(role=ItemRole.OUTCOMES).update(role="")
    page_text = main_text(as_(mayor).get(url(city)))
    assert "Not defined yet. At the next meeting with the mayor, the city lead will propose" in page_text
    assert "the mayor and the team will define" not in page_text


def test_after_the_program(new_city, as_):
    city, cohort, mayor = new_city
    cohort.kickoff -= timedelta(weeks=40)
    cohort.save()
    with rls.every_city():
        section = city.section_set.first()
        section.begin()
        saving.save(section, html="<p>Text</p>", base=0, by=mayor)
    page_text = main_text(as_(mayor).get(url(city)))
    assert "Sign-off was planned for" in page_text
    assert "There are no more program dates for the mayor." in page_text
    assert "Not defined yet. At the next meeting with the mayor, the city lead will propose" in page_text


# What it costs ------------------------------------------------------------------------------------


def _fill(city, by, rows):
    with rls.every_city():
        session = city.coachingsession_set.create(title="Call", on=city.today(), at=time(10), time_zone=city.time_zone)
        late = city.today() - timedelta(days=3)
        for number in range(rows):
            session.commitments.create(city=city, what=f"Promise {number}", owner=by, due_on=late)
            city.decision_set.create(
                question=f"Question {number}?", context="c", options=["a", "b"], asked_by=by, due_on=city.today()
            )
            city.export_set.create(kind="strategy-pdf", state="failed", reason="timeout")


@pytest.mark.parametrize("rows", [10, 100])
def test_it_costs_the_same_however_much_there_is(cast, as_, rows):
    due_days(cast.tulsa, -3)
    _fill(cast.tulsa, cast.lead, rows)
    browser = as_(cast.mayor)
    with cost() as spent:
        browser.get(url(cast.tulsa))
    assert spent.count == 10, spent.queries


def test_it_reads_its_own_citys_rows_only(cast, as_):
    browser = as_(cast.mayor)
    alone = measured(browser, url(cast.tulsa))
    crowd(cast.cohort, 30)
    assert measured(browser, url(cast.tulsa)) <= alone + SLACK


# Once a version is with the approvers


@pytest.fixture
def two_approvers(cast, settings, tmp_path):
    """A version that the mayor signs on this site and then the council on paper."""
    settings.MEDIA_ROOT = str(tmp_path)
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        common = {"city": cast.tulsa, "by": cast.admin, "person": None}
        approvers.add(**common, office=Office.MAYOR, title="Mayor", instrument="signature")
        approvers.add(**common, office=Office.COUNCIL, title="Tulsa City Council", instrument="resolution")
    return submit(cast.tulsa, cast.lead)


def upload_paper(version, by):
    with rls.every_city():
        step = signoff.current_step(version)
        paper = papers.Paper(b"%PDF scan", ".pdf", "0" * 64, version.city.today(), "Tulsa City Council")
        return papers.record(version=version, step=step.pk, by=by, sha256=version.sha256, paper=paper)


def page_texts(cast, as_, who):
    browser = as_(who)
    sign_off = reverse("strategy:sign-off", args=[cast.tulsa.slug])
    return main_text(browser.get(url(cast.tulsa))), main_text(browser.get(sign_off))


def test_pages_say_where_a_submitted_version_is(cast, as_, two_approvers):
    version, day = two_approvers, formats.day(cast.tulsa.today(), cast.tulsa.today())
    mayors, sign_off = page_texts(cast, as_, cast.mayor)
    waiting = "It’s waiting for Mayor, Mayor, to sign."
    assert f"Version 1 is waiting for signature. {waiting}" in mayors
    assert waiting in sign_off
    sign(version, cast.mayor)
    mayors, sign_off = page_texts(cast, as_, cast.mayor)
    waiting = "It’s waiting for Tulsa City Council to sign on paper."
    assert f"You signed version 1 on {day}. {waiting}" in mayors
    assert "Tulsa’s data strategy is waiting for signature." in mayors
    assert waiting in sign_off
    assert "Sign-off is in" not in mayors
    assert "sections are ready" not in mayors
    assert f"Mayor signed version 1 on {day}. {waiting}" in page_texts(cast, as_, cast.lead)[0]
    paper = upload_paper(version, cast.lead)
    waiting = "It’s waiting for GovEx to check the document signed by Tulsa City Council."
    assert all(waiting in text for text in page_texts(cast, as_, cast.mayor))
    with rls.every_city():
        papers.accept(paper=paper, by=cast.admin)
    mayors, _sign_off = page_texts(cast, as_, cast.mayor)
    assert "Tulsa’s data strategy is in effect." in mayors
    assert f"Version 1 is signed and has been in effect since {day}." in mayors
    assert "sections are ready" not in mayors


def test_lead_is_asked_to_record_a_paper_signature_when_its_turn_comes(cast, as_, two_approvers):
    def asked(who):
        needs = as_(who).get(reverse("dashboards:city", args=[cast.tulsa.slug])).context["needs"]
        return [need.url for need in needs if "Record the paper signature: Tulsa City Council" in str(need.title)]

    assert asked(cast.lead) == [], "the mayor signs first"
    sign(two_approvers, cast.mayor)
    assert asked(cast.lead) == [reverse("strategy:version-paper", args=[cast.tulsa.slug, 1])]
    assert asked(cast.member) == []
    upload_paper(two_approvers, cast.lead)
    assert asked(cast.lead) == []
