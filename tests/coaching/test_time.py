"""Planned time (F15): the agreed wall time in the city's zone stays, whatever the clocks do."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls, walltime
from accelerator.models import User
from accelerator.walltime import own_clock
from cities.models import City
from coaching.forms import FACTS, SessionForm
from coaching.models import CoachingSession, PrivateNoteRevision, SharedNoteRevision
from tests.coaching.made import clock_changes, put_forward, typed
from tests.walls import thawed

ZONES = ["America/New_York", "America/Sao_Paulo", "America/Phoenix", "Europe/Lisbon"]


def move(city, zone):
    with rls.every_city():
        city.time_zone = zone
        city.save()


def edit_form(browser, city):
    with rls.every_city():
        session = CoachingSession.objects.get(city=city)
    url = f"/cities/{city.slug}/coaching/{session.pk}/edit/"
    return session, url, browser.get(url)


@pytest.mark.parametrize("zone", ZONES)
def test_edit_and_reload_leave_the_wall_time_alone(cast, as_, zone):
    """On the days around each clock change, for a coach in another zone."""
    move(cast.tulsa, zone)
    browser, url = as_(cast.coach), f"/cities/{cast.tulsa.slug}/coaching/new/"
    changes = clock_changes(zone) or [cast.tulsa.today() + timedelta(days=30)]
    for day in [change + timedelta(days=days) for change in changes for days in (0, 1)]:
        with rls.every_city(), thawed(SharedNoteRevision), thawed(PrivateNoteRevision):
            CoachingSession.objects.all().delete()
        assert browser.post(url, typed(cast.tulsa, on=day.isoformat(), at="14:30")).status_code == 302
        _session, page, answer = edit_form(browser, cast.tulsa)
        form = answer.context["form"]
        assert (_as_sent(form, "on"), _as_sent(form, "at")) == (day.isoformat(), "14:30")
        assert browser.post(page, _all_sent(form)).status_code == 302
        with rls.every_city():
            kept = CoachingSession.objects.get(city=cast.tulsa)
        assert (kept.on, kept.at, kept.time_zone) == (day, time(14, 30), zone)
        assert kept.starts_at == datetime.combine(day, time(14, 30), tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Lisbon"])
def test_time_that_the_clock_skips_gets_a_sentence(cast, as_, zone):
    move(cast.tulsa, zone)
    day = put_forward(zone)
    at = next(t for t in (time(1, 30), time(2, 30)) if walltime.skipped_by_clock_change(day, t, zone))
    data = typed(cast.tulsa, on=day.isoformat(), at=at.strftime("%H:%M"))
    answer = as_(cast.coach).post(f"/cities/{cast.tulsa.slug}/coaching/new/", data)
    assert set(answer.context["form"].errors) == {"at"}
    assert "doesn’t exist that day. Choose another time." in answer.text
    assert answer.context["form"]["shared"].value() == data["shared"]
    with rls.every_city():
        assert not CoachingSession.objects.exists()


def test_a_city_that_moves_to_another_zone_leaves_its_sessions_alone(cast, as_):
    browser = as_(cast.coach)
    browser.post(f"/cities/{cast.tulsa.slug}/coaching/new/", typed(cast.tulsa, at="09:00"))
    move(cast.tulsa, "America/New_York")
    session, page, answer = edit_form(browser, cast.tulsa)
    assert "Central time" in answer.text
    assert browser.post(page, _all_sent(answer.context["form"])).status_code == 302
    with rls.every_city():
        kept = CoachingSession.objects.get(city=cast.tulsa)
    assert (kept.at, kept.time_zone, kept.starts_at) == (time(9), "America/Chicago", session.starts_at)


def test_new_york_and_sao_paulo_are_one_hour_apart_or_two():
    """The case in the program's own calendar: November 2, 2025 and March 8, 2026."""
    for day, hour in (("2025-11-01", 15), ("2025-11-03", 16), ("2026-03-07", 16), ("2026-03-09", 15)):
        start = walltime.to_utc(datetime.fromisoformat(day).date(), time(14), "America/New_York")
        assert start.astimezone(ZoneInfo("America/Sao_Paulo")).hour == hour


def test_clock_line_shows_the_readers_own_time(cast, as_):
    cast.coach.time_zone = "America/Sao_Paulo"
    cast.coach.save()
    url = f"/cities/{cast.tulsa.slug}/coaching/clock/"
    answer = as_(cast.coach).get(url, {"on": "2026-03-07", "at": "14:00"})
    assert "5:00 p.m. São Paulo time" in answer.text
    assert "4:00 p.m. São Paulo time" in as_(cast.coach).get(url, {"on": "2026-03-09", "at": "14:00"}).text
    assert "so 2:30 a.m. doesn’t exist that day" in as_(cast.coach).get(url, {"on": "2026-03-08", "at": "02:30"}).text
    assert "this time occurs twice" in as_(cast.coach).get(url, {"on": "2026-11-01", "at": "01:30"}).text
    for bad in ({}, {"on": "x", "at": "y"}, {"on": "0001-01-01", "at": "00:00"}, {"on": "9999-12-31", "at": "23:59"}):
        answer = as_(cast.coach).get(url, bad)
        assert answer.status_code == 200
        assert "In your time zone, that’s" not in answer.text


days = st.integers(-700, 600).map(lambda number: timezone.localdate() + timedelta(days=number))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=160)


@pytest.mark.django_db
@given(
    zone=st.sampled_from([*ZONES, "America/Santiago", "America/St_Johns", "Australia/Lord_Howe"]),
    day=days,
    at=clocks,
    title=titles,
    minutes=st.integers(5, 1440),
    others=st.text(max_size=300),
    language=st.sampled_from(["en", "es", "pt-br"]),
    own=st.sampled_from(ZONES),
)
def test_form_accepts_the_values_that_it_shows(zone, day, at, title, minutes, others, language, own):
    """Whatever is accepted comes back unchanged from the edit form, in every language and time zone."""
    given_facts = {
        "kind": "visit",
        "title": title,
        "on": day,
        "at": at.strftime("%H:%M"),
        "minutes": minutes,
        "others": others,
    }
    fixed = {"city": City(name="Tulsa", time_zone=zone), "participants": [], "by": User(pk=1, name="Coach")}
    with translation.override(language), timezone.override(own):
        first = SessionForm({**given_facts, "on": day.isoformat()}, **fixed)
        if not first.is_valid():
            skipped = walltime.skipped_by_clock_change(day, at, zone)
            assert set(first.errors) <= {"title", "others"} | ({"at"} if skipped else set())
            return
        session = first.save(commit=False)
        shown = SessionForm(instance=session, **fixed)
        again = SessionForm({name: _as_sent(shown, name) for name in FACTS}, instance=session, **fixed)
        assert again.is_valid(), again.errors
        assert {name: again.cleaned_data[name] for name in FACTS} == {name: first.cleaned_data[name] for name in FACTS}
        assert again.cleaned_data["at"] == at
        assert isinstance(own_clock(day, at, zone), str)


def _as_sent(form, name):
    """What the browser would send of a field as it is shown."""
    widget = form.fields[name].widget
    return widget.format_value(form[name].value()) if name in {"on", "at"} else form[name].value()


def _all_sent(form):
    return {name: _as_sent(form, name) for name in FACTS} | {"seen": form["seen"].value()}
