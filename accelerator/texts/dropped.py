"""What people would miss in a text that cannot hold it: counted by name, told in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from django.utils.translation import ngettext

NAMES = {
    "img": "picture", "video": "video", "audio": "sound", "iframe": "frame", "embed": "object", "object": "object",
    "svg": "drawing", "canvas": "drawing", "math": "formula", "form": "form",
}  # fmt: skip
_TAG = re.compile(rf"<({'|'.join(NAMES)})\b", re.IGNORECASE)


def count(html: str) -> Counter[str]:
    """How many things of each name stand in the HTML."""
    return Counter(NAMES[name.lower()] for name in _TAG.findall(html))


def label(dropped: Iterable[tuple[str, int]]) -> str:
    """What was left out, for a sentence: "2 pictures, 1 video"."""
    return ", ".join(_one(name, number) for name, number in dropped)


def _one(name: str, number: int) -> str:
    forms = {
        "picture": ngettext("%(number)d picture", "%(number)d pictures", number),
        "video": ngettext("%(number)d video", "%(number)d videos", number),
        "sound": ngettext("%(number)d sound", "%(number)d sounds", number),
        "frame": ngettext("%(number)d embedded page", "%(number)d embedded pages", number),
        "object": ngettext("%(number)d embedded object", "%(number)d embedded objects", number),
        "drawing": ngettext("%(number)d drawing", "%(number)d drawings", number),
        "formula": ngettext("%(number)d formula", "%(number)d formulas", number),
        "form": ngettext("%(number)d form", "%(number)d forms", number),
        "comment": ngettext("%(number)d comment", "%(number)d comments", number),
        "deletion": ngettext("%(number)d deleted passage", "%(number)d deleted passages", number),
    }
    return forms[name] % {"number": number}
