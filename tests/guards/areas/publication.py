"""Exports, publishing, and the public pages."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accelerator.content_versions import digest
from cities.models import City
from strategy.document.tree import freeze
from strategy.models import PublicFile, PublicStrategy

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {"public-picture": lambda city: type("Picture", (), {"pk": 7})}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {"place": lambda city: city.slug, "kind": lambda city: "json"}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {}


def fill(city: City, lead) -> None:
    """A published strategy: everyone reads it, so it holds no words that only the city may see."""
    tree = freeze(city) | {"sections": [], "policies": [], "ai_uses": [], "risks": [], "pictures": {}}
    tree["plan"] = tree["plan"] | {"objectives": []}
    row = PublicStrategy.objects.create(
        city=city,
        slug=city.slug,
        number=1,
        code=f"PUBLIC-{city.pk}",
        city_name=city.name,
        sort_name=city.sort_name,
        country=city.country,
        language=city.language,
        years=tree["years"],
        tree=tree,
        sha256=digest(tree),
        search="",
        signed_at=timezone.now(),
    )
    for kind in ("json", "picture:7"):
        name = default_storage.save(f"public/{city.pk}/{kind[:4]}", ContentFile(b"public"))
        PublicFile.objects.create(
            city=city, strategy=row, kind=kind, file=name, media_type="application/json", sha256="0" * 64, size=6
        )
