"""What a demo freezes on its first start, in a clone without compiled translations, is in the reader's language."""

from email import message_from_bytes, policy

import pypdf
import pytest
from django.utils import translation

from accelerator.context import PROGRAM_NAME
from accelerator.texts import block_tree
from strategy.document.parts import register_titles
from strategy.document.tables import written_sections
from strategy.signoff import notes
from tests.running.processes import begin_demo, clone, free_port, named, query


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """The data folder of a clone's first demo, after its cohort was made and before its pages are served."""
    program = clone(tmp_path_factory.mktemp("clone") / "program")
    var = program / "var"
    demo = begin_demo(var, free_port(), root=program, until="collecting static files")
    yield var
    demo.terminate()
    demo.communicate()
    assert named(var) == []


@pytest.mark.slow
def test_the_signed_strategy_of_a_spanish_city_is_in_spanish(var):
    spanish, english = register_titles("es"), register_titles("en")
    assert not set(spanish.values()) & set(english.values())
    ((pdf, titles),) = query(
        var,
        "select v.pdf, (select jsonb_object_agg(key, title) from strategy_versionpart p where p.version_id = v.id)"
        " from strategy_strategyversion v join strategy_publicseal s using (city_id, number)"
        " where v.state = 'signed' and s.slug = 'merida-mx'",
        role="postgres",
    )
    assert {key: titles[key] for key in spanish} == spanish

    text = "".join(page.extract_text() for page in pypdf.PdfReader(var / "media" / pdf).pages)
    text = " ".join(text.split())
    # The register of the uses of AI has no section, so it has a heading of its own.
    assert spanish["part:ai-uses"] in text
    assert english["part:ai-uses"] not in text


@pytest.mark.slow
def test_emails_to_a_spanish_city_are_in_spanish(var):
    with translation.override("es"):
        program = str(PROGRAM_NAME)
    assert program != str(PROGRAM_NAME)
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in var.glob("mail/*.eml")]
    texts = [mail.get_body(("plain",)).get_content() for mail in mails if "@merida.example" in mail["To"]]
    assert texts != []
    assert [text for text in texts if program not in text] == []


@pytest.mark.slow
def test_submitted_strategies_are_whole_and_have_no_working_notes(var):
    rows = query(
        var,
        "select c.slug, v.state, v.tree from strategy_strategyversion v join cities_city c on c.id = v.city_id"
        " order by c.slug",
        role="postgres",
    )
    assert [(slug, state) for slug, state, _tree in rows] == [("merida-mx", "signed"), ("tulsa-us", "with_approvers")]
    for slug, _state, tree in rows:
        assert len(written_sections(tree)) == len(tree["sections"]), slug
        blocks = [block for section in tree["sections"] for block in block_tree.walk(section["blocks"])]
        assert [note for block in blocks for note in notes.find(block_tree.own_text(block))] == [], slug
