"""Ending a role: first what is theirs, then who gets it; undo for a day; a successor takes over."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accelerator import formats
from accelerator.models import Cohort
from cities.access import CityRequest, Permission, PersonRequest, city_view, staff_view
from cities.models import City, Handover, Role, StaffRole
from dashboards.handover import actions
from dashboards.handover.forms import CoachingHandoverForm, MemberHandoverForm, RoleHandoverForm, SuccessorForm
from dashboards.handover.kinds import summary
from dashboards.handover.offers import offers_in


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.MANAGE_TEAM)
def end_member(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """End a person's access and hand on what is theirs; after the end, hand on only."""
    membership = get_object_or_404(city.membership_set.select_related("user", "city"), pk=pk)
    is_active = membership.is_active()
    form = MemberHandoverForm(request.POST if request.method == "POST" else None, membership=membership)
    if form.is_bound and form.is_valid():
        if not is_active and not form.groups:  # a second click
            return redirect("cities:team", city=city.slug)
        try:
            handover = actions.end_member(membership, form.to(), by=request.user)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
            return redirect("cities:team", city=city.slug)
        _report(request, handover, city, is_active)
        # People who ended their own access can no longer open the team page.
        return redirect("/") if is_active and membership.user == request.user else redirect("cities:team", city.slug)
    context = {"city": city, "membership": membership, "is_active": is_active, "form": form}
    context["role"] = Role(membership.role).label
    status = 422 if form.is_bound else 200
    return render(request, "dashboards/handover/end_member.html", context, status=status)


def _report(request: HttpRequest, handover: Handover, city: City, is_active: bool) -> None:
    if is_active:
        text = _("%(name)s no longer has access to %(city)s. You can undo this below, under “Access ended.”")
        messages.success(request, text % {"name": handover.person, "city": city})
    if given := len(handover.items) - len(handover.open_items):
        text = ngettext("%(number)d item was reassigned.", "%(number)d items were reassigned.", given)
        messages.success(request, text % {"number": given})
    if left := len(handover.open_items):
        text = ngettext(
            "%(number)d item isn’t assigned to anyone yet. It will be offered to a successor.",
            "%(number)d items aren’t assigned to anyone yet. They will be offered to a successor.",
            left,
        )
        messages.warning(request, text % {"number": left})


@require_POST
@city_view(Permission.MANAGE_TEAM)
def undo_member(request: CityRequest, city: City, pk: int) -> HttpResponse:
    handover = get_object_or_404(city.handover_set.filter(role__in=_city_roles()).select_related("person"), pk=pk)
    _undo(request, handover)
    return redirect("cities:team", city=city.slug)


def _city_roles() -> list[str]:
    return [role for role in Role if role not in (Role.COACH, Role.PROGRAM_ADMIN, Role.FUNDER)]


def _undo(request: PersonRequest, handover: Handover) -> None:
    try:
        back, left = actions.undo(handover, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return
    if handover.gives_access_back:
        _say_access(request, handover)
    if back:
        text = ngettext("%(number)d item was restored.", "%(number)d items were restored.", back)
        messages.success(request, text % {"number": back})
    if left:
        text = ngettext(
            "%(number)d item wasn’t restored because it has changed since then.",
            "%(number)d items weren’t restored because they have changed since then.",
            left,
        )
        messages.info(request, text % {"number": left})


def _say_access(request: PersonRequest, handover: Handover) -> None:
    city = handover.city
    members = city.membership_set.select_related("user", "city") if city else None
    membership = members.filter(user=handover.person).first() if members is not None else None
    if membership is None or membership.is_active():
        messages.success(request, _("%(name)s has access again.") % {"name": handover.person})
    else:  # the former end date is back, and it has passed since
        text = _("%(name)s’s access was to end on %(day)s, so it isn’t restored.")
        day = formats.day(membership.until, membership.city.today())
        messages.info(request, text % {"name": handover.person, "day": day})


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.READ_WHOLE)
def take_over(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """A successor takes over what was left to no one; whoever manages the team can choose the successor."""
    handover = get_object_or_404(city.handover_set.filter(undone_at=None).select_related("person", "city"), pk=pk)
    # What a coach left goes to a coach of the city, whoever manages the team.
    chooses = Permission.MANAGE_TEAM in request.can and handover.role != Role.COACH
    if not chooses and handover.role not in request.roles:
        raise PermissionDenied
    form = SuccessorForm(request.POST if request.method == "POST" else None, city=city, role=handover.role)
    if not chooses:
        del form.fields["successor"]
    if form.is_bound and form.is_valid():
        to = (form.chosen("successor") if chooses else None) or request.user
        role = form.roles[to.pk] if chooses else handover.role
        count = actions.take_over(handover, to=to, role=role, by=request.user)
        text = ngettext("%(name)s has taken over %(number)d item.", "%(name)s has taken over %(number)d items.", count)
        messages.success(request, text % {"name": to, "number": count})
        return redirect("cities:team" if chooses else "dashboards:city", city.slug)
    offers = offers_in(city, [handover], None if chooses else handover.role)
    groups = offers[0].groups if offers else []
    context = {"city": city, "handover": handover, "groups": groups, "summary": summary(groups), "form": form}
    return render(request, "dashboards/handover/take_over.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def end_coaching(request: PersonRequest, cohort: Cohort, city: str, pk: int) -> HttpResponse:
    enrollment = get_object_or_404(cohort.enrollment_set.select_related("city"), slug=city)
    rows = enrollment.coachassignment_set.select_related("user", "city", "enrollment__cohort")
    assignment = get_object_or_404(rows, pk=pk)
    form = CoachingHandoverForm(request.POST if request.method == "POST" else None, assignment=assignment)
    if form.is_bound and form.is_valid():
        today, coach = assignment.city.today(), form.chosen("coach")
        if actions.end_coaching(assignment, coach=coach, on=today, by=request.user):
            text = _("Today is %(name)s’s last day coaching %(city)s.")
            messages.success(request, text % {"name": assignment.user, "city": assignment.city})
            _say_without_coach(request, [] if coach else [assignment.city])
        return redirect("dashboards:cohort-cities", cohort.slug)
    context = {"form": form, "cohort": cohort, "assignment": assignment}
    return render(request, "dashboards/handover/end_coaching.html", context, status=422 if form.is_bound else 200)


def _say_without_coach(request: HttpRequest, cities: list[City]) -> None:
    if cities:
        text = ngettext(
            "This city no longer has a coach: %(cities)s.",
            "These cities no longer have a coach: %(cities)s.",
            len(cities),
        )
        messages.warning(request, text % {"cities": ", ".join(map(str, cities))})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def end_role(request: PersonRequest, pk: int) -> HttpResponse:
    part = get_object_or_404(StaffRole.objects.select_related("user"), pk=pk)
    form = RoleHandoverForm(request.POST if request.method == "POST" else None, staff_role=part)
    person, role = part.user, Role(part.role).label
    if form.is_bound and form.is_valid():
        without = form.left_without_coach()
        try:
            actions.end_role(part, form.coaches(), by=request.user)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            text = _("%(name)s no longer has the %(role)s role. You can undo this for a day on the People page.")
            messages.success(request, text % {"name": person, "role": role})
            _say_without_coach(request, without)
        return redirect("/" if person == request.user else "cities:people")
    context = {"form": form, "person": person, "role": role}
    return render(request, "dashboards/handover/end_role.html", context, status=422 if form.is_bound else 200)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def undo_role(request: PersonRequest, pk: int) -> HttpResponse:
    roles = [Role.COACH, Role.PROGRAM_ADMIN]
    handover = get_object_or_404(Handover.objects.filter(role__in=roles).select_related("person"), pk=pk)
    _undo(request, handover)
    return redirect("cities:people")
