"""HTML as a reader sees it: without white space that no browser shows, so tests don't depend on layout."""

import re

_KEPT = re.compile(r"(<(textarea|pre|script|style)\b.*?</\2>)", re.DOTALL)
_TAG = re.compile(r"""<[a-zA-Z/!](?:[^<>"']|"[^"]*"|'[^']*')*>""")
_UNEVEN = re.compile(r"[\t\r\n]|  | >")
_BLOCK = (
    "article|aside|blockquote|body|button|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    "|head|header|hr|html|legend|li|link|main|meta|nav|ol|option|p|section|select|summary|table|tbody|td|tfoot|th|thead"
    "|title|tr|ul"
)
_AROUND_BLOCK = re.compile(rf"\s*(</?(?:{_BLOCK})\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)\s*")


def _tag(match: re.Match[str]) -> str:
    """A tag on one line, one blank between its attributes."""
    if not _UNEVEN.search(match[0]):
        return match[0]
    parts = re.split(r"""("[^"]*"|'[^']*')""", match[0])
    parts[::2] = [re.sub(r"\s+", " ", part) for part in parts[::2]]
    return re.sub(r"\s+>$", ">", "".join(parts))


def squeezed(html: str) -> str:
    """The same page with one blank for each run of white space, and none beside an element that begins a line."""
    pieces = _KEPT.split(html)
    for place in range(0, len(pieces), 3):
        piece = _TAG.sub(_tag, pieces[place])
        piece = re.sub(r"[ \t\r\n]+", " ", piece)
        pieces[place] = _AROUND_BLOCK.sub(r"\1", piece)
    pieces[1::3] = [_TAG.sub(_tag, piece, count=1) for piece in pieces[1::3]]
    del pieces[2::3]  # the name of the element
    return "".join(pieces)
