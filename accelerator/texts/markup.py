"""HTML as it was sent, before anything has repaired it: read in one pass, whatever it is.

Not by Python's own reader, whose time grows with the square of the length for markup that never ends, and which in some
releases raises an error at `<![`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_ATTRIBUTES = r"""(?:[\s/]++[^\s=<>"'/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>][^\s<>]*+))?+)*+[\s/]*+"""
# A tag, else a tag with odd attributes, else what a browser takes for a comment.
_MARKUP = re.compile(
    rf"<(/?)([a-zA-Z][^\s/<>]*+)({_ATTRIBUTES})>|<(/?)([a-zA-Z][^\s/<>]*+)([^<>]*+)>|<[!?][^>]*+>|</[^a-zA-Z][^>]*+>"
)
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>][^\s<>]*+))?+""")


@dataclass(frozen=True, slots=True)
class Tag:
    """`name` is in lower case, and "" for text alone; `text` follows the tag."""

    name: str
    is_end: bool
    attributes: str
    text: str

    def values(self) -> Iterator[tuple[str, str]]:
        """The attributes' names, in lower case, and values."""
        for name, value in _ATTRIBUTE.findall(self.attributes):
            yield name.lower(), unescape(value.strip("\"'"))


def tags(html: str) -> Iterator[Tag]:
    """The tags with the text after each; the first one is the text before any."""
    end = html.rfind(">") + 1  # beyond it, each "<" would search in vain
    name, is_end, attributes, at = "", False, "", 0
    for match in _MARKUP.finditer(html, 0, end):
        yield Tag(name, is_end, attributes, unescape(html[at : match.start()]))
        closing, found, rest = match[1] or match[4], match[2] or match[5] or "", match[3] or match[6] or ""
        name, is_end, attributes, at = found.lower(), bool(closing), rest, match.end()
    yield Tag(name, is_end, attributes, unescape(html[at:]))
