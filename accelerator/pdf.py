"""HTML to a tagged PDF in a child process with limits (docs/adr/0006).

A task calls `render`; run as a script, this module is the child. A renderer that hangs, uses too much memory or tries
to read a file or the network ends as a `ChildFailed` with a message, not as a hung worker.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

from accelerator import child_processes
from accelerator.child_processes import ChildFailed

SECONDS = 120
MEMORY = 2 * 1024**3
FONTS = {"serif": ("fontpkg_source_serif_4", "SourceSerif4"), "sans": ("fontpkg_source_sans_3", "SourceSans3")}
# Tagged, with embedded color profile and fonts: the PDF/A level that matches PDF/UA.
VARIANT = "pdf/a-2a"
_SCHEMA = "http://www.aiim.org/pdfa/ns"
UA = f"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 pdfuaid:part="1"/><rdf:Description rdf:about="" xmlns:pdfaExtension="{_SCHEMA}/extension/"
 xmlns:pdfaSchema="{_SCHEMA}/schema#" xmlns:pdfaProperty="{_SCHEMA}/property#"><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of PDF/UA that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")
_VARIATIONS = {chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}
_TOLERANCE = 1  # pixels
_LONGEST_EXCERPT = 80
# WeasyPrint's own steps, and the progress at the start of each (percent).
STEPS = {
    1: ("reading", 10),
    2: ("reading", 15),
    4: ("layout", 25),
    5: ("layout", 45),
    6: ("writing", 75),
    7: ("writing", 90),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished document, and a message for each thing that was left out or replaced."""

    path: Path
    pages: int
    notes: list[str] = field(default_factory=list)
    # The `data-b` values that appear on some page; anything marked but missing here was dropped.
    blocks: list[str] = field(default_factory=list)
    # Characters that no font has: the page shows an empty box.
    unknown: list[str] = field(default_factory=list)
    # Text beyond the edge of its page: the block's mark, "" if it has none, and the text.
    outside: list[tuple[str, str]] = field(default_factory=list)


def render(
    html: str, target: Path, *, heartbeat: Callable[[str, int], bool], seconds: int = SECONDS, memory: int = MEMORY
) -> Rendered:
    """Render `html` into `target`; calls `heartbeat(step, percent)` at least every 5 s and stops when it returns False.

    Raises ChildFailed. Images are `data:` or `media:<id>`; everything else is refused and noted.
    """
    # In memory: on a full disk, a file would lose the very message that says so.
    with open(os.memfd_create("renderer-errors"), "w+b") as errors:
        child = _start(target, seconds, memory, errors)
        lines: Queue[bytes | None] = Queue()
        # Threads: a long text blocks the pipe until the child reads it, and the heartbeat must continue in that time.
        threads = [
            Thread(target=_feed, args=(child.stdin, html.encode()), daemon=True),
            Thread(target=_listen, args=(child.stdout, lines), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            result = _follow_progress(lines, heartbeat, seconds)
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            for thread in threads:
                thread.join()
        if result is None:
            errors.seek(0)
            raise child_processes.failure(child.returncode, errors.read().decode(errors="replace"))
    outside = [(mark, text) for mark, text in result["outside"]]
    return Rendered(target, result["pages"], result["notes"], result["blocks"], result["unknown"], outside)


def _start(target: Path, seconds: int, memory: int, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "accelerator.pdf", str(target), str(seconds), str(memory), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=Path(__file__).parent.parent,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": tempfile.gettempdir()},
    )


def _follow_progress(
    lines: Queue[bytes | None], heartbeat: Callable[[str, int], bool], seconds: int
) -> dict[str, Any] | None:
    """The child's last message, reporting its steps along the way; None if it ends without one."""
    step, percent, silent_seconds = "reading", 5, 0
    while silent_seconds < seconds + 10:
        try:
            line = lines.get(timeout=2)
            silent_seconds = 0
        except Empty:
            line, silent_seconds = b"", silent_seconds + 2
        if line is None:
            return None
        if line:
            message: dict[str, Any] = json.loads(line)
            if "pages" in message:
                return message
            step, percent = message["step"], message["percent"]
        if not heartbeat(step, percent):
            raise ChildFailed("stopped")
    raise ChildFailed("timeout")


def _feed(pipe: IO[bytes], data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except BrokenPipeError:
        pass  # the child has ended; its exit status says why


def _listen(pipe: IO[bytes], lines: Queue[bytes | None]) -> None:
    with pipe:
        for line in pipe:
            lines.put(line)
    lines.put(None)


# The child ---------------------------------------------------------------------------------------


def _report(**message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class _Steps(logging.Handler):
    """Reports each WeasyPrint step once; WeasyPrint logs the layout of every page."""

    reported = 0

    def emit(self, record: logging.LogRecord) -> None:
        number = record.getMessage().removeprefix("Step ")[:1]
        if number.isdigit() and int(number) in STEPS and int(number) != self.reported:
            self.reported = int(number)
            step, percent = STEPS[self.reported]
            _report(step=step, percent=percent)


class _Notes(logging.Handler):
    """Collects what couldn't be rendered; style warnings concern us, not the reader."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.notes: list[str] = []
        self.unknown: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith(".notdef glyph") and isinstance(record.args, tuple):
            character = str(record.args[0])
            # Joiners, marks of direction and the like are invisible anyway.
            if unicodedata.category(character) not in _INVISIBLE and character not in _VARIATIONS:
                self.unknown[character] = None
        elif record.levelno >= logging.ERROR and ("Failed to load" in message or "disallowed" in message):
            self.notes.append(message[:200])


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 - the child alone

    class Own(URLFetcher):  # type: ignore[misc]
        """Denies by default: allows `data:` and our own fonts and media by ID, nothing else."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            scheme, _, name = url.partition(":")
            if scheme == "data":
                return super().fetch(url, headers)
            if scheme == "font" and name in font_files():
                return URLFetcherResponse(url, font_files()[name].read_bytes(), {"Content-Type": "font/ttf"})
            # Otherwise a text could make the server read a file or an internal network address.
            raise ValueError(f"disallowed address: {url[:80]}")

    return Own(allowed_protocols={"data"}, allow_redirects=False)


def font_files() -> dict[str, Path]:
    """`serif`, `serif-italic`, `sans`, `sans-italic` and the variable font file for each."""
    files = {}
    for name, (package, stem) in FONTS.items():
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        for path in Path(spec.origin).parent.rglob(f"{stem}*.ttf"):
            files[f"{name}-italic" if "Italic" in path.stem else name] = path
    return files


def _blocks_on_pages(document: Any) -> list[str]:
    """The marked blocks that have a box on some page."""
    marks: dict[str, None] = {}
    for page in document.pages:
        # Private to WeasyPrint. Its public API exposes only a page's anchors, and each one is written to the file.
        for box in page._page_box.descendants():
            if box.element is not None and (mark := box.element.get("data-b")):
                marks[mark] = None
    return list(marks)


def _text_outside(document: Any) -> list[tuple[str, str]]:
    """Text beyond the edges of its page, by the mark of its block."""
    found: dict[str, str] = {}

    def walk(box: Any, mark: str, width: float, height: float) -> None:
        if box.element is not None:
            mark = box.element.get("data-b") or mark
        if text := (getattr(box, "text", "") or "").strip():
            right, bottom = box.position_x + box.width, box.position_y + box.height
            if min(box.position_x, box.position_y) < -_TOLERANCE or right > width or bottom > height:
                found[mark] = f"{found.get(mark, '')} {text}".strip()[:_LONGEST_EXCERPT]
        # Margin boxes and turned ones, such as the watermark, are ours.
        for child in getattr(box, "children", ()):
            if type(child).__name__ != "MarginBox" and not child.style["transform"]:
                walk(child, mark, width, height)

    for page in document.pages:
        walk(page._page_box, "", page.width + _TOLERANCE, page.height + _TOLERANCE)
    return list(found.items())


def _declare_accessible(_document: Any, pdf: Any) -> None:
    """Declare PDF/UA-1 in addition to PDF/A-2a (docs/adr/0010)."""
    # The renderer writes only one of the identifiers, and PDF/A requires a description of properties it doesn't know.
    [metadata] = [part for part in pdf.objects if getattr(part, "extra", {}).get("Type") == "/Metadata"]
    metadata.compress = False  # the code in it names an altered copy (strategy/publication/views/verify.py)
    metadata.stream = [text.replace(b"</rdf:RDF>", UA.encode() + b"</rdf:RDF>") for text in metadata.stream]


def _work(target: str, seconds: str, memory: str, parent: str) -> None:
    child_processes.confine(int(seconds), int(memory), int(parent))
    html = sys.stdin.buffer.read().decode()
    import weasyprint  # noqa: PLC0415 - a second to import: in the child alone

    notes = _Notes()
    logging.getLogger("weasyprint").addHandler(notes)
    progress = logging.getLogger("weasyprint.progress")
    progress.setLevel(logging.INFO)
    progress.addHandler(_Steps())
    document = weasyprint.HTML(string=html, base_url=None, url_fetcher=_fetcher()).render(pdf_variant=VARIANT)
    document.write_pdf(target, finisher=_declare_accessible, pdf_variant=VARIANT)
    blocks, outside = _blocks_on_pages(document), _text_outside(document)
    _report(pages=len(document.pages), notes=notes.notes, blocks=blocks, unknown=list(notes.unknown), outside=outside)


if __name__ == "__main__":
    _work(*sys.argv[1:5])
