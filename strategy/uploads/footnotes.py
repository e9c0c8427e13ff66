"""Notes in an uploaded document, recognized by two links that point at each other."""

from __future__ import annotations

from itertools import groupby

from accelerator.texts import tree
from accelerator.texts.tree import BLOCKS, Element, content, elements, fill, make

HOLDERS = {"li", "div", "aside"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LONGEST_MARK = 4  # letters and digits: "iv", "viii"


def extract_notes(root: Element) -> dict[str, list[Element]]:
    """Remove the notes and return each one's blocks by number; a call becomes `<span data-note="1">[1]</span>`.

    A note that is called several times is written once. A line of the contents and its heading, which may point at each
    other too, aren't a call and a note.
    """
    links = [link for link in root.iter("a") if _target(link)]
    calls: dict[str, Element] = {}
    for link in reversed(links):
        calls |= dict.fromkeys(_names(link), link)
    place = {link: number for number, link in enumerate(links)}
    notes: dict[str, list[Element]] = {}
    used: set[Element] = set()
    for back in links:
        call = calls.get(_target(back))
        if call is None or call in used or not _is_call_of(call, back) or place[call] >= place[back]:
            continue
        if back.getparent() is root or root not in back.iterancestors():
            continue  # it isn't in any block, or was removed with another note in the same paragraph
        number = str(len(notes) + 1)
        same = [link for link in links[: place[back]] if _target(link) == _target(call) and _is_mark(link)]
        used |= {*same, back}
        notes[number] = _detach(back, root, {name for link in same for name in _names(link)})
        for link in same:
            _mark(link, number)
    return notes


def _is_call_of(call: Element, back: Element) -> bool:
    in_heading = any(above.tag in HEADINGS for above in back.iterancestors())
    return _is_mark(call) and not in_heading and _target(call) in _names(back)


def _is_mark(link: Element) -> bool:
    """Whether a link looks like the call of a note: a number, a letter, a sign."""
    letters = "".join(c for c in tree.text_of(link) if c.isalnum())
    return letters.isdigit() or len(letters) <= LONGEST_MARK


def _mark(call: Element, number: str) -> None:
    call.tag = "span"
    call.attrib.clear()
    call.set("data-note", number)
    fill(call, [f"[{number}]"])


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


def _detach(back: Element, root: Element, calls: set[str]) -> list[Element]:
    """Detach a note from the tree and return its blocks without the links back to its calls."""
    above = [element for element in back.iterancestors() if element is not root]
    holders = [element for element in above if element.tag in HOLDERS and _targets(element) <= calls]
    holders += [element for element in above if element.tag in BLOCKS]
    holder = next(iter(holders), back.getparent())
    holder.drop_tree()
    for link in [link for link in holder.iter("a") if link is back or _target(link) in calls]:
        if _is_mark(link):
            link.drop_tree()
        else:
            link.drop_tag()
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


def _targets(element: Element) -> set[str]:
    return {target for link in element.iter("a") if (target := _target(link))}


def write_once(root: Element, notes: dict[str, list[Element]], calls: list[str]) -> dict[str, list[Element]]:
    """The notes without repetitions; `calls` says which note of the file each number is, as pandoc repeats them."""
    if len(calls) != len(notes) or len(set(calls)) == len(calls):
        return notes
    unique = {call: str(number) for number, call in enumerate(dict.fromkeys(calls), 1)}
    numbers = {old: unique[call] for old, call in zip(notes, calls, strict=True)}
    for mark in root.iter("span"):
        if old := mark.get("data-note"):
            _mark(mark, numbers[old])
    return {numbers[old]: blocks for old, blocks in reversed(notes.items())}


def note_numbers(blocks: list[Element]) -> list[str]:
    return [number for block in blocks for node in block.iter() if (number := node.get("data-note"))]


def numbered_note(number: str, blocks: list[Element]) -> list[Element]:
    first, *more = blocks
    if first.tag != "p":
        first, more = make("p"), blocks
    first.text = f"[{number}] {(first.text or '').lstrip()}"
    return [first, *more]
