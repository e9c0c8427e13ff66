"""Who holds which office: everyone in the city reads it; GovEx and the mayor confirm it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.refusals import Refused
from cities import mayors
from cities.access import CityRequest, Permission, city_view
from cities.models import City, Membership
from cities.offices import actions
from cities.offices.forms import ConfirmForm
from cities.offices.models import Office
from cities.roles import Role


@require_safe
@city_view(Permission.VIEW_CITY)
def offices(request: CityRequest, city: City) -> HttpResponse:
    holders = list(city.officeholder_set.current().select_related("confirmed_by"))
    current = {holder.pk for holder in holders}
    former = list(city.officeholder_set.exclude(pk__in=current).select_related("confirmed_by").order_by("-pk"))
    mayors.set_titles(city, [*holders, *former])
    context = {
        "city": city,
        "holders": holders,
        "former": former,
        "unconfirmed": unconfirmed_mayors(city, holders_of={holder.user_id for holder in holders if holder.is_mayor}),
        "may_confirm": Permission.CONFIRM_OFFICES in request.can,
    }
    return render(request, "cities/offices/offices.html", context)


def unconfirmed_mayors(city: City, holders_of: set[int]) -> list[Membership]:
    rows = city.membership_set.active().filter(role=Role.MAYOR).exclude(user__in=holders_of)
    return list(rows.select_related("user"))


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.CONFIRM_OFFICES)
def confirm(request: CityRequest, city: City) -> HttpResponse:
    initial = {"person": request.GET.get("person", ""), "office": request.GET.get("office", Office.MAYOR)}
    form = ConfirmForm(request.POST or None, city=city, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            holder = actions.confirm(city=city, user=data["person"], office=data["office"], by=request.user)
        except Refused as refusal:
            form.add_error("person", str(refusal))
        else:
            mayors.set_titles(city, [holder])
            sentence = _("Confirmed: %(name)s, %(office)s.")
            messages.success(request, sentence % {"name": holder, "office": holder.office_label})
            return redirect("cities:offices", city=city.slug)
    context = {"city": city, "form": form}
    return render(request, "cities/offices/office_confirm.html", context, status=422 if form.errors else 200)


@require_POST
@city_view(Permission.CONFIRM_OFFICES)
def end(request: CityRequest, city: City, pk: int) -> HttpResponse:
    holder = get_object_or_404(city.officeholder_set, pk=pk)
    if holder.user_id == request.user.pk:
        messages.error(request, _("Only someone else can withdraw the confirmation of your own office."))
    else:
        actions.end(holder=holder, by=request.user)
        messages.success(request, _("%(name)s no longer signs for this office.") % {"name": holder})
    return redirect("cities:offices", city=city.slug)
