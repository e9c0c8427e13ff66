"""Notes of an uploaded document: found by the two links that point at each other, brought to where they are called."""

from __future__ import annotations

from dataclasses import dataclass

from accelerator.texts.richtext import Node
from strategy.uploads.markup import BLOCKS, text

HOLDERS = {"li", "div", "aside"}


@dataclass(slots=True)
class _Link:
    node: Node
    above: list[Node]

    @property
    def target(self) -> str:
        href = self.node.attributes.get("href", "")
        return href[1:] if href.startswith("#") else ""

    def names(self) -> set[str]:
        """What others call this place: its own names and those of what it stands in, up to its block."""
        found = {self.node.attributes.get("id", ""), self.node.attributes.get("name", "")}
        for node in reversed(self.above):
            found.add(node.attributes.get("id", ""))
            if node.name in {"p", "li", "div", "aside", "td"} and node.attributes.get("id"):
                break
        return found - {""}


def gather(root: Node) -> dict[str, list[Node]]:
    """Take the notes out of the tree; each call becomes `<span data-note="n">[n]</span>`; the blocks of each note."""
    links = [link for link in _links(root, []) if link.target]
    calls = {name: link for link in reversed(links) for name in link.names()}
    notes: dict[str, list[Node]] = {}
    used: set[int] = set()
    place = {id(link.node): number for number, link in enumerate(links)}
    for back in links:
        call = calls.get(back.target)
        if call is None or id(call.node) in used or call.target not in back.names():
            continue
        if place[id(call.node)] >= place[id(back.node)]:
            continue
        used |= {id(call.node), id(back.node)}
        number = str(len(notes) + 1)
        notes[number] = _take(back)
        call.node.name, call.node.attributes = "span", {"data-note": number}
        call.node.children = [f"[{number}]"]
    return notes


def _links(node: Node, above: list[Node]) -> list[_Link]:
    found = []
    for child in node.children:
        if isinstance(child, Node):
            if child.name == "a":
                found.append(_Link(child, [*above, node]))
            found.extend(_links(child, [*above, node]))
    return found


def _take(back: _Link) -> list[Node]:
    """The note's own blocks, out of the tree, without the link back."""
    above = back.above
    depth = next(
        (
            n
            for n in range(len(above) - 1, 0, -1)
            if above[n].name in HOLDERS and len([x for x in _links(above[n], []) if x.target]) == 1
        ),
        next((n for n in range(len(above) - 1, 0, -1) if above[n].name in BLOCKS), len(above) - 1),
    )
    holder = above[depth]
    if depth:
        above[depth - 1].children = [child for child in above[depth - 1].children if child is not holder]
    _cut(holder, back.node)
    blocks = [child for child in holder.children if isinstance(child, Node) and child.name in BLOCKS]
    return blocks if blocks and holder.name in HOLDERS else [Node("p", children=holder.children)]


def _cut(node: Node, gone: Node) -> bool:
    for child in node.children:
        if child is gone:
            node.children = [other for other in node.children if other is not gone]
            return True
        if isinstance(child, Node) and _cut(child, gone):
            return True
    return False


def called(blocks: list[Node]) -> list[str]:
    """The numbers of the notes that these blocks call, in their order."""
    return [
        number
        for block in blocks
        for node in _every(block)
        if (number := node.attributes.get("data-note", ""))
    ]


def _every(node: Node) -> list[Node]:
    return [node, *(below for child in node.children if isinstance(child, Node) for below in _every(child))]


def numbered(number: str, blocks: list[Node]) -> list[Node]:
    """A note as it stands at the end of its piece: its number, then its words."""
    first, *more = blocks
    if first.name != "p":
        first, more = Node("p"), blocks
    words = [
        child.lstrip() if at == 0 and isinstance(child, str) else child
        for at, child in enumerate(first.children)
    ]
    return [
        Node("p", children=[f"[{number}] ", *words]),
        *(block for block in more if text(block)),
    ]
