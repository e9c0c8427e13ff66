"""The twelve-quarter chart draws what it is given, and describes it for people who can't see it."""

import re
from xml.etree import ElementTree

import pytest

from accelerator.quarter_chart import LABELS, LINE_HEIGHT, ROW, WIDTH, Bar, Group, draw, wrap

YEARS = ["Jul 2026–Jun 2027", "Jul 2027–Jun 2028", "Jul 2028–Jun 2029"]


def chart(*bars, **options):
    svg = draw([Group("G1", "One answer", bars)], title="The plan", description="Two.", years=YEARS, **options)
    return ElementTree.fromstring(svg)


def having(svg, kind):
    return [element for element in svg.iter() if element.get("class") == f"quarter-chart__{kind}"]


def bar(first=1, last=12, **more):
    return Bar("G1.1", "Count <all> & more", first, last, **more)


def test_the_chart_has_a_name_and_a_description():
    svg = chart()
    named = [element.text for element in svg.iter() if element.get("id") in svg.get("aria-labelledby").split()]
    assert named == ["The plan", "Two."]
    assert [t.text for t in having(svg, "name")][:3] == ["Y1: Jul 2026–Jun 2027", "Q1", "Q2"]


def test_a_bar_goes_from_its_first_to_its_last_quarter():
    (drawn,) = having(chart(bar()), "bar")
    assert (float(drawn.get("x")), float(drawn.get("width"))) == (LABELS + 3, WIDTH - LABELS - 6)
    (drawn,) = having(chart(bar(2, 3)), "bar")
    assert float(drawn.get("x")) == pytest.approx(LABELS + (WIDTH - LABELS) / 12 + 3, abs=0.1)


def test_what_has_no_quarter_says_so():
    svg = chart(bar(None, None))
    assert (having(svg, "bar"), [t.text for t in having(svg, "none")]) == ([], ["no quarter yet"])


def test_the_state_is_a_text_next_to_a_shape():
    svg = chart(bar(1, 2, state="In progress", tone="accent", shape="half", percent=50))
    assert [t.text for t in having(svg, "state")] == ["In progress"]
    assert [g.get("color") for g in having(svg, "accent")] == ["#0A5C9E"] * 2
    widths = [float(rect.get("width")) for rect in having(svg, "accent")[0].findall("rect")]
    assert widths[1] == pytest.approx(widths[0] / 2, abs=0.1)


def test_a_bar_may_be_dashed_or_struck_through():
    assert [rect.get("stroke-dasharray") for rect in having(chart(bar(is_dashed=True)), "bar")] == ["4 3"]
    assert len(having(chart(bar(is_struck=True)), "strike")) == 1
    assert having(chart(bar()), "strike") == []


def test_lines_lead_from_what_a_bar_depends_on():
    bars = (bar(1, 2), Bar("G1.2", "Then", 3, 4, depends_on=["G1.1", "X9", "G1.3"]), Bar("G1.3", "", None, None))
    assert having(chart(*bars), "dependency") == []
    assert len(having(chart(*bars, dependencies=True), "dependency")) == 1


def test_today_is_a_line_at_its_place_with_its_label_in_the_chart():
    assert having(chart(), "today") == []
    for place, anchor in ((1.5, None), (12.9, "end")):
        svg = chart(bar(), today=place)
        (line,), (word,) = having(svg, "today"), having(svg, "now")
        assert float(line.get("x1")) == pytest.approx(LABELS + (place - 1) * (WIDTH - LABELS) / 12, abs=0.1)
        assert (word.text, word.get("text-anchor")) == ("Today", anchor)


def test_nothing_in_the_chart_is_a_style_attribute():
    svg = draw([Group("G1", "x", [bar(state="On hold")])], title="t", description="d", years=YEARS, today=2)
    assert re.findall(r"\sstyle=", svg) == []


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("abc", 63, ["abc"]),
        ("one two three four", 63, ["one two", "three four"]),
        ("", 63, [""]),
        ("a b", 1, ["a", "b"]),
    ],
)
def test_text_is_wrapped_between_words_and_never_cut(text, room, lines):
    assert wrap(text, room) == lines


def test_rows_below_a_title_of_several_lines_make_room_for_it():
    long = "Publish the catalog of municipal data sets with their owners, their updates and their quality"
    first, second = having(chart(Bar("G1.1", long, 1, 2), Bar("G1.2", "Next", 1, 2)), "bar")
    assert float(second.get("y")) - float(first.get("y")) == ROW + 2 * LINE_HEIGHT
    assert " ".join(t.text for t in having(chart(Bar("G1.1", long, 1, 2)), "label")) == long


def test_no_line_crosses_a_state_because_it_is_drawn_last_on_its_own_background():
    svg = chart(bar(1, 3, state="In progress"), today=6, dependencies=True)
    kinds = [element.get("class") for element in svg.iter() if element.get("class")]
    lines = {"quarter-chart__year", "quarter-chart__quarter", "quarter-chart__today"}
    assert max(kinds.index(kind) for kind in lines) < kinds.index("quarter-chart__ground")
    assert not lines & set(kinds[kinds.index("quarter-chart__ground") :])
