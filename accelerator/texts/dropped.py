"""What a text can't contain: how many elements could run code, and what people would miss, by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from django.utils.translation import ngettext

from accelerator.texts.markup import tags

NAMES = {
    "img": "picture",
    "video": "video",
    "audio": "sound",
    "iframe": "frame",
    "embed": "object",
    "object": "object",
    "svg": "drawing",
    "canvas": "drawing",
    "math": "formula",
    "form": "form",
}
_RUNS = ("javascript:", "vbscript:", "data:text")
_TAG = re.compile(rf"<({'|'.join(NAMES)})\b", re.IGNORECASE)
_MAY_ACT = re.compile(r"<script\b|\bon\w+\s*=|(java|vb)script:|data:text", re.IGNORECASE)


def count_acting(html: str) -> int:
    """How many elements, event handlers and script URLs in the HTML as submitted could run code."""
    # Almost no text has any, and reading its tags is many times slower than the regular expression.
    if not _MAY_ACT.search(html):
        return 0
    found = 0
    for tag in tags(html):
        if tag.name and not tag.is_end:
            # Not what every document has in its head, nor what is listed by name (NAMES).
            found += tag.name == "script"
            found += sum(n.startswith("on") or v.strip().lower().startswith(_RUNS) for n, v in tag.values())
    return found


def count(html: str) -> Counter[str]:
    """How many things of each name are in the HTML."""
    return Counter(NAMES[name.lower()] for name in _TAG.findall(html))


def label(dropped: Iterable[tuple[str, int]]) -> str:
    """What was left out, as part of a sentence: "2 pictures, 1 video"."""
    return ", ".join(_one(name, number) for name, number in dropped)


def _one(name: str, number: int) -> str:
    # Spelled out: gettext extracts plural forms only from literal calls.
    forms = {
        "picture": ngettext("%(number)d image", "%(number)d images", number),
        "video": ngettext("%(number)d video", "%(number)d videos", number),
        "sound": ngettext("%(number)d audio clip", "%(number)d audio clips", number),
        "frame": ngettext("%(number)d embedded page", "%(number)d embedded pages", number),
        "object": ngettext("%(number)d embedded object", "%(number)d embedded objects", number),
        "drawing": ngettext("%(number)d drawing", "%(number)d drawings", number),
        "formula": ngettext("%(number)d formula", "%(number)d formulas", number),
        "form": ngettext("%(number)d form", "%(number)d forms", number),
        "comment": ngettext("%(number)d comment", "%(number)d comments", number),
        "deletion": ngettext("%(number)d deleted passage", "%(number)d deleted passages", number),
    }
    return forms[name] % {"number": number}
