"""Reads an uploaded file, whose type is determined by its content; stores nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import nh3
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.intake.files import FileKind, UnreadableFile, check_size, kind_of
from accelerator.texts import tree
from accelerator.texts.tree import Element
from strategy.uploads import web_page, word_file
from strategy.uploads.leftovers import Leftover

MEGABYTES = 20
ADVICE = gettext_lazy("Reduce the size of its images.")
# Wider than richtext, to recognize all heading levels, footnotes and images; richtext sanitizes the pieces again before
# they are stored.
INLINE = {"span", "a", "strong", "b", "em", "i", "sup", "sub", "u", "code"}
ELEMENTS = tree.BLOCKS | tree.VOID | INLINE
ATTRIBUTES = {
    "*": {"id", "class"},
    "a": {"href", "name"},
    "img": {"src", "alt"},
    "span": {"style"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel", "data", "file", "cid", "media"}
WITHOUT_TEXT = {"script", "style", "title", "iframe", "template"}
DEEPEST = 150
_BOLD = re.compile(r"font-weight:\s*(bold|[6-9]00)")
_ITALIC = re.compile(r"font-style:\s*italic")
_STYLES = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_RULE = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")
_REFUSALS = {
    FileKind.EMPTY: gettext_lazy("The file is empty."),
    FileKind.OLD_OFFICE: gettext_lazy(
        "This file is in an old Office format (.doc). Save it as .docx and upload that file."
    ),
    FileKind.PDF: gettext_lazy("This is a PDF, so its headings can’t be recognized. Upload the original Word file."),
    FileKind.RTF: gettext_lazy("This is a rich text file (.rtf). Save it as .docx and upload that file."),
    FileKind.PROGRAM: gettext_lazy("This is an executable file, not a document, even if its name suggests otherwise."),
    FileKind.IMAGE: gettext_lazy("This is an image, not a document. Upload a .docx or .html file."),
}


@dataclass(frozen=True, slots=True)
class Document:
    """`kind` is docx or html; `pictures` are keyed by their names in the HTML.

    `paragraphs` is the file's text, read in another way than `html`, and `contents` the paragraphs of a Word file's
    table of contents. `note_calls` says which note each of its calls is of.
    """

    kind: str
    html: str
    pictures: dict[str, bytes] = field(default_factory=dict)
    left_out: list[Leftover] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    note_calls: list[str] = field(default_factory=list)


def read(data: bytes) -> Document:
    """Raises UnreadableFile."""
    check_size(len(data), MEGABYTES, ADVICE)
    kind = kind_of(data)
    if kind is FileKind.ARCHIVE:
        return _read_archive(data)
    if kind in _REFUSALS:
        is_locked = kind is FileKind.OLD_OFFICE and "EncryptedPackage".encode("utf-16-le") in data
        raise UnreadableFile(word_file.password_message() if is_locked else str(_REFUSALS[kind]))
    html = web_page.decode(data)
    if not web_page.is_page(html):
        raise UnreadableFile(_("This isn’t a Word document or a web page. Upload a .docx or .html file."))
    return _page(html)


def _read_archive(data: bytes) -> Document:
    """A Word document, or the zip file with a web page that Google Docs exports."""
    listed = word_file.entries(data)
    if word_file.main_part(data, listed):
        word = word_file.read(data, listed)
        return Document(
            "docx", word.html, word.pictures, word.left_out, word.paragraphs, word.contents, word.note_calls
        )
    if "content.xml" in listed and "mimetype" in listed:
        raise UnreadableFile(_("This is an OpenDocument file (.odt). Save it as .docx and upload that file."))
    if any(name.startswith("word/") for name in listed):
        raise UnreadableFile(
            _(
                "The file is damaged: it’s marked as a Word document but its text is missing. "
                "Save it again and upload it."
            )
        )
    page = web_page.page_in_archive(data, listed)
    if page is None:
        raise UnreadableFile(
            _("This archive doesn’t contain a readable document. Upload a .docx file or a single web page.")
        )
    html, pictures = page
    return _page(html, pictures)


def _page(html: str, pictures: dict[str, bytes] | None = None) -> Document:
    web_page.check_length(html)
    page = web_page.prepare(html)
    return Document("html", page.html, pictures or {}, page.left_out, page.paragraphs)


def parse(html: str) -> Element:
    """The document's tree without active content, with bold and italic classes and styles as elements."""
    rules = [rule for style in _STYLES.findall(html[:500_000]) for rule in _RULE.findall(style)]
    bold, italic = ({name for name, rule in rules if pattern.search(rule)} for pattern in (_BOLD, _ITALIC))
    cleaned = nh3.clean(
        html, tags=ELEMENTS, clean_content_tags=WITHOUT_TEXT, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None
    )
    root = tree.parse(cleaned, deepest=DEEPEST)
    for element in root.iter("b", "i", "span"):
        style, names = element.attrib.pop("style", ""), set(element.get("class", "").split())
        if element.tag == "b" or _BOLD.search(style) or names & bold:
            element.tag = "strong"
        elif element.tag == "i" or _ITALIC.search(style) or names & italic:
            element.tag = "em"
    return root
