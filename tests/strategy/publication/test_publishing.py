"""Publication and progress, act by act: sentences of refusals and messages, what is recorded, who may."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accelerator import formats, rls
from accelerator.models import AuditEvent
from accelerator.refusals import Refused
from cities.exports import actions as leases
from cities.models import Export
from strategy.models import PublicSeal, PublicStrategy, Strategy, YearlyReview
from strategy.plan import actions as plan
from strategy.publication import actions as publication
from strategy.publication import progress
from strategy.signoff import codes, seals, yearly_reviews
from tests.strategy.published import signed
from tests.walls import thawed

pytestmark = pytest.mark.django_db
NEWEST = "Only the latest signed version can be published."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    cache.clear()


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


def public():
    with rls.every_city():
        return PublicStrategy.objects.order_by("-number").first()


def publish(city, by, summary="What we promise.", shows_progress=False, number=1):
    """Ask, and do the worker's part without the files that it makes for minutes: the PDF alone is copied."""
    with rls.every_city():
        export = publication.publish(city=city, number=number, summary=summary, shows_progress=shows_progress, by=by)
        export = leases.claim(export.pk, "test")
    publication.store(city.pk, export, {}, [])


def events(verb):
    with rls.every_city():
        return list(AuditEvent.objects.filter(verb=verb))


# Publishing


def test_version_that_is_not_the_newest_signed_one_is_refused(cast, as_):
    browser, where = as_(cast.lead), url(cast, "publication-publish")
    assert NEWEST in browser.post(where, {"number": 1, "summary": "In short."}).text
    signed(cast.tulsa, 1)
    signed(cast.tulsa, 2)
    for number in (1, 3, "", "two"):
        page = browser.post(where, {"number": number, "summary": "In short."})
        assert (page.status_code, NEWEST in page.text) == (422, True), number
    assert browser.post(where, {"number": 2, "summary": "In short."}).status_code == 302


def test_version_without_its_file_is_refused_until_it_is_made(cast, as_):
    signed(cast.tulsa, pdf=False)
    page = as_(cast.lead).post(url(cast, "publication-publish"), {"number": 1, "summary": "In short."})
    assert "This version’s PDF isn’t ready yet. Try again in a minute." in page.text


@pytest.mark.parametrize("summary", ["", "   ", "\n\t"])
def test_publication_needs_its_summary(cast, as_, summary):
    signed(cast.tulsa)
    page = as_(cast.lead).post(url(cast, "publication-publish"), {"number": 1, "summary": summary, "progress": "on"})
    assert page.status_code == 422
    assert "Describe the strategy in a sentence or two." in page.text
    with rls.every_city():
        assert not Export.objects.filter(kind="publication").exists()
        assert not Strategy.objects.get(city=cast.tulsa).shows_progress


def test_summary_is_one_line_of_500_characters(cast):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead, summary="One\n two   " + "x" * 600)
    assert public().summary == "One two " + "x" * 492


def test_publishing_says_when_the_strategy_is_public_and_records_who_asked(cast, as_):
    signed(cast.tulsa)
    page = as_(cast.lead).post(url(cast, "publication-publish"), {"number": 1, "summary": "In short."}, follow=True)
    assert "The files are being created. The strategy will be public in about a minute." in page.text
    assert [event.actor_id for event in events("publication asked for")] == [cast.lead.pk]
    assert events("strategy published") == []


def test_persons_who_become_public_are_listed_before(cast, as_):
    with rls.every_city():
        objective = plan.add_objective(city=cast.tulsa, by=None, title="One answer", component="governance")
        plan.add_action(objective=objective, by=None, title="Adopt", owner_name="Zoe Ruiz")
        plan.add_action(objective=objective, by=None, title="Meet", owner_name="Ana Diaz")
        plan.add_action(objective=objective, by=None, title="Count", owner_name="Ana Diaz")
    signed(cast.tulsa)
    browser = as_(cast.lead)
    assert browser.get(url(cast, "publication")).context["persons"] == ["Ana Diaz", "Zoe Ruiz"]
    publish(cast.tulsa, cast.lead)
    assert browser.get(url(cast, "publication")).context["persons"] == []


def test_preview_needs_a_signed_version(cast, as_):
    assert as_(cast.lead).get(url(cast, "publication-preview")).status_code == 404
    signed(cast.tulsa)
    page = as_(cast.mayor).get(url(cast, "publication-preview"))
    assert (page.status_code, page.context["is_preview"]) == (200, True)
    assert as_(cast.other_lead).get(url(cast, "publication-preview")).status_code == 404
    assert as_(cast.guest).get(url(cast, "publication-preview")).status_code == 403
    assert public() is None


def test_search_text_has_no_accents_and_no_capitals(cast):
    with rls.every_city():
        objective = plan.add_objective(city=cast.tulsa, by=None, title="Uno", component="governance")
        plan.add_action(objective=objective, by=None, title="Publicar el Catálogo", measure="DÍAS")
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead, summary="Decisión")
    for query in ("tulsa", "decision", "publicar el catalogo", "dias"):
        assert query in public().search, query
    assert public().search == public().search.lower()


# Withdrawing


def test_withdrawing_what_is_not_public_is_refused(cast, as_):
    signed(cast.tulsa)
    page = as_(cast.lead).post(url(cast, "publication-withdraw"), {"reason": "A wrong figure."})
    assert (page.status_code, "There’s no published strategy to withdraw." in page.text) == (422, True)
    assert events("publication withdrawn") == []


def test_withdrawing_needs_a_reason_and_happens_once(cast, as_):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    browser, where = as_(cast.lead), url(cast, "publication-withdraw")
    page = browser.post(where, {"reason": " \n"})
    assert "Enter a reason. The public page will show it in place of the strategy." in page.text
    page = browser.post(where, {"reason": "A  wrong\nfigure."}, follow=True)
    assert "The strategy is no longer public. Its public page now says it was withdrawn and why." in page.text
    assert public().withdrawn_reason == "A wrong figure."
    page = browser.post(where, {"reason": "Again, with words."})
    assert "There’s no published strategy to withdraw." in page.text
    assert "Again, with words.</textarea>" in page.text
    assert [event.data["reason"] for event in events("publication withdrawn")] == ["A wrong figure."]


def test_withdrawn_version_published_again_is_public_without_the_reason(cast):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    with rls.every_city():
        publication.withdraw(city=cast.tulsa, reason="x" * 600, by=cast.lead)
    assert len(public().withdrawn_reason) == 500
    publish(cast.tulsa, cast.lead, summary="Mended.")
    assert (public().withdrawn_at, public().withdrawn_reason, public().summary) == (None, "", "Mended.")


def test_verb_refuses_as_the_page_does(cast, every_city):
    with pytest.raises(Refused, match=NEWEST):
        publication.publish(city=cast.tulsa, number=1, summary="x", shows_progress=False, by=cast.lead)
    with pytest.raises(Refused, match="There’s no published strategy to withdraw."):
        publication.withdraw(city=cast.tulsa, reason="x", by=cast.lead)


# Progress in public


@pytest.mark.parametrize(
    ("sent", "sentence", "verb"),
    [
        ({"progress": "on"}, "The public page shows progress.", "public progress shown"),
        ({}, "The public page doesn’t show progress.", "public progress hidden"),
    ],
)
def test_choice_of_public_progress_is_confirmed_and_recorded(cast, as_, sent, sentence, verb):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    assert sentence in as_(cast.lead).post(url(cast, "publication-progress"), sent, follow=True).text
    assert len(events(verb)) == 1
    assert (public().progress is not None) is bool(sent)


def test_progress_names_published_actions_alone(cast, every_city):
    objective = plan.add_objective(city=cast.tulsa, by=None, title="One answer", component="governance")
    old = plan.add_action(objective=objective, by=None, title="Adopt")
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead, shows_progress=True)
    plan.add_action(objective=objective, by=None, title="Later")
    plan.record_update(old, status="in_progress", percent=40, rag="amber", reason="Waiting", by=cast.lead)
    progress.refresh_progress(cast.tulsa)
    [row] = public().progress["actions"]
    report = {"status": "in_progress", "percent": 40, "rag": "amber", "reason": "Waiting", "reported": True}
    assert row == {"code": "G1.1", **report}
    assert public().progress["on"] == cast.tulsa.today().isoformat()


def test_status_of_an_action_that_is_another_one_now_is_not_shown_under_the_signed_title(cast, every_city, as_):
    objective = plan.add_objective(city=cast.tulsa, by=None, title="One answer", component="governance")
    action = plan.add_action(objective=objective, by=None, title="House everyone")
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead, shows_progress=True)
    action.title = "Print a flyer"
    action.save()
    plan.record_update(action, status="completed", percent=100, rag="green", reason="Done", by=cast.lead)
    progress.refresh_progress(cast.tulsa)
    assert public().progress["actions"] == [{"code": "G1.1", "is_changed": True}]
    page = as_().get(f"/strategies/{cast.tulsa.slug}/").text
    assert ("House everyone" in page, "changed since signing" in page) == (True, True)
    assert "0 of 1 action was completed" in page
    assert "not reported yet" not in page


def test_public_page_says_not_rated_once_an_owner_has_answered(cast, every_city, as_):
    objective = plan.add_objective(city=cast.tulsa, by=None, title="One answer", component="governance")
    answered = plan.add_action(objective=objective, by=None, title="Adopt")
    plan.add_action(objective=objective, by=None, title="Train")
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead, shows_progress=True)
    plan.record_update(answered, status="completed", by=cast.lead)
    progress.refresh_progress(cast.tulsa)
    page = as_().get("/strategies/tulsa-us/").text
    assert [page.count(label) for label in ("not rated", "not reported yet")] == [1, 1]


def test_refreshing_a_city_that_has_published_nothing_changes_nothing(cast, every_city):
    progress.refresh_progress(cast.tulsa)
    assert public() is None


# The page of progress and the yearly reviews


def test_headline_before_and_after_the_signature(cast, as_):
    browser = as_(cast.mayor)
    before = browser.get(url(cast, "upkeep")).text
    assert "Status requests and yearly reviews start once the strategy is signed." in before
    signed(cast.tulsa)
    assert "The strategy has been signed, but no quarter has ended since then." in browser.get(url(cast, "upkeep")).text


@pytest.fixture
def review(cast):
    version = signed(cast.tulsa)
    with rls.every_city():
        yearly_reviews.begin(version=version, by=None)
        YearlyReview.objects.filter(months__lt=36).update(due_on=cast.tulsa.today())
        return YearlyReview.objects.filter(city=cast.tulsa).first()


@pytest.mark.parametrize(
    "data", [{"result": "continue", "words": " "}, {"result": "", "words": "x"}, {"result": "forget", "words": "x"}]
)
def test_review_needs_its_result_and_text(cast, as_, review, data):
    page = as_(cast.lead).post(url(cast, "yearly-review", review.pk), data)
    assert page.context["form"].errors
    if not data["words"].strip():
        assert "Write a few sentences about what you learned." in page.text
    with rls.every_city():
        review.refresh_from_db()
    assert review.done_at is None


def test_review_recorded_first_is_shown_in_place_of_the_second(cast, as_, review):
    browser, where = as_(cast.lead), url(cast, "yearly-review", review.pk)
    first = browser.post(where, {"result": "adjust", "words": "Fewer actions."}, follow=True)
    assert "The review has been recorded." in first.text
    second = browser.post(where, {"result": "renew", "words": "Mine"})
    assert second.status_code == 409
    assert "Someone else recorded this review while you were working. Read it below." in second.text
    assert "Fewer actions." in second.text


def test_withdrawn_review_is_not_found_and_takes_no_record(cast, as_, review):
    with rls.every_city():
        YearlyReview.objects.filter(pk=review.pk).update(withdrawn_at=timezone.now())
        values = {"result": "renew", "words": "x", "is_public": False}
        assert progress.record_review(row=review, by=cast.lead, **values) is False
    assert as_(cast.lead).get(url(cast, "yearly-review", review.pk)).status_code == 404
    assert events("yearly review done") == []


def test_public_review_is_on_the_public_page_and_others_are_not(cast, as_, review):
    publish(cast.tulsa, cast.lead)
    with rls.every_city():
        other = YearlyReview.objects.filter(city=cast.tulsa).exclude(pk=review.pk).first()
    browser = as_(cast.lead)
    browser.post(
        url(cast, "yearly-review", review.pk), {"result": "adjust", "words": "Seen by all.", "is_public": "on"}
    )
    browser.post(url(cast, "yearly-review", other.pk), {"result": "renew", "words": "Among us."})
    assert [row["words"] for row in public().reviews] == ["Seen by all."]
    page = as_().get(f"/strategies/{cast.tulsa.slug}/").text
    assert "Seen by all." in page
    assert "Among us." not in page


def test_review_is_not_recorded_before_it_is_due_and_what_was_typed_stays(cast, as_, review):
    with rls.every_city():
        row = YearlyReview.objects.get(city=cast.tulsa, months=36)
    browser, where = as_(cast.lead), url(cast, "yearly-review", row.pk)
    sentence = f"You can record this review on {formats.day(row.due_on)} or later."
    page = browser.get(where).text
    assert (sentence in page, "Record the review" in page) == (True, False)
    answer = browser.post(where, {"result": "continue", "words": "Three years, already.", "is_public": "on"})
    assert (sentence in answer.text, "Three years, already." in answer.text) == (True, True)
    with rls.every_city():
        row.refresh_from_db()
    assert row.done_at is None


def test_review_of_another_version_is_not_on_this_ones_page(cast, as_, review):
    values = {"result": "adjust", "words": "About the first version.", "is_public": True}
    with rls.every_city():
        assert progress.record_review(row=review, by=cast.lead, **values)
    signed(cast.tulsa, number=2)
    publish(cast.tulsa, cast.lead, number=2)
    assert public().number == 2
    assert public().reviews == []
    assert "About the first version." not in as_().get(f"/strategies/{cast.tulsa.slug}/").text


def test_public_review_has_the_citys_day(cast, as_, review):
    publish(cast.tulsa, cast.lead)
    late = datetime(2026, 3, 11, 3, tzinfo=UTC)  # still March 10 in Tulsa
    with rls.every_city():
        YearlyReview.objects.filter(pk=review.pk).update(done_at=late, result="renew", words="x", is_public=True)
        progress.refresh_progress(cast.tulsa)
    assert [row["on"] for row in public().reviews] == ["2026-03-10"]
    assert "Recorded on Mar 10, 2026" in as_().get(f"/strategies/{cast.tulsa.slug}/").text


# Verifying


def upload(content):
    file = ContentFile(content)
    file.name = "strategy.pdf"
    return file


def test_verifying_asks_for_something_to_verify(as_, db):
    assert "Enter the code, choose the PDF file, or do both." in as_().post(reverse("strategy:verify"), {}).text


@pytest.mark.parametrize("length", [1, 11, 13])
def test_code_of_another_length_names_the_right_length(as_, db, length):
    page = as_().get(reverse("strategy:verify-code", args=["7" * length]))
    assert page.status_code == 404
    assert f"A code has 12 letters and numbers, like 7KQF-M2XD-93RT. Yours has {length}." in page.text


def test_file_of_a_version_that_is_still_being_made_is_not_judged(cast, as_):
    version = signed(cast.tulsa, pdf=False)
    with rls.every_city():
        code = codes.make()
        with thawed(type(version)):
            type(version).objects.filter(pk=version.pk).update(code=code)
        version.refresh_from_db()
        seals.set_seal(version)
        with thawed(PublicSeal):
            PublicSeal.objects.update(pdf_sha256="")
    page = as_().post(reverse("strategy:verify-code", args=[code]), {"file": upload(b"%PDF-1.7")})
    assert "This version’s PDF is still being created. Try again in a few minutes." in page.text


def test_yearly_reviews_fall_due_one_two_and_three_years_after(cast):
    version = signed(cast.tulsa)
    with rls.every_city():
        yearly_reviews.begin(version=version, by=None)
        rows = list(YearlyReview.objects.filter(city=cast.tulsa).order_by("months"))
    assert [row.months for row in rows] == [12, 24, 36]
    assert rows[0].due_on - timedelta(days=366) <= cast.tulsa.today() <= rows[0].due_on - timedelta(days=364)
