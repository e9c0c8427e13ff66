"""Whether a strategy is ready to submit: findings in two grades, each with the place to fix it.

Reads the current strategy in a fixed number of queries. Required sections: docs/program.md 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import formats
from accelerator.excerpts import excerpt
from accelerator.languages import phrase, written_in
from accelerator.texts import block_tree as tree
from accelerator.texts.block_tree import Block
from cities.models import City
from strategy.document.tree import freeze
from strategy.plan import completeness
from strategy.sections import tables
from strategy.sections.models import READY
from strategy.signoff import left_out, returned, tree_notes
from strategy.signoff.findings import Finding as Finding
from strategy.signoff.findings import Place

# Millimeters between the margins of static/css/pdf.css, by paper size; and the width of a letter in a table.
TEXT_WIDTH = {"letter": 164, "a4": 158}
LETTER_WIDTH = 1.7
CELL_PADDING = 2.5
# Length is advisory: report only a section far outside the template's guide.
FAR_BELOW, FAR_ABOVE = 0.6, 1.5
# Link texts that are meaningless in a screen reader's list of links, in the three languages.
VAGUE_LINKS = {
    *("here", "click here", "this link", "link", "this", "more", "read more"),
    *("aquí", "aqui", "haga clic aquí", "este enlace", "enlace", "ver más", "leer más"),
    *("clique aqui", "este link", "saiba mais", "leia mais", "ver mais"),
}


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.is_blocking]


def findings(city: City) -> list[Finding]:
    """Of the current text and plan, in document order; `returned.findings` has what a returned version asks for."""
    # An approver's unanswered comment is a required fix of its own.
    asked = Q(threads__pk__in=returned.threads_of_unanswered(city))
    sections = list(
        city.section_set.present()
        .select_related("template")
        .annotate(
            has_rows=ExpressionWrapper(tables.with_rows(), BooleanField()),
            comments=Count("threads", filter=Q(threads__resolved_at=None, threads__replacement=None) & ~asked),
            proposals=Count("threads", filter=Q(threads__resolved_at=None, threads__replacement__isnull=False)),
        )
        .order_by("position")
    )
    pictures = set(city.picture_set.values_list("pk", flat=True))
    people = [row.user.name for row in city.membership_set.select_related("user")]
    document = freeze(city)
    frozen = {row["key"]: row for row in document["sections"]}
    result: list[Finding] = []
    for section in sections:
        url = reverse("strategy:section", args=[city.slug, section.key])
        place = Place(f"{section.template.number}. {section.template.title}", url)
        content = tree.from_html(section.html)
        result += _check_state_and_length(place, section)
        if section.key in frozen:
            result += tree_notes.in_section(city, frozen[section.key], place, people)
        result += _check_headings(place, content, city.language)
        result += _check_figures(place, content, pictures)
        result += _check_tables(place, content, TEXT_WIDTH[city.paper])
        result += _check_links(place, content, city.language)
        result += _check_threads(place, section)
    result += left_out.check(city, sections)
    return [*result, *_check_plan(city), *tree_notes.elsewhere(city, document, people)]


def _check_state_and_length(place: Place, section: Any) -> Iterator[Finding]:
    required = section.template.required
    if not (section.html or section.has_rows):
        if required:
            yield place.blocker(_("This section is required but has no text yet."))
        return
    if section.state not in READY:
        message = _("This section isn’t final yet. Current status: %(state)s.") % {"state": section.get_state_display()}
        yield place.blocker(message) if required else place.advice(message)
    low, high = section.template.words_min, section.template.words_max
    if section.has_rows and not section.words:
        return  # no introduction is needed
    if (low and section.words < low * FAR_BELOW) or (high and section.words > high * FAR_ABOVE):
        length = ngettext("This section has %(words)s word.", "This section has %(words)s words.", section.words)
        if low and high:
            guide = _("The suggested length is %(low)s to %(high)s words.")
        else:
            guide = (
                _("The suggested minimum is %(low)s words.") if low else _("The suggested maximum is %(high)s words.")
            )
        figures = {"words": section.words, "low": low or 0, "high": high or 0}
        values = {name: formats.number(figure) for name, figure in figures.items()}
        yield place.advice(f"{length % values} {guide % values}")


def _check_headings(place: Place, content: list[Block], language: str) -> Iterator[Finding]:
    headings = [block for block in tree.walk(content) if block["type"] == "heading"]
    # The section's title is level 2. A skipped level confuses people who navigate by headings.
    levels = [2, *(block["level"] for block in headings)]
    for (above, level), block in zip(pairwise(levels), headings, strict=True):
        text = tree.own_text(block)
        if not text:
            yield place.blocker(_("A heading is empty."))
        elif level > above + 1:
            message = _("The heading “%(words)s” skips a level. Move it up one level.")
            yield place.blocker(phrase(message, words=written_in(excerpt(text, 80), language)), text)


def _check_figures(place: Place, content: list[Block], pictures: set[int]) -> Iterator[Finding]:
    for block in tree.walk(content):
        if block["type"] != "figure":
            continue
        caption = tree.own_text(block)
        if block["picture"] not in pictures:
            yield place.blocker(_("An image file is missing. Upload it again or remove the image."), caption)
        elif not block["alt"].strip():
            yield place.blocker(
                _("An image has no alt text. Describe what it shows in one sentence, for people who can’t see it."),
                picture=block["picture"],
            )


def _check_tables(place: Place, content: list[Block], room: int) -> Iterator[Finding]:
    for block in tree.walk(content):
        if block["type"] != "table":
            continue
        rows = block["head"] + block["body"]
        cells = [cell for row in rows for cell in row]
        first = next(filter(None, map(_cell_text, cells)), "")
        if cells and not any(cell["header"] for cell in cells):
            yield place.blocker(_("A table has no header cells. Make its first row or column a header."), first)
        if any(cell["colspan"] > 1 or cell["rowspan"] > 1 for cell in cells):
            message = _("A table has merged cells, which screen readers and Word don’t handle well. Split those cells.")
            yield place.advice(message, first)
        width = table_width(rows)
        if width > room:
            message = _(
                "A table is too wide for the page. It needs about %(wide)d mm, but only %(room)d mm is "
                "available. This estimate is based on the longest word in each column. Remove columns or use "
                "shorter words."
            )
            yield place.blocker(message % {"wide": width, "room": room}, first)


def table_width(rows: list[list[Block]]) -> int:
    """The minimum width in millimeters: each column's longest unbreakable word, plus padding."""
    longest: dict[int, int] = {}
    for row in rows:
        column = 0
        for cell in row:
            widest = max(map(len, _cell_text(cell).split()), default=1)
            for offset in range(cell["colspan"]):
                share = -(-widest // cell["colspan"])  # rounded up
                longest[column + offset] = max(longest.get(column + offset, 1), share)
            column += cell["colspan"]
    return round(sum(letters * LETTER_WIDTH + CELL_PADDING for letters in longest.values()))


def _cell_text(cell: Block) -> str:
    return " ".join(filter(None, map(tree.own_text, tree.walk(cell["blocks"]))))


def _check_links(place: Place, content: list[Block], language: str) -> Iterator[Finding]:
    for block in tree.walk(content):
        for link in _links_in(block.get("inlines", [])):
            text = tree.own_text(link)
            if text.casefold().strip(" .:»>") in VAGUE_LINKS:
                message = _("The link text “%(words)s” doesn’t say where the link goes.")
                yield place.advice(phrase(message, words=written_in(text, language)), tree.own_text(block))


def _links_in(inlines: list[Any]) -> Iterator[Block]:
    for inline in inlines:
        if isinstance(inline, dict):
            if inline["type"] == "link":
                yield inline
            yield from _links_in(inline.get("inlines", []))


def _check_threads(place: Place, section: Any) -> Iterator[Finding]:
    # Open conversations never block: the city decides when a discussion is over.
    comments = Place(place.title, f"{place.url}#comments")
    if number := section.comments:
        message = ngettext("One comment thread is still open.", "%(number)d comment threads are still open.", number)
        yield comments.advice(message % {"number": number})
    if number := section.proposals:
        message = ngettext(
            "One suggested edit hasn’t been accepted or declined.",
            "%(number)d suggested edits haven’t been accepted or declined.",
            number,
        )
        yield comments.advice(message % {"number": number})


def _check_plan(city: City) -> Iterator[Finding]:
    objectives = list(city.objective_set.with_actions())
    # The very gaps and sentences that the plan's page shows.
    for gap in [*completeness.gaps(city, objectives), *completeness.warnings(city, objectives)]:
        yield Finding(gap.is_blocking, gap.message, _("Action plan"), gap.url)
