"""Outside reviewers: invited to selected sections until a date; everything else is closed to them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from cities.models import Role
from tests.clients import edit
from tests.mails import emails

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


@pytest.fixture
def url(cast):
    return lambda name, *args: reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


def guests(cast):
    with rls.every_city():
        rows = cast.tulsa.membership_set.filter(role=Role.GUEST_REVIEWER).order_by("pk")
        return [(m.user.email, sorted(m.review_sections.values_list("section__key", flat=True))) for m in rows]


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_inviting_to_named_sections(cast, as_, url, write):
    write(cast.lead, "words", key="risks")
    data = {
        "name": "Ana Privacy",
        "email": "Ana@State.example",
        "language": "en",
        "sections": ["risks", "policies"],
        "until": day(20),
        "note": "You know the state’s law.",
    }
    for gap, sentence in (
        ({"sections": []}, "Choose at least one section."),
        ({"until": day(-2)}, "That date has passed."),
    ):
        assert sentence in text(as_(cast.lead).post(url("reviewer-invite"), {**data, **gap}))
    answer = as_(cast.lead).post(url("reviewer-invite"), data)
    assert answer["Location"] == url("reviewers")
    assert guests(cast)[-1] == ("ana@state.example", ["policies", "risks"])
    assert len(emails(kind="invitation", to="ana@state.example")) == 1
    with rls.every_city():
        ana = cast.tulsa.membership_set.get(user__email="ana@state.example").user
    page = text(as_(ana).get(url("strategy")))
    assert "You know the state’s law." in page
    assert "2 sections are waiting for your review." in page
    assert "Vision" not in page
    assert as_(ana).get(url("section", "risks")).status_code == 200
    assert as_(ana).get(url("section", "vision")).status_code == 404
    assert "already" in text(as_(cast.lead).post(url("reviewer-invite"), data))


TOO_LONG = "A guest reviewer’s access can last at most one year, until "


def test_access_lasts_at_most_a_year_in_both_forms(cast, as_, url):
    with rls.every_city():
        guest = cast.tulsa.membership_set.get(user=cast.guest)
        today = cast.tulsa.today()
    data = {"name": "Ana", "email": "ana@state.example", "language": "en", "sections": ["risks"]}
    for until in ("9999-12-31", str(today + timedelta(days=367))):
        page = as_(cast.lead).post(url("reviewer-invite"), {**data, "until": until})
        assert page.context["form"].errors["until"]
        page = edit(as_(cast.lead), url("reviewer-change", guest.pk), {"sections": ["risks"], "until": until})
        assert page.context["form"].errors["until"]
    assert TOO_LONG in page.context["form"].errors["until"][0]
    assert len(guests(cast)) == 1
    edit(
        as_(cast.lead),
        url("reviewer-change", guest.pk),
        {"sections": ["risks"], "until": str(today + timedelta(days=366))},
    )
    assert as_(cast.lead).post(url("reviewer-invite"), {**data, "until": str(today + timedelta(days=366))}).url
    with rls.every_city():
        days = cast.tulsa.membership_set.filter(role=Role.GUEST_REVIEWER).values_list("until", flat=True)
        assert set(days) == {today + timedelta(days=366)}


def test_every_page_of_an_unnamed_section_is_closed(cast, as_, url, write, talk):
    write(cast.lead, "words", key="risks")
    thread = talk(cast.lead, key="risks")
    browser = as_(cast.guest)
    for name in ("section", "section-history"):
        assert browser.get(url(name, "risks")).status_code == 404
        assert browser.get(url(name, "vision")).status_code == 200
    assert browser.get(url("section-revision", "risks", 1)).status_code == 404
    for name, args in (
        ("thread-open", []),
        ("thread-reply", [thread.pk]),
        ("thread-end", [thread.pk]),
        ("comment-draft", []),
        ("comments-seen", []),
    ):
        assert browser.post(url(name, "risks", *args), {"body": "x"}).status_code == 404, name


def test_other_sections_another_end_and_the_end(cast, as_, url, write):
    with rls.every_city():
        guest = cast.tulsa.membership_set.get(user=cast.guest)
    change = url("reviewer-change", guest.pk)
    edit(as_(cast.lead), change, {"sections": ["risks"], "until": day(3)})
    assert guests(cast) == [(cast.guest.email, ["risks"])]
    assert as_(cast.guest).get(url("section", "vision")).status_code == 404
    as_(cast.lead).post(url("reviewer-end", guest.pk))
    assert as_(cast.guest).get(url("section", "risks")).status_code == 404
    assert "One reviewer whose access has ended" in text(as_(cast.lead).get(url("reviewers")))
    edit(as_(cast.admin), change, {"sections": ["vision"], "until": day(3)})
    assert as_(cast.guest).get(url("section", "vision")).status_code == 200


def test_section_of_an_expired_reviewer_is_not_found(cast, as_, url):
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.guest).update(until=timezone.localdate() - timedelta(days=2))
    for name, args in (("strategy", []), ("section", ["vision"]), ("reviews", [])):
        assert as_(cast.guest).get(url(name, *args)).status_code == 404


def test_reviewer_without_sections_sees_whom_to_contact(cast, as_, url):
    with rls.every_city():
        cast.tulsa.membership_set.get(user=cast.guest).review_sections.all().delete()
    page = text(as_(cast.guest).get(url("strategy")))
    assert "No sections have been assigned to you yet." in page
    assert cast.lead.email in page
    assert "No sections assigned yet." in text(as_(cast.lead).get(url("reviewers")))


def test_who_may_ask_reviewers(cast, as_, url):
    with rls.every_city():
        guest, lead = (cast.tulsa.membership_set.get(user=person) for person in (cast.guest, cast.lead))
        theirs = cast.rosario.membership_set.get(user=cast.other_lead)
    for person, wanted in (
        ("lead", 200),
        ("admin", 200),
        ("member", 403),
        ("coach", 403),
        ("guest", 403),
        ("other_lead", 404),
    ):
        for name, args in (("reviewers", []), ("reviewer-invite", []), ("reviewer-change", [guest.pk])):
            assert as_(cast.people[person]).get(url(name, *args)).status_code == wanted, (person, name)
    for membership in (lead, theirs):
        assert as_(cast.lead).get(url("reviewer-change", membership.pk)).status_code == 404
        assert as_(cast.lead).post(url("reviewer-end", membership.pk)).status_code == 404


def test_a_guest_answers(cast, as_, url, write):
    write(cast.lead, "words")
    as_(cast.guest).post(url("opinion") + "?section=vision", {"ready": "no", "words": "Cite the statute."})
    assert "You said “Not yet”" in text(as_(cast.guest).get(url("strategy")))
    assert "reviewed</span>" in text(as_(cast.lead).get(url("reviewers")))
    assert "Cite the statute." in text(as_(cast.coach).get(url("section", "vision")))
