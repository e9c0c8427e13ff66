"""A city's people: list, invite, change, end access."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import refusing, save_form
from accelerator.models import User
from accelerator.web import refusal_as_message
from cities.access import CityRequest, Permission, city_view
from cities.actions import add_member
from cities.invitations import actions as invitations
from cities.invitations import sentences
from cities.models import City, Membership
from cities.roles import CITY_ROLES, TEAM_ROLES, Role
from cities.team import actions
from cities.team.forms import InviteForms, MemberForm
from cities.team.members import advice, members_of


@require_safe
@city_view(Permission.VIEW_CITY)
def team(request: CityRequest, city: City) -> HttpResponse:
    people = members_of(city)
    active = [member for member in people if member.is_active]
    # The sort is stable, so within a role the order by name remains.
    active.sort(key=lambda member: CITY_ROLES.index(Role(member.membership.role)))
    groups = [
        (_("City team"), TEAM_ROLES),
        (_("Mayor’s office"), [Role.MAYOR, Role.MAYORS_DELEGATE]),
        (_("Guest reviewers"), [Role.GUEST_REVIEWER]),
    ]
    members = [(name, [m for m in active if m.membership.role in roles]) for name, roles in groups]
    context = {
        "city": city,
        "groups": [group for group in members if group[1]],
        "former": [member for member in people if not member.is_active],
        "advice": advice(people),
        "active_count": len(active),
    }
    return render(request, "cities/team/team.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.MANAGE_TEAM)
def invite(request: CityRequest, city: City) -> HttpResponse:
    """Invite one or several people, all or none. "Another person" adds a form and keeps what was typed."""
    people = InviteForms(city=city, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and "more" in request.POST:
        people = people.with_one_more()
    elif request.method == "POST" and people.is_valid() and _send(request, people):
        emails = [form.cleaned_data["email"] for form in people.filled]
        messages.success(request, sentences.sent(emails) if request.cohort.is_live else sentences.waiting(emails))
        return redirect("cities:team", city=city.slug)
    return render(
        request, "cities/team/team_invite.html", {"city": city, "form": people, "waits": not request.cohort.is_live}
    )


def _send(request: CityRequest, people: InviteForms) -> bool:
    """Add and email everyone; if one is refused, none is added and that form says why. Before the cohort is live, the
    emails wait until staff send them.
    """
    city, by = request.city, request.user
    try:
        with transaction.atomic():
            for form in people.filled:
                membership = add_member(city=city, by=by, **form.cleaned_data)
                if request.cohort.is_live:
                    invitations.invite(membership, by=by)
    except ValidationError as refusal:
        form.add_error("email", refusal)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.MANAGE_TEAM)
def member(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Change a person's role; before the first sign-in, also name and address."""
    membership = get_object_or_404(city.membership_set.select_related("user", "city"), pk=pk)
    place = next(member for member in members_of(city) if member.membership.pk == pk)
    correctable = invitations.may_correct(membership.user, by=request.user, city=city)
    form = MemberForm(request.POST or None, instance=membership, is_correctable=correctable)
    form, is_saved = save_form(form, partial(_change, membership, form, by=request.user))
    if is_saved:
        messages.success(request, _("Details for %(name)s have been updated.") % {"name": membership.user})
        return redirect("cities:team", city=city.slug)
    context = {"city": city, "place": place, "form": form, "correctable": correctable}
    return render(request, "cities/team/member.html", context, status=form.status_code)


def _change(membership: Membership, form: MemberForm, *, by: User, **_changed: Any) -> None:
    data = form.cleaned_data
    if form.is_correctable:
        person = {key: data[key] for key in ("name", "email", "language")}
        with refusing("email"):
            invitations.correct(membership.user, by=by, **person)
    with refusing("role"):
        actions.change_member(membership, by=by, **{key: data[key] for key in ("role", "title", "until")})


@require_POST
@city_view(Permission.MANAGE_TEAM)
def invite_again(request: CityRequest, city: City, pk: int) -> HttpResponse:
    membership = get_object_or_404(city.membership_set.active().select_related("user", "city"), pk=pk)
    if not request.cohort.is_live:
        messages.error(request, _("Nothing was sent. Invitations go out when the cohort goes live."))
        return redirect("cities:team", city=city.slug)
    with refusal_as_message(request):
        invitations.invite(membership, by=request.user)
        messages.success(request, sentences.sent([membership.user.email]))
    return redirect("cities:team", city=city.slug)


@require_POST
@city_view(Permission.MANAGE_TEAM)
def restore(request: CityRequest, city: City, pk: int) -> HttpResponse:
    membership = get_object_or_404(city.membership_set.select_related("user", "city"), pk=pk)
    try:
        actions.restore_membership(membership, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("%(name)s has access again.") % {"name": membership.user})
    return redirect("cities:team", city=city.slug)
