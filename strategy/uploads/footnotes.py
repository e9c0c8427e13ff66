"""Notes in an uploaded document, recognized by two links that point at each other."""

from __future__ import annotations

from itertools import groupby

from accelerator.texts import tree
from accelerator.texts.tree import BLOCKS, Element, content, elements, fill, make

HOLDERS = {"li", "div", "aside"}


def extract_notes(root: Element) -> dict[str, list[Element]]:
    """Remove the notes and return each one's blocks by number; a call becomes `<span data-note="1">[1]</span>`."""
    links = [link for link in root.iter("a") if _target(link)]
    calls = {name: link for link in reversed(links) for name in _names(link)}
    place = {link: number for number, link in enumerate(links)}
    notes: dict[str, list[Element]] = {}
    used: set[Element] = set()
    for back in links:
        call = calls.get(_target(back))
        if call is None or call in used or _target(call) not in _names(back) or place[call] >= place[back]:
            continue
        if back.getparent() is root or root not in back.iterancestors():
            continue  # it isn't in any block, or was removed with another note in the same paragraph
        used |= {call, back}
        number = str(len(notes) + 1)
        notes[number] = _detach(back, root)
        call.tag = "span"
        call.attrib.clear()
        call.set("data-note", number)
        fill(call, [f"[{number}]"])
    return notes


def _target(link: Element) -> str:
    href = link.get("href", "")
    return href[1:] if href.startswith("#") else ""


def _names(link: Element) -> set[str]:
    """A link's anchors: its own and those of the elements around it, up to its block."""
    names = {link.get("id", ""), link.get("name", "")}
    for above in link.iterancestors():
        names.add(above.get("id", ""))
        if above.tag in {"p", "li", "div", "aside", "td"} and above.get("id"):
            break
    return names - {""}


def _detach(back: Element, root: Element) -> list[Element]:
    """Detach a note from the tree and return its blocks without the link back."""
    above = [element for element in back.iterancestors() if element is not root]
    holders = [element for element in above if element.tag in HOLDERS and _links_once(element)]
    holders += [element for element in above if element.tag in BLOCKS]
    holder = next(iter(holders), back.getparent())
    holder.drop_tree()
    back.drop_tree()
    if holder.tag not in HOLDERS:
        return [make("p", content(holder))]
    blocks: list[Element] = []
    for is_block, grouped in groupby(content(holder), lambda child: getattr(child, "tag", "") in BLOCKS):
        run = list(grouped)
        if is_block:
            blocks += elements(run)
        elif tree.text_of(paragraph := make("p", run)):
            blocks.append(paragraph)
    return blocks or [make("p")]


def _links_once(element: Element) -> bool:
    return len([link for link in element.iter("a") if _target(link)]) == 1


def note_numbers(blocks: list[Element]) -> list[str]:
    return [number for block in blocks for node in block.iter() if (number := node.get("data-note"))]


def numbered_note(number: str, blocks: list[Element]) -> list[Element]:
    first, *more = blocks
    if first.tag != "p":
        first, more = make("p"), blocks
    first.text = f"[{number}] {(first.text or '').lstrip()}"
    return [first, *more]
