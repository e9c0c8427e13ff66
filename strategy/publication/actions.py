"""Publishing copies a signed version into tables that everyone can read (docs/adr/0010)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, rls
from accelerator.models import User
from accelerator.naming import normalize
from accelerator.refusals import Refused
from accelerator.texts import richtext
from accelerator.walltime import local_day
from cities.exports import actions as leases
from cities.models import City, Export
from strategy.document.tables import written_sections
from strategy.document.tree import Tree, actions_of
from strategy.publication.models import PublicFile, PublicStrategy
from strategy.publication.progress import refresh_progress
from strategy.sections.models import Strategy
from strategy.signoff.models import StrategyVersion

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@transaction.atomic
def publish(*, city: City, number: int, summary: str, shows_progress: bool, by: User) -> Export:
    """Request a signed version's files; `store` publishes it once they are ready. Raises Refused."""
    version = city.strategyversion_set.in_force().first()
    if version is None or version.number != number:
        raise Refused(_("Only the latest signed version can be published."))
    if not version.pdf:
        raise Refused(_("This version’s PDF isn’t ready yet. Try again in a minute."))
    summary = " ".join(summary.split())[:500]
    if not summary:
        raise Refused(_("Describe the strategy in a sentence or two."))
    Strategy.objects.filter(city=city).update(shows_progress=shows_progress)
    options = {"version": number, "summary": summary, "progress": shows_progress, "by": by.pk}
    export = leases.request_export(city=city, kind=Export.Kind.PUBLICATION, by=by, options=options)
    audit.record("publication asked for", by=by, about=version, number=number)
    # A second click gets the export that is already running; only a new one is queued.
    if export.attempt == 0:
        leases.start(export)
    return export


def store(city_id: int, export: Export, paths: dict[str, Path], notes: list[str]) -> None:
    """Copy files and images, then make the version public in one transaction."""
    with rls.city_scope(city_id):
        version = export.city.strategyversion_set.get(number=export.options["version"])
        rows = list(export.city.picture_set.filter(pk__in=map(int, version.tree["pictures"])))
    sources = {"pdf": (version.pdf, "application/pdf")}
    sources |= {f"picture:{row.pk}": (row.file, row.kind) for row in rows}
    files: dict[str, dict[str, Any]] = {}
    try:
        _store_files(city_id, export, paths, sources, files)
    except OSError:  # the disk is full; file storage has no rollback
        _delete_files(files)
        raise
    with rls.city_scope(city_id):
        is_published = _make_current(export, version, files, notes)
    # Files are stored before the transaction; those of a lost attempt are orphans.
    if not is_published:
        _delete_files(files)


def _store_files(
    city_id: int,
    export: Export,
    paths: dict[str, Path],
    sources: dict[str, tuple[str, str]],
    files: dict[str, dict[str, Any]],
) -> None:
    """Store new files and copies of stored ones, adding each to `files`."""
    for kind, path in paths.items():
        stored = _store_file(city_id, export, path.name, path.read_bytes())
        files[kind] = stored | {"media_type": MEDIA_TYPES[kind]}
    # Copy the signed PDF instead of rendering again: what the public reads is what was signed, byte for byte.
    for kind, (name, media_type) in sources.items():
        if default_storage.exists(name):
            with default_storage.open(name) as opened:
                data = opened.read()
            files[kind] = _store_file(city_id, export, Path(name).name, data) | {"media_type": media_type}


def _delete_files(files: dict[str, dict[str, Any]]) -> None:
    for row in files.values():
        default_storage.delete(row["file"])


def _store_file(city_id: int, export: Export, name: str, data: bytes) -> dict[str, Any]:
    # Each attempt uses its own names, so that an attempt that lost its lease can't overwrite a published file.
    stored = default_storage.save(f"public/{city_id}/{export.pk}-{export.attempt}/{name}", ContentFile(data))
    return {"file": stored, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def _make_current(export: Export, version: StrategyVersion, files: dict[str, dict[str, Any]], notes: list[str]) -> bool:
    """False if another attempt has taken over the export, or the version may no longer be public.

    Call it in a transaction.
    """
    if reason := _why_not_now(export, version):
        leases.give_up(export, reason)
        return False
    pdf = files["pdf"]
    if not leases.finish(export, file=pdf["file"], sha256=pdf["sha256"], size=pdf["size"], pages=0, report=notes):
        return False
    city, now = export.city, timezone.now()
    # Publishing a version again updates its own row, so that its URL stays the same.
    city.publicstrategy_set.current().exclude(number=version.number).update(superseded_at=now)
    row, _created = PublicStrategy.objects.update_or_create(
        city=city, number=version.number, defaults=_public_columns(city, version, export.options["summary"], now)
    )
    # Delete only the rows: a reader may still be downloading the previous edition's files.
    row.files.all().delete()
    PublicFile.objects.bulk_create(
        PublicFile(city=city, strategy=row, kind=kind, **columns) for kind, columns in files.items()
    )
    by = User.objects.filter(pk=export.options.get("by")).first()
    audit.record("strategy published", by=by, about=row, number=version.number)
    refresh_progress(city)
    return True


def _why_not_now(export: Export, version: StrategyVersion) -> str:
    """Why a job that comes late must not make its version public: something happened after it was asked for."""
    city = export.city
    # Other jobs and withdrawing wait here, so what is read now is still so when the rows are written.
    Strategy.objects.select_for_update(no_key=True).get(city=city)
    in_force = city.strategyversion_set.in_force().values_list("number", flat=True).first()
    newer = city.publicstrategy_set.filter(number__gt=version.number)
    if in_force != version.number or newer.exists():
        return "superseded"
    since = city.publicstrategy_set.filter(number=version.number, withdrawn_at__gt=export.requested_at)
    return "withdrawn" if since.exists() else ""


def _public_columns(city: City, version: StrategyVersion, summary: str, now: datetime) -> dict[str, Any]:
    # Whatever the index searches and filters by has its own column, so it never reads the trees.
    tree, actions = version.tree, actions_of(version.tree)
    components = {row["component"] for row in [*written_sections(tree), *actions]}
    return {
        "slug": city.slug,
        "code": version.code,
        "city_name": tree["city"]["name"],
        "sort_name": normalize(tree["city"]["name"])[:120],
        "region": tree["city"]["region"],
        "country": tree["city"]["country"],
        "language": tree["language"],
        "cohort_name": tree["cohort"],
        "years": tree["years"],
        "summary": summary,
        "words": sum(row["words"] for row in tree["sections"]),
        "actions": len(actions),
        "tree": tree,
        "sha256": version.sha256,
        "search": search_text(tree, summary),
        "components": sorted(components),
        "signed_at": version.signed_at,
        "signed_on": local_day(version.signed_at or now, tree["city"]["time_zone"]),
        "published_at": now,
        "superseded_at": None,
        "withdrawn_at": None,
        "withdrawn_reason": "",
    }


def search_text(tree: Tree, summary: str) -> str:
    """The document's text, unaccented and lowercase."""
    texts = [tree["city"]["name"], tree["city"]["region"], summary]
    for section in tree["sections"]:
        texts += [section["title"], richtext.text(section["html"])]
    for action in actions_of(tree):
        texts += [action["title"], action["description"], action["measure"]["name"]]
    texts += [row[name] for part, name in PART_TITLES for row in tree[part]]
    return normalize(" ".join(texts))


PART_TITLES = [("policies", "title"), ("ai_uses", "name"), ("risks", "title")]


@transaction.atomic
def withdraw(*, city: City, reason: str, by: User) -> PublicStrategy:
    """Show the reason on the public page instead of the strategy. Raises Refused."""
    reason = " ".join(reason.split())[:500]
    Strategy.objects.select_for_update(no_key=True).get(city=city)  # a job may be about to publish
    row = city.publicstrategy_set.current().first()
    if row is None:
        raise Refused(_("There’s no published strategy to withdraw."))
    if not reason:
        raise Refused(_("Enter a reason. The public page will show it in place of the strategy."))
    PublicStrategy.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now(), withdrawn_reason=reason)
    audit.record("publication withdrawn", by=by, about=row, number=row.number, reason=reason)
    row.refresh_from_db()
    return row
