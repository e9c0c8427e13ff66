"""Working notes anywhere in what would be signed, each with the place to fix it.

The whole frozen tree is walked, so a part that is added to it later is searched too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accelerator.excerpts import excerpt
from accelerator.languages import phrase, written_in
from accelerator.texts import block_tree
from cities.models import City
from strategy.document.tree import Tree, is_letter
from strategy.signoff import notes
from strategy.signoff.findings import Finding, Place

Path = tuple[Any, ...]


def in_section(city: City, section: Tree, place: Place, people: Iterable[str]) -> Iterator[Finding]:
    """In a section's paragraphs, cells, captions and alt texts."""
    # The mayor's own words, a note to a colleague and missing text never get signed; others may be meant so.
    in_letter = is_letter(section)
    for block in block_tree.walk(section["blocks"]):
        for note in notes.find(block_tree.own_text(block), people):
            message = sentence(note, city)
            is_blocking = in_letter or note.is_plain
            yield place.blocker(message, note.text) if is_blocking else place.advice(message, note.text)
        for note in notes.find(block.get("alt", ""), people):
            yield _finding(note, city, place, is_blocking=in_letter or note.is_plain, picture=block["picture"])


def elsewhere(city: City, tree: Tree, people: Iterable[str]) -> Iterator[Finding]:
    """In the plan, the registers, the outcomes and the images' descriptions."""
    people = list(people)
    for path, text in texts({name: value for name, value in tree.items() if name != "sections"}):
        for note in notes.find(text, people):
            place, picture = _place_of(city, tree, path)
            yield _finding(note, city, place, is_blocking=note.is_plain, picture=picture)


def texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in plain data, with the keys and positions that lead to it."""
    if isinstance(value, str):
        yield path, value
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from texts(inner, (*path, key))


def sentence(note: notes.Note, city: City) -> str:
    message = _("There’s a working note in the text: “%(words)s” Finish it or remove it.")
    return phrase(message, words=written_in(excerpt(note.text, 120), city.language))


def _finding(note: notes.Note, city: City, place: Place, *, is_blocking: bool, picture: int) -> Finding:
    found = place.blocker(sentence(note, city), picture=picture)
    return found if is_blocking else Finding(False, found.message, found.place, found.url)


def _place_of(city: City, tree: Tree, path: Path) -> tuple[Place, int]:
    """Where the text at a path is edited, and the image it describes, or 0."""
    part = path[0]
    if part == "pictures":
        number = int(path[1])
        section = next(row for row in tree["sections"] if number in block_tree.image_ids(row["blocks"]))
        url = reverse("strategy:section", args=[city.slug, section["key"]])
        return Place(f"{section['number']}. {section['title']}", url), number
    if part == "plan":
        return _place_in_plan(city, tree, path), 0
    if part in _REGISTERS:
        return _place_in_register(city, part, tree[part][path[1]]), 0
    if part == "city":
        return Place(_("City settings"), reverse("dashboards:city-settings", args=[city.slug])), 0
    if part in {"mayor", "mayor_title"}:
        return Place(_("Offices"), reverse("cities:offices", args=[city.slug])), 0
    return Place(_("Sections"), reverse("strategy:strategy", args=[city.slug])), 0


# The field that names a row, which is unique in the city, and its page.
_REGISTERS = {
    "policies": ("title", "strategy:policy-edit", "strategy:policies"),
    "ai_uses": ("name", "strategy:ai-use-edit", "strategy:ai-uses"),
    "risks": ("title", "strategy:risk-edit", "strategy:risks"),
}


def _place_in_register(city: City, part: str, row: Tree) -> Place:
    name, page, register = _REGISTERS[part]
    sets: dict[str, Any] = {"policies": city.policy_set, "ai_uses": city.aiuse_set, "risks": city.risk_set}
    label = {"policies": _("Policy: %(title)s"), "ai_uses": _("AI use: %(title)s"), "risks": _("Risk: %(title)s")}[part]
    return Place(label % {"title": row[name]}, _url(city, sets[part].filter(**{name: row[name]}), page, register))


def _place_in_plan(city: City, tree: Tree, path: Path) -> Place:
    if path[1] != "objectives":
        return Place(_("Action plan"), reverse("strategy:plan", args=[city.slug]))
    objective = tree["plan"]["objectives"][path[2]]
    title = _("Objective %(code)s") % {"code": objective["code"]}
    if path[3] == "actions":
        code = objective["actions"][path[4]]["code"]
        rows = city.action_set.filter(code=code)
        return Place(_("Action %(code)s") % {"code": code}, _url(city, rows, "strategy:action", "strategy:plan"))
    if path[3] == "measures":
        measures = city.objectivemeasure_set.filter(objective__code=objective["code"]).order_by("position", "pk")
        return Place(title, _url(city, measures[path[4] :], "strategy:measure-edit", "strategy:plan"))
    rows_of_code = city.objective_set.filter(code=objective["code"])
    return Place(title, _url(city, rows_of_code, "strategy:objective-edit", "strategy:plan"))


def _url(city: City, rows: QuerySet[Any], page: str, otherwise: str) -> str:
    """The page of the first of these rows; of all of them, should it have been removed just now."""
    row: Model | None = next(iter(rows), None)
    return reverse(page, args=[city.slug, row.pk]) if row else reverse(otherwise, args=[city.slug])
