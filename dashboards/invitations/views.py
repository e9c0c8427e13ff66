"""A cohort's invitations: what each role gets to read, in each language, and who is still waiting for one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator import formats
from accelerator.conflicts import save_form
from accelerator.models import Cohort
from cities.access import Permission, PersonRequest, staff_view
from cities.invitations import texts
from cities.models import InvitationText
from cities.roles import CITY_ROLES, Role
from dashboards.invitations import actions
from dashboards.invitations.forms import InvitationTextForm

MOST_WAITING = 100  # people listed on the page; the button sends to all
LANGUAGES = dict(settings.LANGUAGES)


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def invitations(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    own = set(cohort.invitationtext_set.values_list("role", "language"))
    rows = [
        (
            capfirst(str(role.label)),
            role.value,
            [(code, name, (role, code) in own) for code, name in settings.LANGUAGES],
        )
        for role in Role
    ]
    waiting = actions.uninvited(cohort)
    context = {"cohort": cohort, "rows": rows, "waiting": waiting[:MOST_WAITING], "count": waiting.count()}
    return render(request, "dashboards/invitations/invitations.html", context)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def send(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    if not cohort.is_live:
        messages.error(request, _("Nothing was sent. Invitations go out when the cohort goes live."))
        return redirect("dashboards:invitations", cohort.slug)
    count = actions.send_waiting(cohort, by=request.user)
    text = ngettext("%(count)d invitation sent.", "%(count)d invitations sent.", count)
    messages.success(request, text % {"count": count})
    return redirect("dashboards:invitations", cohort.slug)


def _row(cohort: Cohort, role: str, language: str) -> InvitationText:
    """The cohort's own text, else an unsaved one that starts from the default."""
    if role not in Role.values or language not in LANGUAGES:
        raise Http404
    row = cohort.invitationtext_set.filter(role=role, language=language).first()
    if row is not None:
        return row
    default = texts.default_text(role, language)
    return InvitationText(cohort=cohort, role=role, language=language, subject=default.subject, body=default.body)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def edit(request: PersonRequest, cohort: Cohort, role: str, language: str) -> HttpResponse:
    row = _row(cohort, role, language)
    form = InvitationTextForm(request.POST if request.method == "POST" else None, instance=row)
    is_preview = "preview" in request.POST

    def write(**values: Any) -> None:
        actions.save_text(row, stamp=form.stamp_read if row.pk else 0, by=request.user, **values)

    is_saved = False
    if not is_preview:
        form, is_saved = save_form(form, write)
    if is_saved:
        messages.success(request, _("Saved. Invitations sent from now on will use this text."))
        return redirect("dashboards:invitations", cohort.slug)
    context = {
        "cohort": cohort,
        "form": form,
        "row": row,
        "role": Role(role).label,
        "language_name": LANGUAGES[language],
        "placeholders": texts.placeholders_for(role),
        "preview": preview(form.typed(), cohort, role, language),
    }
    status = 200 if is_preview else form.status_code
    return render(request, "dashboards/invitations/edit.html", context, status=status)


def preview(text: texts.Text, cohort: Cohort, role: str, language: str) -> dict[str, Any]:
    """The text with a made-up person and city."""
    with translation.override(language):
        values = {
            "name": "Ana Ruiz",
            "cohort": cohort.name,
            "kickoff": formats.day(cohort.kickoff),
            "end": formats.day(cohort.ends_on),
            "weeks": str(cohort.weeks),
            "until": formats.day(cohort.ends_on),
        }
    if role in CITY_ROLES:
        enrollment = cohort.enrollment_set.select_related("city").order_by("pk").first()
        values |= {"city": enrollment.city.name if enrollment else "Tulsa", "coach": "Marcus Reid"}
    return {
        "subject": texts.fill(text.subject, values),
        "paragraphs": [texts.fill(part, values) for part in texts.paragraphs(text.body)],
    }


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def restore(request: PersonRequest, cohort: Cohort, role: str, language: str) -> HttpResponse:
    row = get_object_or_404(cohort.invitationtext_set.filter(role=role, language=language))
    actions.restore_default(row, by=request.user)
    messages.success(request, _("The default text was restored."))
    return redirect(reverse("dashboards:invitation-text", args=[cohort.slug, role, language]))
