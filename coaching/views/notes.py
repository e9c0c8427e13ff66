"""Copying parts of the private note for the city. The notes themselves are written at desks (coaching/notes.py)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accelerator.conflicts import save_form
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from coaching import actions
from coaching.forms import ShareForm
from coaching.notes import find_private
from coaching.people import people_of, readers


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.PRIVATE_NOTES)
def share(request: CityRequest, city: City, session: int) -> HttpResponse:
    note = find_private(request, city, session)
    form = ShareForm(request.POST or None, instance=note)

    def write(**_chosen: object) -> None:
        actions.share_copy(session=note.session, html=form.copy, by=request.user)

    form, is_saved = save_form(form, write)
    if is_saved:
        messages.success(request, _("The copy is now at the end of the shared note. The private note hasn’t changed."))
        return redirect("coaching:session", city=city.slug, session=session)
    context = {
        "city": city,
        "session": note.session,
        "form": form,
        "readers": readers(people_of(city), Permission.VIEW_COACHING),
    }
    return render(request, "coaching/share.html", context, status=form.status_code)
