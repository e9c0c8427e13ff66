"""What a person's name may hold: it stands in emails and on public pages, and anyone who invites can type one."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Joiners belong to names in some scripts. Everything else invisible could hide or turn round what follows.
_JOINERS = "\u200c\u200d"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_ADDRESS = re.compile(r"@|://|\bwww\.|[^\W_]{2,}\.[a-z]{2,}(?:\b|/)")


def validate_name(name: str) -> None:
    """Raises ValidationError for line breaks, invisible characters and addresses."""
    if any(unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS for letter in name):
        raise ValidationError(
            _("Remove line breaks and invisible characters. If you pasted the name, type it instead.")
        )
    if _ADDRESS.search(unicodedata.normalize("NFKC", name)):
        raise ValidationError(_("Enter a name without web or email addresses."))


def one_line(name: str) -> str:
    """The name as it is stored, whatever wrote it: one line, nothing invisible."""
    spaced = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in name)
    seen = "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _UNSEEN)
    return " ".join(seen.split())
