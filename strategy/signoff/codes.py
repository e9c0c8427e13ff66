"""The code printed on a signed PDF: short, in groups, forgiving to type, impossible to guess."""

from __future__ import annotations

import secrets

# Crockford's base 32 (no I, L, O, U). Eleven letters hold 55 random bits; the twelfth is a checksum over the field
# GF(32) that detects every single wrong letter and every swap of two, so a typo is distinguishable from an unknown
# code. (The package base32-crockford has five more checksum symbols, *~$=U, which URLs escape.)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = 12
GROUP = 4
# Letters that aren't in the alphabet, and what they were most likely misread from.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_SEPARATORS = " -–—_./\u00a0\t\r\n"
# x^5 + x^2 + 1, which makes 2 a generator of the field.
_POLYNOMIAL = 0b100101


def make() -> str:
    """A new code as stored and printed: 7KQF-M2XD-93RT."""
    digits = [secrets.randbelow(32) for _ in range(LETTERS - 1)]
    return _group("".join(ALPHABET[digit] for digit in [*digits, _check(digits)]))


def read(typed: str) -> str:
    """What was typed or scanned in printed form, with misread letters corrected; may not be a valid code."""
    # Truncate first: this comes from a public page, which accepts any length.
    letters = "".join(letter for letter in typed[:100].upper() if letter not in _SEPARATORS)
    return _group(letters.translate(_READ_AS))


def is_complete(code: str) -> bool:
    """Whether a code (from `read`) has the right length, letters and check letter."""
    code = code.replace("-", "")
    if len(code) != LETTERS or any(letter not in ALPHABET for letter in code):
        return False
    digits = [ALPHABET.index(letter) for letter in code]
    return _check(digits[:-1]) == digits[-1]


def _group(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _check(digits: list[int]) -> int:
    total = 0
    for digit in digits:
        total = _double(total) ^ digit
    return _double(total)


def _double(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
