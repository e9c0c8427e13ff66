"""Guest reviewers: their sections, end date and opinions; and their own page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import refusing, save_form
from accelerator.models import AuditEvent
from cities.access import CityRequest, Permission, city_view
from cities.invitations import sentences
from cities.models import City, Membership, MembershipQuerySet, Role
from cities.team import actions as team
from strategy.review import reviews
from strategy.review.forms import ReviewerChangeForm, ReviewerForm
from strategy.review.models import ReviewerSection
from strategy.sections.access import sections_of

# The city's note to a reviewer is stored in the audit event with this verb, not in a column.
NOTE = "reviewer asked"


def _guests(city: City) -> MembershipQuerySet:
    assigned = ReviewerSection.objects.select_related("section__template").order_by("section__position")
    rows = city.membership_set.filter(role=Role.GUEST_REVIEWER).select_related("user")
    return rows.prefetch_related(Prefetch("review_sections", assigned)).order_by("user__sort_name")


@require_safe
@city_view(Permission.INVITE_REVIEWERS)
def index(request: CityRequest, city: City) -> HttpResponse:
    guests = list(_guests(city))
    answered = set(city.opinion_set.filter(role=Role.GUEST_REVIEWER).values_list("person", "section"))
    for guest in guests:
        for row in guest.review_sections.all():
            row.is_answered = (guest.user_id, row.section_id) in answered
    context = {
        "city": city,
        "guests": [guest for guest in guests if guest.is_active()],
        "past_guests": [guest for guest in guests if not guest.is_active()],
    }
    return render(request, "strategy/review/reviewers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.INVITE_REVIEWERS)
def invite(request: CityRequest, city: City) -> HttpResponse:
    sections = sections_of(request, city).select_related("template").order_by("position")
    initial, is_live = {"sections": request.GET.getlist("section")}, request.cohort.is_live
    form = ReviewerForm(request.POST or None, city=city, from_sections=sections, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            guest = reviews.invite_reviewer(city=city, is_live=is_live, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("email", error)
        else:
            email = [guest.user.email]
            messages.success(request, sentences.sent(email) if is_live else sentences.waiting(email))
            return redirect("strategy:reviewers", city=city.slug)
    return render(request, "strategy/review/reviewer_invite.html", {"city": city, "form": form, "waits": not is_live})


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.INVITE_REVIEWERS)
def change(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Change sections or end date; a reviewer whose access has ended regains it."""
    guest = get_object_or_404(_guests(city), pk=pk)
    sections = sections_of(request, city).select_related("template").order_by("position")
    form = ReviewerChangeForm(request.POST or None, instance=guest, city=city, from_sections=sections)

    def write(**_changed: object) -> None:
        with refusing():
            reviews.change_reviewer(
                membership=guest,
                by=request.user,
                sections=form.cleaned_data["sections"],
                until=form.cleaned_data["until"],
            )

    form, is_saved = save_form(form, write)
    if is_saved:
        messages.success(request, _("Details for %(name)s have been updated.") % {"name": guest.user})
        return redirect("strategy:reviewers", city=city.slug)
    context = {"city": city, "form": form, "guest": guest}
    return render(request, "strategy/review/reviewer_change.html", context, status=form.status_code)


@require_POST
@city_view(Permission.INVITE_REVIEWERS)
def end(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """End a reviewer's access now; their opinions and comments stay."""
    guest = get_object_or_404(_guests(city), pk=pk)
    if _guests(city).active().filter(pk=pk).exists():  # otherwise it is a double click
        team.end_membership(guest, by=request.user)
    messages.success(request, _("%(name)s no longer has access to the strategy.") % {"name": guest.user})
    return redirect("strategy:reviewers", city=city.slug)


def start(request: CityRequest, city: City) -> HttpResponse:
    """A reviewer's start page: their sections, and which they have answered."""
    membership = city.membership_set.get(user=request.user)
    sections = list(sections_of(request, city).select_related("template").order_by("position"))
    # Newest last, so that each section keeps the newest opinion.
    opinions = {row.section_id: row for row in reversed(city.opinion_set.filter(person=request.user))}
    context = {
        "city": city,
        "sections": [(section, opinions.get(section.pk)) for section in sections],
        "membership": membership,
        "note": _note(membership),
        "left": sum(section.pk not in opinions for section in sections),
        "leads": _leads(city) if not sections else [],
    }
    return render(request, "strategy/review/reviewer_start.html", context)


def _note(membership: Membership) -> str:
    """Why the city asked them, as recorded with the invitation."""
    events = AuditEvent.objects.filter(city_id=membership.city_id, verb=NOTE, object_id=str(membership.pk))
    latest = events.order_by("-pk").first()
    return str(latest.data.get("note", "")) if latest else ""


def _leads(city: City) -> list[Membership]:
    return list(city.membership_set.active().filter(role=Role.CITY_LEAD).select_related("user"))
