"""Peer cities: a copy of a section for participating cities in the cohort, and no one else."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import User
from strategy.models import PeerComment, PeerSection, Strategy, Thread
from strategy.review import peers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_city")]


def text(answer):
    return answer.content.decode()


def url(city, name, *args):
    return reverse(f"strategy:{name}", args=[city.slug, *args])


@pytest.fixture
def shown(cast, as_, write):
    """Tulsa shows its vision; Rosario and Quito take part in their cohorts."""
    with rls.every_city():
        Strategy.objects.update(peers=True)
    User.objects.filter(pk=cast.other_lead.pk).update(language="en")
    write(cast.lead, "<p>Words of the vision</p>")
    data = {"section": "vision", "until": (timezone.localdate() + timedelta(days=9)).isoformat(), "question": "Plain?"}
    as_(cast.lead).post(url(cast.tulsa, "peers-show"), data)
    return PeerSection.objects.get()


def test_a_peer_reads_and_comments(cast, as_, shown):
    page = url(cast.rosario, "peer-section", shown.pk)
    browser = as_(cast.other_lead)
    assert "Plain?" in text(browser.get(url(cast.rosario, "peers")))
    page_text = text(browser.get(page))
    assert "Words of the vision" in page_text
    assert "Visible to the Tulsa team and every city in the cohort that takes part in peer review" in page_text
    assert "Write a comment first." in text(browser.post(url(cast.rosario, "peer-comment", shown.pk), {"body": " "}))
    browser.post(url(cast.rosario, "peer-comment", shown.pk), {"body": "Name the year."})
    comment = PeerComment.objects.get()
    assert (comment.from_city, comment.author_name) == ("Rosario", str(cast.other_lead))
    own = text(as_(cast.member).get(url(cast.tulsa, "peer-section", shown.pk)))
    assert "Name the year." in own
    for _twice in range(2):
        as_(cast.member).post(url(cast.tulsa, "peer-said-take", comment.pk))
    with rls.every_city():
        [thread] = Thread.objects.all()
        assert f"{comment.author_name} from Rosario, a peer city, wrote:" in thread.comments.get().body
    assert as_(cast.other_lead).post(url(cast.rosario, "peer-said-take", comment.pk)).status_code == 404


def test_copy_and_quoted_comment_are_in_the_citys_language_whoever_makes_them(cast, as_, write):
    with rls.every_city():
        Strategy.objects.update(peers=True)
        lead = User.objects.get(pk=cast.lead.pk)
        lead.language = "es"
        lead.save()
    write(cast.lead, "<p>Words of the vision</p>")
    data = {"section": "vision", "until": (timezone.localdate() + timedelta(days=9)).isoformat(), "question": ""}
    as_(lead).post(url(cast.tulsa, "peers-show"), data)
    copy = PeerSection.objects.get()
    assert copy.title == "1. Vision for three years"
    comment = copy.comments.create(
        author=cast.other_lead, author_name="Ana", from_city="Rosario", body="Name the year."
    )
    as_(lead).post(url(cast.tulsa, "peer-said-take", comment.pk))
    with rls.every_city():
        [thread] = Thread.objects.all()
        assert thread.comments.get().body == "Ana from Rosario, a peer city, wrote: Name the year."


def test_peer_section_is_not_found_by_others(cast, as_, shown):
    assert as_(cast.far_lead).get(url(cast.quito, "peer-section", shown.pk)).status_code == 404
    assert "Words of the vision" not in text(as_(cast.far_lead).get(url(cast.quito, "peers")))
    with rls.every_city():
        Strategy.objects.filter(city=cast.rosario).update(peers=False)
    for method in ("get", "post"):
        name = "peer-section" if method == "get" else "peer-comment"
        answer = getattr(as_(cast.other_lead), method)(url(cast.rosario, name, shown.pk), {"body": "x"})
        assert answer.status_code == 404
    assert "Tulsa" not in text(as_(cast.other_lead).get(url(cast.rosario, "peers")))
    assert not PeerComment.objects.exists()


def test_closing_leaving_and_the_last_day_hide_it(cast, as_, shown):
    page = url(cast.rosario, "peer-section", shown.pk)
    assert as_(cast.member).post(url(cast.tulsa, "peer-close", shown.pk)).status_code == 403
    assert as_(cast.other_lead).post(url(cast.rosario, "peer-close", shown.pk)).status_code == 404
    PeerSection.objects.update(until=timezone.localdate() - timedelta(days=2))
    assert as_(cast.other_lead).get(page).status_code == 404
    PeerSection.objects.update(until=timezone.localdate() + timedelta(days=2))
    assert as_(cast.other_lead).get(page).status_code == 200
    as_(cast.lead).post(url(cast.tulsa, "peers-join"), {"on": ""})
    assert as_(cast.other_lead).get(page).status_code == 404
    assert as_(cast.lead).get(url(cast.tulsa, "peer-section", shown.pk)).status_code == 200
    with rls.every_city():
        assert not Strategy.objects.get(city=cast.tulsa).peers


def test_peer_section_stays_the_same_after_an_edit(cast, as_, shown, write):
    write(cast.lead, "<p>Secret later words</p>")
    page = text(as_(cast.other_lead).get(url(cast.rosario, "peer-section", shown.pk)))
    assert "Words of the vision" in page
    assert "Secret" not in page


def test_showing_to_peers_needs_participation_and_a_text(cast, as_, write):
    data = {"section": "vision", "until": timezone.localdate().isoformat()}
    show = url(cast.tulsa, "peers-show")
    assert "Select a valid choice" in text(as_(cast.lead).post(show, data))
    write(cast.lead, "words")
    assert "isn’t taking part in peer review" in text(as_(cast.lead).post(show, data))
    as_(cast.lead).post(url(cast.tulsa, "peers-join"), {"on": "yes"})
    assert as_(cast.lead).post(show, data).status_code == 302
    assert PeerSection.objects.count() == 1


def test_who_may(cast, as_):
    for person, wanted in (
        ("lead", 200),
        ("member", 200),
        ("coach", 403),
        ("mayor", 403),
        ("guest", 403),
        ("far_lead", 404),
    ):
        assert as_(cast.people[person]).get(url(cast.tulsa, "peers")).status_code == wanted, person
    for name in ("peers-join", "peers-show"):
        assert as_(cast.member).post(url(cast.tulsa, name)).status_code == 403


# The second wall --------------------------------------------------------------------


def found(cities, side=rls.Side.CITY):
    with rls.scope([city.pk for city in cities], side):
        return PeerSection.objects.count(), PeerComment.objects.count()


@pytest.fixture
def no_scope():
    """The wall itself is tested outside the scope that the other tests read in."""
    connection.accelerator_scope = rls.CLOSED
    rls._apply(rls.CLOSED)
    yield
    connection.accelerator_scope = rls.Scope("*", rls.Side.GOVEX)
    rls._apply(rls.Scope("*", rls.Side.GOVEX))


def test_database_shows_a_copy_to_its_city_and_to_peers_who_take_part(cast, shown, no_scope):
    with rls.city_scope(cast.rosario.pk):
        peers.comment(copy=shown, body="Name the year.", by=cast.other_lead, city=cast.rosario)
    assert (PeerSection.objects.count(), PeerComment.objects.count()) == (0, 0)
    assert found([cast.tulsa]) == found([cast.rosario]) == (1, 1)
    assert found([cast.quito]) == found([]) == (0, 0)
    assert found([cast.tulsa, cast.rosario], rls.Side.FUNDER) == (0, 0)
    with rls.every_city():
        Strategy.objects.filter(city=cast.rosario).update(peers=False)
    assert found([cast.rosario]) == (0, 0)


@pytest.mark.parametrize("days", [{"until": -3}, {"closed_at": -3}])
def test_database_shows_a_copy_to_no_peer_after_its_time(cast, shown, no_scope, days):
    with rls.every_city():
        PeerSection.objects.update(**{name: timezone.now() + timedelta(days=n) for name, n in days.items()})
    assert found([cast.rosario]) == (0, 0)
    assert found([cast.tulsa]) == (1, 0)


def test_database_lets_only_the_copys_city_change_it(cast, shown, no_scope):
    with rls.city_scope(cast.rosario.pk):
        peers.comment(copy=shown, body="Name the year.", by=cast.other_lead, city=cast.rosario)
        assert PeerSection.objects.update(html="") == 0
        assert PeerComment.objects.update(body="x") == PeerSection.objects.all()._raw_delete("default") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            PeerSection.objects.create(cohort=shown.cohort, owner=cast.tulsa, revision=1, until=shown.until)
    with pytest.raises(ProgrammingError, match="row-level security"), rls.city_scope(cast.quito.pk):
        peers.comment(copy=shown, body="From outside", by=cast.far_lead, city=cast.quito)
    with rls.city_scope(cast.tulsa.pk):
        assert PeerComment.objects.update(body="x") == 1


@pytest.mark.parametrize("who", ["reader", "owner"])
@pytest.mark.parametrize("state", ["withdrawn", "completed"])
def test_a_city_that_left_the_cohort_neither_reads_nor_is_read(cast, as_, shown, who, state):
    city = cast.rosario if who == "reader" else cast.tulsa
    page = url(cast.rosario, "peer-section", shown.pk)
    assert as_(cast.other_lead).get(page).status_code == 200
    row = cast.cohort.enrollment_set.get(city=city)
    row.state, row.left_on = state, city.today()
    row.save()
    assert as_(cast.other_lead).get(page).status_code == 404
    assert "Tulsa" not in text(as_(cast.other_lead).get(url(cast.rosario, "peers")))
    answer = as_(cast.other_lead).post(url(cast.rosario, "peer-comment", shown.pk), {"body": "x"})
    assert answer.status_code == 404
    assert not PeerComment.objects.exists()
    # Its own copies and what was said about them stay with it.
    assert as_(cast.lead).get(url(cast.tulsa, "peer-section", shown.pk)).status_code == 200
    assert not PeerSection.objects.of_peers(cast.rosario, cast.cohort).exists()
    assert not PeerSection.objects.shared_with(cast.rosario, cast.cohort).exists()


@pytest.mark.parametrize("who", ["reader", "owner"])
def test_database_shows_no_copy_to_or_of_a_city_that_left(cast, shown, no_scope, who):
    city = cast.rosario if who == "reader" else cast.tulsa
    rows = cast.cohort.enrollment_set.filter(city=city)
    rows.update(state="paused")
    assert found([cast.rosario]) == (1, 0)
    rows.update(state="withdrawn", left_on=city.today())
    assert found([cast.rosario]) == (0, 0)
    assert found([cast.tulsa]) == (1, 0)


def test_a_city_that_left_the_cohort_shows_nothing_to_its_peers(cast, as_, write):
    Strategy.objects.update(peers=True)
    write(cast.lead, "words")
    row = cast.cohort.enrollment_set.get(city=cast.tulsa)
    row.state, row.left_on = "withdrawn", cast.tulsa.today()
    row.save()
    data = {"section": "vision", "until": timezone.localdate().isoformat()}
    answer = as_(cast.lead).post(url(cast.tulsa, "peers-show"), data)
    assert "isn’t taking part in peer review" in text(answer)
    assert not PeerSection.objects.exists()
