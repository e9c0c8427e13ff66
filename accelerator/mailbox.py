"""Email as files: without a mail server, each email becomes a readable .eml file in VAR/mail."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import slugify

STAMP = "%Y%m%d-%H%M%S-%f"


class EmailBackend(BaseEmailBackend):
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
    # The name sorts by time and shows the recipient. It is part of a demo URL: letters, digits and hyphens only.
    to = slugify("-".join(message.to).replace("@", "-at-").replace(".", "-"))[:80]
    name = f"{datetime.now(UTC):{STAMP}}-{to}-{secrets.token_hex(3)}"
    # Write to a temporary file and rename it, so no one reads a partial email.
    part = folder() / f".{name}.part"
    part.write_bytes(message.message().as_bytes())
    os.replace(part, folder() / f"{name}.eml")
