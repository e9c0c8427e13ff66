"""Rich text: a closed set of elements, sanitized on the way in (docs/adr/0004)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

ELEMENTS = {
    "p", "br", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
# What other editors call the same thing; the section's own title is level 2.
_SAME = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "div": "p"}
_RENAME = re.compile(r"<(/?)(b|i|h1|h2|h5|h6|div)(?=[\s>/])", re.IGNORECASE)
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Sanitized HTML, and how many elements and attributes that could act were taken out."""

    html: str
    removed: int


class _Reader(HTMLParser):
    """Collects text by block and counts what may not stay."""

    BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "td", "th", "tr", "div", "br"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.active = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "form",
            "svg",
            "math",
            "link",
            "meta",
            "base",
        }:
            self.active += 1
        self.active += sum(
            name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "data:text"))
            for name, value in attrs
        )
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def clean(html: str) -> Cleaned:
    """Keep the closed set of elements, rename their near relatives, drop everything that acts.

    Text without any element becomes paragraphs: that is what a plain text area sends.
    """
    html = html.replace("\x00", "")
    if "<" not in html or not re.search(r"</?[a-zA-Z]", html):
        html = plain(html)
    removed = _read(html).active
    html = _RENAME.sub(lambda found: f"<{found[1]}{_SAME[found[2].lower()]}", html)
    kept = nh3.clean(
        html,
        tags=ELEMENTS,
        clean_content_tags={"script", "style", "title", "iframe", "object", "svg", "math"},
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()
    return Cleaned(kept if text(kept) else "", removed)


def plain(words: str) -> str:
    """Plain text as HTML: an empty line begins a paragraph, a line end is a line end."""
    paragraphs = re.split(r"\n\s*\n", words.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(f"<p>{nh3.clean_text(p).replace('&#10;', '<br>')}</p>" for p in paragraphs if p.strip())


def text(html: str) -> str:
    """The words of rich text, one line a block."""
    lines = (_BLANK.sub(" ", line).strip() for line in "".join(_read(html).parts).split("\n"))
    return "\n".join(line for line in lines if line)


def count_words(html: str) -> int:
    """Words as a reader counts them: runs without white space."""
    return len(text(html).split())
