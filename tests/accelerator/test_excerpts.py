"""Texts in lists are shortened in one place, after a whole word."""

import re
from pathlib import Path

import pytest

from accelerator.excerpts import excerpt

ROOT = Path(__file__).resolve().parents[2]
APPS = ["accelerator", "cities", "strategy", "curriculum", "coaching", "convenings", "dashboards", "reminders"]


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Short enough", 12, "Short enough"),
        ("Two\nlines  and   spaces", 40, "Two lines and spaces"),
        ("The baseline is a year old", 15, "The baseline…"),
        ("The baseline, then the target", 14, "The baseline…"),
        ("Incomprehensibilities", 10, "Incompreh…"),
        ("Is “fiscal year” the right term?", 5, "Is…"),
        (None, 5, "None"),
    ],
)
def test_a_text_is_cut_after_a_whole_word(text, most, short):
    assert excerpt(text, most) == short
    assert len(short) <= most


def test_no_template_and_no_module_cuts_a_text_in_another_way():
    cut = re.compile(r"truncate(chars|words)|Truncator|written_in\([^()]*\[:\d+\]")
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    files += [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    assert [str(path.relative_to(ROOT)) for path in files if cut.search(path.read_text())] == []
