"""The plan's twelve quarters, as a chart and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accelerator import formats, quarter_chart
from accelerator.quarter_chart import Bar, Group
from accelerator.state_marks import describe
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.plan import quarters
from strategy.plan.choices import Rag, Status
from strategy.plan.models import QUARTERS, Action, Objective

# How far a bar is filled if no percentage was entered.
_PERCENT: dict[str, int] = {Status.COMPLETED: 100, Status.IN_PROGRESS: 50}


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: CityRequest, city: City) -> HttpResponse:
    objectives = list(city.objective_set.with_actions())
    first_day = quarters.first_day(quarters.strategy_of(city), city)
    last_day = quarters.dates_from(first_day, QUARTERS)[1]
    sentence = _description(objectives, formats.months(first_day, last_day))
    with_lines = request.GET.get("lines") == "1"
    chart = quarter_chart.draw(
        [Group(row.code, row.title, [_bar(action) for action in row.actions.all()]) for row in objectives],
        title=_("The action plan over 12 quarters"),
        description=sentence,
        years=[quarters.year_label(city, first_day.year + number) for number in range(3)],
        today=quarters.position(first_day, city.today()),
        dependencies=with_lines,
    )
    context = {
        "city": city,
        "chart": chart,
        "rows": [_table_row(row, first_day) for row in objectives],
        "lines": with_lines,
        "sentence": sentence,
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/quarters.html", context)


def _table_row(objective: Objective, first_day: date) -> dict[str, Any]:
    return {
        "code": objective.code,
        "title": objective.title,
        "actions": [
            {
                "code": action.code,
                "title": action.title,
                "starts": quarters.label_from(first_day, action.starts),
                "due": quarters.label_from(first_day, action.due),
                "state": _state(action),
                "waits_for": ", ".join(row.on.code for row in action.dependencies.all()),
            }
            for action in objective.actions.all()
        ],
    }


def _bar(action: Action) -> Bar:
    percent = _PERCENT.get(action.status, 0)
    if action.percent is not None and action.status != Status.COMPLETED:
        percent = action.percent
    # Yellow and red are more informative than the status; green is less so.
    key = action.rag if action.rag in (Rag.AMBER, Rag.RED) else action.status
    return Bar(
        action.code,
        action.title,
        first=action.starts or action.due,
        last=action.due or action.starts,
        state=_state(action),
        tone="neutral" if key == Status.ON_HOLD else describe(key)[1],
        shape=describe(action.rag or action.status)[2],
        percent=0 if action.status == Status.CANCELLED else percent,
        is_dashed=action.status == Status.ON_HOLD,
        is_struck=action.status == Status.CANCELLED,
        depends_on=[row.on.code for row in action.dependencies.all()],
    )


def _state(action: Action) -> str:
    labels = [str(describe(action.status)[0])]
    # What is completed or canceled is no longer on track, at risk or off track.
    if action.rag and action.status not in (Status.COMPLETED, Status.CANCELLED):
        labels.append(str(describe(action.rag)[0]).lower())
    return ", ".join(labels)


def _description(objectives: Sequence[Objective], span: str) -> str:
    """The chart in two sentences, for people who can't see it."""
    actions = [action for objective in objectives for action in objective.actions.all()]
    sentence = ngettext(
        "%(count)d action over 12 quarters (%(span)s).", "%(count)d actions over 12 quarters (%(span)s).", len(actions)
    )
    sentences = [sentence % {"count": len(actions), "span": span}]
    states = [action.status for action in actions] + [action.rag for action in actions]
    counted = [f"{describe(state)[0]}: {states.count(state)}" for state in (*Status, *Rag) if state in states]
    if counted:
        sentences.append(", ".join(counted) + ".")
    return " ".join([*sentences, _("The table has the same information.")])
