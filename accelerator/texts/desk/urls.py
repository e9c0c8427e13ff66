"""URLs for a kind of text. The package passes its own access decorator: accelerator/ knows no roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from accelerator.texts.desk import drafts, history, views
from accelerator.texts.desk.kinds import TextKind

View = Callable[..., Any]
# `cities.access.city_view`: takes a permission, returns a view decorator.
Access = Callable[[Any], Callable[[View], View]]


def urls(kind: TextKind, address: str, access: Access, *, page: View | None = views.page) -> list[URLPattern]:
    """A text's page at `address` and the desk's other URLs below it; with `page=None` the package has its own page."""
    read, write = access(kind.read), access(kind.write)
    listed = [
        ("save/", write(views.save), "save"),
        ("here/", write(views.here), "here"),
        ("take-over/", write(views.take_over), "take-over"),
        ("aside/", write(views.aside), "aside"),
        ("pasted/", write(views.pasted), "pasted"),
        ("draft/<int:pk>/", read(drafts.show), "draft"),
        ("draft/<int:pk>/merge/", write(drafts.merge), "draft-merge"),
        ("draft/<int:pk>/use/", write(drafts.use), "draft-use"),
        ("draft/<int:pk>/settle/", read(drafts.settle), "draft-settle"),
    ]
    if page:
        listed.insert(0, ("", read(page), ""))
    return _paths(kind, address, listed)


def history_urls(kind: TextKind, address: str, access: Access, *, index: View = history.index) -> list[URLPattern]:
    """The saved versions of a text, for kinds whose readers may see them; `index` is the package's own list."""
    read, write = access(kind.read), access(kind.write)
    listed = [
        ("history/", read(index), "history"),
        ("history/<int:number>/", read(history.show), "revision"),
        ("history/<int:number>/restore/", write(history.restore), "restore"),
    ]
    return _paths(kind, address, listed)


def _paths(kind: TextKind, address: str, listed: list[tuple[str, View, str]]) -> list[URLPattern]:
    return [
        path(address + below, view, {"kind": kind}, name=kind.url_name(name).split(":")[-1])
        for below, view, name in listed
    ]
