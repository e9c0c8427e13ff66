"""Pictures in texts, strategies uploaded from elsewhere, and the merge page."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image

from accelerator import images
from cities.models import City
from strategy.sections import pictures
from strategy.uploads import actions as uploads
from tests.guards import world

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {
    "picture": lambda city: city.picture_set.first(),
    "upload": lambda city: city.upload_set.first(),
    "piece": lambda city: city.uploadpiece_set.order_by("pk").first(),
}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {
    "strategy:picture": (404, "a guest reviewer: the pictures of the named sections"),
    "strategy:picture-insert": (404, "asks for a section"),
}


def fill(city: City, lead) -> None:
    """Rows with words of the city's own."""
    target = BytesIO()
    Image.new("RGB", (3, 2), (city.pk % 256, 0, 0)).save(target, "PNG")
    image = images.reencode(target.getvalue())
    alt = f"Picture {world.marker(city)}"
    pictures.store(city=city, image=image, name=f"{world.marker(city)}.png", alt=alt, by=lead)
    page = "".join(f"<h1>{heading}</h1><p>{heading} {world.marker(city)}</p>" for heading in ("Risks", "Trees", "Sea"))
    upload = uploads.import_file(city=city, data=page.encode(), name=f"{world.marker(city)}.html", by=lead)
    uploads.apply_choices(
        city=city, choices={upload.pieces.get(position=2).pk: uploads.Choice("aside")}, bases={}, by=lead
    )
