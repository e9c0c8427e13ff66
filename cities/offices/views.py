"""Who holds which office: everyone in the city reads it; GovEx and the mayor confirm it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.refusals import Refused
from accelerator.web import refusal_as_message, whole_number
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
    context = {
        "city": city,
        "holders": holders,
        "former": former,
        "unconfirmed": _unconfirmed(city, {(holder.user_id, holder.office) for holder in holders}),
        "may_confirm": Permission.CONFIRM_OFFICES in request.can and bool(actions.side_of(city, request.user)),
    }
    return render(request, "cities/offices/offices.html", context)


def _unconfirmed(city: City, confirmed: set[tuple[int, str]]) -> list[Membership]:
    """Mayors and delegates by their role on the team whose office isn't confirmed."""
    members = city.membership_set.active().filter(role__in=actions.OFFICES).select_related("user")
    return [row for row in members.order_by("pk") if (row.user_id, actions.OFFICES[Role(row.role)]) not in confirmed]


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.CONFIRM_OFFICES)
def confirm(request: CityRequest, city: City) -> HttpResponse:
    pk = whole_number(request.GET.get("person", ""), digits=15)
    chosen = city.membership_set.active().filter(user=pk).select_related("user").first() if pk else None
    initial = {
        "person": chosen and chosen.user,
        "office": request.GET.get("office", Office.MAYOR),
        "title": chosen.title if chosen else "",
    }
    form = ConfirmForm(request.POST or None, city=city, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            confirmed = {"user": data["person"], "office": data["office"], "title": data["title"]}
            holder = actions.confirm(city=city, by=request.user, shown=form.shown, **confirmed)
        except Refused as refusal:
            form.add_error("person", str(refusal))
        else:
            sentence = _("Confirmed: %(name)s, %(office)s.")
            messages.success(request, sentence % {"name": holder, "office": holder.title})
            return redirect("cities:offices", city=city.slug)
    context = {"city": city, "form": form}
    return render(request, "cities/offices/office_confirm.html", context, status=form.status_code)


@require_POST
@city_view(Permission.CONFIRM_OFFICES)
def end(request: CityRequest, city: City, pk: int) -> HttpResponse:
    holder = get_object_or_404(city.officeholder_set, pk=pk)
    if holder.user_id == request.user.pk:
        messages.error(request, _("Only someone else can withdraw the confirmation of your own office."))
        return redirect("cities:offices", city=city.slug)
    with refusal_as_message(request):
        actions.end(holder=holder, by=request.user)
        messages.success(request, _("%(name)s no longer signs for this office.") % {"name": holder})
    return redirect("cities:offices", city=city.slug)
