"""The public seal of a signed version: what its code stands for, and which parts have changed since (docs/adr/0009)."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accelerator import rls
from accelerator.texts import block_tree
from cities.models import City
from strategy.document import tree as document
from strategy.sections.models import Section
from strategy.signoff.models import PublicSeal, Signature, StrategyVersion

VALID = PublicSeal.State.VALID


def part_titles(language: str) -> dict[str, str]:
    """The parts beside the sections, as the verification page names them."""
    with translation.override(language):
        return {
            "plan": _("Action plan: objectives and actions"),
            "policies": _("Register of policies and standards"),
            "ai-uses": _("Register of uses of AI"),
            "risks": _("Register of risks"),
        }


def changed(frozen: document.Tree, now: document.Tree) -> list[str]:
    """Keys of the parts that differ between two trees, in the frozen one's order, then those that came new."""
    old, new = document.section_digests(frozen), document.section_digests(now)
    return [key for key in {**old, **new} if old.get(key) != new.get(key)]


def titles(frozen: document.Tree, now: document.Tree) -> dict[str, str]:
    """The title of every part of either tree, by key; the frozen title where there is one."""
    rows = [*now["sections"], *frozen["sections"]]
    named = {row["key"]: f"{row['number']}. {row['title']}" for row in rows}
    return named | part_titles(frozen["language"])


def set_seal(version: StrategyVersion) -> PublicSeal:
    """Write what the code of a version that has just been signed stands for; the former one is superseded."""
    city, tree = version.city, version.tree
    now = document.freeze(city)
    named = titles(tree, now)
    city.publicseal_set.filter(state=VALID).update(state=PublicSeal.State.SUPERSEDED)
    digests = document.section_digests(tree)
    revisions = {row["key"]: row["revision"] for row in tree["sections"]}
    return PublicSeal.objects.create(
        city=city, code=version.code, number=version.number, slug=city.slug, city_name=city.name,
        template=version.template, sha256=version.sha256, pdf_sha256=version.pdf_sha256,
        signatures=signature_rows(version), signed_at=version.signed_at,
        digests={
            key: [value, named[key], place, revisions.get(key)] for place, (key, value) in enumerate(digests.items())
        },
        lapsed=[named[key] for key in changed(tree, now)],
    )  # fmt: skip


def signature_rows(version: StrategyVersion) -> list[dict[str, Any]]:
    """Who signed, in words that are public: names and titles, no addresses and no comments."""
    rows = version.signatures.exclude(kind=Signature.Kind.RETURN).order_by("at", "pk")
    return [
        {
            "person": row.person_name, "role": row.role, "manner": row.manner, "on_behalf_of": row.on_behalf_of,
            "at": row.at.isoformat(), "signed_on": row.signed_on.isoformat() if row.signed_on else "",
            "instrument": row.instrument, "number": row.instrument_number, "kind": row.kind,
        }
        for row in rows
    ]  # fmt: skip


def sign_again(version: StrategyVersion) -> None:
    """The seal names a signature that came later: a new office-holder's endorsement."""
    version.city.publicseal_set.filter(number=version.number).update(signatures=signature_rows(version))


def note(section: Section) -> None:
    """Called where a section's words are saved: the city's seal says at once whether they are still the signed ones."""
    seal = PublicSeal.objects.filter(city=section.city_id, state=VALID).only("digests", "lapsed").first()
    if seal is None or section.key not in seal.digests:
        return
    signed, named, *_rest = seal.digests[section.key]
    title = named.partition(". ")[2]
    is_lapsed = document.digest([title, block_tree.of(section.html)]) != signed
    if is_lapsed != (named in seal.lapsed):
        kept = [other for other in seal.lapsed if other != named] + ([named] if is_lapsed else [])
        _store(seal, kept)


def signed_revisions(city: City, key: str) -> dict[int, list[int]]:
    """Which revisions of a section were signed: revision to numbers of versions."""
    found: dict[int, list[int]] = {}
    for seal in city.publicseal_set.only("number", "digests").order_by("number"):
        _sha, _named, _place, revision = seal.digests.get(key, (None,) * 4)
        if revision is not None:
            found.setdefault(revision, []).append(seal.number)
    return found


def _store(seal: PublicSeal, lapsed: list[str]) -> None:
    """In the order of the document; what came new stands last."""
    places = {named: place for _sha, named, place, *_rest in seal.digests.values()}
    seal.lapsed = sorted(lapsed, key=lambda named: places.get(named, len(places)))
    seal.save(update_fields=["lapsed", "updated_at"])


def refresh(city: City) -> None:
    """Compare the whole living strategy with what was signed; for changes that are not a section's words."""
    seal = city.publicseal_set.filter(state=VALID).first()
    if seal is None:
        return
    frozen = city.strategyversion_set.get(number=seal.number).tree
    now = document.freeze(city)
    named = titles(frozen, now)
    lapsed = [named[key] for key in changed(frozen, now)]
    if lapsed != seal.lapsed:
        _store(seal, lapsed)


def refresh_later(city_id: int) -> None:
    """`refresh` once the change under way is committed; what changes the plan, registers or outline calls it."""
    waiting = (
        getattr(run, "args", None) for _ids, run, _robust in transaction.get_connection().run_on_commit
    )
    if (city_id,) not in waiting:
        transaction.on_commit(partial(_refresh_alone, city_id))


def _refresh_alone(city_id: int) -> None:
    with rls.city_scope(city_id):
        refresh(City.objects.get(pk=city_id))
