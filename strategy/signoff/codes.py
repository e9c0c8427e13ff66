"""The code printed on a signed PDF: short, in groups, forgiving to type, impossible to guess.

Crockford's base 32 (no I, L, O, U). Eleven letters hold 55 random bits; the twelfth is a check over the field
GF(32) that notices every single wrong letter and every swap of two, so that a slip is told from an unknown code. (The
package base32-crockford, of 2014, has five more symbols for its check, *~$=U, which no address takes as they are.)
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = 12
GROUP = 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_APART = " -–—_./\u00a0\t\r\n"
# x^5 + x^2 + 1, which makes 2 a generator of the field.
_POLYNOMIAL = 0b100101


def make() -> str:
    """A new code as it is stored and printed: 7KQF-M2XD-93RT."""
    digits = [secrets.randbelow(32) for _ in range(LETTERS - 1)]
    return _grouped("".join(ALPHABET[digit] for digit in [*digits, _check(digits)]))


def read(typed: str) -> str:
    """What somebody typed or scanned, in the printed form, misread letters put right; may be no code at all."""
    kept = "".join(letter for letter in typed[:100].upper() if letter not in _APART)
    return _grouped(kept.translate(_READ_AS))


def is_whole(code: str) -> bool:
    """Whether a code (from `read`) has the right length, letters and check letter."""
    code = code.replace("-", "")
    if len(code) != LETTERS or any(letter not in ALPHABET for letter in code):
        return False
    digits = [ALPHABET.index(letter) for letter in code]
    return _check(digits[:-1]) == digits[-1]


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _check(digits: list[int]) -> int:
    total = 0
    for digit in digits:
        total = _double(total) ^ digit
    return _double(total)


def _double(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
