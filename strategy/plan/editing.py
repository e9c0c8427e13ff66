"""The form for one row, new or existing, on whichever page it is edited."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.views.decorators.http import require_http_methods

from accelerator.conflicts import find_row, save_form
from accelerator.web import Request
from strategy.plan import actions as plan
from strategy.plan.forms import PlanForm
from strategy.plan.quarters import strategy_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def edit_row(
    request: Request, kind: type[PlanForm], new: Any, rows: QuerySet[Any] | None = None, pk: int = 0
) -> tuple[PlanForm, Any]:
    """The form for a new row, or for one of `rows`; and the row once saved, else None."""
    # None if someone removed the row: the form then shows what was typed, as for a new row.
    row = new if rows is None else find_row(request, rows, pk)
    data = request.POST if request.method == "POST" else None
    form = kind(data, instance=row or new, city=new.city, strategy=strategy_of(new.city))

    def write(**values: Any) -> None:
        plan.save(row, stamp=form.stamp_read, by=request.user, **values)

    form, is_saved = save_form(form, write if row else None)
    return form, row if is_saved else None
