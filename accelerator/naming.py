"""Names normalized for sorting and comparing, regardless of accents."""

import unicodedata

# Letters that Unicode doesn't decompose, and their plain spelling.
_PLAIN = str.maketrans(
    dict(zip("øØłŁđĐðÐħĦıŧŦəƏ’‘ʻʼ", "oOlLdDdDhHitTaA" + 4 * "'", strict=True))
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ß": "ss", "ẞ": "SS"}
)


def unaccent(text: str) -> str:
    """The text without accents: `São João` becomes `Sao Joao`, `Łódź` becomes `Lodz`."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN)


def normalize(text: str) -> str:
    """Unaccented, case-folded, single spaces: what `sort_name` columns hold. Idempotent."""
    # Unaccent before and after: case-folding "İ" gives an "i" plus a combining dot.
    return " ".join(unaccent(unaccent(text).casefold()).split())
