"""Names in a form that sorts and compares alike, whatever the accents."""

import unicodedata


def normalize(text: str) -> str:
    """Unaccented, case-folded, single spaces: what `sort_name` columns hold."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())
