"""Mail as files: with no mail server set, each mail becomes a readable .eml file in VAR/mail.

The names sort by time and say to whom; they are made of letters, digits and hyphens alone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import slugify

_STAMP = "%Y%m%d-%H%M%S-%f"


class EmailBackend(BaseEmailBackend):
    """Django's mail back end that writes files."""

    def open(self) -> bool:
        folder().mkdir(parents=True, exist_ok=True)
        return True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.open()
        for message in email_messages:
            _write(message)
        return len(email_messages)


def folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _write(message: EmailMessage) -> None:
    """A mail appears in the folder whole or not at all."""
    to = slugify("-".join(message.to).replace("@", "-at-").replace(".", "-"))[:80]
    name = f"{datetime.now(UTC):{_STAMP}}-{to}-{secrets.token_hex(3)}"
    part = folder() / f".{name}.part"
    part.write_bytes(message.message().as_bytes())
    os.replace(part, folder() / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the folder; text and HTML are read when asked for."""

    name: str
    headers: Parsed

    @property
    def subject(self) -> str:
        return str(self.headers["subject"] or "")

    @property
    def to(self) -> str:
        return str(self.headers["to"] or "")

    @property
    def sender(self) -> str:
        return str(self.headers["from"] or "")

    @property
    def reply_to(self) -> str:
        return str(self.headers["reply-to"] or "")

    @property
    def at(self) -> datetime:
        """When it was written, from the name."""
        stamp = "-".join(self.name.split("-")[:3])
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)

    def part(self, kind: str) -> str:
        """The mail's text ("plain") or HTML ("html"); empty where it has none."""
        found = self.headers.get_body(preferencelist=(kind,))
        return str(found.get_content()) if found is not None else ""


def names() -> list[str]:
    """Newest first, without the ending."""
    return sorted((path.stem for path in folder().glob("[0-9]*.eml")), reverse=True)


def read(wanted: Sequence[str]) -> Iterator[Mail]:
    """The mails of these names; a name that is not in the folder is left out."""
    present = set(names())
    for name in wanted:
        if name in present:
            data = (folder() / f"{name}.eml").read_bytes()
            yield Mail(name, message_from_bytes(data, policy=policy.default))
