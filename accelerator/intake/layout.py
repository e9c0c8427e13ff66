"""How a workbook's sheet is laid out: its merged cells, and the rows that people don't see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO

from lxml import etree
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.cell_range import CellRange

from accelerator.intake.cells import Value

_MOST_MERGED = 5000


@dataclass(slots=True)
class Layout:
    """`merged` are merged cells of several rows; those of one row change nothing."""

    merged: list[CellRange] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    is_hidden: bool = False

    def hides(self, number: int) -> bool:
        return self.is_hidden or number in self.hidden

    def fill_down(self, number: int, cells: list[Value], above: dict[int, Value]) -> tuple[int, ...]:
        """Give the row's merged cells the value above them; returns their places, from 0.

        `above` holds the values from row to row.
        """
        filled = []
        for place, merged in enumerate(self.merged):
            column = merged.min_col - 1
            if column >= len(cells) or not merged.min_row <= number <= merged.max_row:
                continue
            if number == merged.min_row:
                above[place] = cells[column]
            elif cells[column] in (None, ""):
                cells[column] = above.get(place)
                filled.append(column)
        return tuple(filled)


def read_layout(sheet: IO[bytes]) -> Layout:
    layout, number = Layout(), 0
    tags = ("{*}row", "{*}mergeCell")
    for _event, element in etree.iterparse(sheet, tag=tags, resolve_entities=False, load_dtd=False, no_network=True):
        if element.tag.endswith("mergeCell"):
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            if bottom > top and len(layout.merged) < _MOST_MERGED:
                layout.merged.append(CellRange(min_col=left, min_row=top, max_col=right, max_row=bottom))
        else:
            number = int(element.get("r") or number + 1)
            if element.get("hidden") in ("1", "true"):
                layout.hidden.add(number)
        _forget(element)
    return layout


def _forget(element: etree._Element) -> None:
    # A sheet can be long: its tree isn't kept.
    element.clear()
    while (before := element.getprevious()) is not None:
        element.getparent().remove(before)
