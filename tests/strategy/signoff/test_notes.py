"""Working notes are found, and ordinary prose with brackets, citations and links has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from strategy.signoff import notes, readiness
from tests import examples  # noqa: F401 - registers the profile
from tests.strategy.made_ready import make_ready, submit, write

TEAM = ["Denise Kowalski", "Will Ortiz", "Ana", "lead@tulsa.gov", ""]


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("[Denise: the mayor wants one sentence here about money.]", True),
        ("We act. [ask Will Ortiz for the figure] Then we publish.", True),
        ("(Ana: confirmar la cifra)", True),
        ("[@Denise]", True),
        ("Still to write: who decides.", True),
        ("The council decides. To be written...", True),
        ("TODO", True),
        ("TODO: add the figure", True),
        ("The budget is TBD.", True),
        ("It costs $XXX a year.", True),
        ("XXXX people took part.", True),
        ("Por escribir", True),
        ("Pendiente: la cifra de 2026", True),
        ("Falta redactar: el cierre", True),
        ("A escrever.", True),
        ("Falta escrever: o prazo", True),
        ("Lorem ipsum dolor sit amet", True),
        ("[the legal team still has to check this]", False),
        ("[which year?]", False),
    ],
)
def test_note_is_found(text, is_plain):
    assert [note.is_plain for note in notes.find(text, TEAM)] == [is_plain]


@pytest.mark.parametrize(
    "text",
    [
        "As the audit found [1], most data [2, 3] is old [4-6].",
        "“It were [sic] so.” He said “[the] city [...] decides [...].”",
        "Trust grew (Kowalski 2019) and [Kowalski 2019, p. 4] shows it.",
        "The [data portal page of the city](https://data.example.org/page) shows it.",
        "Denise Kowalski (chief data officer) leads. Will the council agree?",
        "Todo el gobierno publica. En TODO momento. PARA TODO EL MUNDO",
        "TODO EL GOBIERNO",
        "Según la fracción XXX del artículo 115 y la XXX Legislatura.",
        "Pendiente",
        "Lo que queda por escribir es poco. Hay temas pendientes en la agenda.",
        "We have a lot to write. What is to be written lasts.",
        "Começamos a escrever o plano.",
    ],
)
def test_prose_has_no_note(text):
    assert notes.find(text, TEAM) == []


WORDS = st.sampled_from(
    [
        "the",
        "city",
        "data",
        "todo",
        "pendiente",
        "a",
        "escrever",
        "write",
        "to",
        "do",
        "budget",
        "2026",
        "Denise",
        "será",
    ]
)
CITATIONS = st.sampled_from(
    [
        "[1]",
        "[12, 14]",
        "[3–5]",
        "[sic]",
        "[…]",
        "[a]",
        "[EPA 2019]",
        "(2024)",
        "(see p. 4)",
        "https://a.org/x[1]",
        "[the]",
    ]
)


@given(st.lists(st.one_of(WORDS, WORDS, CITATIONS), min_size=1, max_size=30))
def test_no_prose_with_citations_has_a_note(pieces):
    text = "We " + " ".join(pieces) + " decide"
    assert notes.find(text, ["Ana Ruiz", "Will Ortiz"]) == []


@given(
    st.lists(WORDS, max_size=12),
    st.sampled_from(["Denise Kowalski", "Will", "Ñico Peña"]),
    st.text("abc çñ,.", max_size=60),
    st.lists(WORDS, max_size=12),
)
def test_note_to_a_member_is_found_anywhere_in_prose(before, name, said, after):
    text = f"{' '.join(before)} [{name}: {said}] {' '.join(after)}"
    assert any(note.names_someone for note in notes.find(text, [name]))


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_and_names_are_read(text, people):
    for note in notes.find(text, people):
        assert note.text


@pytest.mark.django_db
def test_notes_block_in_the_letter_and_plain_ones_everywhere(cast):
    make_ready(cast.tulsa, cast.lead)
    write(cast.tulsa, "mayors-letter", "We act. [one more sentence about money here]", cast.lead)
    write(cast.tulsa, "principles", "We say why. [one more sentence about money here]", cast.lead)
    write(cast.tulsa, "vision", "Still to write: the vision.", cast.lead)
    with rls.every_city():
        rows = [row for row in readiness.findings(cast.tulsa) if "working note" in row.message]
    assert [(row.place, row.is_blocking) for row in rows] == [
        ("0. Mayor's letter", True),
        ("1. Vision for three years", True),
        ("5. Principles", False),
    ]


@pytest.mark.django_db
def test_optional_sections_without_text_are_left_out_and_numbers_close_up(cast):
    make_ready(cast.tulsa, cast.lead)
    write(cast.tulsa, "vision", "We decide as section 6 says. See section 5.", cast.lead)
    with rls.every_city():
        cast.tulsa.section_set.filter(words__gt=0).update(state="final")
        messages = [row.message for row in readiness.findings(cast.tulsa)]
    assert any(message.startswith("8 optional sections have no text and will be left out:") for message in messages)
    assert any("section 6" in message and "number 4" in message for message in messages)
    assert any("section 5" in message and "isn’t in the submitted version" in message for message in messages)
    version = submit(cast.tulsa, cast.lead)
    assert [row["number"] for row in version.tree["sections"]] == [str(n) for n in range(1, 11)]
    assert all(row["required"] for row in version.tree["sections"])
