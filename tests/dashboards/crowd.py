"""Many other cities, and what a page reads beside them."""

from datetime import time, timedelta

from django.db import connection

from accelerator import rls
from accelerator.models import User
from cities.world import WorldCity
from strategy.models import Comment, Thread
from tests.cast import make_city
from tests.clients import cost

SLACK = 20  # one plan may read a city's 18 sections once more than another; 30 cities have 540


def crowd(cohort, number):
    """More cities in the cohort, each with sections, a conversation, a session, commitments, questions and files."""
    someone = User.objects.first()
    with rls.every_city():
        for n in range(number):
            world = WorldCity(900_000 + n, f"City {n}", f"City {n}", "US", "Ohio", 200_000, 40, -83, "America/New_York")
            _fill(make_city(cohort, world, "en"), someone)


def _fill(city, someone):
    late = city.today() - timedelta(days=3)
    section = city.section_set.first()
    thread = Thread.objects.create(city=city, section=section, revision=0, opened_by=someone)
    Comment.objects.create(city=city, thread=thread, author=someone, body="Why?")
    city.section_set.filter(position__lt=4).update(state="in_review")
    session = city.coachingsession_set.create(title="Call", on=late, at=time(10), time_zone=city.time_zone)
    session.commitments.create(city=city, what="Promise", owner=someone, due_on=late)
    city.decision_set.create(question="What now?", context="c", options=["a", "b"], asked_by=someone, due_on=late)
    city.export_set.create(kind="strategy-pdf", state="failed", reason="timeout")


def measured(browser, url):
    """Rows that a page reads by index, as in tables too large to read whole; with fresh statistics."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")
        cursor.execute("set local enable_seqscan = off")
    browser.get(url)  # what is read once a process is read now
    with cost() as spent:
        assert browser.get(url).status_code == 200
    return spent.rows
