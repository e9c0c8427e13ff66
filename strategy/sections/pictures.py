"""Pictures in a city's texts: stored once, referenced by number, shown by URL."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import Resolver404, resolve, reverse

from accelerator import audit, images
from accelerator.models import User
from accelerator.texts import richtext
from cities.models import City

if TYPE_CHECKING:  # the models' own texts use this module
    from strategy.sections.models import Picture

_PATH = re.compile(r"(?:https?://[^/]+)?(/[^?#]*)(?:[?#].*)?")


def address_of(city: City) -> Callable[[int], str]:
    """Returns a function that turns a picture's number into its URL."""
    return lambda number: reverse("strategy:picture", args=[city.slug, number])


def with_addresses(html: str, city: City) -> str:
    """A stored text as a page shows it, with the URLs of its pictures."""
    return richtext.with_image_addresses(html, address_of(city)) if "<img " in html else html


def with_numbers(html: str) -> str:
    """A posted text with its pictures by number again; cleaning verifies that they are the city's own."""
    return richtext.with_image_ids(html, _picture_number)


def _picture_number(address: str) -> int | None:
    path = _PATH.fullmatch(address)
    try:
        match = resolve(path[1]) if path else None
    except Resolver404:
        return None
    return match.kwargs["pk"] if match and match.view_name == "strategy:picture" else None


def figure_html(picture: Picture) -> str:
    """HTML that shows the picture in a text, for people who write without JavaScript."""
    return f'<figure><img src="media:{picture.pk}" alt="{escape(picture.alt)}"></figure>'


@transaction.atomic
def store(*, city: City, image: images.StoredImage, name: str, alt: str, by: User) -> Picture:
    """Store a picture once: the same file again is the same row, which gets the description if it has none."""
    # Browsers send paths and arbitrary characters; the name is only displayed and used for downloads.
    name = re.sub(r"[^\w .()\[\]-]+", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[-200:]
    alt = " ".join(alt.split())[: richtext.LONGEST_ALT]
    sha256 = image.sha256
    picture = city.picture_set.filter(sha256=sha256).first()
    if picture is None:
        file = f"pictures/{city.pk}/{sha256}.{image.suffix}"
        # File names are content hashes, so a file left by a failed transaction is reused.
        if not default_storage.exists(file):
            file = default_storage.save(file, ContentFile(image.data))
        picture, created = city.picture_set.get_or_create(
            sha256=sha256,
            defaults={
                "file": file,
                "name": name or f"picture.{image.suffix}",
                "kind": image.kind,
                "alt": alt,
                "size": len(image.data),
                "width": image.width,
                "height": image.height,
                "uploaded_by": by,
            },
        )
        if created:
            audit.record("picture added", by=by, about=picture, sha256=sha256)
    if alt and not picture.alt:
        describe(picture, alt=alt, by=by)
    return picture


@transaction.atomic
def describe(picture: Picture, *, alt: str, by: User) -> None:
    before, picture.alt = picture.alt, " ".join(alt.split())
    picture.save(update_fields=["alt"])
    audit.record("picture described", by=by, about=picture, before=before, after=picture.alt)
