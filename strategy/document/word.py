"""The strategy as a Word document: HTML with plain headings, lists and tables, through pandoc and our reference.

What Word calls its own stays its own: Title and Heading styles, numbered lists, header rows that repeat,
alternative texts, the language and the document's properties. The reference is made by scripts/make_reference.py.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accelerator import pandoc
from cities.models import City
from strategy.document import exports
from strategy.document.exports import Edition

REFERENCES = Path(settings.BASE_DIR) / "strategy" / "defaults"
LANGUAGES = {"en": "en-US", "es": "es-419", "pt-br": "pt-BR"}
WIDEST = 620  # pixels that fit between the margins
# Pandoc keeps the picture's whole address here; the file would hold every picture twice.
_ADDRESS = re.compile(r'(<pic:cNvPr [^>]*?descr=")data:[^"]*(")')


def html(edition: Edition, images: dict[int, str]) -> str:
    """The document as pandoc reads it, in the document's language."""
    tree = edition.tree

    def picture(number: int) -> dict[str, Any]:
        if number not in images:
            return {}
        width = min(WIDEST, tree["pictures"].get(str(number), {}).get("width", WIDEST))
        return {"src": images[number], "width": width}

    with translation.override(tree["language"]), timezone.override(tree["city"]["time_zone"]):
        context = exports.shared_context(edition) | {"sections": exports.rendered_sections(tree, picture, plain=True)}
        return render_to_string("strategy/document/word.html", context)


def make(edition: Edition, images: dict[int, str]) -> bytes:
    """The .docx file; raises ChildFailed."""
    tree = edition.tree
    reference = REFERENCES / f"reference-{'a4' if tree['city']['paper'] == City.Paper.A4 else 'letter'}.docx"
    with translation.override(tree["language"]):
        title = f"{tree['city']['name']}: {_('Citywide Data Strategy')}"
        author = _("City of %(city)s") % {"city": tree["city"]["name"]}
    made = pandoc.convert(
        html(edition, images).encode(),
        "--from=html",
        "--to=docx",
        f"--reference-doc={reference}",
        f"--metadata=lang={LANGUAGES.get(tree['language'], tree['language'])}",
        f"--metadata=title={title}",
        f"--metadata=author={author}",
    )
    return _remove_image_addresses(made)


def _remove_image_addresses(content: bytes) -> bytes:
    """The same file without the pictures' addresses beside the pictures."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as slim:
        for name in packed.namelist():
            data = packed.read(name)
            if name == "word/document.xml":
                data = _ADDRESS.sub(r"\1\2", data.decode()).encode()
            slim.writestr(name, data)
    return out.getvalue()
