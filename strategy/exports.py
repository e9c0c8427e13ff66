"""The strategy as one document: what the PDF and, later, Word and the public page are made from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accelerator.richtext import count_words
from cities.models import City, Membership, Role
from strategy.models import READY, SectionState, in_language

STYLE = Path(settings.BASE_DIR) / "static" / "css" / "pdf.css"
PAGES = {City.Paper.LETTER: "letter", City.Paper.A4: "A4"}


def tree(city: City) -> dict[str, Any]:
    """The strategy's sections in order, in the city's language; everything that a rendering shows."""
    sections = list(city.section_set.present().select_related("template").order_by("position"))
    strategy = city.strategy
    rows = [
        {
            "key": section.key, "number": section.template.number,
            "title": in_language(section.template.titles, city.language), "html": section.html,
            "revision": section.revision, "state": section.state,
        }
        for section in sections
    ]  # fmt: skip
    return {
        "template": f"{strategy.version.slug} {strategy.version.number}",
        "city": city.slug,
        "sections": rows,
    }


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the tree: the same text, template and order give the same value."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def html(city: City) -> str:
    """The whole document as HTML for the renderer, in the city's language and on its paper."""
    document = tree(city)
    written = [row for row in document["sections"] if row["html"]]
    mayor = _holder(city, Role.MAYOR)
    with translation.override(city.language), timezone.override(city.time_zone):
        return render_to_string(
            "strategy/pdf/strategy.html",
            {
                "city": city,
                "sections": document["sections"],
                "written": written,
                "missing": [row for row in document["sections"] if not row["html"]],
                "ready": sum(row["state"] in READY for row in document["sections"]),
                "is_draft": any(row["state"] != SectionState.FINAL for row in document["sections"]),
                "words": sum(count_words(row["html"]) for row in written),
                "mayor": mayor,
                "digest": digest(document),
                "now": timezone.now(),
                "page": PAGES[City.Paper(city.paper)],
                "style": STYLE.read_text(encoding="utf-8"),
            },
        )


def _holder(city: City, role: str) -> Membership | None:
    return city.membership_set.active().filter(role=role).select_related("user").first()
