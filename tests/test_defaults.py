"""What must hold for the default program data (docs/program.md 3 to 5)."""

import json
import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["en", "es", "pt-br"]
COMPONENTS = {"front", "governance", "quality", "use", "transparency", "enablers", "plan"}
FILES = {
    "template": ROOT / "strategy" / "defaults" / "template.json",
    "policy_types": ROOT / "strategy" / "defaults" / "policy_types.json",
    "program": ROOT / "curriculum" / "defaults" / "program.json",
    "rubric": ROOT / "curriculum" / "defaults" / "rubric.json",
    "targets": ROOT / "curriculum" / "defaults" / "targets.json",
}
KEYS = [
    "mayors-letter",
    "vision",
    "why-now",
    "baseline",
    "who-we-listened-to",
    "principles",
    "data-governance",
    "data-quality",
    "data-use",
    "transparency",
    "people-and-culture",
    "platforms",
    "resources",
    "action-plan",
    "measures",
    "policies",
    "risks",
    "oversight",
]
DUE_WEEKS = [20, 7, 5, 7, 7, 8, 11, 16, 21, 22, 18, 18, 20, 21, 21, 22, 22, 22]
TABLES = {"action-plan", "measures", "policies", "risks"}


def read(name):
    return json.loads(FILES[name].read_text(encoding="utf-8"))


def texts_by_language(value, path=""):
    """Every object in the file that has a language for a key."""
    if isinstance(value, dict):
        if set(value) & set(LANGUAGES):
            yield path, value
        for key, inner in value.items():
            yield from texts_by_language(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from texts_by_language(inner, f"{path}/{place}")


def by_kind(kind):
    return [item for item in read("program")["items"] if item["kind"] == kind]


def weeks_of(kind):
    return [item["week"] for item in by_kind(kind)]


@pytest.mark.parametrize("name", FILES)
def test_every_text_is_in_three_languages_of_the_same_shape(name):
    found = list(texts_by_language(read(name)))
    assert len(found) >= 6
    for path, texts in found:
        assert list(texts) == LANGUAGES, path
        lists = [texts[language] if isinstance(texts[language], list) else [texts[language]] for language in LANGUAGES]
        assert len({len(several) for several in lists}) == 1, path
        for text in (text for several in lists for text in several):
            assert text == text.strip() != "", path


@pytest.mark.parametrize("name", FILES)
def test_sentences_end_alike_in_every_language(name):
    for path, texts in texts_by_language(read(name)):
        each = zip(*(([text] if isinstance(text, str) else text) for text in texts.values()), strict=True)
        for several in each:
            assert len({text[-1] if text[-1] in ".?" else "" for text in several}) == 1, (path, several)
            assert several[1].count("¿") == several[1].count("?"), (path, several[1])


@pytest.mark.parametrize("name", FILES)
def test_files_are_versions_that_can_be_published(name):
    data = read(name)
    assert re.fullmatch(r"[a-z0-9-]{3,60}", data["slug"])
    assert data["version"] == 1


def test_template_has_the_eighteen_sections_in_order():
    sections = read("template")["sections"]
    assert [section["key"] for section in sections] == KEYS
    assert [section["number"] for section in sections] == list(range(18))
    assert [section["due_week"] for section in sections] == DUE_WEEKS
    assert {section["component"] for section in sections} == COMPONENTS
    assert [section["number"] for section in sections if section["required"]] == [1, 2, 3, 6, 7, 8, 9, 13, 14, 17]


def test_roles_are_where_the_code_looks_for_them():
    roles = {row["key"]: row["role"] for row in read("template")["sections"] if row.get("role")}
    assert roles == {
        "mayors-letter": "letter",
        "action-plan": "actions",
        "measures": "measures",
        "policies": "policies",
        "risks": "risks",
    }
    roles = {item["key"]: item["role"] for item in read("program")["items"] if item.get("role")}
    assert roles == {"m2": "outcomes", "m4": "sign_off"}


def test_other_titles_belong_to_one_section_each():
    named = [
        (language, title)
        for section in read("template")["sections"]
        for language in LANGUAGES
        for title in section["synonyms"][language]
    ]
    assert len(set(named)) == len(named)


def test_template_asks_three_to_six_questions_a_section():
    for section in read("template")["sections"]:
        for asked in [section, *section.get("parts", [])]:
            for language in LANGUAGES:
                prompts = asked["prompts"][language]
                assert 3 <= len(prompts) <= 6, section["key"]
                assert all("?" in prompt for prompt in prompts), section["key"]


def test_template_gives_a_length_to_texts_and_none_to_tables():
    for section in read("template")["sections"]:
        if section["key"] in TABLES:
            assert section["words_min"] is None
            assert section["words_max"] is None
        else:
            assert 0 < section["words_min"] < section["words_max"]


def test_governance_has_a_part_on_ai():
    governance = read("template")["sections"][6]
    assert [part["key"] for part in governance["parts"]] == ["ai-governance"]
    part = governance["parts"][0]
    assert (part["number"], part["words_min"], part["words_max"]) == ("6a", 250, 500)
    assert (governance["words_min"], governance["words_max"]) == (600 + 250, 1000 + 500)


def test_program_items_are_whole():
    program = read("program")
    items = program["items"]
    assert program["weeks"] == 26
    assert len({item["key"] for item in items}) == len(items)
    assert [(item["week"], item["weekday"]) for item in items] == sorted(
        (item["week"], item["weekday"]) for item in items
    )
    for item in items:
        assert set(item["sections"]) <= set(KEYS), item["key"]
        assert item["audience"] in {"team", "lead", "mayor", "staff"}
        assert 0 <= item["weekday"] <= 6
        assert item["days"] >= 1
        assert (1 <= item["week"] <= 26) or (item["kind"] == "close" and item["week"] in {30, 38})


def test_program_sessions_fall_into_the_hours_that_suit_every_city():
    for item in read("program")["items"]:
        if item["time"] is None:
            continue
        start = time.fromisoformat(item["time"])
        ends = start.hour * 60 + start.minute + item["minutes"]
        assert start >= time(12), item["key"]
        assert ends <= 15 * 60, item["key"]


def test_program_counts_and_weeks():
    assert weeks_of("keynote") == [4, 8, 12, 16, 18, 20]
    assert weeks_of("workshop") == [5, 10, 15, 17, 19, 21]
    assert weeks_of("coaching") == [1, 3, 5, 7, 10, 12, 15, 17, 19, 21, 23, 25]
    assert weeks_of("convening") == [2, 26]
    assert weeks_of("peer") == [11, 19]
    assert weeks_of("break") == [9, 13]
    assert [(item["key"], item["week"]) for item in by_kind("mayor")] == [
        ("m1", 2),
        ("m2", 7),
        ("m3", 17),
        ("m4", 24),
        ("m5", 26),
    ]
    assert {item["key"] for item in by_kind("deliverable")} == {f"d{number}" for number in range(1, 19)}
    assert {item["key"] for item in by_kind("coaching")} == {f"c{number}" for number in range(1, 13)}
    assert len(by_kind("keynote")) == len(by_kind("workshop")) == 6


def test_only_visits_and_convenings_are_in_person():
    in_person = {item["key"] for item in read("program")["items"] if item["in_person"]}
    assert in_person == {"visit", "m1", "lead-convening", "mayoral-convening", "m5"}


def test_visit_window_runs_from_the_monday_of_week_two_to_the_friday_of_week_six():
    (visit,) = by_kind("visit")
    begins = date(2025, 9, 29) + timedelta(weeks=visit["week"] - 1, days=visit["weekday"])
    assert (begins, begins + timedelta(days=visit["days"] - 1)) == (date(2025, 10, 6), date(2025, 11, 7))


def test_nothing_falls_into_a_break():
    taken = {(week, day) for week, day in ((9, day) for day in range(5))}
    taken |= {(week, day) for week in (13, 14) for day in range(7)}
    for item in read("program")["items"]:
        if item["kind"] != "break":
            assert (item["week"], item["weekday"]) not in taken, item["key"]
    assert not {section["due_week"] for section in read("template")["sections"]} & {9, 13, 14}


def test_load_is_at_least_five_hours_a_month():
    kinds = ("keynote", "workshop", "coaching")
    minutes = sum(item["minutes"] for kind in kinds for item in by_kind(kind))
    assert minutes / 6 >= 5 * 60


def test_rubric_has_nineteen_rows_of_four_levels():
    rubric = read("rubric")
    codes = [
        f"{letter}{n}" for letter, rows in zip("LGQUTP", (2, 4, 4, 4, 3, 2), strict=True) for n in range(1, rows + 1)
    ]
    assert [row["code"] for row in rubric["criteria"]] == codes
    component = {"L": "enablers", "G": "governance", "Q": "quality", "U": "use", "T": "transparency", "P": "enablers"}
    for row in rubric["criteria"]:
        assert row["component"] == component[row["code"][0]]
        for language in LANGUAGES:
            assert len(set(row["levels"][language])) == 4, row["code"]
    assert len(rubric["level_names"]) == 4


def test_targets_are_the_five_families():
    assert [family["code"] for family in read("targets")["families"]] == ["V1", "V2", "V3", "V4", "V5"]


def test_policy_register_has_thirteen_types():
    types = read("policy_types")["types"]
    assert len({row["key"] for row in types}) == len(types) == 13


def test_program_page_tells_the_same_sections_and_has_its_numbered_headings():
    page = (ROOT / "docs" / "program.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^#{2,3} ([\d.]+) ", page, flags=re.M)
    assert numbers == ["1", "2", "3", "3.1", "3.2", "3.3", "3.4", "3.5", "4", "5", "6", "7", "8"]
    rows = re.findall(r"^\| (\d+) \| ([a-z-]+) \| (.+?) \| (.+?) \| (\d+) \|(.*)\|$", page, flags=re.M)
    sections = [
        (int(number), key, words.replace(",", ""), int(week), "yes" in must)
        for number, key, _, words, week, must in rows
    ]
    assert sections == [
        (
            row["number"],
            row["key"],
            f"{row['words_min']}-{row['words_max']}" if row["words_min"] else "table",
            row["due_week"],
            row["required"],
        )
        for row in read("template")["sections"]
    ]
