"""A finding of the readiness check, with the place to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Finding:
    is_blocking: bool
    message: str
    place: str  # its title
    url: str


@dataclass(frozen=True, slots=True)
class Place:
    title: str
    url: str

    def blocker(self, message: str, quote: str = "", picture: int = 0) -> Finding:
        return Finding(True, message, self.title, self._url_of(quote, picture))

    def advice(self, message: str, quote: str = "") -> Finding:
        return Finding(False, message, self.title, self._url_of(quote))

    def _url_of(self, quote: str, picture: int = 0) -> str:
        """The section's page, which scrolls to the quoted text or the image."""
        if picture:
            return f"{self.url}?picture={picture}"
        return f"{self.url}?{urlencode({'find': quote[:80]})}" if quote else self.url
