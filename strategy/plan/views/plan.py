"""The action plan: the page, its picture, and editing it as a table."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.models import User
from accelerator.web import number_in
from cities.access import Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan import gaps as plan_gaps
from strategy.plan import picture as plan_picture
from strategy.plan.forms import RowForm, YearForm
from strategy.plan.models import QUARTERS, Action, Objective, Status, quarter_name
from strategy.plan.quarters import months_words
from strategy.sections.models import Strategy

LONGEST = 80  # rows in one form: more would pass the number of fields that a request may have


def strategy_of(city: City) -> Strategy:
    """The city's strategy with its cohort, from which the quarters follow; 404 for a city without one."""
    return get_object_or_404(Strategy.objects.select_related("cohort"), city=city)


def place(strategy: Strategy, city: City, objectives: list[Objective]) -> None:
    """Give each action its quarters in words ("Y1Q1–Y1Q2", "Jul–Dec 2027") and what it lacks, for a page."""
    dates = {number: plan.quarter_dates(strategy, city, number) for number in range(1, QUARTERS + 1)}
    for objective in objectives:
        for action in objective.actions.all():
            if action.due:
                first = action.starts or action.due
                names = dict.fromkeys([quarter_name(first), quarter_name(action.due)])
                action.when = "–".join(names)
                action.months = months_words(dates[first][0], dates[action.due][1])
            action.lacks = plan_gaps.lacks(action)
            action.is_over = action.status in (Status.COMPLETED, Status.CANCELLED)


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: HttpRequest, city: City) -> HttpResponse:
    """Objectives with their actions and measures, what is missing, and what deserves a second look."""
    strategy = strategy_of(city)
    objectives = list(plan_gaps.whole(city))
    place(strategy, city, objectives)
    now = plan.quarter_on(strategy, city, city.today())
    context = {
        "city": city,
        "objectives": objectives,
        "sentence": plan_gaps.headline(objectives),
        "gaps": plan_gaps.gaps_in(city, objectives),
        "warnings": [words for _action, words in plan_gaps.early_starts(objectives)],
        "now": plan.quarter_words(strategy, city, now),
        "year": plan.year_words(city, plan.first_day(strategy, city).year),
        "year_is_set": strategy.plan_year is not None,
        "year_form": YearForm(city=city, strategy=strategy),
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/plan.html", context)


@require_safe
@city_view(Permission.READ_WHOLE)
def picture(request: HttpRequest, city: City) -> HttpResponse:
    """The twelve quarters as a picture, and the same as a table."""
    strategy = strategy_of(city)
    objectives = list(plan_gaps.whole(city))
    tree, language = plan_picture.living(strategy, city, objectives), get_language() or "en"
    lines = request.GET.get("lines") == "1"
    context = {
        "city": city,
        "chart": plan_picture.chart(tree, language, today=city.today(), dependencies=lines),
        "rows": plan_picture.rows(tree, language),
        "lines": lines,
        "count": len(plan_gaps.live(objectives)),
        "sentence": plan_picture.described(tree, plan.first_day(strategy, city)),
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/quarters.html", context)


@require_POST
@city_view(Permission.EDIT_PLAN)
def year(request: HttpRequest, city: City) -> HttpResponse:
    """Set in which year the plan begins."""
    strategy = strategy_of(city)
    form = YearForm(request.POST, city=city, strategy=strategy)
    if form.is_valid():
        plan.set_year(strategy=strategy, city=city, year=form.cleaned_data["year"], by=request.user)
        messages.success(
            request,
            _("Year 1 of the plan is %(year)s.") % {"year": plan.year_words(city, form.cleaned_data["year"])},
        )
    else:
        messages.error(request, _("Choose one of the years in the list."))
    return redirect("strategy:plan", city=city.slug)


# The table


def _forms(request: HttpRequest, city: City, rows: list[Action]) -> list[RowForm]:
    strategy, data = strategy_of(city), request.POST if request.method == "POST" else None
    return [RowForm(data, instance=row, prefix=str(row.pk), city=city, strategy=strategy) for row in rows]


def _rows(city: City, objective: int | None) -> list[Action]:
    rows = city.action_set.select_related("objective").order_by("objective__position", "position", "pk")
    return list(rows.filter(objective=objective) if objective else rows)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.EDIT_PLAN)
def edit(request: HttpRequest, city: City) -> HttpResponse:
    """The key fields of all actions, or of one objective's, as a table of inputs: all rows are saved, or none."""
    only = number_in(request, "objective")
    objective = get_object_or_404(city.objective_set, pk=only) if only else None
    rows = _rows(city, only)
    if len(rows) > LONGEST and only is None:
        messages.info(request, _("The plan is long: edit one objective’s rows at a time."))
        return redirect("strategy:plan", city=city.slug)
    forms = _forms(request, city, rows)
    if request.method == "POST":
        # A row that is not in the form was added meanwhile; one that nobody touched is left alone.
        sent = [form for form in forms if form.add_prefix("stamp") in request.POST and form.touched]
        _say_gone(request, rows)
        if all([form.is_valid() for form in sent]) and (saved := _save(request, forms, sent)) is not None:
            messages.success(request, _saved(saved))
            return redirect("strategy:plan", city=city.slug)
        forms = [form if form.add_prefix("stamp") in request.POST else form.again(form.row) for form in forms]
    return _table(request, city, objective, forms)


def _say_gone(request: HttpRequest, rows: list[Action]) -> None:
    """Name the rows of the form that somebody removed meanwhile: what was typed there is not in the plan."""
    here = {f"{row.pk}-stamp" for row in rows}
    gone = [
        name.removesuffix("-stamp") for name in request.POST if name.endswith("-stamp") and name not in here
    ]
    titles = [request.POST.get(f"{pk}-title", "")[:300] for pk in gone[:LONGEST]]
    if named := ", ".join(f"“{title}”" for title in titles if title):
        words = _(
            "Somebody removed these actions meanwhile, so what you wrote to them is not saved: %(titles)s."
        )
        messages.warning(request, words % {"titles": named})


def _save(request: HttpRequest, forms: list[RowForm], sent: list[RowForm]) -> int | None:
    """Write the touched rows in one go; None, and nothing written, where one of them cannot be."""
    try:
        with transaction.atomic():
            for form in sent:
                _write(form, request.user)
    except _NotSaved as failed:
        forms[forms.index(failed.form)] = failed.again
        return None
    return len(sent)


class _NotSaved(Exception):
    def __init__(self, form: RowForm, again: RowForm) -> None:
        super().__init__(str(form.row))
        self.form, self.again = form, again


def _write(form: RowForm, by: User) -> None:
    try:
        plan.change_action(action=form.row, stamp=form.cleaned_data["stamp"] or 0, by=by, **form.values())
    except plan.Stale as stale:
        raise _NotSaved(form, form.stale(stale.row)) from stale
    except plan.Refused as refused:
        form.refuse(refused)
        raise _NotSaved(form, form) from refused


def _saved(count: int) -> str:
    if not count:
        return _("Nothing had changed.")
    return ngettext("%(count)d row saved.", "%(count)d rows saved.", count) % {"count": count}


def _table(
    request: HttpRequest, city: City, objective: Objective | None, forms: list[RowForm]
) -> HttpResponse:
    groups: list[dict[str, Any]] = []
    for form in forms:
        if not groups or groups[-1]["objective"] != form.row.objective:
            groups.append({"objective": form.row.objective, "forms": []})
        groups[-1]["forms"].append(form)
    bad = [form for form in forms if form.theirs or (form.is_bound and form.touched and form.errors)]
    context = {
        "city": city,
        "only": objective,
        "groups": groups,
        "bad": bad,
        "roles": sorted({form.row.owner_role for form in forms if form.row.owner_role}),
    }
    return render(request, "strategy/plan/edit.html", context, status=422 if bad else 200)


@require_POST
@city_view(Permission.EDIT_PLAN)
def row(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """One row of the table, saved in place: answers with the row as it stands, what is wrong, or what others wrote."""
    action = get_object_or_404(city.action_set.select_related("objective"), pk=pk)
    form, status = (
        RowForm(request.POST, instance=action, prefix=str(pk), city=city, strategy=strategy_of(city)),
        200,
    )
    saved_at = None
    if not form.is_valid():
        status = 422
    elif form.touched:
        try:
            with transaction.atomic():
                _write(form, request.user)
            saved_at = timezone.now()
            form = form.again(city.action_set.select_related("objective").get(pk=pk))
        except _NotSaved as failed:
            form, status = failed.again, 409 if failed.again.theirs else 422
    context = {"form": form, "city": city, "saved_at": saved_at}
    return render(request, "strategy/plan/edit_row.html", context, status=status)
