"""The renderer: tagged pages from real content, and limits that hold (F9, F10)."""

import os
import signal
from collections import Counter
from pathlib import Path

import pdfua
import pypdf
import pytest

from accelerator import pdf
from accelerator.child_processes import ChildFailed

pytestmark = pytest.mark.slow


def wanted(step, percent):
    return True


def page(body, head=""):
    return f'<html lang="en"><head><title>A test</title><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def tags(path):
    """How many of each structure tag the document holds."""
    found = Counter()

    def walk(node):
        node = node.get_object()
        if isinstance(node, pypdf.generic.ArrayObject):
            for kid in node:
                walk(kid)
        elif isinstance(node, pypdf.generic.DictionaryObject):
            if "/S" in node:
                found[node["/S"]] += 1
            if "/K" in node and not isinstance(node["/K"].get_object(), int):
                walk(node["/K"])

    walk(pypdf.PdfReader(path).trailer["/Root"]["/StructTreeRoot"])
    return found


FIXTURE = (
    "<h1>Title</h1><h2>Chapter</h2><h3>Part</h3><p>Emoji \U0001f600, <em>italic</em>, العربية, Łódź, ção.</p>"
    "<ul><li>one<ul><li>nested</li></ul></li><li>two</li></ul>"
    "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>"
    + "".join(f"<tr><td>{n}</td><td>row {n}</td></tr>" for n in range(120))
    + "</tbody></table><blockquote><p>Quoted</p></blockquote><p>"
    + "x" * 4000
    + "</p>"
    "<img src='https://metadata.invalid/x.png' alt='gone'>"
)


def test_real_content_becomes_a_tagged_document(tmp_path):
    steps = []
    made = pdf.render(page(FIXTURE), tmp_path / "a.pdf", heartbeat=lambda *step: steps.append(step) or True)
    reader = pypdf.PdfReader(made.path)
    assert made.pages == len(reader.pages) >= 4
    assert list(dict.fromkeys(step for step, _ in steps)) == ["reading", "layout", "writing"]
    assert [percent for _, percent in steps] == sorted(percent for _, percent in steps)
    found = tags(made.path)
    # A table that runs over n pages is written as n tables, each with its rows.
    assert found["/TR"] >= 121
    assert (found["/H1"], found["/H2"], found["/H3"], found["/BlockQuote"]) == (1, 1, 1, 1)
    assert 1 <= found["/Table"] <= made.pages
    text = "".join(p.extract_text() for p in reader.pages)
    assert [f"row {n}" for n in range(120) if f"row {n}" not in text] == []
    assert any("metadata.invalid" in note for note in made.notes)


def test_blocks_without_a_box_are_not_among_the_rendered(tmp_path):
    body = '<p data-b="a.0">Shown</p><ul><li><b data-b="a.1">Shown</b></li></ul><p data-b="a.2" hidden>Not shown</p>'
    made = pdf.render(page(body), tmp_path / "a.pdf", heartbeat=wanted)
    assert made.blocks == ["a.0", "a.1"]


def test_no_certain_finding_against_pdf_ua(tmp_path):
    made = pdf.render(page(FIXTURE.split("<img")[0]), tmp_path / "a.pdf", heartbeat=wanted)
    certain = [f.rule_id for f in pdfua.validate(str(made.path)).findings if f.confidence.name == "CERTAIN"]
    assert certain == []


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://169.254.169.254/latest", "ftp://localhost/a", "/etc/passwd", "media:../../x"],
)
def test_nothing_but_own_media_is_fetched(tmp_path, address):
    head = f'<link rel="stylesheet" href="{address}"><link rel="attachment" href="{address}">'
    made = pdf.render(page(f'<p>Text</p><img src="{address}" alt="x">', head), tmp_path / "a.pdf", heartbeat=wanted)
    assert made.pages == 1
    assert b"root:" not in made.path.read_bytes()
    assert "/EmbeddedFiles" not in str(pypdf.PdfReader(made.path).trailer["/Root"])


def test_renderer_out_of_time_is_stopped(tmp_path):
    body = "<table>" + "<tr><td><table><tr><td>deep</td></tr></table></td></tr>" * 20000 + "</table>"
    with pytest.raises(ChildFailed) as failure:
        pdf.render(page(body), tmp_path / "a.pdf", heartbeat=wanted, seconds=2)
    assert failure.value.code == "timeout"


def test_renderer_out_of_memory_is_stopped(tmp_path):
    with pytest.raises(ChildFailed) as failure:
        pdf.render(page("<p>words</p>" * 20000), tmp_path / "a.pdf", heartbeat=wanted, memory=160 * 1024**2)
    assert failure.value.code in {"memory", "crashed"}


def test_renderer_stops_when_the_lease_is_lost(tmp_path):
    with pytest.raises(ChildFailed) as failure:
        pdf.render(page("<p>words</p>"), tmp_path / "a.pdf", heartbeat=lambda step, percent: False)
    assert failure.value.code == "stopped"
    assert not Path(tmp_path / "a.pdf").exists()


def test_killed_renderer_is_reported_as_a_failure(tmp_path):
    def kill_children(step, percent):
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == os.getpid() and "accelerator.pdf" in (entry.parent / "cmdline").read_text():
                os.kill(int(entry.parent.name), signal.SIGKILL)
        return True

    with pytest.raises(ChildFailed) as failure:
        pdf.render(page("<p>words</p>"), tmp_path / "a.pdf", heartbeat=kill_children)
    assert failure.value.code == "killed"
