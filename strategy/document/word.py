"""The strategy as a Word document: pandoc converts plain HTML, using Word's own styles, lists and header rows.

scripts/make_reference.py creates the reference documents with the styles.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accelerator import pandoc
from cities.models import City
from strategy.document import exports
from strategy.document.exports import Edition

REFERENCES = Path(settings.BASE_DIR) / "strategy" / "defaults"
LANGUAGES = {"en": "en-US", "es": "es-419", "pt-br": "pt-BR"}
WIDEST = 620  # pixels that fit between the margins
# Pandoc writes the image's whole `data:` URL here; the file would contain every image twice.
_ADDRESS = re.compile(r'(<pic:cNvPr [^>]*?descr=")data:[^"]*(")')


def html(edition: Edition, images: dict[int, str]) -> str:
    tree = edition.tree

    def picture(number: int) -> dict[str, Any]:
        if number not in images:
            return {}
        # Word shows an image at its own width, past the edge of the page.
        width = min(WIDEST, tree["pictures"].get(str(number), {}).get("width", WIDEST))
        return {"src": images[number], "width": width}

    with exports.as_in(tree):
        context = exports.shared_context(edition) | {"sections": exports.rendered_sections(tree, picture, plain=True)}
        return render_to_string("strategy/document/word.html", context)


def make(edition: Edition, images: dict[int, str]) -> bytes:
    """Return a .docx file; raises ChildFailed."""
    tree = edition.tree
    # Page size, fonts and headings come from the reference file: pandoc has no other source of styles.
    reference = REFERENCES / f"reference-{'a4' if tree['city']['paper'] == City.Paper.A4 else 'letter'}.docx"
    with translation.override(tree["language"]):
        name = _("Citywide Data Strategy")
        title = f"{tree['city']['name']}: {name}"
        author = _("City of %(city)s") % {"city": tree["city"]["name"]}
    document = pandoc.convert(
        html(edition, images).encode(),
        "--from=html",
        "--to=docx",
        f"--reference-doc={reference}",
        f"--metadata=lang={LANGUAGES.get(tree['language'], tree['language'])}",
        f"--metadata=title={title}",
        f"--metadata=author={author}",
    )
    return _remove_image_addresses(document)


def _remove_image_addresses(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as slim:
        for name in packed.namelist():
            data = packed.read(name)
            if name == "word/document.xml":
                data = _ADDRESS.sub(r"\1\2", data.decode()).encode()
            slim.writestr(name, data)
    return out.getvalue()
