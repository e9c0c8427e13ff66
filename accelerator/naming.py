"""Names in a form that sorts and compares alike, whatever the accents."""

import unicodedata

# Letters that Unicode does not decompose, as they are written without their mark.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ħ": "h",
        "Ħ": "H",
        "ı": "i",
        "ŧ": "t",
        "Ŧ": "T",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "Þ": "TH",
        "ə": "a",
        "Ə": "A",
        "ß": "ss",
        "ẞ": "SS",
        "’": "'",
        "‘": "'",
        "ʻ": "'",
        "ʼ": "'",
    }
)


def unaccent(text: str) -> str:
    """The same text without accents: `São João` becomes `Sao Joao`, `Łódź` becomes `Lodz`."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN)


def normalize(text: str) -> str:
    """Unaccented, case-folded, single spaces: what `sort_name` columns hold. Twice is the same as once."""
    return " ".join(unaccent(unaccent(text).casefold()).split())
