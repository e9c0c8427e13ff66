"""Word documents for tests: made by python-docx, and pieces of XML that it cannot write."""

from __future__ import annotations

import io
import zipfile

import docx
from PIL import Image

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def saved(document) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def picture(color="red", size=(40, 30)) -> io.BytesIO:
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, "PNG")
    target.seek(0)
    return target


def chapters(rows, title="") -> bytes:
    """A document with a heading and paragraphs for each (heading, [paragraphs])."""
    document = docx.Document()
    if title:
        document.add_heading(title, 0)
    for heading, paragraphs in rows:
        document.add_heading(heading, 1)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
    return saved(document)


def repacked(data: bytes, parts: dict[str, bytes], *, only=False) -> bytes:
    """The archive with these parts replaced or added, or with these `only`."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts and not only:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return target.getvalue()


def body(xml: str) -> bytes:
    """A document whose body is this XML; prefixes w, wps, mc, v, wp, a and m are known."""
    spaces = (
        f'xmlns:w="{W}" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    )
    return f"<w:document {spaces}><w:body>{xml}</w:body></w:document>".encode()


def line(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{look}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


FOOTNOTES = (
    f'<w:footnotes xmlns:w="{W}">'
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r>'
    '<w:r><w:t xml:space="preserve"> Counted in 2025.</w:t></w:r></w:p></w:footnote></w:footnotes>'
).encode()
CALL = '<w:r><w:footnoteReference w:id="2"/></w:r>'


def with_footnotes(data: bytes, xml: str) -> bytes:
    """The document with this body and the note 2."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        rels = archive.read("word/_rels/document.xml.rels")
        types = archive.read("[Content_Types].xml")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    rels = rels.replace(
        b"</Relationships>",
        f'<Relationship Id="rIdNotes" Type="{kind}" Target="footnotes.xml"/></Relationships>'.encode(),
    )
    media = b"application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    override = b'<Override PartName="/word/footnotes.xml" ContentType="' + media + b'"/></Types>'
    return repacked(
        data,
        {
            "word/document.xml": body(xml),
            "word/footnotes.xml": FOOTNOTES,
            "word/_rels/document.xml.rels": rels,
            "[Content_Types].xml": types.replace(b"</Types>", override),
        },
    )
