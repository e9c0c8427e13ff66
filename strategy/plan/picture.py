"""The twelve quarters of a plan as one picture, for page and PDF, and the same as rows of a table.

Works from plain data: the `plan` of a strategy's tree (strategy/document/), whose actions may carry `status`,
`percent` and `rag` beside it. SVG without style attributes: colors stand as attributes for paper, and classes let
a page's own style sheet replace them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.states import PATHS, describe
from cities.models import City
from strategy.plan.models import QUARTERS, Objective, Rag, Status, quarter_name
from strategy.plan.quarters import dates_from, first_day, months_words
from strategy.sections.models import Strategy

Tree = dict[str, Any]
HEAD, TITLE, ROW, LETTER = (
    46,
    30,
    24,
    6.3,
)  # heights of header, objective and action; width of a letter at 12.5
COLORS = {"neutral": "#4B5567", "accent": "#0A5C9E", "good": "#1B7048", "warn": "#8A5A00", "bad": "#A8261C"}
_FILLED = {Status.COMPLETED: 100, Status.IN_PROGRESS: 50}


def living(strategy: Strategy, city: City, objectives: list[Objective]) -> Tree:
    """The plan as it stands now, from objectives that `plan_gaps.whole` has read."""
    first = first_day(strategy, city)
    return {
        "first_year": first.year,
        "fiscal_year_start": first.month,
        "objectives": [
            {
                "code": row.code,
                "title": row.title,
                "actions": [_living(action) for action in row.actions.all()],
            }
            for row in objectives
        ],
    }


def _living(action: Any) -> Tree:
    kept = ("code", "title", "starts", "due", "status", "percent", "rag")
    return {name: getattr(action, name) for name in kept} | {
        "waits_for": [row.on.code for row in action.dependencies.all()]
    }


@dataclass(frozen=True, slots=True)
class Grid:
    """Where things stand: all in units of the view box."""

    first: date
    width: int

    @property
    def label(self) -> float:
        return round(self.width * 0.36)

    @property
    def column(self) -> float:
        return (self.width - self.label) / QUARTERS

    def x(self, quarter: float) -> float:
        """The left edge of a quarter, counted from 1; its right edge is that of the next."""
        return round(self.label + (quarter - 1) * self.column, 1)

    def today(self, day: date | None) -> float | None:
        if day is None:
            return None
        for number in range(1, QUARTERS + 1):
            start, end = dates_from(self.first, number)
            if start <= day <= end:
                return self.x(number + (day - start).days / ((end - start).days + 1))
        return None


def state_words(action: Tree) -> str:
    """ "In progress, at risk"; nothing where the tree tells no state."""
    if not action.get("status"):
        return ""
    words = [str(describe(action["status"])[0])]
    if action.get("rag"):
        words.append(str(describe(action["rag"])[0]).lower())
    return ", ".join(words)


def quarter(first: date, number: int | None) -> str:
    """ "Y1Q2 (Oct–Dec 2027)" for a plan whose Y1Q1 begins on `first`."""
    return f"{quarter_name(number)} ({months_words(*dates_from(first, number))})" if number else ""


def rows(plan: Tree, language: str) -> list[Tree]:
    """The picture's objectives and actions in words, for the table beside it."""
    first = date(plan["first_year"], plan["fiscal_year_start"], 1)
    with translation.override(language):
        return [
            {
                "code": objective["code"],
                "title": objective["title"],
                "actions": [
                    {
                        "code": action["code"], "title": action["title"], "starts": quarter(first, action["starts"]),
                        "due": quarter(first, action["due"]), "state": state_words(action),
                        "waits_for": ", ".join(action.get("waits_for", [])),
                    }
                    for action in objective["actions"]
                ],
            }
            for objective in plan["objectives"]
        ]  # fmt: skip


def chart(
    plan: Tree, language: str, *, today: date | None = None, dependencies: bool = False, width: int = 960,
    name: str = "plan-chart", title: str = "",
) -> SafeString:  # fmt: skip
    """The picture as an SVG element: one bar an action, grouped by objective; `width` in units of about a pixel
    (700 for a portrait page). `name` makes the ids unique where a page holds several."""
    with translation.override(language):
        grid = Grid(date(plan["first_year"], plan["fiscal_year_start"], 1), width)
        height = HEAD + sum(TITLE + ROW * len(row["actions"]) for row in plan["objectives"]) + 6
        body, places, y = [], {}, HEAD
        for objective in plan["objectives"]:
            body.append(_objective(grid, objective, y))
            y += TITLE
            for action in objective["actions"]:
                places[action["code"]] = (y, action)
                body.append(_action(grid, action, y))
                y += ROW
        lines = _waits(grid, places) if dependencies else ""
        parts = (_head(grid, height), format_html_join("", "{}", ((part,) for part in body)), lines)
        return _picture(plan, grid, height, parts, _today(grid, today, height), name, title)


def _picture(
    plan: Tree, grid: Grid, height: int, parts: tuple[Any, ...], now: Any, name: str, title: str
) -> SafeString:
    return format_html(
        '<svg class="plan-chart" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-labelledby="{}-title'
        ' {}-desc" font-family="Strategy Sans, sans-serif" font-size="12.5" fill="#1A2233"><title id="{}-title">{}'
        '</title><desc id="{}-desc">{}</desc>{}{}{}{}</svg>',
        grid.width, height, grid.width, height, name, name, name,
        title or _("The action plan over twelve quarters"), name, described(plan, grid.first), *parts, now,
    )  # fmt: skip


def described(plan: Tree, first: date) -> str:
    """The picture in two sentences, for who does not see it."""
    actions = [action for objective in plan["objectives"] for action in objective["actions"]]
    span = f"{months_words(dates_from(first, 1)[0], dates_from(first, QUARTERS)[1])}"
    words = ngettext(
        "%(count)d action in twelve quarters, %(span)s.",
        "%(count)d actions in twelve quarters, %(span)s.",
        len(actions),
    )
    sentences = [words % {"count": len(actions), "span": span}]
    states = [action["status"] for action in actions if action.get("status")]
    counted = [f"{describe(state)[0]}: {states.count(state)}" for state in Status if state in states]
    rags = [action.get("rag") for action in actions]
    counted += [f"{describe(rag)[0]}: {rags.count(rag)}" for rag in Rag if rag in rags]
    if counted:
        sentences.append(", ".join(counted) + ".")
    return " ".join([*sentences, _("The same stands in the table.")])


def _text(x: float, y: float, words: object, kind: str, fill: str, **more: str) -> SafeString:
    rest = format_html_join("", ' {}="{}"', ((key.replace("_", "-"), value) for key, value in more.items()))
    return format_html('<text x="{}" y="{}" class="{}" fill="{}"{}>{}</text>', x, y, kind, fill, rest, words)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str, color: str) -> SafeString:
    return format_html(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}" stroke="{}"/>', x1, y1, x2, y2, kind, color
    )


def _head(grid: Grid, height: int) -> SafeString:
    parts = []
    for number in range(1, QUARTERS + 1):
        x, starts_year = grid.x(number), number % 4 == 1
        kind, color = ("plan-chart__year", "#7A8494") if starts_year else ("plan-chart__quarter", "#D8DBE2")
        parts.append(_line(x, 8 if starts_year else 26, x, height - 4, kind, color))
        if starts_year:
            span = months_words(dates_from(grid.first, number)[0], dates_from(grid.first, number + 3)[1])
            words = f"Y{number // 4 + 1}: {span}" if grid.column * 4 > 170 else f"Y{number // 4 + 1}"
            parts.append(_text(x + 5, 18, words, "plan-chart__name", "#4B5567", font_weight="600"))
        parts.append(
            _text(
                x + grid.column / 2,
                38,
                f"Q{(number - 1) % 4 + 1}",
                "plan-chart__name",
                "#4B5567",
                text_anchor="middle",
            )
        )
    parts.append(_line(grid.width - 0.5, 8, grid.width - 0.5, height - 4, "plan-chart__year", "#7A8494"))
    return format_html_join("", "{}", ((part,) for part in parts))


def cut(words: str, room: float) -> str:
    """As much of the words as about fits into the room, with dots where something is missing."""
    most = int(room / LETTER)
    return words if len(words) <= most else words[: max(most - 1, 1)].rstrip() + "…"


def _objective(grid: Grid, objective: Tree, y: float) -> SafeString:
    words = cut(f"{objective['code']}  {objective['title']}", grid.width * 0.95)
    return format_html(
        '<g class="plan-chart__objective"><rect x="0" y="{}" width="{}" height="{}" fill="#F2F0EA"/>{}</g>',
        y + 4, grid.width, TITLE - 6, _text(6, y + 20, words, "plan-chart__title", "#1A2233", font_weight="600"),
    )  # fmt: skip


def _action(grid: Grid, action: Tree, y: float) -> SafeString:
    code, middle = action["code"], y + 16
    name = format_html("<title>{} {}</title>", code, action["title"])
    label = _text(6, middle, code, "plan-chart__code", "#4B5567", font_weight="600")
    label += _text(52, middle, cut(action["title"], grid.label - 58), "plan-chart__label", "#1A2233")
    last = action["due"] or action["starts"]
    if not last:
        words = _text(
            grid.x(1) + 5, middle, _("no quarter yet"), "plan-chart__none", "#5F6878", font_style="italic"
        )
        return format_html("<g>{}{}{}</g>", name, label, words)
    return format_html("<g>{}{}{}</g>", name, label, _bar(grid, action, action["starts"] or last, last, y))


def _bar(grid: Grid, action: Tree, first: int, last: int, y: float) -> SafeString:
    """Outline, filled part and words; on hold is dashed, cancelled struck through."""
    x, end, status = grid.x(first) + 3, grid.x(last + 1) - 3, action.get("status") or ""
    tone = describe(action["rag"])[1] if action.get("rag") in (Rag.AMBER, Rag.RED) else _tone(status)
    done = (
        _FILLED.get(status, 0)
        if action.get("percent") is None or status == Status.COMPLETED
        else action["percent"]
    )
    dashes = ' stroke-dasharray="4 3"' if status == Status.ON_HOLD else ""
    parts = [
        format_html(
            '<rect x="{}" y="{}" width="{}" height="13" rx="3" class="plan-chart__bar" fill="#FFFFFF" '
            'stroke="currentColor" stroke-width="1.5"' + dashes + "/>", x, y + 5.5, round(end - x, 1),
        )
    ]  # fmt: skip
    if status and done and status != Status.CANCELLED:
        part = format_html(
            '<rect x="{}" y="{}" width="{}" height="13" rx="3" fill="currentColor"/>', x, y + 5.5,
            round((end - x) * done / 100, 1),
        )  # fmt: skip
        parts.append(part)
    if status == Status.CANCELLED:
        parts.append(_line(x - 2, y + 12, end + 2, y + 12, "plan-chart__strike", "currentColor"))
    parts.append(_words(grid, action, x, end, y))
    kept = format_html_join("", "{}", ((part,) for part in parts))
    return format_html('<g class="plan-chart__{}" color="{}">{}</g>', tone, COLORS[tone], kept)


def _tone(status: str) -> str:
    return describe(status)[1] if status and status != Status.ON_HOLD else "neutral"


def _words(grid: Grid, action: Tree, x: float, end: float, y: float) -> SafeString | str:
    """The state in words with its mark: right of the bar, else left of it, else upon it on a ground of its own."""
    words = state_words(action)
    if not words:
        return ""
    mark = PATHS[describe(action["rag"] if action.get("rag") else action["status"])[2]]
    room = len(words) * LETTER * 0.9 + 24
    ground: SafeString | str = ""
    if end + room <= grid.width:
        at = end + 6
    elif x - room >= grid.label:
        at = x - room
    else:
        at = end - room
        ground = format_html(
            '<rect x="{}" y="{}" width="{}" height="11" class="plan-chart__ground" fill="#FFFFFF"/>',
            round(at - 4, 1), y + 6.5, round(room, 1),
        )  # fmt: skip
    place = format_html(
        '<g transform="translate({} {}) scale(.72)" fill="currentColor">', round(at, 1), y + 6.5
    )
    shape = place + SafeString(mark) + SafeString("</g>")
    text = _text(round(at + 15, 1), y + 16, words, "plan-chart__state", "currentColor", font_size="11.5")
    return format_html("{}{}{}", ground, shape, text)


def _today(grid: Grid, day: date | None, height: int) -> SafeString | str:
    x = grid.today(day)
    if x is None:
        return ""
    line = format_html(
        '<line x1="{}" y1="24" x2="{}" y2="{}" class="plan-chart__today" stroke="#0A5C9E" stroke-width="1.5"/>',
        x, x, height - 4,
    )  # fmt: skip
    side = {"text_anchor": "end"} if x > grid.width - 50 else {}
    at = x - 3 if side else x + 3
    return line + _text(
        at, 27, _("Today"), "plan-chart__now", "#0A5C9E", font_weight="600", font_size="11", **side
    )


def _waits(grid: Grid, places: dict[str, tuple[float, Tree]]) -> SafeString:
    """An elbow from the end of what an action waits for to its own beginning."""
    lines = []
    for y, action in places.values():
        for code in action.get("waits_for", []):
            there = places.get(code)
            last = there and (there[1]["due"] or there[1]["starts"])
            begins = action["starts"] or action["due"]
            if not there or not last or not begins:
                continue
            x1, y1, x2, y2 = grid.x(last + 1) - 3, there[0] + 12, grid.x(begins) + 3, y + 12
            edge = y2 - 6.5 if y2 > y1 else y2 + 6.5
            path = f"M{x1} {y1}h4V{(y1 + edge) / 2:.1f}H{x2 + 6}V{edge}"
            lines.append((path,))
    return format_html_join(
        "", '<path d="{}" class="plan-chart__wait" fill="none" stroke="#7A8494" stroke-width="1"/>', lines
    )
