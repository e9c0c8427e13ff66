"""A chart of twelve quarters, drawn on the server: one bar per planned item, in groups.

SVG without style attributes: colors are attributes for print, and classes let a page's style sheet replace them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.state_marks import PATHS

QUARTERS = 12
# In view-box units, about a pixel each: heights of header, group and bar; width of a letter at font size 12.5.
WIDTH, LABELS, HEAD, GROUP, ROW, LINE_HEIGHT, LETTER = 960, 346, 60, 30, 24, 15, 6.3
COLUMN = (WIDTH - LABELS) / QUARTERS
COLORS = {"neutral": "#4B5567", "accent": "#0A5C9E", "good": "#1B7048", "warn": "#8A5A00", "bad": "#A8261C"}
INK, GRAY, LINE, HAIRLINE = "#1A2233", "#4B5567", "#7A8494", "#D8DBE2"


@dataclass(frozen=True, slots=True)
class Bar:
    """Something planned from one quarter to another, counted from 1; None if no quarter is set yet."""

    code: str
    title: str
    first: int | None
    last: int | None
    state: str = ""
    tone: str = "neutral"  # a key of COLORS
    shape: str = "ring"  # from accelerator/state_marks.py, next to the state
    percent: int = 0  # how much of the bar is filled
    is_dashed: bool = False
    is_struck: bool = False
    depends_on: Sequence[str] = ()  # codes of other bars


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    title: str
    bars: Sequence[Bar]


def draw(
    groups: Iterable[Group],
    *,
    title: str,
    description: str,
    years: Sequence[str],
    today: float | None = None,
    dependencies: bool = False,
) -> SafeString:
    """The chart as an SVG element. `today` counts quarters: 1.5 is the middle of the first one."""
    rows, states, places, height = _lay_out(groups)
    return format_html(
        '<svg class="quarter-chart" viewBox="0 0 {} {}" width="{}" height="{}" role="img"'
        ' aria-labelledby="quarter-chart-title quarter-chart-desc" font-family="Strategy Sans, sans-serif"'
        ' font-size="12.5" fill="{}"><title id="quarter-chart-title">{}</title>'
        '<desc id="quarter-chart-desc">{}</desc>{}{}{}{}{}</svg>',
        WIDTH,
        height,
        WIDTH,
        height,
        INK,
        title,
        description,
        _head(years, height),
        _join(rows),
        _dependencies(places) if dependencies else "",
        "" if today is None else _today(today, height),
        # Last, so that no line crosses a label.
        _join(states),
    )


def _lay_out(groups: Iterable[Group]) -> tuple[list[SafeString], list[SafeString], dict[str, tuple[float, Bar]], float]:
    """The drawn rows, their states, the position of each bar by code, and the chart's height."""
    rows: list[SafeString] = []
    states: list[SafeString] = []
    places: dict[str, tuple[float, Bar]] = {}
    y: float = HEAD
    for group in groups:
        lines = wrap(f"{group.code}  {group.title}", WIDTH * 0.95)
        rows.append(_group(lines, y))
        y += GROUP + (len(lines) - 1) * LINE_HEIGHT
        for bar in group.bars:
            lines = wrap(bar.title, LABELS - 58)
            places[bar.code] = (y, bar)
            rows.append(_row(bar, lines, y))
            if bar.state and bar.first is not None and bar.last is not None:
                states.append(_state(bar, _x(bar.first) + 3, _x(bar.last + 1) - 3, y))
            y += ROW + (len(lines) - 1) * LINE_HEIGHT
    return rows, states, places, y + 6


def _x(quarter: float) -> float:
    return round(LABELS + (quarter - 1) * COLUMN, 1)


def _head(years: Sequence[str], height: float) -> SafeString:
    parts = []
    for number in range(1, QUARTERS + 1):
        x, is_new_year = _x(number), number % 4 == 1
        if is_new_year:
            parts.append(_line(x, 20, x, height - 4, "quarter-chart__year", LINE))
            # Y1 and Q1 instead of calendar months: the city chooses when its fiscal year starts.
            name = f"{formats.quarter(number)[:2]}: {years[number // 4]}"
            parts.append(_text(x + 5, 31, name, "quarter-chart__name", GRAY, font_weight="600"))
        else:
            parts.append(_line(x, 39, x, height - 4, "quarter-chart__quarter", HAIRLINE))
        name = formats.quarter(number)[2:]
        parts.append(_text(x + COLUMN / 2, 52, name, "quarter-chart__name", GRAY, text_anchor="middle"))
    parts.append(_line(WIDTH - 0.5, 20, WIDTH - 0.5, height - 4, "quarter-chart__year", LINE))
    return _join(parts)


def _group(lines: Sequence[str], y: float) -> SafeString:
    return format_html(
        '<g class="quarter-chart__group"><rect x="0" y="{}" width="{}" height="{}" fill="#F2F0EA"/>{}</g>',
        y + 4,
        WIDTH,
        GROUP - 6 + (len(lines) - 1) * LINE_HEIGHT,
        _lines(6, y + 20, lines, "quarter-chart__title", font_weight="600"),
    )


def _row(bar: Bar, lines: Sequence[str], y: float) -> SafeString:
    if bar.first is None or bar.last is None:
        bar_or_note = _text(
            _x(1) + 5, y + 16, _("no quarter yet"), "quarter-chart__none", "#5F6878", font_style="italic"
        )
    else:
        bar_or_note = _bar(bar, _x(bar.first) + 3, _x(bar.last + 1) - 3, y)
    return format_html(
        "<g><title>{} {}</title>{}{}{}</g>",
        bar.code,
        bar.title,
        _text(6, y + 16, bar.code, "quarter-chart__code", GRAY, font_weight="600"),
        _lines(52, y + 16, lines, "quarter-chart__label"),
        bar_or_note,
    )


def _bar(bar: Bar, x: float, end: float, y: float) -> SafeString:
    dashes = SafeString(' stroke-dasharray="4 3"' if bar.is_dashed else "")
    parts = [
        format_html(
            '<rect x="{}" y="{}" width="{}" height="13" rx="3" class="quarter-chart__bar" fill="#FFFFFF"'
            ' stroke="currentColor" stroke-width="1.5"{}/>',
            x,
            y + 5.5,
            round(end - x, 1),
            dashes,
        )
    ]
    if bar.percent:
        width = round((end - x) * bar.percent / 100, 1)
        filled = '<rect x="{}" y="{}" width="{}" height="13" rx="3" fill="currentColor"/>'
        parts.append(format_html(filled, x, y + 5.5, width))
    if bar.is_struck:
        parts.append(_line(x - 2, y + 12, end + 2, y + 12, "quarter-chart__strike", "currentColor"))
    return format_html('<g class="quarter-chart__{}" color="{}">{}</g>', bar.tone, COLORS[bar.tone], _join(parts))


def _state(bar: Bar, x: float, end: float, y: float) -> SafeString:
    """The state with its shape, on its own background: right of the bar, else left of it, else on top of it."""
    width = len(bar.state) * LETTER * 0.9 + 24
    if end + width <= WIDTH:
        left = end + 6
    elif x - width >= LABELS:
        left = x - width
    else:
        left = end - width
    return format_html(
        '<g class="quarter-chart__{}" color="{}">'
        '<rect x="{}" y="{}" width="{}" height="11" class="quarter-chart__ground" fill="#FFFFFF"/>'
        '<g transform="translate({} {}) scale(.72)" fill="currentColor">{}</g>{}</g>',
        bar.tone,
        COLORS[bar.tone],
        round(left - 3, 1),
        y + 6.5,
        round(min(width, WIDTH - left), 1),
        round(left, 1),
        y + 6.5,
        SafeString(PATHS[bar.shape]),
        _text(round(left + 15, 1), y + 16, bar.state, "quarter-chart__state", "currentColor", font_size="11.5"),
    )


def _today(quarter: float, height: float) -> SafeString:
    x = _x(quarter)
    line = format_html(
        '<line x1="{}" y1="2" x2="{}" y2="{}" class="quarter-chart__today" stroke="#0A5C9E" stroke-width="1.5"/>',
        x,
        x,
        height - 4,
    )
    font = {"font_weight": "600", "font_size": "11"}
    if x > WIDTH - 50:
        return line + _text(x - 4, 11, _("Today"), "quarter-chart__now", "#0A5C9E", **font, text_anchor="end")
    return line + _text(x + 4, 11, _("Today"), "quarter-chart__now", "#0A5C9E", **font)


def _dependencies(places: dict[str, tuple[float, Bar]]) -> SafeString:
    """An elbow from the end of the bar it depends on to the start of this bar."""
    paths = []
    for y, bar in places.values():
        for code in bar.depends_on:
            if code not in places:
                continue
            predecessor_y, predecessor = places[code]
            if predecessor.last is None or bar.first is None:
                continue
            x1, y1, x2, y2 = _x(predecessor.last + 1) - 3, predecessor_y + 12, _x(bar.first) + 3, y + 12
            # The line ends at the edge of the bar that faces its origin.
            edge = y2 - 6.5 if y2 > y1 else y2 + 6.5
            paths.append((f"M{x1} {y1}h4V{(y1 + edge) / 2:.1f}H{x2 + 6}V{edge}",))
    path = '<path d="{}" class="quarter-chart__dependency" fill="none" stroke="#7A8494" stroke-width="1"/>'
    return format_html_join("", path, paths)


def wrap(text: str, width: float) -> list[str]:
    """The text in lines that roughly fit; nothing is cut."""
    # An average: the server has no font to measure, and a letter more or less does no harm.
    return textwrap.wrap(text, max(int(width / LETTER), 1)) or [""]


def _text(x: float, y: float, text: str, kind: str, fill: str, **more: str) -> SafeString:
    rest = format_html_join("", ' {}="{}"', ((key.replace("_", "-"), value) for key, value in more.items()))
    return format_html('<text x="{}" y="{}" class="{}" fill="{}"{}>{}</text>', x, y, kind, fill, rest, text)


def _lines(x: float, y: float, lines: Sequence[str], kind: str, **more: str) -> SafeString:
    places = (y + number * LINE_HEIGHT for number in range(len(lines)))
    return _join(_text(x, place, line, kind, INK, **more) for place, line in zip(places, lines, strict=True))


def _line(x1: float, y1: float, x2: float, y2: float, kind: str, color: str) -> SafeString:
    line = '<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}" stroke="{}"/>'
    return format_html(line, x1, y1, x2, y2, kind, color)


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
