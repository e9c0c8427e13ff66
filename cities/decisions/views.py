"""Questions to the mayor: ask, answer, and see what was decided, by whom and on whose behalf."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import save_form
from accelerator.languages import phrase, written_in
from accelerator.refusals import Refused
from accelerator.web import whole_number
from cities import mayors
from cities.access import CityRequest, Permission, city_view
from cities.decisions import actions
from cities.decisions.forms import AnswerForm, DecisionForm
from cities.models import City, Decision, Role
from cities.offices import actions as offices

PAGE = 20
PEOPLE = ["asked_by", "decided_by", "on_behalf_of"]


@require_safe
@city_view(Permission.VIEW_MAYOR_PAGE)
def decisions(request: CityRequest, city: City) -> HttpResponse:
    """Open questions, most urgent first; then decided ones, newest first."""
    settled = city.decision_set.settled().select_related(*PEOPLE)
    settled = settled.order_by(Coalesce("decided_at", "withdrawn_at").desc(), "-pk")
    page = Paginator(settled, PAGE).get_page(request.GET.get("page"))
    mayors.set_titles(city, page)
    mayor = mayors.mayor_of(city)
    context = {
        "city": city,
        "mayor": mayors.with_title(mayor, city.language),
        "is_mayor": mayor is not None and mayor.user_id == request.user.pk,
        "waiting": list(city.decision_set.waiting().select_related("asked_by")),
        "page": page,
        "may_ask": Permission.ASK_DECISION in request.can,
    }
    return render(request, "cities/decisions/decisions.html", context)


@require_safe
@never_cache
@city_view(Permission.VIEW_MAYOR_PAGE)
def show(request: CityRequest, city: City, pk: int) -> HttpResponse:
    return _decision_page(request, city, get_object_or_404(city.decision_set.select_related(*PEOPLE), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.DECIDE)
def answer(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Record the answer, unless the question was answered, withdrawn or reworded after it was read."""
    if request.method != "POST":
        return redirect("cities:decision", city=city.slug, pk=pk)
    # Locked until the answer is saved: a second answer, an edit or a withdrawal blocks and then sees it.
    decision = get_object_or_404(city.decision_set.select_for_update(no_key=True), pk=pk)
    if not decision.is_waiting:
        return _refuse_late_answer(request, city, decision)
    part = actions.deciding(city, request.user)
    if part is None:
        return _decision_page(request, city, decision, status=403)
    role, mayor = part

    def write(**values: Any) -> None:
        on_behalf_of = mayor.user if role == Role.MAYORS_DELEGATE else None
        decision.decide(**values, by=request.user, role=role, on_behalf_of=on_behalf_of)

    form, is_saved = save_form(AnswerForm(request.POST, instance=decision), write)
    if not is_saved:
        return _decision_page(request, city, decision, form)
    message = phrase(_("Decision recorded: “%(option)s.”"), option=written_in(decision.chosen, city.language))
    messages.success(request, message.html)
    return redirect("cities:decision", city=city.slug, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.ASK_DECISION)
def new(request: CityRequest, city: City) -> HttpResponse:
    earlier = _earlier_decision(request, city)
    form = DecisionForm(request.POST or None, instance=Decision(city=city), city=city, earlier=earlier)
    if form.is_bound and form.is_valid():
        decision = actions.ask_decision(city=city, by=request.user, **form.values())
        messages.success(request, _("The question is now on the mayor’s page."))
        return redirect("cities:decision", city=city.slug, pk=decision.pk)
    return _form_page(request, city, form)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.ASK_DECISION)
def edit(request: CityRequest, city: City, pk: int) -> HttpResponse:
    rows = city.decision_set.select_for_update(no_key=True) if request.method == "POST" else city.decision_set
    decision = get_object_or_404(rows, pk=pk)
    if request.method != "POST" and not decision.is_waiting:
        messages.info(request, _("This question is closed, so it can no longer be edited."))
        return redirect("cities:decision", city=city.slug, pk=pk)
    form = DecisionForm(request.POST or None, instance=decision, city=city)

    def write(**values: Any) -> None:
        if not decision.revise(by=request.user, **values):
            raise Refused({"": _("%(what)s Your change wasn’t saved.") % {"what": _outcome(city, decision)}})

    form, is_saved = save_form(form, write)
    if is_saved:
        messages.success(request, _("Question updated."))
        return redirect("cities:decision", city=city.slug, pk=pk)
    return _form_page(request, city, form, decision)


@require_POST
@city_view(Permission.ASK_DECISION)
def withdraw(request: CityRequest, city: City, pk: int) -> HttpResponse:
    decision = get_object_or_404(city.decision_set.select_related(*PEOPLE), pk=pk)
    if decision.withdraw(by=request.user):
        messages.success(request, _("Question withdrawn. You can ask it again below."))
    elif decision.decided_at:
        messages.warning(request, _outcome(city, decision))
    return redirect("cities:decision", city=city.slug, pk=pk)


def _outcome(city: City, decision: Decision) -> str:
    """The outcome of a closed question, as a sentence."""
    if decision.decided_at:
        mayors.set_titles(city, [decision])
        names = {"who": decision.answered_by, "option": decision.chosen}
        return _("This question was answered by %(who)s: “%(option)s.”") % names
    return _("This question was withdrawn.")


def _refuse_late_answer(request: CityRequest, city: City, decision: Decision) -> HttpResponse:
    """Return a late answer to its author; the first answer is final."""
    option, comment = (request.POST.get("option", ""), request.POST.get("comment", "").replace("\r\n", "\n").strip())
    # The same answer by the same person is a double click.
    if (decision.decided_by_id, decision.chosen, decision.comment) == (request.user.pk, option, comment):
        return redirect("cities:decision", city=city.slug, pk=decision.pk)
    # This input was never validated by the form, so cut it to the column lengths.
    unrecorded = {"option": option[:200], "comment": comment[:1000]}
    return _decision_page(request, city, decision, unrecorded=unrecorded, status=409)


def _decision_page(
    request: CityRequest,
    city: City,
    decision: Decision,
    form: AnswerForm | None = None,
    *,
    unrecorded: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    decides = decision.is_waiting and Permission.DECIDE in request.can
    mayor = offices.mayor(city)
    is_delegate = Role.MAYORS_DELEGATE in request.roles
    # Only in a confirmed office: the answer is given in the mayor's name.
    may_answer = decides and actions.deciding(city, request.user) is not None
    context = {
        "city": city,
        "decision": decision,
        "mayor": mayor,
        "mayor_with_title": mayors.with_title(mayor, city.language),
        "is_mayor": mayor is not None and mayor.user_id == request.user.pk,
        "is_delegate": is_delegate,
        "decides": decides,
        "form": (form or AnswerForm(instance=decision)) if may_answer else None,
        "may_ask": Permission.ASK_DECISION in request.can,
        "unrecorded": unrecorded,
        "outcome": "" if decision.is_waiting else _outcome(city, decision),
    }
    return render(request, "cities/decisions/decision.html", context, status=form.status_code if form else status)


def _form_page(request: CityRequest, city: City, form: DecisionForm, decision: Decision | None = None) -> HttpResponse:
    mayor = offices.mayor(city)
    context = {
        "city": city,
        "form": form,
        "decision": decision,
        "mayor": mayor,
        "mayor_with_title": mayors.with_title(mayor, city.language),
    }
    return render(request, "cities/decisions/decision_form.html", context, status=form.status_code)


def _earlier_decision(request: CityRequest, city: City) -> Decision | None:
    pk = whole_number(request.GET.get("again", ""), digits=15)
    return city.decision_set.filter(pk=pk).first() if pk else None
