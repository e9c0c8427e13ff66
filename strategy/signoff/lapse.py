"""Which parts of a strategy have changed since they were signed: VersionPart against current rows (docs/adr/0013)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Greatest

from accelerator import rls
from accelerator.content_versions import in_language
from accelerator.texts import block_tree
from cities.models import City
from strategy.document.parts import MEASURES, Part, changed_parts, data_parts, parts_of, section_digest
from strategy.document.tables import FIRST_SCHEMA
from strategy.document.tree import SCHEMA, plan_and_registers, printed_numbers
from strategy.sections.models import Section, SectionRevision, Standing
from strategy.signoff.models import PublicSeal, StrategyVersion, VersionPart
from strategy.template.models import SectionRole

# What is compared before a section's text is read.
_COMPARED = ["city", "key", "position", "revision", "template__titles", "template__role"]


@dataclass(frozen=True, slots=True)
class Lapse:
    """The version in force, and the parts changed since: those that were signed, then new ones."""

    number: int
    parts: list[Part | VersionPart]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """(label, section key or "") of each changed part, for lists with links."""
        return [(part.label, part.key if part.revision is not None else "") for part in self.parts]


def of(city: City) -> Lapse | None:
    """What has changed in a city's strategy since the version in force was signed; None before any signature.

    At most thirteen statements, whatever the size of the strategy.
    """
    rows = city.strategyversion_set.in_force().annotate(signed_language=KeyTextTransform("language", "tree"))
    version: Any = rows.only("city", "number").first()
    if version is None:
        return None
    frozen = {part.key: part for part in version.parts.all()}
    # Titles in the language that was signed: another one for the city since then changes no part.
    language = version.signed_language or city.language
    living = [*_sections(city, frozen, language), *_plan_and_registers(city, frozen, language)]
    # Computed each time, never stored: no save can miss it, and restored text counts as signed again.
    return Lapse(version.number, changed_parts(frozen.values(), living))


def of_seal(seal: PublicSeal) -> Lapse | None:
    """The same for the public page; None if the seal's version is no longer in force."""
    # A public request sees no city's rows: open the scope for this city only, and return only titles.
    with rls.city_scope(seal.city_id):
        lapse = of(City.objects.get(pk=seal.city_id))
    return lapse if lapse and lapse.number == seal.number else None


def signed_parts(pks: Iterable[int]) -> dict[int, Any]:
    """Parts by ID for `is_as_signed`, with the language in which each was signed. One query."""
    return VersionPart.objects.annotate(language=KeyTextTransform("language", "version__tree")).in_bulk(list(pks))


def is_as_signed(part: Any, section: Section) -> bool:
    """`part` comes from `signed_parts`."""
    title = in_language(section.template.titles, part.language or section.city.language)
    if section.standing != Standing.PRESENT or title != part.title:
        return False
    if section.revision == part.revision:
        return True
    return bool(section_digest(title, block_tree.from_html(section.html)) == part.sha256)


def sections_saved_since() -> QuerySet[Any]:
    """Sections saved after being frozen in their city's version in force, for the reminder clock.

    Each has `part_id` (its VersionPart) and `first_saved`: when it was first saved after that, or when the version was
    signed, whichever is later.
    """
    frozen = VersionPart.objects.filter(
        city=OuterRef("city"), key=OuterRef("key"), version__in=StrategyVersion.objects.in_force()
    )
    later = SectionRevision.objects.filter(text=OuterRef("pk"), number__gt=OuterRef("part_revision"))
    first = later.order_by().values("text").annotate(at=Min("created_at")).values("at")
    rows = Section.objects.annotate(
        part_id=Subquery(frozen.values("pk")[:1]),
        part_revision=Subquery(frozen.values("revision")[:1]),
        signed_at=Subquery(frozen.values("version__signed_at")[:1]),
    )
    # Writing continues while the approvers read; it counts as a change only after the signature.
    later_of_both = Greatest(Subquery(first), "signed_at")
    return rows.filter(revision__gt=F("part_revision")).annotate(first_saved=later_of_both)


def signed_revisions(city: City, key: str) -> dict[int, list[int]]:
    """A section's signed revisions: revision to version numbers."""
    parts = VersionPart.objects.filter(city=city, key=key, version__state=StrategyVersion.State.SIGNED)
    versions: dict[int, list[int]] = {}
    for revision, number in parts.order_by("version__number").values_list("revision", "version__number"):
        if revision is not None:
            versions.setdefault(revision, []).append(number)
    return versions


def store_parts(version: StrategyVersion) -> None:
    VersionPart.objects.bulk_create(
        VersionPart(city_id=version.city_id, version=version, position=position, **asdict(part))
        for position, part in enumerate(parts_of(version.tree))
    )


def _sections(city: City, frozen: Mapping[str, VersionPart], language: str) -> list[Part]:
    # Read and hash a text only if its revision or title differs: this runs whenever the contents page is opened.
    rows = city.section_set.present() if _is_before_tables(frozen) else city.section_set.in_document()
    rows = rows.select_related("template").only(*_COMPARED).order_by("position")
    living = [(row, in_language(row.template.titles, language)) for row in rows]
    unchanged = {
        row.pk: frozen[row.key].sha256
        for row, title in living
        if row.key in frozen and (frozen[row.key].revision, frozen[row.key].title) == (row.revision, title)
    }
    others = city.section_set.exclude(pk__in=unchanged).values_list("pk", "html")
    texts = dict(others) if len(unchanged) < len(living) else {}
    numbers = printed_numbers(row.template.role == SectionRole.LETTER for row, _title in living)
    return [
        Part(
            key=row.key,
            number=number,
            title=title,
            sha256=unchanged.get(row.pk) or section_digest(title, block_tree.from_html(texts[row.pk])),
            revision=row.revision,
        )
        for (row, title), number in zip(living, numbers, strict=True)
    ]


def _is_before_tables(frozen: Mapping[str, VersionPart]) -> bool:
    """Whether the version is of a schema in which all tables followed the sections."""
    return MEASURES not in frozen


def _plan_and_registers(city: City, frozen: Mapping[str, VersionPart], language: str) -> list[Part]:
    schema = FIRST_SCHEMA - 1 if _is_before_tables(frozen) else SCHEMA
    return data_parts(plan_and_registers(city, schema=schema), language)
