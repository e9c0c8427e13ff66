"""Create the reference documents for Word: pandoc's own, with our fonts, colors, paper size, header and page numbers.

Run after changing this file: python scripts/make_reference.py. The results are committed.
"""

import io
import subprocess
from pathlib import Path

import docx
import pypandoc
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import BaseStyle
from docx.text.paragraph import Paragraph

TARGET = Path(__file__).parent.parent / "strategy" / "defaults"
PAPERS = {"letter": (Mm(215.9), Mm(279.4)), "a4": (Mm(210), Mm(297))}
SERIF, SANS = "Source Serif 4", "Source Sans 3"
INK, ACCENT, SECONDARY = (RGBColor.from_string(value) for value in ("1A2233", "073F6E", "4B5567"))
# Style, font, size, color, space before and after, in points.
STYLES = [
    ("Title", SERIF, 30, INK, 120, 6),
    ("Subtitle", SERIF, 18, ACCENT, 0, 12),
    ("Author", SANS, 11, SECONDARY, 0, 4),
    ("Heading 1", SERIF, 22, INK, 24, 10),
    ("Heading 2", SERIF, 15, INK, 18, 6),
    ("Heading 3", SANS, 12, INK, 12, 4),
    ("Heading 4", SANS, 11, ACCENT, 10, 3),
    ("Body Text", SERIF, 11, INK, 0, 8),
    ("First Paragraph", SERIF, 11, INK, 0, 8),
    ("Compact", SERIF, 11, INK, 0, 3),
    ("Block Text", SERIF, 11, SECONDARY, 4, 8),
    ("Table Caption", SANS, 10, SECONDARY, 6, 4),
    ("Image Caption", SANS, 10, SECONDARY, 2, 10),
]


def field(paragraph: Paragraph, code: str) -> None:
    """A field that Word fills in, such as a page number."""
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = code
        run._r.append(part)


def apply_styles(document: Document, paper: str) -> None:
    for name, font, size, color, before, after in STYLES:
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), color
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # Theme fonts override a style's own, and Word would show its default.
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{script}"), font)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    document.styles["Subtitle"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    document.styles["Author"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    document.styles["Heading 1"].paragraph_format.page_break_before = True
    draw_hairlines(document.styles["Table"])
    section = document.sections[0]
    section.page_width, section.page_height = PAPERS[paper]
    section.left_margin, section.right_margin = Mm(28), Mm(24)
    section.top_margin = section.bottom_margin = Mm(25)
    header = section.header.paragraphs[0]
    field(header, "TITLE")
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field(footer, "PAGE")
    for paragraph in (header, footer):
        for run in paragraph.runs:
            run.font.name, run.font.size, run.font.color.rgb = SANS, Pt(9), SECONDARY


def draw_hairlines(style: BaseStyle) -> None:
    """Hairlines between rows instead of a grid."""
    properties = style.element.find(qn("w:tblPr"))
    if properties is None:
        properties = OxmlElement("w:tblPr")
        style.element.append(properties)
    borders = OxmlElement("w:tblBorders")
    for side, size in (("top", "8"), ("bottom", "4"), ("insideH", "4")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", size), ("space", "0"), ("color", "B9C0CC")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties.append(borders)


def main() -> None:
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    plain = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - no shell
    for paper in PAPERS:
        document = docx.Document(io.BytesIO(plain))
        apply_styles(document, paper)
        document.save(str(TARGET / f"reference-{paper}.docx"))


if __name__ == "__main__":
    main()
