"""The readiness check: two grades, each finding at its place, in a number of queries that does not grow."""

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.refusals import Refused
from accelerator.texts import block_tree, richtext
from strategy.models import Section, TemplateSection, Thread
from strategy.plan import actions as plan
from strategy.plan import completeness, dependencies
from strategy.signoff import readiness
from strategy.signoff.findings import Place
from tests.clients import cost
from tests.strategy.made_ready import make_ready, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(cast):
    make_ready(cast.tulsa, cast.lead)
    return cast


def found(city, *, must=None):
    with rls.every_city():
        rows = readiness.findings(city)
    return [row for row in rows if must is None or row.is_blocking == must]


def with_html(city, html, key="vision"):
    """Put a text as it may have come in before a rule existed, past the sanitizer."""
    with rls.every_city():
        city.section_set.filter(key=key).update(html=html, words=120)


def findings_for(city, html):
    with_html(city, html)
    return [(row.is_blocking, row.message) for row in found(city) if "strategy/vision/" in row.url]


def test_empty_strategy_lists_required_sections(cast):
    rows = found(cast.tulsa, must=True)
    required = [row.place.split(".")[0] for row in rows if "required" in row.message]
    assert required == ["1", "2", "3", "6", "7", "8", "9", "13", "14", "17"]
    assert rows[-1].message == "The action plan has no actions yet."


def test_a_ready_strategy_has_nothing_that_blocks(ready):
    assert found(ready.tulsa, must=True) == []
    advised = [row for row in found(ready.tulsa) if row.place != "Action plan"]
    assert advised
    assert all("The suggested length is" in row.message for row in advised[:-1])
    assert advised[-1].message.startswith("8 optional sections have no text and will be left out: Mayor's letter, Who")


def test_a_required_section_must_be_final(ready):
    with rls.every_city():
        ready.tulsa.section_set.filter(key="vision").update(state="drafting")
        ready.tulsa.section_set.filter(key="principles").update(
            state="drafting", words=200, html="<p>x</p>", revision=1
        )
    [finding] = found(ready.tulsa, must=True)
    assert "This section isn’t final yet." in finding.message
    assert finding.url.endswith("/strategy/vision/")
    assert any(row.place.startswith("5.") and not row.is_blocking for row in found(ready.tulsa))


@pytest.mark.parametrize(
    ("html", "must", "message"),
    [
        ("<h4>Deep</h4><p>x</p>", True, "skips a level"),
        ("<h3></h3><p>x</p>", True, "A heading is empty."),
        ('<figure><img src="media:9999" alt="A map"></figure>', True, "An image file is missing"),
        ("<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>", True, "no header cells"),
        (
            '<table><thead><tr><th scope="col" colspan="2">a</th></tr></thead>'
            "<tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
            False,
            "merged cells",
        ),
        ('<p>Read <a href="https://example.org">here</a>.</p>', False, "doesn’t say where the link goes"),
        ('<p>Lea <a href="https://example.org">aquí</a>.</p>', False, "doesn’t say where the link goes"),
    ],
)
def test_flawed_text_yields_one_finding(ready, html, must, message):
    rows = findings_for(ready.tulsa, html)
    assert [(grade, message in found_message) for grade, found_message in rows] == [(must, True)]


def test_image_without_alternative_text_blocks(ready):
    with rls.every_city():
        picture = ready.tulsa.picture_set.create(
            file="x.png", name="x.png", kind="image/png", sha256="0" * 64, size=1, width=1, height=1
        )
    [(must, message)] = findings_for(ready.tulsa, f'<figure><img src="media:{picture.pk}" alt=""></figure>')
    assert (must, "An image has no alt text." in message) == (True, True)
    assert findings_for(ready.tulsa, f'<figure><img src="media:{picture.pk}" alt="A map of culverts"></figure>') == []


def table(columns, word):
    head = "".join(f"<th scope='col'>{word}</th>" for _ in range(columns))
    return richtext.clean(
        f"<table><thead><tr>{head}</tr></thead><tbody><tr>{'<td>x</td>' * columns}</tr></tbody></table>"
    ).html


def test_table_wider_than_the_citys_paper_blocks(ready):
    # Eight columns of eleven letters: 8 * (11 * 1.7 + 2.5) = 170 mm, and Letter has 164.
    rows = block_tree.from_html(table(8, "Departments"))[0]
    assert readiness.table_width(rows["head"] + rows["body"]) == 170
    [(must, message)] = findings_for(ready.tulsa, table(8, "Departments"))
    assert (must, "about 170 mm, but only 164 mm is available" in message) == (True, True)
    assert findings_for(ready.tulsa, table(7, "Departments")) == []


def test_open_conversations_are_advice(ready):
    with rls.every_city():
        section = ready.tulsa.section_set.get(key="vision")
        for replacement in (None, "Other words"):
            Thread.objects.create(
                city=ready.tulsa, section=section, revision=1, replacement=replacement, quote="council"
            )
    rows = [row.message for row in found(ready.tulsa) if row.url.endswith("#comments")]
    assert rows == ["One comment thread is still open.", "One suggested edit hasn’t been accepted or declined."]


def test_gaps_of_the_plan_are_findings(ready):
    with rls.every_city():
        action = ready.tulsa.action_set.get()
        objective = action.objective
        late = plan.add_action(
            objective=objective, by=ready.lead, title="Later", component="governance", starts=3, due=9
        )
        dependencies.set_dependencies(action, [late])
        ready.tulsa.objective_set.update(priority="")
        gaps = completeness.gaps(ready.tulsa, objectives := list(ready.tulsa.objective_set.with_actions()))
        gaps += completeness.warnings(ready.tulsa, objectives)
    rows = [row for row in found(ready.tulsa) if row.place == "Action plan"]
    assert [(row.message, row.url, row.is_blocking) for row in rows] == [
        (gap.message, gap.url, gap.is_blocking) for gap in gaps
    ]
    grades = {row.message: row.is_blocking for row in rows}
    assert grades["G1.2 has no owner."] is grades["G1.2 has no measure."] is True
    assert grades["G1.1 starts in Y1Q1 but depends on G1.2, which isn’t due until Y3Q1."] is False
    assert grades["G1 doesn’t name the mayoral priority it supports."] is False


def test_readiness_page_links_to_each_place(cast, as_):
    page = as_(cast.lead).get(reverse("strategy:readiness", args=[cast.tulsa.slug])).content.decode()
    assert "Required fixes" in page
    assert "/strategy/vision/" in page
    assert as_(cast.other_lead).get(reverse("strategy:readiness", args=[cast.tulsa.slug])).status_code == 404
    assert as_(cast.guest).get(reverse("strategy:readiness", args=[cast.tulsa.slug])).status_code == 403


def test_queries_do_not_grow_with_the_strategy(ready, as_):
    browser, url = as_(ready.lead), reverse("strategy:readiness", args=[ready.tulsa.slug])
    browser.get(url)
    with cost() as small:
        browser.get(url)
    with rls.every_city():
        objective = ready.tulsa.objective_set.get()
        for number in range(20):
            plan.add_action(objective=objective, by=ready.lead, title=f"A{number}", component="governance")
        section = Section.objects.filter(city=ready.tulsa).first()
        for _ in range(20):
            Thread.objects.create(city=ready.tulsa, section=section, revision=0)
    with cost() as large:
        browser.get(url)
    assert large.count == small.count <= 21


def test_blocked_submission_states_the_number_of_blockers(cast):
    with pytest.raises(Refused, match="required fixes remain"):
        submit(cast.tulsa, cast.lead)


def test_submission_with_one_blocker_says_one_thing(ready):
    with_html(ready.tulsa, "<h3></h3><p>x</p>")
    with pytest.raises(Refused, match="The strategy wasn’t submitted. One required fix remains."):
        submit(ready.tulsa, ready.lead)


@pytest.mark.parametrize(
    ("least", "most", "sentence"),
    [
        (200, None, "The suggested minimum is 200 words."),
        (None, 40, "The suggested maximum is 40 words."),
        (200, 400, "The suggested length is 200 to 400 words."),
    ],
)
def test_length_is_compared_with_what_the_guide_has(least, most, sentence):
    template = TemplateSection(words_min=least, words_max=most, titles={"en": "Vision"}, number="1")
    section = Section(template=template, state="final", words=90, html="<p>Words.</p>")
    section.has_rows = False
    place = Place("1. Vision", "/")
    [finding] = readiness._check_state_and_length(place, section)
    assert finding.message == f"This section has 90 words. {sentence}"
