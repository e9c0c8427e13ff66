"""The page tags: one way to write a state, a due date, a time with its zone, a person."""

import datetime
import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from accelerator import charts
from accelerator.templatetags import page

TODAY = datetime.date(2026, 11, 22)


def render(source, **context):
    return Template("{% load page %}" + source).render(Context(context))


def text_of(html):
    """The text of a fragment, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


@pytest.mark.parametrize(
    ("days", "label", "kind"),
    [
        (-5, "5 days late Nov 17", "late"),
        (-1, "1 day late Nov 21", "late"),
        (0, "Due today Nov 22", "soon"),
        (1, "Due in 1 day Nov 23", "soon"),
        (7, "Due in 7 days Nov 29", "soon"),
        (8, "Due in 8 days Nov 30", "later"),
        (200, "Due in about 7 months Jun 10, 2027", "later"),
        (-1026, "About 3 years late Jan 31, 2024", "late"),
    ],
)
def test_due_says_the_days_and_the_date(days, label, kind):
    html = page.due(TODAY + datetime.timedelta(days=days), today=TODAY)
    assert text_of(html) == label
    assert f"due--{kind}" in html
    assert f'datetime="{TODAY + datetime.timedelta(days=days)}"' in html


def test_due_without_a_date_says_so():
    assert text_of(page.due(None)) == "No date yet"


def test_done_is_never_late():
    assert text_of(page.due(TODAY - datetime.timedelta(days=5), done=True, today=TODAY)) == "Was due Nov 17"


@pytest.mark.parametrize(("days", "day"), [(0, "Nov 22"), (5, "Nov 27")])
def test_what_is_done_before_its_date_is_not_said_to_have_been_due(days, day):
    assert text_of(page.due(TODAY + datetime.timedelta(days=days), done=True, today=TODAY)) == f"Due {day}"


def test_due_counts_in_the_citys_zone(monkeypatch):
    evening = datetime.datetime(2026, 11, 23, 2, 0, tzinfo=datetime.UTC)  # still Nov 22 in New York
    monkeypatch.setattr(timezone, "now", lambda: evening)
    assert text_of(page.due(TODAY, zone="America/New_York")) == "Due today Nov 22"
    assert text_of(page.due(TODAY, zone="UTC")) == "1 day late Nov 22"


@pytest.mark.parametrize(("day", "hours"), [("2025-11-01", 1), ("2025-11-03", 2), ("2026-03-07", 2), ("2026-03-09", 1)])
def test_one_moment_in_two_zones_across_the_clock_changes(day, hours):
    new_york = page.in_zone(datetime.datetime.fromisoformat(f"{day}T14:00"), "America/New_York")
    assert text_of(page.wall_time(new_york, "America/New_York", "time")) == "2:00 p.m. ET"
    assert text_of(page.wall_time(new_york, "America/Sao_Paulo", "time")) == f"{2 + hours}:00 p.m. São Paulo time"


def test_a_naive_time_is_the_zones_own_wall_time():
    wall = datetime.datetime(2026, 7, 1, 9, 30)
    assert 'datetime="2026-07-01T09:30:00-03:00"' in page.wall_time(wall, "America/Sao_Paulo")


def test_a_day_alone_names_no_zone():
    wall = datetime.datetime(2026, 11, 24, 9, 30)
    html = render("{% wall_time wall 'America/Bogota' 'day' %}, on", wall=wall)
    assert "time" not in text_of(html)
    assert text_of(html).endswith("24, on")


def test_no_time_says_so():
    assert text_of(page.wall_time(None, "America/Bogota")) == "No time yet"


def test_a_state_has_a_word_a_shape_and_a_tone():
    html = render("{% state value %}", value="changes_suggested")
    assert text_of(html) == "Changes suggested"
    assert "state--warn" in html
    assert 'aria-hidden="true"' in html


def test_an_unknown_state_keeps_its_own_label():
    assert text_of(render("{% state value %}", value="sent_to_print")) == "Sent to print"


def test_a_heat_cell_says_section_state_and_delay():
    html = page.heat_cell("drafting", "Vision", "/cities/tulsa-us/strategy/vision/", late=True)
    assert text_of(html) == "Vision: Drafting, late"
    assert html.startswith("<td")
    assert 'href="/cities/tulsa-us/strategy/vision/"' in html


def test_names_are_escaped():
    city = SimpleNamespace(name="<b>Tulsa</b>", region="", country="US")
    assert "<b>" not in page.city_name(city)
    assert "<b>" not in page.person(SimpleNamespace(name="<b>Ana</b>"))
    assert "<b>" not in page.heat_cell("drafting", "<b>Vision</b>")


def test_person_without_a_name_is_shown_by_address():
    assert text_of(page.person(SimpleNamespace(name="", email="ana@tulsa.example"))) == "ana@tulsa.example"
    assert text_of(page.person(None)) == "Unassigned"


def test_a_tag_inside_a_sentence_brings_no_space():
    html = render("{% person user %}, coach", user=SimpleNamespace(name="Dana"))
    assert text_of(html) == "Dana, coach"
    assert html.endswith("</span>, coach")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Tue, Nov 24, 5:12 p.m. Lima time"),
        ("es", "mar. 24 de noviembre, 17:12, hora de Lima"),
        ("pt-br", "ter., 24 de novembro, 17h12, horário de Lima"),
    ],
)
def test_a_wall_time_speaks_the_readers_language(monkeypatch, language, text):
    monkeypatch.setattr(timezone, "now", lambda: datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC))
    with translation.override(language):
        assert text_of(page.wall_time(datetime.datetime(2026, 11, 24, 17, 12), "America/Lima")) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{{ day|day:"year" }}', "Nov 22, 2026"),
        ("{{ day|iso_day }}", "2026-11-22"),
        ("{{ at|clock }}", "9:05 a.m."),
        ("{{ words|number }}", "1,412"),
        ("{{ words|word_count }}", "1,412 words"),
        ("{{ nothing|number }}{{ nothing|day }}{{ nothing|iso_day }}{{ nothing|clock }}{{ nothing|file_size }}", ""),
    ],
)
def test_filters_write_as_accelerator_formats_does(source, text):
    assert render(source, day=TODAY, at=datetime.time(9, 5), words=1412, nothing=None) == text


def test_the_day_of_a_moment_is_the_one_in_the_readers_zone():
    moment = datetime.datetime(2026, 11, 23, 2, 0, tzinfo=datetime.UTC)
    with timezone.override("America/New_York"):
        assert render("{{ at|iso_day }} {{ at|day:'year' }}", at=moment) == "2026-11-22 Nov 22, 2026"


def test_the_navigation_marks_where_one_is():
    request = SimpleNamespace(path="/cities/tulsa-us/strategy/vision/")
    context = {"request": request}
    assert page.entry(context, "/cities/tulsa-us/strategy/", "Strategy")["here"]
    assert not page.entry(context, "/cities/tulsa-us/", "City", exact=True)["here"]
    assert not page.entry(context, "/", "Home")["here"]
    assert not page.entry(context, "", "Nothing")["here"]


def test_the_week_line_places_today_and_leaves_no_number_under_it():
    parts = charts.week_line_parts(
        [{"week": 14, "title": "Baseline", "kind": "deliverable", "late": True}],
        15.4,
        26,
        datetime.date(2026, 8, 17),
        "",
    )
    assert parts["running"]
    assert 55 < parts["today"] < 59
    named = [week for week, _, has_number in parts["ticks"] if has_number]
    assert named == [1, 5, 10, 20, 25]
    assert parts["rows"][0]["late"]


@pytest.mark.parametrize(("week", "running"), [(-2, False), (0, False), (1, True), (26.9, True), (27, False)])
def test_today_is_on_the_line_only_while_the_program_runs(week, running):
    assert charts.week_line_parts([], week, 26, None, "")["running"] is running


@pytest.mark.parametrize(("value", "classes"), [("drafting", "state--accent state--drafting"), ("good", "state--good")])
def test_a_state_has_each_class_once(value, classes, monkeypatch):
    monkeypatch.setitem(page.state_marks.STATES, "good", ("Good", "good", "check"))
    assert re.findall(r'class="state ([^"]+)"', page.state(value)) == [classes]
