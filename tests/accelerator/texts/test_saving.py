"""Writing is never lost: in any order of saves, crashes and retries, every text can be found."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.texts import models, richtext, saving
from accelerator.texts.saving import Outcome
from strategy.models import Section, SectionState

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(cast, every_city):
    return cast.tulsa.section_set.get(key="vision")


def fresh(section):
    return Section.objects.get(pk=section.pk)


def save(section, text, base, by, **more):
    return saving.save(section, html=f"<p>{text}</p>" if text else "", base=base, by=by, **more)


def findable(section, html, by):
    """By its author: as a revision, which the whole team reads, or as a draft of one's own."""
    return section.revisions.filter(html=html).exists() or section.drafts.filter(html=html, author=by).exists()


class Crash(Exception):
    """The process dies between the save and its commit."""


STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),  # who
        st.integers(0, 4),  # how many revisions ago the writer loaded the text
        st.sampled_from(["one", "two", "three", "one two", ""]),
        st.sampled_from(["answered", "answered", "died before the commit", "answer lost", "sent twice"]),
    ),
    max_size=14,
)


@given(steps=STEPS)
def test_every_text_that_was_sent_is_found_by_its_author(section, cast, steps):
    writers = [cast.lead, cast.member, cast.delegate, cast.coach]
    sent = []
    with transaction.atomic():
        for who, age, text, fate in steps:
            by, now = writers[who], fresh(section)
            base = max(0, now.revision - age)
            before = section.revisions.count()
            if fate == "died before the commit":
                with suppress(Crash), transaction.atomic():
                    save(section, text, base, by)
                    raise Crash
            elif fate != "answered":
                save(section, text, base, by)
            result = save(section, text, base, by)
            assert result.outcome == Outcome.WOULD_EMPTY or text or not fresh(section).html
            assert section.revisions.count() >= before
            if text:
                sent.append((f"<p>{text}</p>", by))
        for html, by in sent:
            assert findable(section, html, by)
        _history_is_whole(fresh(section))
        transaction.set_rollback(True)


def _history_is_whole(section):
    numbers = list(section.revisions.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, section.revision + 1))
    newest = section.revisions.first()
    assert section.html == (newest.html if newest else "")
    kept = list(section.drafts.values_list("author", "base", "html"))
    assert len(kept) == len(set(kept))


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment(cast):
    """Four connections save over one base: one wins, and the others find their own text as a draft."""
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision")

    def write(by):
        try:
            with rls.city_scope(cast.tulsa.pk):
                return [save(section, f"{by.name} {n}", 0, by).outcome for n in range(3)]
        finally:
            connection.close()

    writers = [cast.lead, cast.member, cast.delegate, cast.mayor]
    with ThreadPoolExecutor(4) as pool:
        outcomes = [outcome for result in pool.map(write, writers) for outcome in result]
    assert outcomes.count(Outcome.SAVED) == 1
    assert outcomes.count(Outcome.STALE) == 11
    with rls.every_city():
        for by in writers:
            assert all(findable(section, f"<p>{by.name} {n}</p>", by) for n in range(3))
        _history_is_whole(fresh(section))


def test_first_save(section, cast):
    saved = save(section, "Hello world", 0, cast.lead)
    assert (saved.outcome, saved.text.revision, saved.text.words) == (Outcome.SAVED, 1, 2)
    row = fresh(section)
    assert (row.html, row.state, row.written_by) == ("<p>Hello world</p>", SectionState.DRAFTING, cast.lead)
    assert row.claimed_by == cast.lead
    revision = row.revisions.get()
    assert (revision.number, revision.author_id, revision.kind) == (1, cast.lead.pk, "save")


@pytest.mark.parametrize("base", [None, -1, 2**31])
def test_without_a_base_nothing_is_saved(section, cast, base):
    with pytest.raises(saving.MissingBase):
        save(section, "Hello", base, cast.lead)
    with pytest.raises(saving.MissingBase):
        saving.save_as_draft(section, html="<p>Hello</p>", base=base, by=cast.lead)
    assert fresh(section).revision == 0


def test_too_long(section, cast):
    with pytest.raises(saving.TooLong):
        save(section, "x" * saving.LONGEST, 0, cast.lead)


def test_stale_text_is_stored_once(section, cast):
    save(section, "one", 0, cast.lead)
    first = save(section, "two", 0, cast.member)
    again = save(section, "two", 0, cast.member)
    assert (first.outcome, again.outcome) == (Outcome.STALE, Outcome.STALE)
    assert first.draft == again.draft
    assert fresh(section).html == "<p>one</p>"
    longer = save(section, "two three", 0, cast.member)
    assert section.drafts.count() == 2
    longer.draft.settle()
    assert section.drafts.filter(settled_at=None).count() == 0
    assert save(section, "two", 0, cast.member).draft.settled_at is None


def test_settling_one_text_leaves_later_and_other_ones(section, cast):
    save(section, "one", 0, cast.lead)
    mine, later = (save(section, text, 0, cast.member).draft for text in ("two", "three"))
    other = save(section, "four", 0, cast.delegate).draft
    mine.settle()
    assert set(section.drafts.filter(settled_at=None)) == {later, other}


def test_the_same_text_again_is_no_conflict(section, cast):
    save(section, "one", 0, cast.lead)
    assert save(section, "one", 0, cast.lead).outcome == Outcome.SAME
    assert save(section, "one", 0, cast.member).outcome == Outcome.SAME
    assert section.revisions.count() == 1


@pytest.mark.parametrize("empty", ["", "   ", "<p></p>", "<p>&nbsp;</p>", "<script>x</script>", "<p><br></p>"])
def test_emptying_a_full_text_takes_a_word(section, cast, empty):
    save(section, "word " * 2000, 0, cast.lead)
    refused = saving.save(section, html=empty, base=1, by=cast.lead)
    assert refused.outcome == Outcome.WOULD_EMPTY
    assert saving.save(section, html=empty, base=0, by=cast.lead).outcome == Outcome.WOULD_EMPTY
    assert fresh(section).words == 2000
    cleared = saving.save(section, html=empty, base=1, by=cast.lead, clear=True)
    assert cleared.outcome == Outcome.SAVED
    assert section.revisions.first().kind == "clear"


def test_clearing_over_a_newer_text_is_refused(section, cast):
    save(section, "one", 0, cast.lead)
    save(section, "two", 1, cast.member)
    stale = save(section, "", 1, cast.lead, clear=True)
    assert (stale.outcome, stale.draft) == (Outcome.STALE, None)
    assert fresh(section).html == "<p>two</p>"


def test_restoring_adds_to_the_history(section, cast):
    save(section, "one", 0, cast.lead)
    save(section, "two", 1, cast.lead)
    restored = saving.restore(section, number=1, base=2, by=cast.member)
    assert (restored.outcome, restored.text.html) == (Outcome.SAVED, "<p>one</p>")
    kinds = list(section.revisions.order_by("number").values_list("number", "html", "kind"))
    assert kinds == [(1, "<p>one</p>", "save"), (2, "<p>two</p>", "save"), (3, "<p>one</p>", "restore")]


def test_stale_restore_is_stored_as_a_draft(section, cast):
    for base, text in enumerate(["one", "two", "three"]):
        save(section, text, base, cast.lead)
    stale = saving.restore(section, number=1, base=2, by=cast.member)
    assert stale.draft.html == "<p>one</p>"
    assert fresh(section).html == "<p>three</p>"


def test_saving_separately_changes_nothing_else(section, cast):
    save(section, "one", 0, cast.lead)
    draft = saving.save_as_draft(section, html="<p>aside</p>", base=0, by=cast.member)
    assert (draft.html, draft.author, fresh(section).html) == ("<p>aside</p>", cast.member, "<p>one</p>")
    assert saving.save_as_draft(section, html="<p></p>", base=0, by=cast.member) is None


def test_what_acts_is_gone_before_it_is_stored(section, cast):
    saved = saving.save(section, html="<p onclick=x()>a</p><script>b</script>", base=0, by=cast.lead)
    assert (saved.text.html, saved.removed) == ("<p>a</p>", 2)
    assert section.revisions.get().html == "<p>a</p>"
    assert richtext.clean(saved.text.html).removed == 0


def test_writing_reopens_a_reviewed_section_on_record(section, cast):
    save(section, "one", 0, cast.lead)
    Section.objects.update(state=SectionState.FINAL)
    saved = save(section, "two", 1, cast.member)
    assert saved.text.state == fresh(section).state == SectionState.DRAFTING


def test_claim_expires_and_blocks_no_one(section, cast):
    section.claim(by=cast.lead)
    row = fresh(section)
    assert row.other_writer(cast.lead) is None
    assert row.other_writer(cast.member) == cast.lead
    row.claim(by=cast.member)
    assert fresh(section).claimed_by == cast.lead
    assert save(section, "one", 0, cast.member).outcome == Outcome.SAVED
    assert fresh(section).claimed_by == cast.lead
    Section.objects.filter(pk=section.pk).update(
        claim_seen_at=timezone.now() - models.CLAIM_LASTS - timedelta(seconds=1)
    )
    fresh(section).claim(by=cast.member)
    assert fresh(section).other_writer(cast.lead) == cast.member


def test_a_claim_that_goes_on_keeps_its_beginning(section, cast):
    section.claim(by=cast.lead)
    began = fresh(section).claimed_at
    fresh(section).claim(by=cast.lead)
    assert fresh(section).claimed_at == began
    assert save(section, "one", 0, cast.lead).text.claimed_at == began
