"""Log lines hold no tokens of emailed links, and a refused request is one line instead of a traceback."""

from __future__ import annotations

import logging
import re
from typing import Any

# `django.core.signing.dumps`: data, time and signature. In an address the colons may be escaped, also more than
# once, and a line may be cut.
_TOKEN = re.compile(r"[\w.-]{12,}(?::|%(?:25)*3A)[\w-]{6}(?::|%(?:25)*3A)[\w-]+", re.IGNORECASE)


def redact(text: str) -> str:
    return _TOKEN.sub("[token]", text)


class RedactedFormatter(logging.Formatter):
    """Another formatter's line, traceback included, without tokens."""

    def __init__(self, *args: Any, inner: logging.Formatter | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self.inner.format(record) if self.inner else super().format(record))


class OneLineForRefusals(logging.Filter):
    """Django attaches the exception to each 403, 404 and 400."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and 400 <= getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
