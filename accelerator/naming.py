"""Names in a form that sorts and compares alike, whatever the accents."""

import unicodedata

# Letters that Unicode does not decompose, and how they are written without their mark.
_PLAIN = str.maketrans(
    dict(zip("øØłŁđĐðÐħĦıŧŦəƏ’‘ʻʼ", "oOlLdDdDhHitTaA" + 4 * "'", strict=True))
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ß": "ss", "ẞ": "SS"}
)


def unaccent(text: str) -> str:
    """The same text without accents: `São João` becomes `Sao Joao`, `Łódź` becomes `Lodz`."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN)


def normalize(text: str) -> str:
    """Unaccented, case-folded, single spaces: what `sort_name` columns hold. Twice is the same as once."""
    # Unaccented before and after: folding "İ" gives an "i" and a dot that is an accent again.
    return " ".join(unaccent(unaccent(text).casefold()).split())
