"""About oneself: name, language, time zone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accelerator import audit
from accelerator.models import User
from cities.access import person_view
from cities.people_forms import ProfileForm


@require_http_methods(["GET", "HEAD", "POST"])
@person_view()
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        audit.record("profile changed", by=user, about=user, fields=form.changed_data)
        with translation.override(user.language):  # the next page is in it
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "account/profile.html", {"form": form})
