"""How a package declares a kind of text, and the desk where one text of it is open (docs/adr/0012)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from accelerator.texts import saving
from accelerator.texts.models import Text
from accelerator.web import Request

# Fragments that pages include; a kind can override them.
PARTS = ("saved", "editor", "merge_place")


@dataclass(frozen=True, kw_only=True)
class Messages:
    """Messages shown on the next page; a kind uses its own noun."""

    would_empty: str | Promise = _(
        "Nothing was saved because the text you sent was empty. To clear the text, check “Clear the text.”"
    )
    not_cleared: str | Promise = _(
        "The text wasn’t cleared because someone saved a newer version while you were working."
    )
    used: str | Promise = _("Your version is now the current one.")
    settled: str | Promise = _("The current version hasn’t changed. Your own version is kept.")
    merged: str | Promise = _("The merged version is now the current one.")
    restored: str | Promise = _("Version %(number)d is the current version again.")


@dataclass(frozen=True, kw_only=True)
class TextKind:
    """A kind of text: how to find a row, its permissions, URLs and templates. `desk.urls` creates its views.

    `name` is the URL name of a text's page. Its other URL names start with it ("...-save"); those of a draft start with
    `draft_name`, if that differs from "...-draft". `find(request, city, **place)` returns the text at a URL as this
    reader may see it, else raises Http404. `find_sent` also finds a text that the reader can no longer see, so that
    what was typed is kept. Templates are looked up in the folder `templates`, then in templates/texts/.
    """

    name: str
    read: Any
    write: Any
    find: Callable[..., Text]
    find_sent: Callable[..., Text] | None = None
    draft_name: str = ""
    templates: str = "texts"
    messages: Messages = Messages()
    # Additional context for its page.
    page: Callable[[Desk], dict[str, Any]] = lambda desk: {}
    # Where a plain form redirects after saving; by default, the text's page.
    saved_url: Callable[[Desk], str] | None = None
    # The URL name of the page that lists a person's own unsaved texts, if any.
    my_drafts: str = ""
    # Called on a heartbeat with the latest revision this person has on screen.
    seen: Callable[[Any, int, User], None] | None = None
    # The CSS class of its prose, and the language it is written in; empty where that isn't known.
    prose: str = "prose prose--sans"
    language: Callable[[Desk], str] = lambda desk: ""

    def open(self, request: Request, city: Any, place: dict[str, Any]) -> Desk:
        """The desk for a text that this reader may see; 404 for any other."""
        return Desk(self, request, city, place, self.find(request, city, **place))

    def open_sent(self, request: Request, city: Any, place: dict[str, Any]) -> Desk:
        """The desk for a submitted text, even if the reader can no longer see it."""
        return Desk(self, request, city, place, (self.find_sent or self.find)(request, city, **place))

    def template(self, name: str) -> list[str]:
        """Where to look for a template, starting with the kind's own folder."""
        return [f"{self.templates}/{name}.html", f"texts/{name}.html"]

    def url_name(self, page: str) -> str:
        """A page's URL name ("" is the text's own), with its namespace."""
        own = self.draft_name or f"{self.name}-draft"
        if page.startswith("draft"):
            return own + page.removeprefix("draft")
        return f"{self.name}-{page}" if page else self.name


@dataclass(frozen=True)
class Desk:
    """One text and the person who has it open: the row, the request, and its page URLs."""

    kind: TextKind
    request: Request
    city: Any
    place: dict[str, Any]
    text: Text
    is_shown: bool = True

    def url(self, page: str = "", **more: Any) -> str:
        """The URL of the text's page, or of its "save", "here", "draft" (with `pk`), "draft-use" ..."""
        return reverse(self.kind.url_name(page), kwargs={"city": self.city.slug, **self.place, **more})

    def template(self, name: str) -> list[str]:
        return self.kind.template(name)

    def context(self, **more: Any) -> dict[str, Any]:
        """Context for every template of the desk."""
        pages = {"page": "", "take_over": "take-over", **{name: name for name in ("save", "here", "aside", "pasted")}}
        return {
            "city": self.city,
            "desk": self,
            "text": self.text,
            "urls": {name: self.url(page) for name, page in pages.items()},
            "my_drafts_url": reverse(self.kind.my_drafts) if self.kind.my_drafts else "",
            "parts": {name: self.template(name) for name in PARTS},
            "longest": saving.LONGEST,
            **more,
        }

    def drafts(self) -> Any:
        """The reader's own texts that didn't become the current one."""
        return self.text.drafts.filter(city=self.city, author=self.reader)

    def revision(self, number: int) -> str:
        """The HTML of a saved version; "" before the first."""
        rows = self.text.revisions.filter(city=self.city, number=number)
        return rows.values_list("html", flat=True).first() or ""

    @property
    def reader(self) -> User:
        return self.request.user

    @property
    def may_write(self) -> bool:
        return self.is_shown and self.kind.write in self.request.can

    @property
    def language(self) -> str:
        """The text's language; empty if unknown."""
        return self.kind.language(self)

    @property
    def saved_url(self) -> str:
        """Where a plain form redirects after saving."""
        return self.kind.saved_url(self) if self.kind.saved_url else self.url()
