"""A signed version of a city, and its publication, through the program's own verbs."""

from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accelerator import rls
from accelerator.content_versions import digest
from cities.models import Export
from strategy.document.tree import freeze
from strategy.models import Picture
from strategy.publication import actions as publication
from strategy.signoff import lapse
from strategy.tasks import render_file

PIXEL = (Path(__file__).parents[1] / "fixtures" / "corpus" / "map.png").read_bytes()


def signed(city, number=1, tree=None, pdf=True):
    """A signed version with its PDF; in a scope of its own."""
    with rls.every_city():
        name = ""
        if pdf:
            name = default_storage.save(f"versions/{number}.pdf", ContentFile(b"%PDF version"))
        tree = tree or freeze(city)
        version = city.strategyversion_set.create(
            strategy=city.strategy,
            number=number,
            tree=tree,
            template="t 1",
            sha256=digest(tree),
            code=f"CODE-{city.pk}-{number}",
            state="signed",
            signed_at=timezone.now(),
            pdf=name,
        )
        lapse.store_parts(version)
        return version


def publish(city, by, number=1, summary="What we promise.", shows_progress=False):
    """Ask, and do the worker's part."""
    with rls.every_city():
        export = publication.publish(city=city, number=number, summary=summary, shows_progress=shows_progress, by=by)
    render_file(city.pk, export.pk)
    with rls.every_city():
        return Export.objects.get(pk=export.pk)


def picture(city):
    """A picture of the city, its file in the store."""
    with rls.every_city():
        name = default_storage.save("pictures/map.png", ContentFile(PIXEL))
        return Picture.objects.create(
            city=city, file=name, name="map.png", kind="image/png", sha256="0" * 64, size=99, width=40, height=30
        )
