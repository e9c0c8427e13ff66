"""Peer city review within the cohort: taking part, sharing sections, reading and commenting."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.review import peers
from strategy.review.forms import ShowForm
from strategy.review.models import PeerComment, PeerSection
from strategy.sections.access import sections_of
from strategy.sections.models import Strategy


class PeerCommentForm(forms.Form):
    body = forms.CharField(
        label=gettext_lazy("Your comment"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write a comment first.")},
    )


def _strategy(city: City) -> Strategy:
    return get_object_or_404(Strategy.objects.select_related("cohort"), city=city)


def _may_share(request: CityRequest) -> bool:
    """Only the lead decides what other cities see."""
    return Permission.ASSIGN_SECTIONS in request.can


def _readable(city: City, pk: int) -> PeerSection:
    """The city's own copy, or one that a peer currently shares with it; 404 for any other."""
    copy = get_object_or_404(PeerSection, pk=pk)
    if copy.owner_id == city.pk:
        return copy
    strategy = _strategy(city)
    if not strategy.peers or not PeerSection.objects.of_peers(city, strategy.cohort).filter(pk=pk).exists():
        # Not "forbidden", which would reveal that the city has such a copy.
        raise Http404
    return copy


def _open_lately(city: City, pk: int) -> PeerSection:
    """A copy that this city could read within the last day: a colleague may still be writing a comment on it."""
    if PeerSection.objects.filter(pk=pk, owner=city).exists():
        return _readable(city, pk)
    strategy = _strategy(city)
    rows = PeerSection.objects.shared_with(city, strategy.cohort).filter(until__gte=city.today() - timedelta(days=1))
    lately = Q(closed_at=None) | Q(closed_at__gt=timezone.now() - timedelta(days=1))
    return get_object_or_404(rows.filter(lately) if strategy.peers else rows.none(), pk=pk)


@require_safe
@city_view(Permission.REVIEW_PEERS)
def index(request: CityRequest, city: City) -> HttpResponse:
    strategy = _strategy(city)
    # The list shows no texts.
    rows = PeerSection.objects.defer("html").annotate(comment_count=Count("comments"))
    peer_sections = rows.of_peers(city, strategy.cohort) if strategy.peers else []
    own = list(rows.filter(owner=city))
    for row in own:
        row.is_open = row.is_visible_on(city.today())
    context = {
        "city": city,
        "strategy": strategy,
        "peer_sections": peer_sections,
        "own": own,
        "may_share": _may_share(request),
    }
    return render(request, "strategy/review/peers.html", context)


@require_POST
@city_view(Permission.REVIEW_PEERS)
def join(request: CityRequest, city: City) -> HttpResponse:
    if not _may_share(request):
        raise PermissionDenied
    takes_part = request.POST.get("on") == "yes"
    peers.set_participation(_strategy(city), on=takes_part, by=request.user)
    message = (
        _("%(city)s is now taking part in peer review.")
        if takes_part
        else _("%(city)s is no longer taking part in peer review.")
    )
    messages.success(request, message % {"city": city})
    return redirect("strategy:peers", city=city.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.REVIEW_PEERS)
def show(request: CityRequest, city: City) -> HttpResponse:
    if not _may_share(request):
        raise PermissionDenied
    sections = sections_of(request, city).filter(words__gt=0).select_related("template").order_by("position")
    initial = {"section": request.GET.get("section", "")}
    form = ShowForm(request.POST or None, city=city, sections=sections, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            copy = peers.show(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("section", error)
        else:
            messages.success(request, _("Peer cities can now read this section."))
            return redirect("strategy:peer-section", city=city.slug, pk=copy.pk)
    context = {"city": city, "form": form, "strategy": _strategy(city)}
    return render(request, "strategy/review/peer_show.html", context)


@require_safe
@city_view(Permission.REVIEW_PEERS)
def section(request: CityRequest, city: City, pk: int) -> HttpResponse:
    return _page(request, city, _readable(city, pk))


def _page(request: CityRequest, city: City, copy: PeerSection, form: PeerCommentForm | None = None) -> HttpResponse:
    is_own = copy.owner_id == city.pk
    context = {
        "city": city,
        "copy": copy,
        "is_own": is_own,
        "comments": copy.comments.select_related("author"),
        "is_open": copy.is_visible_on(city.today()),
        "form": form or PeerCommentForm(),
        "may_share": is_own and _may_share(request),
    }
    return render(request, "strategy/review/peer_section.html", context)


@require_POST
@city_view(Permission.REVIEW_PEERS)
def comment(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Comment on a peer's section; a comment started before it was closed still reaches the city.

    After an empty one, the page of a closed section shows the form alone.
    """
    copy = _open_lately(city, pk)
    form = PeerCommentForm(request.POST)
    if not form.is_valid():
        return _page(request, city, copy, form)
    peer_comment = peers.comment(copy=copy, body=form.cleaned_data["body"], by=request.user, city=city)
    # By now, the copy's page is closed to this city.
    if not copy.is_visible_on(city.today()):
        messages.success(
            request,
            _("Your comment was sent to %(city)s. Peer cities can no longer see the section.")
            % {"city": copy.owner_name},
        )
        return redirect("strategy:peers", city=city.slug)
    return redirect(reverse("strategy:peer-section", args=[city.slug, copy.pk]) + f"#said-{peer_comment.pk}")


@require_POST
@city_view(Permission.REVIEW_PEERS)
def close(request: CityRequest, city: City, pk: int) -> HttpResponse:
    copy = get_object_or_404(PeerSection, pk=pk, owner=city)
    if not _may_share(request):
        raise PermissionDenied
    peers.close(copy, by=request.user)
    messages.success(request, _("Peer cities can no longer see this section. Their comments stay here."))
    return redirect("strategy:peers", city=city.slug)


@require_POST
@city_view(Permission.REVIEW_PEERS)
def open_thread(request: CityRequest, city: City, pk: int) -> HttpResponse:
    peer_comment = get_object_or_404(PeerComment.objects.select_related("section"), pk=pk, section__owner=city)
    own = get_object_or_404(sections_of(request, city), key=peer_comment.section.key)
    thread = peers.open_thread_from(peer_comment=peer_comment, section=own, by=request.user)
    messages.success(request, _("The comment is now a thread in this section."))
    return redirect(reverse("strategy:section", args=[city.slug, own.key]) + f"#thread-{thread.pk}")
