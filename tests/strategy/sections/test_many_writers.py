"""Many writers, one section: saves, crashes, lost answers, retries, restores, clears and drafts in any order.

After each history every text that was sent is found by its author, the revisions are numbered without a gap, and
nothing that stood in the history has gone or changed.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.texts import saving
from strategy.models import Section, SectionDraft, SectionRevision, UploadPiece
from strategy.uploads import actions as uploads
from tests.clients import main_text
from tests.examples import few
from tests.walls import thawed

pytestmark = pytest.mark.django_db
WRITERS = ("lead", "member", "second", "third")
WORDS = ("elm", "oak", "ash", "elm oak", "oak ash", "elm ash oak", "river", "bridge")
FATES = ("answered", "answered", "answered", "dies before the commit", "answer lost", "sent twice")


class Crash(Exception):
    """The process or the connection ends between the save and its commit."""


@dataclass
class Story:
    """One section, what each writer's browser has loaded, and what everyone has sent so far."""

    section: Section
    people: list
    loaded: dict[int, int] = field(default_factory=dict)
    sent: list[tuple[str, object]] = field(default_factory=list)
    history: dict[int, tuple[str, str]] = field(default_factory=dict)
    drafts: set[tuple[int, str]] = field(default_factory=set)

    def now(self) -> Section:
        return Section.objects.get(pk=self.section.pk)

    def base(self, who: int) -> int:
        return self.loaded.get(who, 0)

    def load(self, who: int) -> None:
        self.loaded[who] = self.now().revision

    def do(self, fate: str, act) -> None:
        """Run an act as the network lets it: undone before the commit and sent again, heard of or not, or twice."""
        if fate == "dies before the commit":
            with suppress(Crash), transaction.atomic():
                act()
                raise Crash
        elif fate != "answered":
            act()
        act()

    def save(self, who: int, text: str, fate: str) -> None:
        html, base, by = f"<p>{text}</p>", self.base(who), self.people[who]
        answers = []
        self.do(fate, lambda: answers.append(saving.save(self.section, html=html, base=base, by=by)))
        self.sent.append((html, by))
        if answers[-1].ok and fate != "answer lost":
            self.loaded[who] = answers[-1].text.revision

    def aside(self, who: int, text: str, fate: str) -> None:
        html, by = f"<p>{text}</p>", self.people[who]
        self.do(fate, lambda: saving.save_as_draft(self.section, html=html, base=self.base(who), by=by))
        self.sent.append((html, by))

    def clear(self, who: int, fate: str, *, meant: bool) -> None:
        full, base = bool(self.now().html), self.base(who)
        stale = base != self.now().revision
        self.do(fate, lambda: saving.save(self.section, html="", base=base, by=self.people[who], clear=meant))
        assert full == bool(self.now().html) or (meant and not stale)

    def restore(self, who: int, pick: int, fate: str) -> None:
        numbers = list(self.section.revisions.exclude(html="").values_list("number", flat=True))
        if numbers:
            number, base = numbers[pick % len(numbers)], self.base(who)
            html = self.section.revisions.get(number=number).html
            self.do(fate, lambda: saving.restore(self.section, number=number, base=base, by=self.people[who]))
            self.sent.append((html, self.people[who]))

    def use(self, who: int, pick: int, fate: str) -> None:
        """A draft of one's own becomes the section's text, over whatever the writer has seen last."""
        own = list(self.section.drafts.filter(author=self.people[who]).order_by("pk"))
        if own:
            draft = own[pick % len(own)]

            def act() -> None:
                saving.save(self.section, html=draft.html, base=self.base(who), by=self.people[who])
                draft.settle()

            self.do(fate, act)
            self.sent.append((draft.html, self.people[who]))

    def upload(self, who: int, text: str, fate: str) -> None:
        """A piece of an uploaded file goes below what stands in the section."""
        city = self.section.city
        upload = city.upload_set.create(name="file.docx", kind="docx", sha256="0" * 64, uploaded_by=self.people[who])
        piece = upload.pieces.create(city=city, position=1, html=f"<p>{text}</p>", words=len(text.split()))
        choices = {piece.pk: uploads.Choice(uploads.INTO, self.section.pk)}
        bases, before = {self.section.pk: self.base(who)}, self.now()
        self.do(fate, lambda: uploads.apply_choices(city=city, choices=choices, bases=bases, by=self.people[who]))
        piece.refresh_from_db()
        if bases[self.section.pk] == before.revision:
            assert self.now().html == before.html + piece.html, "once, whatever the network did"
            assert (piece.state, piece.used_revision) == (UploadPiece.State.USED, before.revision + 1)
            self.sent.append((before.html + piece.html, self.people[who]))
        else:
            assert (self.now().html, piece.state) == (before.html, UploadPiece.State.TRAY)

    def check(self) -> None:
        """What must hold after every step."""
        now = self.now()
        rows = {r.number: (r.html, r.kind) for r in self.section.revisions.order_by("number")}
        assert list(rows) == list(range(1, now.revision + 1)), "numbers without a gap"
        assert {number: rows[number] for number in self.history} == self.history, "history never changes"
        assert now.html == (rows[now.revision][0] if rows else "")
        drafts = set(self.section.drafts.values_list("author", "html"))
        assert drafts >= self.drafts, "drafts stay"
        self.history, self.drafts = rows, drafts
        texts = {html for html, _kind in rows.values()}
        for html, by in self.sent:
            assert html in texts or (by.pk, html) in drafts, f"{by} finds {html} again"


@pytest.fixture
def people(cast):
    from cities import actions  # noqa: PLC0415 - models load after Django is set up
    from cities.models import Role  # noqa: PLC0415 - as above

    with rls.every_city():
        for key in ("second", "third"):
            cast.people[key] = actions.add_member(
                city=cast.tulsa, email=f"{key}@tulsa.example", name=key, role=Role.CITY_MEMBER, title="", by=None
            ).user
    return [cast.people[key] for key in WRITERS]


WHO, FATE, PICK, TEXT = st.integers(0, 3), st.sampled_from(FATES), st.integers(0, 9), st.sampled_from(WORDS)
STEPS = st.one_of(
    st.tuples(st.just("save"), WHO, TEXT, FATE),
    st.tuples(st.just("save"), WHO, TEXT, FATE),
    st.tuples(st.just("load"), WHO),
    st.tuples(st.just("load"), WHO),
    st.tuples(st.just("aside"), WHO, TEXT, FATE),
    st.tuples(st.just("clear"), WHO, FATE, st.booleans()),
    st.tuples(st.just("restore"), WHO, PICK, FATE),
    st.tuples(st.just("use"), WHO, PICK, FATE),
    st.tuples(st.just("upload"), WHO, TEXT, FATE),
)


@few(15)
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_by_the_writing_functions(cast, people, every_city, steps):
    with transaction.atomic():
        story = Story(cast.tulsa.section_set.get(key="vision"), people)
        for verb, who, *rest in steps:
            if verb == "clear":
                story.clear(who, rest[0], meant=rest[1])
            else:
                getattr(story, verb)(who, *rest)
            story.check()
        transaction.set_rollback(True)


class Browser:
    """One writer's browser at the desk: what it has loaded, and what it has sent without hearing of it."""

    def __init__(self, client, address):
        self.client, self.address, self.base = client, address, 0

    def load(self):
        page = self.client.get(self.address("section"))
        self.base = int(page.context["section"].revision)

    def post(self, name, data, **more):
        return self.client.post(self.address(name, **more), {"base": self.base, **data})


def _dropped_before_the_commit(browser, name, data, **more):
    with suppress(Crash), transaction.atomic():
        browser.post(name, data, **more)
        raise Crash


def _numbers(answers):
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("seed", range(3))
def test_by_http(cast, as_, people, seed):
    """The same over the pages: plain forms and scripts, with requests that die and answers that are lost."""
    dice = random.Random(seed)  # noqa: S311 - makes the history repeatable

    def address(name, **more):
        return reverse(f"strategy:{name}", kwargs={"city": cast.tulsa.slug, "section": "vision", **more})

    browsers = [Browser(as_(person), address) for person in people]
    with rls.every_city():
        story = Story(cast.tulsa.section_set.get(key="vision"), people)
    for step in range(14):
        who = dice.randrange(len(people))
        _one_request(dice, browsers[who], story, who, f"{dice.choice(WORDS)} {step % 7}")
        with rls.every_city():
            story.check()
    for browser, person in zip(browsers, people, strict=True):
        mine = browser.client.get(reverse("strategy:my-drafts"))
        with rls.every_city():
            open_ones = SectionDraft.objects.filter(author=person, settled_at=None).exists()
        assert mine.status_code == 200
        assert ("Open" in main_text(mine)) == open_ones


def _one_request(dice, browser, story, who, text):
    verb = dice.choice(["save", "save", "save", "load", "aside", "restore", "use", "clear"])
    script = dice.random() < 0.5
    html = f"<p>{text}</p>"
    name, data, more = "section-save", {"html": html}, {}
    with rls.every_city():
        row = story.now()
        drafts = list(row.drafts.filter(author=story.people[who]).values_list("pk", "html"))
        numbers = list(row.revisions.exclude(html="").values_list("number", "html"))
    if verb == "load":
        return browser.load()
    if verb == "aside":
        name = "section-aside"
    elif verb == "restore" and numbers:
        number, html = dice.choice(numbers)
        name, data, more = "section-restore", {}, {"number": number}
    elif verb == "use" and drafts:
        pk, html = dice.choice(drafts)
        name, data, more = "draft-use", {}, {"pk": pk}
    elif verb == "clear":
        name, data, html = "section-save", {"html": "", "clear": dice.choice(["", "1"])}, ""
    fate = dice.choice(FATES)
    if fate == "dies before the commit":
        _dropped_before_the_commit(browser, name, data, **more)
    times = 1 if fate in {"answered", "dies before the commit"} else 2
    headers = {"X-Requested-With": "fetch"} if script and name in {"section-save", "section-aside"} else {}
    answers = [
        browser.client.post(browser.address(name, **more), {"base": browser.base, **data}, headers=headers)
        for _time in range(times)
    ]
    assert set(_numbers(answers)) <= {200, 302, 409, 422}, _numbers(answers)
    if html:
        story.sent.append((html, story.people[who]))
    if fate != "answer lost" and dice.random() < 0.7:
        browser.load()
    return None


@pytest.mark.django_db(transaction=True)
def test_one_click_by_many_at_the_same_moment(cast):
    """Four connections do what was chosen for the same pieces: each section is written once."""
    with rls.every_city():
        city = cast.tulsa
        page = b"<h1>Vision</h1><p>elm</p><h1>Risks</h1><p>oak</p><h1>Principles</h1><p>ash</p>"
        upload = uploads.import_file(city=city, data=page, name="page.html", by=cast.lead)
        choices = {piece.pk: uploads.Choice(uploads.INTO, piece.section_id) for piece in upload.pieces.all()}
    bases = {choice.section: 0 for choice in choices.values()}

    def click(by):
        try:
            with rls.city_scope(city.pk):
                return len(uploads.apply_choices(city=city, choices=choices, bases=bases, by=by).written)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(click, [cast.lead, cast.member, cast.lead, cast.member]))
    assert sorted(written) == [0, 0, 0, 3]
    with rls.every_city():
        assert list(SectionRevision.objects.values_list("number", "html").order_by("html")) == [
            (1, "<h3>Vision</h3><p>elm</p>"),
            (1, "<p>ash</p>"),
            (1, "<p>oak</p>"),
        ]


def test_what_the_story_would_find(cast, people, every_city):
    """The check itself: a lost text, a gap and a changed revision are each noticed."""
    story = Story(cast.tulsa.section_set.get(key="vision"), people)
    story.save(0, "elm", "answered")
    story.save(1, "oak", "answered")
    story.check()
    assert (story.now().revision, story.section.drafts.count()) == (1, 1)
    for harm in (
        lambda: story.section.drafts.all().delete(),
        lambda: SectionRevision.objects.filter(text=story.section).update(number=2),
        lambda: SectionRevision.objects.filter(text=story.section).update(html="<p>other</p>"),
    ):
        with transaction.atomic(), thawed(SectionRevision):
            harm()
            with pytest.raises(AssertionError):
                story.check()
            transaction.set_rollback(True)
