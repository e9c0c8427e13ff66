"""Reads emails written to files (accelerator/mailbox.py)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from accelerator.mailbox import STAMP, folder


@dataclass(frozen=True, slots=True)
class Mail:
    """An email in the folder; text and HTML are decoded only on its own page."""

    name: str
    headers: EmailMessage

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
        """When it was written, from the file name."""
        stamp = "-".join(self.name.split("-")[:3])
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)

    def part(self, kind: str) -> str:
        """The email's text ("plain") or HTML ("html"); "" if it has none."""
        body = self.headers.get_body(preferencelist=(kind,))
        return str(body.get_content()) if body is not None else ""


def names() -> list[str]:
    """Newest first, without the extension."""
    return sorted((path.stem for path in folder().glob("[0-9]*.eml")), reverse=True)


def read(chosen: Sequence[str]) -> Iterator[Mail]:
    """The emails with these names; a name that isn't in the folder is skipped."""
    # Names also come from URLs: only open files that the folder contains.
    present = set(names())
    for name in chosen:
        if name in present:
            data = (folder() / f"{name}.eml").read_bytes()
            yield Mail(name, message_from_bytes(data, policy=policy.default))
