"""Sessions and forms for the tests of coaching."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accelerator import rls
from accelerator.texts import saving
from coaching.models import CoachingSession, PrivateNote, SharedNote


def make_session(city, coach, *, days_ago=3, shared="Agreed words.", private="", title="Getting started", **more):
    """A logged session with both notes; days ago may be negative."""
    with rls.every_city():
        session = CoachingSession.objects.create(
            city=city,
            title=title,
            on=city.today() - timedelta(days=days_ago),
            at=time(10),
            time_zone=city.time_zone,
            logged_by=coach,
            **more,
        )
        session.presence_set.create(city=city, user=coach)
        for model, html in ((SharedNote, shared), (PrivateNote, private)):
            note = model.objects.create(city=city, session=session)
            saving.save(note, html=html, base=0, by=coach)
    return session


def make_commitment(session, owner, *, what="Name the stewards", due_in=5, **more):
    with rls.every_city():
        return session.commitments.create(
            city_id=session.city_id,
            what=what,
            owner=owner,
            due_on=session.city.today() + timedelta(days=due_in),
            **more,
        )


def typed(city, **more):
    """What a coach submits to log a session."""
    return {
        "kind": "session",
        "title": "Quality and platforms",
        "on": city.today().isoformat(),
        "at": "10:00",
        "minutes": "60",
        "others": "",
        "form_key": str(uuid.uuid4()),
        "rows": "3",
        "shared": "What we agreed.",
        "private": "What I think.",
        **more,
    }


def clock_changes(zone):
    """The days of the coming year on which the clocks of a zone change."""
    there = ZoneInfo(zone)
    noon = datetime.combine(date.today(), time(12), tzinfo=there)
    days = [noon + timedelta(days=number) for number in range(366)]
    return [
        after.date() for before, after in zip(days, days[1:], strict=False) if before.utcoffset() != after.utcoffset()
    ]


def put_forward(zone):
    """The next day on which clocks skip an hour in a zone."""
    there = ZoneInfo(zone)
    for day in clock_changes(zone):
        before = datetime.combine(day - timedelta(days=1), time(12), tzinfo=there).utcoffset()
        if datetime.combine(day, time(12), tzinfo=there).utcoffset() > before:
            return day
    raise AssertionError(zone)
