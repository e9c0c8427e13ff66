"""A private note never reaches the city: neither its text nor a query for it."""

import re
from collections import Counter, deque

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accelerator import rls
from tests.coaching.made import make_commitment, make_session

MARKER = "marker-zebra-private"
LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)')


def walk(browser, start):
    """What links on a city's page lead to, two URLs per view; (URL, response)."""
    seen, views, queue = {start}, Counter(), deque([start])
    while queue:
        url = queue.popleft()
        answer = browser.get(url)
        yield url, answer
        if answer.status_code != 200 or answer.streaming or "html" not in answer.get("Content-Type", ""):
            continue
        for link in LINK.findall(answer.text):
            link = link.replace("&amp;", "&")
            if link in seen or link.startswith(("/static/", "/media/")):
                continue
            seen.add(link)
            view = resolve(link.split("?")[0]).view_name
            views[view] += 1
            if views[view] <= 2:
                queue.append(link)


def prepare(cast):
    session = make_session(cast.tulsa, cast.coach, shared="Shared words.", private=f"<p>{MARKER}</p>")
    make_commitment(session, cast.lead)
    planned = make_session(cast.tulsa, cast.coach, days_ago=-4, private=f"<p>{MARKER}</p>")
    return session, planned


def test_no_page_of_the_city_shows_text_of_a_private_note(cast, as_):
    session, _planned = prepare(cast)
    page = f"/cities/{cast.tulsa.slug}/coaching/{session.pk}/"
    for who in ("lead", "mayor"):
        with CaptureQueriesContext(connection) as captured:
            answers = dict(walk(as_(getattr(cast, who)), f"/cities/{cast.tulsa.slug}/coaching/"))
        assert answers[page].status_code == 200
        assert len(answers) > 4
        for url, answer in answers.items():
            assert answer.streaming or MARKER.encode() not in answer.content, url
        assert [row["sql"] for row in captured if "coaching_privatenote" in row["sql"]] == []


def test_database_hides_private_notes_from_the_city_without_any_check(cast):
    """The second wall: from the city's side the private tables are empty, including revisions and drafts."""
    session, _planned = prepare(cast)
    with rls.city_scope(cast.tulsa.pk, rls.Side.CITY):
        for rows in ("privatenote_set", "privatenoterevision_set", "privatenotedraft_set"):
            assert not getattr(cast.tulsa, rows).exists()
        assert cast.tulsa.sharednote_set.count() == 2
    with rls.city_scope(cast.tulsa.pk, rls.Side.GOVEX):
        assert cast.tulsa.privatenote_set.get(session=session).html == f"<p>{MARKER}</p>"


def test_the_coach_of_another_city_of_the_cohort_sees_neither_note(cast, as_):
    session, _planned = prepare(cast)
    answer = as_(cast.other_coach).get(f"/cities/{cast.tulsa.slug}/coaching/{session.pk}/")
    assert answer.status_code == 404
    assert "Shared words." not in answer.text
