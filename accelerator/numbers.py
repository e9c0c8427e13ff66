"""Numbers as people and programs send them."""


def whole(words: str, digits: int = 9) -> int | None:
    """The whole number that `words` spell in at most so many digits; None for everything else.

    `isdigit` alone takes "²", and `int` raises where there are thousands of digits.
    """
    return int(words) if words.isascii() and words.isdigit() and len(words) <= digits else None
