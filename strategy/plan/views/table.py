"""The key fields of all actions as a table of inputs, saved as a whole, or row by row with JavaScript."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accelerator.conflicts import save_form
from accelerator.models import User
from accelerator.web import number_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan.editing import GET_OR_POST
from strategy.plan.forms import ActionRowForm
from strategy.plan.models import Action, Objective
from strategy.plan.quarters import strategy_of

MOST_ROWS = 80  # in one form: more would exceed the maximum number of fields in a request


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def edit(request: CityRequest, city: City) -> HttpResponse:
    pk = number_in(request, "objective")
    objective = get_object_or_404(city.objective_set, pk=pk) if pk else None
    actions = city.action_set.select_related("objective").order_by("objective__position", "position", "pk")
    rows = list(actions.filter(objective=objective) if objective else actions)
    if len(rows) > MOST_ROWS and objective is None:
        messages.info(request, _("This plan is too long to edit all at once. Edit one objective’s rows at a time."))
        return redirect("strategy:plan", city=city.slug)
    strategy, forms = strategy_of(city), []
    for row in rows:
        # An action that wasn't submitted was added after the table was shown.
        data = request.POST if f"{row.pk}-stamp" in request.POST else None
        forms.append(ActionRowForm(data, instance=row, prefix=str(row.pk), city=city, strategy=strategy))
    if request.method == "POST":
        _warn_of_removed_rows(request, rows)
        forms, count = _save(forms, request.user)
        if count is not None:
            saved = ngettext("%(count)d row saved.", "%(count)d rows saved.", count) % {"count": count}
            messages.success(request, saved if count else _("There were no changes to save."))
            return redirect("strategy:plan", city=city.slug)
    return _table(request, city, objective, forms)


def _warn_of_removed_rows(request: CityRequest, rows: list[Action]) -> None:
    # Otherwise, what was typed into a row that someone removed would silently disappear.
    sent = [name.removesuffix("-stamp") for name in request.POST if name.endswith("-stamp")]
    present = {str(row.pk) for row in rows}
    removed = [pk for pk in sent if pk not in present][:MOST_ROWS]
    titles = [title[:300] for pk in removed if (title := request.POST.get(f"{pk}-title"))]
    if titles:
        title_list = ", ".join(f"“{title}”" for title in titles)
        sentence = _(
            "Your changes to these actions weren’t saved because someone removed the actions while you were "
            "editing: %(titles)s."
        )
        messages.warning(request, sentence % {"titles": title_list})


def _save(forms: list[ActionRowForm], by: User) -> tuple[list[ActionRowForm], int | None]:
    """Save all changed rows, or none: returns the forms to show again, and the number saved (None on failure)."""
    changed = [form for form in forms if form.is_bound and form.changed_data]
    # A list, so that every row is validated and all errors show at once.
    if not all([form.is_valid() for form in changed]):
        return forms, None
    # All or nothing: after a partial save, people couldn't tell which rows were saved.
    with transaction.atomic():
        saved = [_save_row(form, by) if form in changed else (form, True) for form in forms]
        if all(is_saved for _form, is_saved in saved):
            return forms, len(changed)
        transaction.set_rollback(True)
    return [form for form, _is_saved in saved], None


def _save_row(form: ActionRowForm, by: User) -> tuple[ActionRowForm, bool]:
    def write(**values: Any) -> None:
        plan.change(form.row, stamp=form.stamp_read, by=by, **values)

    return save_form(form, write)


def _table(request: CityRequest, city: City, objective: Objective | None, forms: list[ActionRowForm]) -> HttpResponse:
    faulty = [form for form in forms if form.conflict or (form.is_bound and form.changed_data and form.errors)]
    context = {
        "city": city,
        "objective": objective,
        "groups": [(group, list(rows)) for group, rows in groupby(forms, lambda form: form.row.objective)],
        "faulty": faulty,
        "roles": sorted({form.row.owner_role for form in forms if form.row.owner_role}),
    }
    return render(request, "strategy/plan/table.html", context, status=422 if faulty else 200)


@require_POST
@city_view(Permission.EDIT_PLAN)
def row(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """The table's row for the script: saved, with errors, or in conflict with what others wrote."""
    actions, strategy = city.action_set.select_related("objective"), strategy_of(city)
    action, saved_at = get_object_or_404(actions, pk=pk), None
    form = ActionRowForm(request.POST, instance=action, prefix=str(pk), city=city, strategy=strategy)
    if form.is_valid() and form.changed_data:
        form, is_saved = _save_row(form, request.user)
        if is_saved:
            saved_at = timezone.now()
            form = form.for_row(actions.get(pk=pk))
    context = {"form": form, "city": city, "saved_at": saved_at}
    return render(request, "strategy/plan/table_row.html", context, status=form.status_code)
