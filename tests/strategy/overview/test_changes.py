"""What changed: since a look, a review, a day, a submitted version; reading marks nothing by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from strategy.models import Opinion, SectionLook, SectionRevision
from strategy.sections import last_read
from tests.clients import cost
from tests.strategy.conftest import FETCH

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


@pytest.fixture
def changes_url(cast):
    """The address of the page of the whole strategy; `changes_url("read")` marks it."""

    def address(verb="", city=None):
        return reverse(f"strategy:changes{'-' * bool(verb)}{verb}", args=[(city or cast.tulsa).slug])

    return address


def look(as_, person, at, revision, **more):
    answer = as_(person).post(at("section-looked", **more), {"revision": revision}, headers=FETCH)
    assert answer.status_code == 204


def later(**span):
    """Let the looks have been that long ago."""
    with rls.every_city():
        for row in SectionLook.objects.all():
            row.at -= timedelta(**span)
            row.save()


def test_changes_since_the_last_visit_are_listed(cast, as_, at, changes_url, write):
    write(cast.lead, "The lights work in two wards.")
    look(as_, cast.coach, at, 1)
    later(hours=2)
    write(cast.member, "The lights work in three wards now.")
    page = text(as_(cast.coach).get(changes_url()))
    assert "One section changed since your last visit. Words added: 2. Words removed: 1." in page
    assert "<del>" in page
    assert "Member" in page
    assert "1 change since your last visit" in text(as_(cast.coach).get(at("section")))
    assert "1 change since" not in text(as_(cast.member).get(at("section")))


def test_second_look_within_half_an_hour_is_the_same_visit(cast, as_, at, changes_url, write):
    write(cast.lead, "One two three four.")
    look(as_, cast.coach, at, 1)
    later(hours=2)
    write(cast.lead, "One two three five.")
    look(as_, cast.coach, at, 2)
    assert "One section changed" in text(as_(cast.coach).get(changes_url()))
    later(minutes=20)
    look(as_, cast.coach, at, 2)
    assert "One section changed" in text(as_(cast.coach).get(changes_url()))
    later(minutes=31)
    assert "No sections changed" in text(as_(cast.coach).get(changes_url()))


def test_reading_pages_marks_nothing(cast, as_, at, changes_url, write):
    write(cast.lead, "One two three four.")
    for person in (cast.coach, cast.lead, cast.mayor):
        for address in (changes_url(), at("section"), at("section-changes"), at("section-history")):
            assert as_(person).get(address).status_code == 200
    with rls.every_city():
        assert not SectionLook.objects.exists()


def test_the_button_marks_all_as_read(cast, as_, at, changes_url, write):
    write(cast.lead, "One two three four.")
    write(cast.lead, "Another section.", key="risks")
    browser = as_(cast.coach)
    assert "haven’t opened" in text(browser.get(changes_url()))
    assert browser.post(changes_url("read"))["Location"] == changes_url()
    page = text(browser.get(changes_url()))
    assert "No sections changed" in page
    assert "haven’t opened" not in page
    write(cast.lead, "One two three five.")
    assert "One section changed" in text(browser.get(changes_url()))
    assert browser.post(at("section-looked"))["Location"] == at("section")
    assert "No sections changed" in text(browser.get(changes_url()))


def test_the_desk_marks_what_it_shows(cast, as_, at, write):
    write(cast.lead, "One.")
    write(cast.lead, "Two.")
    as_(cast.member).post(at("section-here"), {"base": 1}, headers=FETCH)
    with rls.every_city():
        assert SectionLook.objects.get(person=cast.member).revision == 1
    as_(cast.member).post(at("section-here"), {"base": 99}, headers=FETCH)
    with rls.every_city():
        assert SectionLook.objects.get(person=cast.member).revision == 2


def test_own_changes_are_not_listed(cast, as_, at, changes_url, write):
    write(cast.lead, "One two three four.")
    look(as_, cast.lead, at, 1)
    later(hours=2)
    write(cast.lead, "One two three five.")
    assert "No sections changed" in text(as_(cast.lead).get(changes_url()))


def test_changes_since_the_coachs_review_are_listed(cast, as_, at, changes_url, write, row):
    write(cast.lead, "One two three four.")
    assert "The coach hasn’t reviewed this section yet." in text(
        as_(cast.lead).get(at("section-changes") + "?since=review")
    )
    with rls.every_city():
        Opinion.objects.create(
            city=cast.tulsa, section=row(), revision=1, ready=False, words="More", person=cast.coach, role="coach"
        )
    write(cast.lead, "One two three five six.")
    page = text(as_(cast.lead).get(changes_url() + "?since=review"))
    assert "One section changed since the coach’s review. Words added: 2. Words removed: 1." in page
    assert "from version 1 to version 2" in text(as_(cast.lead).get(at("section-changes") + "?since=review"))


def test_without_an_opinion_the_move_of_the_section_counts(cast, as_, at, changes_url, write, row):
    write(cast.lead, "One two three four.")
    as_(cast.lead).post(at("section-move"), {"to": "in_review"})
    as_(cast.coach).post(at("section-move"), {"to": "changes_suggested"})
    write(cast.lead, "One two three five.")
    assert "One section changed" in text(as_(cast.lead).get(changes_url() + "?since=review"))


def test_changes_since_a_day_are_listed(cast, as_, changes_url, write):
    write(cast.lead, "One two three four.")
    with rls.every_city():
        SectionRevision.objects.update(created_at=timezone.now() - timedelta(days=5))
    write(cast.lead, "One two three five.")
    day = (timezone.now() - timedelta(days=2)).date().isoformat()
    page = text(as_(cast.lead).get(f"{changes_url()}?since=date&on={day}"))
    assert "One section changed since " in page
    assert "Words added: 1. Words removed: 1." in page
    for bad in ("", "yesterday", "2026-13-45"):
        assert "Choose a day." in text(as_(cast.lead).get(f"{changes_url()}?since=date&on={bad}"))


def frozen(cast, number, html):
    tree = {"sections": [{"key": "vision", "html": html}]}
    with rls.every_city():
        cast.tulsa.strategyversion_set.create(
            strategy=cast.tulsa.strategy,
            number=number,
            tree=tree,
            template="x",
            sha256="0" * 64,
            code=f"code-{number}",
            state="returned",
        )


def test_changes_since_a_submitted_version_are_listed(cast, as_, changes_url, write):
    frozen(cast, 1, "<p>One two three four.</p>")
    frozen(cast, 2, "<p>One two three five.</p>")
    write(cast.lead, "One two three six seven.")
    page = text(as_(cast.coach).get(changes_url() + "?since=version-1"))
    assert "<ins>" in page
    assert "six seven" in page
    two = text(as_(cast.coach).get(changes_url() + "?since=version-1&until=version-2"))
    assert "five" in two
    assert "seven" not in two
    assert "since your last visit." in text(as_(cast.coach).get(changes_url() + "?since=version-9"))


def test_a_guest_sees_the_named_sections_only(cast, as_, at, changes_url, write):
    write(cast.lead, "words of the vision")
    write(cast.lead, "words of the risks", key="risks")
    frozen(cast, 1, "<p>frozen words</p>")
    page = text(as_(cast.guest).get(changes_url()))
    assert at("section") in page
    assert at("section", section="risks") not in page
    assert "version-1" not in page
    assert as_(cast.guest).get(at("section-changes", section="risks")).status_code == 404


def test_any_two_revisions_of_a_section_are_compared(cast, as_, at, write):
    for phrase in ("one two three", "one two four", "one two five"):
        write(cast.lead, phrase)
    page = text(as_(cast.coach).get(at("section-changes") + "?from=1&to=3"))
    assert "from version 1 to version 3" in page
    assert "five" in page
    assert "four" not in page.split('class="prose')[1].split("</div>")[0]
    back = text(as_(cast.coach).get(at("section-changes") + "?from=3&to=1"))
    assert "from version 3 to version 1" in back
    assert "from version 2 to version 3" in text(as_(cast.coach).get(at("section-changes")))
    assert "from version 2 to version 3" in text(as_(cast.coach).get(at("section-changes") + "?from=x&to=99"))
    assert "from an empty section to version 1" in text(as_(cast.coach).get(at("section-changes") + "?from=0&to=1"))
    assert "are the same" in text(as_(cast.coach).get(at("section-changes") + "?from=2&to=2"))


def test_pages_of_an_unwritten_section_say_that_nothing_is_new(cast, as_, at, changes_url):
    assert "No text yet." in text(as_(cast.lead).get(at("section-changes")))
    assert "Nothing new here." in text(as_(cast.lead).get(changes_url()))


def test_changes_open_only_for_permitted_roles(cast, as_, at, changes_url, write):
    write(cast.other_lead, "words of rosario", city=cast.rosario)
    for person in ("other_lead", "far_lead", "other_coach", "nobody", "funder"):
        assert as_(cast.people[person]).get(changes_url()).status_code == 404, person
        assert as_(cast.people[person]).post(changes_url("read")).status_code == 404, person
        assert as_(cast.people[person]).get(at("section-changes")).status_code == 404, person
        assert as_(cast.people[person]).post(at("section-looked")).status_code == 404, person
    assert as_(cast.lead).get(at("section-changes", city=cast.rosario)).status_code == 404
    for person in ("coach", "mayor", "admin"):
        assert as_(cast.people[person]).get(changes_url()).status_code == 200
        assert as_(cast.people[person]).post(at("section-take-over")).status_code == 403
    assert as_(cast.guest).post(at("section-looked", section="risks")).status_code == 404


def test_takeover_notifies_the_other_writer(cast, as_, at):
    as_(cast.lead).post(at("section-here"), {"base": 0, "writing": 1}, headers=FETCH)
    seen = text(as_(cast.member).post(at("section-here"), {"base": 0}, headers=FETCH))
    assert "Lead</strong> has been editing this since" in seen
    assert "Take over" in seen
    answer = as_(cast.member).post(at("section-take-over"), follow=True)
    assert "You’re now editing, and we’ve let Lead know." in text(answer)
    answer = text(as_(cast.lead).post(at("section-here"), {"base": 0, "held": 1, "writing": 1}, headers=FETCH))
    assert "Member took over editing at" in answer
    assert "data-held" not in answer
    mine = text(as_(cast.member).post(at("section-here"), {"base": 0, "writing": 1}, headers=FETCH))
    assert "data-held" in mine


def test_takeover_without_a_writer_claims_nothing(cast, as_, at, row):
    assert as_(cast.member).post(at("section-take-over")).status_code == 302
    assert row().claimed_by is None


@pytest.mark.parametrize("rows", [10, 100])
def test_changes_page_with_many_sections_needs_no_more_queries(cast, as_, at, changes_url, write, rows):
    for number in range(rows):
        write(cast.lead if number % 2 else cast.member, f"text {number}")
        if number < 18:
            write(cast.lead, f"other text {number}", key="risks")
    look(as_, cast.coach, at, 1)
    look(as_, cast.coach, at, 1, section="risks")
    later(hours=2)
    browser = as_(cast.coach)
    for address, most in (
        (changes_url(), 7),
        (at("section-changes") + "?since=look", 6),
        (changes_url() + "?since=review", 8),
    ):
        with cost() as measured:
            assert browser.get(address).status_code == 200
        assert measured.count <= most, measured.queries
    with cost() as measured, rls.every_city():
        last_read.changed_places(cast.tulsa.section_set.get(key="vision"), cast.coach)
    assert measured.count <= 4, measured.queries
