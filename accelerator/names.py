"""What a person's name can contain: it appears in emails and on public pages, and anyone who invites can type one."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Joiners belong to names in some scripts. Everything else invisible could hide or reorder what follows.
_JOINERS = "\u200c\u200d"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# Letters, signs and marks that show as nothing: fillers of Hangul and Khmer, an empty Braille cell, a joiner of marks.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_MOST_MARKS = 3
_ADDRESS = re.compile(r"@|://|\bwww\.", re.IGNORECASE)
_DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)+/?")
# Before a dot without a space only an initial or one of these is part of a name: "M.Silva", "Dr.Silva".
_TITLES = re.compile(
    r"(?:.*-)?(?:arq|asst|coord|dir|dra?|eng|fr|hon|ing|jr|lic|ma|mrs?|ms|profa?|rev|sr|sra|srta|st[aeo]?)",
    re.IGNORECASE,
)
_DEGREES = re.compile("sc|ed", re.IGNORECASE)
# After an initial or a title: endings of web addresses, besides all those of two letters.
_ENDINGS = re.compile(
    "app|biz|blog|cloud|club|com|dev|edu|gov|info|int|link|live|lol|mil|mobi|name|net|news|online|org|page|pro|shop|"
    "site|store|tech|top|vip|web|wiki|work|world|xyz|zip",
    re.IGNORECASE,
)


def validate_name(name: str) -> None:
    """Raises ValidationError for line breaks, invisible characters, stacked accents and addresses."""
    if any(_is_unseen(letter) for letter in name):
        raise ValidationError(
            _("Remove line breaks and invisible characters. If you pasted the name, type it instead.")
        )
    if name and not _has_letter(name):
        raise ValidationError(_("Enter at least one letter."))
    if _without_stacks(name) != unicodedata.normalize("NFC", name):
        raise ValidationError(_("Remove the accents stacked on one letter. If you pasted the name, type it instead."))
    if _holds_address(name):
        raise ValidationError(_("Enter a name without web or email addresses."))


def one_line(name: str) -> str:
    """The name as it is stored, whatever wrote it: one line, nothing invisible."""
    seen = visible(name)
    if not _has_letter(seen):
        return ""
    return seen if _without_stacks(seen) == unicodedata.normalize("NFC", seen) else _without_stacks(seen)


def visible(text: str) -> str:
    """What shows of a text, in one line: a refused name is shown too, and nothing in it reorders the sentence."""
    spaced = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in spaced if not _is_unseen(c)).split())


def _is_unseen(letter: str) -> bool:
    return letter in _BLANK or (unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS)


def _has_letter(name: str) -> bool:
    return any(unicodedata.category(letter)[0] == "L" and letter not in _BLANK for letter in name)


def _without_stacks(name: str) -> str:
    """Composed, with at most three marks in a row."""
    kept, marks = [], 0
    for letter in unicodedata.normalize("NFC", name):
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def _holds_address(name: str) -> bool:
    # As email apps read it: any width, ideographic full stops, nothing that shows only around other letters.
    plain = unicodedata.normalize("NFKC", name).replace("。", ".")
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "M" and c not in _JOINERS)
    return bool(_ADDRESS.search(plain)) or any(_is_address(run) for run in _DOTTED.findall(plain))


def _is_address(run: str) -> bool:
    """Whether words joined by dots are an address, not initials or a title with a name."""
    words = [word.strip("-_") for word in run.rstrip("/").split(".")]
    pairs = list(pairwise(words))
    if any(left.isdigit() and right.isdigit() for left, right in pairs):
        return True
    return any(len(right) > 1 and not _is_name(left, right, run) for left, right in pairs)


def _is_name(left: str, right: str, run: str) -> bool:
    is_initial = len(left) == 1 and left.isupper()
    if run.endswith("/") or not right[0].isupper() or not (is_initial or _TITLES.fullmatch(left)):
        return False
    return bool(_DEGREES.fullmatch(right)) or (len(right) > 2 and not _ENDINGS.fullmatch(right))
