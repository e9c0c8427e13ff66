"""Charts drawn on the server as SVG. X positions are percentages of the width so text keeps its size on a phone."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from accelerator import formats

SHAPES_OF_KIND = {"session": "circle", "deliverable": "square", "convening": "diamond"}
LANE_OF_KIND = {"convening": 30, "session": 30, "deliverable": 52}
NARROW = 8  # percent of the width; less doesn't fit a short word on a phone


def field_of(event: Any, name: str, default: Any = None) -> Any:
    """A field of an event, which can be a dict or an object."""
    return event.get(name, default) if isinstance(event, dict) else getattr(event, name, default)


def percent(week: float, weeks: int) -> float:
    """The middle of a week on the line, in percent; week 1 starts at 0."""
    return round(min(max((week - 0.5) / weeks, 0), 1) * 100, 2)


def months(start: datetime.date, weeks: int) -> list[tuple[float, str]]:
    """(x in percent, month name) for the months on the line whose names fit."""
    marks: list[tuple[float, str]] = [(0, formats.short_month(start))]
    last = start + datetime.timedelta(weeks=weeks)
    day = next_month(start)
    while day < last:
        x = round((day - start).days / (weeks * 7) * 100, 2)
        # The first month's name would run into the second's.
        if x < NARROW:
            marks.clear()
        # In a one-year program a month is slightly narrower than NARROW; in a two-year one, label every other month.
        has_room = not marks or x - marks[-1][0] >= NARROW - 1
        if has_room and x < 100 - NARROW / 2:
            marks.append((x, formats.short_month(day)))
        day = next_month(day)
    return marks


def next_month(day: datetime.date) -> datetime.date:
    # Adding 32 days to the first of any month lands in the next one.
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def ticks(weeks: int, today: float) -> list[tuple[int, float, bool]]:
    """(week, x, has a number) for every week; the label "Today" replaces a number it would overlap."""
    marks = []
    for week in range(1, weeks + 1):
        x = percent(week, weeks)
        marks.append((week, x, (week % 5 == 0 or week == 1) and abs(x - today) > NARROW))
    return marks


def week_line_row(event: Any, weeks: int) -> dict[str, Any]:
    """One event, for the chart and its table."""
    kind, week = field_of(event, "kind"), field_of(event, "week")
    return {
        "x": percent(week, weeks),
        "y": LANE_OF_KIND.get(kind, 52),
        "figure": SHAPES_OF_KIND.get(kind, "circle"),
        "week": week,
        "title": field_of(event, "title"),
        "date": field_of(event, "date"),
        "done": bool(field_of(event, "done", False)),
        "passed": bool(field_of(event, "passed", False)) and not field_of(event, "done", False),
        "late": bool(field_of(event, "late", False)),
    }


def week_line_parts(
    events: Iterable[Any], week: float, weeks: int, start: datetime.date | None, title: str
) -> dict[str, Any]:
    """Template context for components/week_line.html; see the week_line tag for the arguments."""
    rows = [week_line_row(event, weeks) for event in events]
    today, running = percent(week, weeks), 0 < week < weeks + 1
    return {
        "rows": rows,
        "title": title or gettext("%(weeks)d-week program timeline") % {"weeks": weeks},
        "today": today,
        "running": running,
        # Centered, the label "Today" would be cut off at either end of the line.
        "anchor": "start" if today < 12 else "end" if today > 88 else "middle",
        "week": int(week),
        "weeks": weeks,
        "ticks": ticks(weeks, today if running else -100),
        "months": months(start, weeks) if start else [],
        "done_count": sum(row["done"] for row in rows),
        "passed_count": sum(row["passed"] for row in rows),
        "total": len(rows),
    }
