"""Pictures in a city's texts: stored once, named by number, shown by address."""

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
    """What turns a picture's number into its address."""
    return lambda number: reverse("strategy:picture", args=[city.slug, number])


def with_addresses(html: str, city: City) -> str:
    """A stored text as a page shows it, its pictures by their addresses."""
    return richtext.with_image_addresses(html, address_of(city)) if "<img " in html else html


def with_numbers(html: str) -> str:
    """A posted text with its pictures by number again; cleaning it checks that they are the city's own."""
    return richtext.with_image_ids(html, _picture_number)


def _picture_number(address: str) -> int | None:
    path = _PATH.fullmatch(address)
    try:
        match = resolve(path[1]) if path else None
    except Resolver404:
        return None
    return match.kwargs["pk"] if match and match.view_name == "strategy:picture" else None


def figure_html(picture: Picture) -> str:
    """What shows the picture in a text, for those who write without scripts."""
    return f'<figure><img src="media:{picture.pk}" alt="{escape(picture.alt)}"></figure>'


@transaction.atomic
def store(*, city: City, image: images.StoredImage, name: str, alt: str, by: User) -> Picture:
    """Store a picture once: the same one again is the same row, which gets the description if it has none."""
    # Browsers send a path or any character; the name is only shown, and is the file's name when it is downloaded.
    name = re.sub(r"[^\w .()\[\]-]+", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[-200:]
    alt = " ".join(alt.split())[: richtext.LONGEST_ALT]
    sha256 = image.sha256
    picture = city.picture_set.filter(sha256=sha256).first()
    if picture is None:
        file = f"pictures/{city.pk}/{sha256}.{image.suffix}"
        # The name is the content's, so a file left by a transaction that failed is used again.
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
