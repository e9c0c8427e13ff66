"""A third kind of text needs only its tables, a permission and a few lines: the desk does the rest."""

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from accelerator import rls
from accelerator.texts import saving
from tests.accelerator.texts.exercises import Exercise, ExerciseDraft, ExerciseRevision
from tests.clients import cost
from tests.walls import close, same_city

SCRIPT = {"X-Requested-With": "fetch"}
TABLES = (Exercise, ExerciseRevision, ExerciseDraft)
BASE = "<p>One.</p><p>Two.</p><p>Three.</p>"
# Page, method, what is sent; whether it is for those who write.
VIEWS = [
    ("", "get", {}, False),
    ("save", "post", {"html": "<p>x</p>", "base": 1}, True),
    ("here", "post", {"base": 1}, True),
    ("take-over", "post", {}, True),
    ("aside", "post", {"html": "<p>x</p>", "base": 1}, True),
    ("draft", "get", {}, False),
    ("draft-merge", "post", {"base": 1, "rest": "mine"}, True),
    ("draft-use", "post", {"base": 1}, True),
    ("draft-settle", "post", {}, False),
    ("history", "get", {}, False),
    ("revision", "get", {}, False),
    ("restore", "post", {"base": 1}, True),
]
IDS = [page or "page" for page, *_rest in VIEWS]


@pytest.fixture
def tables(db, settings):
    """The kind's tables behind the wall, as a migration would make them."""
    settings.ROOT_URLCONF = "tests.accelerator.texts.exercises"
    with connection.schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    with connection.cursor() as cursor:
        for model in TABLES:
            close(cursor, model._meta.db_table, rls.wall_of(model))
            if model is not Exercise:
                same_city(cursor, model._meta.db_table, "text_id", "exercises_exercise")


@pytest.fixture
def exercise(tables, cast):
    """An exercise of the home city, with one revision; the other city has one of its own."""
    return _made(cast.tulsa, cast.lead)


def _made(city, by):
    with rls.every_city():
        row = Exercise.objects.create(city=city, title="Problem statement")
        return saving.save(row, html=BASE, base=0, by=by).text


def url(exercise, city, page="", **more):
    name = f"exercises:exercise-{page}" if page else "exercises:exercise"
    return reverse(name, kwargs={"city": city.slug, "exercise": exercise.pk, **more})


def now(exercise):
    with rls.every_city():
        return Exercise.objects.get(pk=exercise.pk)


def drafts(**found):
    with rls.every_city():
        return list(ExerciseDraft.objects.filter(**found).order_by("pk"))


def messages_of(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def outcome(answer):
    return answer.status_code, *re.search(r'data-outcome="([\w-]+)" data-revision="(\d*)"', answer.text).groups()


@pytest.fixture
def refused(exercise, cast, as_):
    """The member changed the first paragraph and the third, then the lead sent another second and third."""
    theirs, mine = BASE.replace("One", "First").replace("Three", "3"), BASE.replace("Two", "Second")
    save = url(exercise, cast.tulsa, "save")
    as_(cast.member).post(save, {"html": theirs, "base": 1}, headers=SCRIPT)
    answer = as_(cast.lead).post(save, {"html": mine.replace("Three", "Third"), "base": 1}, headers=SCRIPT)
    assert outcome(answer) == (409, "stale", "2")
    [draft] = drafts(author=cast.lead)
    assert url(exercise, cast.tulsa, "draft", pk=draft.pk) in answer.text
    return draft


def test_the_page_is_a_desk_for_writers_and_a_text_for_readers(exercise, cast, as_):
    page = as_(cast.lead).get(url(exercise, cast.tulsa)).text
    assert "<h1>Problem statement</h1>" in page
    assert page.index("</textarea>") < page.index('name="base" value="1"')
    assert f'data-text="exercises:exercise-{exercise.pk}"' in page
    read = as_(cast.coach).get(url(exercise, cast.tulsa)).text
    assert BASE in read
    assert 'id="editor"' not in read


def test_a_script_saves_and_a_plain_form_saves(exercise, cast, as_):
    browser, save = as_(cast.member), url(exercise, cast.tulsa, "save")
    assert outcome(browser.post(save, {"html": "<p>A</p>", "base": 1}, headers=SCRIPT)) == (200, "saved", "2")
    answer = browser.post(save, {"html": "<p>B</p>", "base": 2})
    assert (answer["Location"], messages_of(answer)) == (url(exercise, cast.tulsa), ["Saved."])
    assert (now(exercise).html, now(exercise).written_by) == ("<p>B</p>", cast.member)
    assert outcome(browser.post(save, {"html": "", "base": 3}, headers=SCRIPT)) == (422, "would-empty", "3")
    assert outcome(browser.post(save, {"html": "x"}, headers=SCRIPT))[:2] == (422, "missing-base")
    assert as_().post(save, {"html": "x", "base": 3}, headers=SCRIPT).status_code == 401


def test_active_content_is_removed_and_reported(exercise, cast, as_):
    answer = as_(cast.lead).post(url(exercise, cast.tulsa, "save"), {"html": "<p onclick='x()'>A</p>", "base": 1})
    assert messages_of(answer)[0].startswith("One active element, such as a script")
    assert now(exercise).html == "<p>A</p>"


def test_two_texts_merge_by_paragraph(exercise, refused, cast, as_):
    browser = as_(cast.lead)
    page = browser.get(url(exercise, cast.tulsa, "draft", pk=refused.pk)).text
    assert page.count('<fieldset class="merge__place') == 1
    assert "You and a colleague edited the same passage." in page
    merge = url(exercise, cast.tulsa, "draft-merge", pk=refused.pk)
    assert browser.post(merge, {"base": 2, "then": "save"}).status_code == 422
    answer = browser.post(merge, {"base": 2, "then": "save", "c0": "mine-theirs"})
    assert messages_of(answer) == ["The merged version is now the current one."]
    assert now(exercise).html == "<p>First.</p><p>Second.</p><p>Third.</p><p>3.</p>"
    assert drafts(settled_at=None) == []


def test_the_merge_speaks_the_readers_language(exercise, refused, cast, as_):
    cast.lead.language = "es"
    cast.lead.save()
    page = as_(cast.lead).get(url(exercise, cast.tulsa, "draft", pk=refused.pk)).text
    assert "Usted y otra persona editaron el mismo pasaje." in page
    assert "Conservar la versión actual" in page


def test_a_text_that_a_browser_kept_is_kept_used_and_settled(exercise, cast, as_):
    browser = as_(cast.lead)
    aside = url(exercise, cast.tulsa, "aside")
    assert outcome(browser.post(aside, {"html": "<p>A</p>", "base": 0}, headers=SCRIPT))[:2] == (200, "aside")
    [first] = drafts()
    answer = browser.post(aside, {"html": "<p>B</p>", "base": 1})
    second = drafts()[-1]
    assert answer["Location"] == url(exercise, cast.tulsa, "draft", pk=second.pk)
    assert answer["Location"] in browser.get(url(exercise, cast.tulsa)).text
    used = browser.post(url(exercise, cast.tulsa, "draft-use", pk=second.pk), {"base": 1})
    assert (messages_of(used), now(exercise).html) == (["Your version is now the current one."], "<p>B</p>")
    settled = browser.post(url(exercise, cast.tulsa, "draft-settle", pk=first.pk))
    assert settled["Location"] == url(exercise, cast.tulsa)
    assert drafts(settled_at=None) == []


def test_who_writes_is_claimed_and_taken_over(exercise, cast, as_):
    here, over = url(exercise, cast.tulsa, "here"), url(exercise, cast.tulsa, "take-over")
    with rls.every_city():
        Exercise.objects.update(claimed_by=None, claim_seen_at=None)
    as_(cast.lead).post(here, {"base": 1, "writing": "1"}, headers=SCRIPT)
    answer = as_(cast.member).post(here, {"base": 0}, headers=SCRIPT)
    assert outcome(answer) == (200, "newer", "1")
    assert "<strong>Lead</strong> has been editing this since" in answer.text
    assert messages_of(as_(cast.member).post(over))[0].startswith("You’re now editing, and we’ve let Lead know.")
    answer = as_(cast.lead).post(here, {"base": 1, "held": "1"}, headers=SCRIPT)
    assert "data-taken-over" in answer.text
    assert "Member took over editing at" in answer.text


def test_every_version_is_read_and_restored(exercise, cast, as_):
    browser = as_(cast.lead)
    browser.post(url(exercise, cast.tulsa, "save"), {"html": "<p>A</p>", "base": 1})
    page = as_(cast.coach).get(url(exercise, cast.tulsa, "history")).text
    assert "has been saved 2 times" in page
    assert url(exercise, cast.tulsa, "revision", number=1) in page
    assert BASE in as_(cast.coach).get(url(exercise, cast.tulsa, "revision", number=1)).text
    restored = browser.post(url(exercise, cast.tulsa, "restore", number=1), {"base": 2})
    assert (messages_of(restored)[-1], now(exercise).html) == ("Version 1 is the current version again.", BASE)
    with rls.every_city():
        assert ExerciseRevision.objects.filter(text=exercise).count() == 3


def _more(page, draft):
    if page.startswith("draft"):
        return {"pk": draft.pk}
    return {"number": 1} if page in {"revision", "restore"} else {}


@pytest.mark.parametrize(("page", "method", "data", "writes"), VIEWS, ids=IDS)
def test_each_address_opens_to_its_roles_only(exercise, refused, cast, as_, page, method, data, writes):
    address = url(exercise, cast.tulsa, page, **_more(page, refused))
    for person in ("other_lead", "other_coach", "funder", "nobody"):
        assert getattr(as_(cast.people[person]), method)(address, data).status_code == 404, person
    for person in ("guest", *(("coach", "mayor") if writes else ())):
        assert getattr(as_(cast.people[person]), method)(address, data).status_code == 403, person
    assert getattr(as_(), method)(address, data).status_code == 302
    assert getattr(as_(cast.lead), method)(address, data).status_code in {200, 302}


@pytest.mark.parametrize(("page", "method", "data", "writes"), VIEWS, ids=IDS)
def test_another_citys_exercise_is_not_there(exercise, refused, cast, as_, page, method, data, writes):
    theirs = _made(cast.rosario, cast.other_lead)
    address = url(theirs, cast.tulsa, page, **_more(page, refused))
    assert getattr(as_(cast.lead), method)(address, data).status_code == 404
    assert now(theirs).revision == 1


def test_the_wall_holds_for_the_kinds_tables(exercise, refused, cast):
    with rls.city_scope(cast.rosario.pk):
        assert [model.objects.count() for model in TABLES] == [0, 0, 0]
    with rls.city_scope(cast.tulsa.pk):
        assert [model.objects.count() for model in TABLES] == [1, 2, 1]


def test_the_desk_costs_little(exercise, cast, as_):
    browser, page = as_(cast.lead), url(exercise, cast.tulsa)
    browser.get(page)
    with cost() as measured:
        browser.get(page)
    # The city, the exercise, and the reader's own open text.
    assert measured.count == 3, measured.queries
