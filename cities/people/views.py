"""GovEx staff and the funder's people: a page for program admins."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import refusing, save_form
from accelerator.models import Email, User
from cities.access import Permission, PersonRequest, staff_view
from cities.actions import add_staff, grant_funder
from cities.invitations import actions as invitations
from cities.models import FunderGrant, StaffRole
from cities.people import actions
from cities.people.colleagues import colleagues, ended_roles, names_without_coach
from cities.people.forms import CorrectionForm, StaffForm
from cities.roles import Role

TROUBLE_DAYS = 30
MOST_TROUBLE = 20  # emails; the ledger's pages list all of them


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def people(request: PersonRequest) -> HttpResponse:
    staff, funders = colleagues()
    since = timezone.now() - timedelta(days=TROUBLE_DAYS)
    # Daily emails belong to reminders/ and have their own pages.
    trouble = Email.objects.filter(state__in=Email.TROUBLE, created_at__gte=since).exclude(kind=Email.Kind.DAILY)
    context = {"staff": staff, "funders": funders, "trouble": trouble[:MOST_TROUBLE], "trouble_days": TROUBLE_DAYS}
    context |= {"without_coach": names_without_coach(), "ended": ended_roles()}
    return render(request, "cities/people/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def add(request: PersonRequest) -> HttpResponse:
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _add(form, by=request.user):
        messages.success(request, _("Invitation sent to %(email)s.") % {"email": form.cleaned_data["email"]})
        return redirect("cities:people")
    return render(request, "cities/people/person_add.html", {"form": form})


def _add(form: StaffForm, *, by: User) -> bool:
    data = form.cleaned_data
    person = {"email": data["email"], "name": data["name"], "by": by}
    part: StaffRole | FunderGrant
    try:
        with transaction.atomic():
            if data["role"] == Role.FUNDER:
                part = grant_funder(cohort=data["cohort"], **person)
            else:
                part = add_staff(role=data["role"], **person)
            user = part.user
            # Someone who has signed in before already has a language.
            if user.last_login is None:
                User.objects.filter(pk=user.pk).update(language=data["language"])
                user.language = data["language"]
            invitations.invite(part, by=by)
    except ValidationError as refusal:
        form.add_error("email", refusal)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def person(request: PersonRequest, pk: int) -> HttpResponse:
    """A person's roles and grants; before the first sign-in, name and address can be corrected here."""
    user = get_object_or_404(_colleagues(), pk=pk)
    is_saved, form = False, None
    if invitations.may_correct(user, by=request.user):
        form, is_saved = save_form(
            CorrectionForm(request.POST or None, instance=user), partial(_correct, user, request)
        )
    elif request.method == "POST":  # the person signed in while the form was open
        raise PermissionDenied
    if is_saved:
        return redirect("cities:people")
    staff, funders = colleagues(user)
    context = {"form": form, "person": user, "parts": [*staff, *funders]}
    return render(request, "cities/people/person.html", context, status=form.status_code if form else 200)


def _correct(user: User, request: PersonRequest, **values: Any) -> None:
    corrected = {"name": user.name, "email": user.email, "language": user.language} | values
    with refusing("email"):
        is_sent = invitations.correct(user, by=request.user, **corrected)
    sent = _("Saved. The invitation was sent to %(email)s.") % corrected
    messages.success(request, sent if is_sent else _("Changes saved."))


def _colleagues() -> QuerySet[User]:
    return User.objects.filter(Q(staffrole__isnull=False) | Q(fundergrant__isnull=False)).distinct()


def _invite_again(request: PersonRequest, part: StaffRole | FunderGrant) -> HttpResponse:
    invitations.invite(part, by=request.user)
    messages.success(request, _("Invitation sent to %(email)s.") % {"email": part.user.email})
    return redirect("cities:people")


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def staff_invite_again(request: PersonRequest, pk: int) -> HttpResponse:
    return _invite_again(request, get_object_or_404(StaffRole.objects.select_related("user"), pk=pk))


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def funder_invite_again(request: PersonRequest, pk: int) -> HttpResponse:
    return _invite_again(request, get_object_or_404(FunderGrant.objects.select_related("user", "cohort"), pk=pk))


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def funder_end(request: PersonRequest, pk: int) -> HttpResponse:
    part = get_object_or_404(FunderGrant.objects.select_related("user", "cohort"), pk=pk)
    actions.end_grant(part, by=request.user)
    messages.success(
        request,
        _("%(name)s can no longer see %(cohort)s. To restore access, use “Add a person.”")
        % {"name": part.user, "cohort": part.cohort},
    )
    return redirect("cities:people")
