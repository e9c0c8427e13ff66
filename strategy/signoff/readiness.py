"""Whether a strategy is fit to be submitted: findings in two grades, each with the place where it is put right.

Reads the living strategy in a number of queries that does not grow with it. Required sections: docs/program.md 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accelerator.texts import block_tree as tree
from accelerator.texts.block_tree import Block
from cities.models import City
from strategy.plan import dependencies
from strategy.plan.completeness import lacks
from strategy.plan.models import Action, Status, quarter_name
from strategy.sections.models import READY, Section
from strategy.template.models import SectionRole

# Sections whose table stands beside their words (docs/program.md 3.3, 3.4): rows there are content too.
TABLES = {
    SectionRole.ACTIONS: "action",
    SectionRole.MEASURES: "objectivemeasure",
    SectionRole.POLICIES: "policy",
    SectionRole.RISKS: "risk",
}
# Millimeters between the margins of static/css/pdf.css, by paper; and what a letter of a table takes.
TEXT_WIDTH = {"letter": 164, "a4": 158}
LETTER_WIDTH = 1.7
CELL_PADDING = 2.5
# A guide is passed "by far" from here on.
FAR_BELOW, FAR_ABOVE = 0.6, 1.5
LACKS = {
    "owner": gettext_lazy("“%(title)s” has no owner."),
    "quarter": gettext_lazy("“%(title)s” does not say in which quarter it is due."),
    "measure": gettext_lazy("“%(title)s” has no measure."),
    "baseline": gettext_lazy("“%(title)s” has a measure without a baseline."),
}
SAYS_NOTHING = {
    "here",
    "click here",
    "this link",
    "link",
    "this",
    "more",
    "read more",
    "aquí",
    "aqui",
    "haga clic aquí",
    "este enlace",
    "enlace",
    "ver más",
    "leer más",
    "clique aqui",
    "este link",
    "saiba mais",
    "leia mais",
    "ver mais",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A thing to put right: a sentence, the place's title, and its address; `must` blocks a submission."""

    must: bool
    words: str
    place: str
    url: str


@dataclass(frozen=True, slots=True)
class _Place:
    title: str
    url: str

    def must(self, words: str, find: str = "", picture: int = 0) -> Finding:
        return Finding(True, words, self.title, self._at(find, picture))

    def look(self, words: str, find: str = "") -> Finding:
        return Finding(False, words, self.title, self._at(find))

    def _at(self, find: str, picture: int = 0) -> str:
        if picture:
            return f"{self.url}?picture={picture}"
        return f"{self.url}?{urlencode({'find': find[:80]})}" if find else self.url


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.must]


def findings(city: City) -> list[Finding]:
    """Everything that stands between this strategy and a good submission, in the document's order."""
    rows: dict[str, int] = {role: getattr(city, f"{name}_set").count() for role, name in TABLES.items()}
    sections = list(
        city.section_set.present()
        .select_related("template")
        .annotate(
            comments=Count("threads", filter=Q(threads__resolved_at=None, threads__replacement=None)),
            proposals=Count("threads", filter=Q(threads__resolved_at=None, threads__replacement__isnull=False)),
        )
        .order_by("position")
    )
    pictures = set(city.picture_set.values_list("pk", flat=True))
    found: list[Finding] = []
    for section in sections:
        place = _Place(f"{section.template.number}. {section.template.title}", _desk(city, section))
        content = tree.from_html(section.html)
        found += _standing(place, section, rows.get(section.template.role, 0))
        found += _headings(place, content)
        found += _figures(place, content, pictures)
        found += _tables(place, content, TEXT_WIDTH[city.paper])
        found += _links(place, content)
        found += _talk(place, section)
    return found + list(_plan(city, rows[SectionRole.ACTIONS]))


def _desk(city: City, section: Section) -> str:
    return reverse("strategy:section", args=[city.slug, section.key])


def _standing(place: _Place, section: Section, rows: int) -> Iterator[Finding]:
    """Words, state and length of one section."""
    required = section.template.required
    if not section.words:
        if required and not rows:
            yield place.must(_("This section is required and has no words yet."))
        return
    if section.state not in READY:
        words = _("This section is not final yet: %(state)s.") % {"state": section.get_state_display()}
        yield place.must(words) if required else place.look(words)
    low, high = section.template.words_min, section.template.words_max
    if (low and section.words < low * FAR_BELOW) or (high and section.words > high * FAR_ABOVE):
        yield place.look(
            _("%(words)d words, where the guide says %(low)s to %(high)s.")
            % {"words": section.words, "low": low or 0, "high": high or "–"}
        )


def _headings(place: _Place, content: list[Block]) -> Iterator[Finding]:
    """A section's own headings begin at the third level; one that skips a level loses who navigates by them."""
    headings = [block for block in tree.walk(content) if block["type"] == "heading"]
    levels = [2, *(block["level"] for block in headings)]
    for (above, level), block in zip(pairwise(levels), headings, strict=True):
        words = tree.own_text(block)
        if not words:
            yield place.must(_("A heading is empty."))
        elif level > above + 1:
            yield place.must(
                _("The heading “%(words)s” skips a level: make it a heading of the level above.")
                % {"words": words[:80]},
                words,
            )


def _figures(place: _Place, content: list[Block], pictures: set[int]) -> Iterator[Finding]:
    for block in tree.walk(content):
        if block["type"] != "figure":
            continue
        caption = tree.own_text(block)
        if block["picture"] not in pictures:
            yield place.must(_("A picture is missing: its file is not here. Upload it again or take it out."), caption)
        elif not block["alt"].strip():
            yield place.must(
                _("A picture has no alternative text. Say in a sentence what it shows, for those who cannot see it."),
                picture=block["picture"],
            )


def _tables(place: _Place, content: list[Block], room: int) -> Iterator[Finding]:
    for block in tree.walk(content):
        if block["type"] != "table":
            continue
        rows = block["head"] + block["body"]
        cells = [cell for row in rows for cell in row]
        first = next(filter(None, (_cell_words(cell) for cell in cells)), "")
        if cells and not any(cell["header"] for cell in cells):
            yield place.must(_("A table has no header cells. Make its first row or column headings."), first)
        if any(cell["colspan"] > 1 or cell["rowspan"] > 1 for cell in cells):
            yield place.look(
                _("A table has merged cells, which screen readers and Word handle badly. Split them."), first
            )
        wide = table_width(rows)
        if wide > room:
            yield place.must(
                _(
                    "A table is wider than the page: about %(wide)d mm, and the page has %(room)d. "
                    "Counted from the longest word of each column; take out columns or shorten these words."
                )
                % {"wide": wide, "room": room},
                first,
            )


def table_width(rows: list[list[Block]]) -> int:
    """Millimeters that a table needs at least: for each column its longest word, and the space beside it."""
    longest: dict[int, int] = {}
    for row in rows:
        column = 0
        for cell in row:
            widest = max(map(len, _cell_words(cell).split()), default=1)
            for offset in range(cell["colspan"]):
                share = -(-widest // cell["colspan"])
                longest[column + offset] = max(longest.get(column + offset, 1), share)
            column += cell["colspan"]
    return round(sum(letters * LETTER_WIDTH + CELL_PADDING for letters in longest.values()))


def _cell_words(cell: Block) -> str:
    return " ".join(filter(None, map(tree.own_text, tree.walk(cell["blocks"]))))


def _links(place: _Place, content: list[Block]) -> Iterator[Finding]:
    for block in tree.walk(content):
        for link in _links_in(block.get("inlines", [])):
            words = tree.own_text(link)
            if words.casefold().strip(" .:»>") in SAYS_NOTHING:
                yield place.look(
                    _("The link “%(words)s” does not say where it leads.") % {"words": words}, tree.own_text(block)
                )


def _links_in(inlines: list[Any]) -> Iterator[Block]:
    for inline in inlines:
        if isinstance(inline, dict):
            if inline["type"] == "link":
                yield inline
            yield from _links_in(inline.get("inlines", []))


def _talk(place: _Place, section: Any) -> Iterator[Finding]:
    here = _Place(place.title, f"{place.url}#comments")
    if section.comments:
        yield here.look(
            ngettext(
                "%(number)d conversation is not settled.", "%(number)d conversations are not settled.", section.comments
            )
            % {"number": section.comments}
        )
    if section.proposals:
        yield here.look(
            ngettext(
                "%(number)d proposed wording is neither accepted nor declined.",
                "%(number)d proposed wordings are neither accepted nor declined.",
                section.proposals,
            )
            % {"number": section.proposals}
        )


def _plan(city: City, actions: int) -> Iterator[Finding]:
    """The action plan: owners, quarters, measures, what waits for what, and the priorities served."""
    whole = _Place(_("Action plan"), _address("plan", city))
    if not actions:
        yield whole.must(_("The action plan has no actions yet."))
        return
    rows = {row.pk: row for row in city.action_set.all()}
    for row in rows.values():
        place = _Place(_("Action %(code)s") % {"code": row.code}, _address("action", city, row.pk))
        missing = lacks(row)
        for kind in missing:
            words = str(LACKS[kind]) % {"title": row.title}
            yield place.look(words) if kind == "baseline" else place.must(words)
    yield from _order(city, rows)
    for objective in city.objective_set.filter(priority="").order_by("position", "pk"):
        yield whole.look(
            _("Objective %(code)s does not say which of the mayor’s priorities it serves.") % {"code": objective.code}
        )


def _order(city: City, rows: dict[int, Action]) -> Iterator[Finding]:
    """What waits for something that ends too late, is canceled, or waits for itself in the end."""
    waits = dependencies.edges(city.pk)
    for pk, others in waits.items():
        row = rows[pk]
        place = _Place(_("Action %(code)s") % {"code": row.code}, _address("action", city, pk))
        if cycle := dependencies.find_cycle(waits, pk):
            codes = [rows[number].code for number in cycle]
            yield place.must(dependencies.cycle_sentence(codes))
        for other in (rows[number] for number in sorted(others)):
            names = {"code": row.code, "other": other.code}
            if other.status == Status.CANCELLED:
                yield place.must(_("%(code)s waits for %(other)s, which is canceled.") % names)
            elif row.due and other.due and row.due < other.due:
                yield place.look(
                    _("%(code)s is due in %(due)s, before %(other)s, for which it waits (%(later)s).")
                    % {**names, "due": quarter_name(row.due), "later": quarter_name(other.due)}
                )


def _address(name: str, city: City, *more: object) -> str:
    """A page of the plan; the contents where the plan has no page of that name."""
    try:
        return reverse(f"strategy:{name}", args=[city.slug, *more])
    except NoReverseMatch:
        return reverse("strategy:strategy", args=[city.slug])
