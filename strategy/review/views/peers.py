"""Review by peer cities of the cohort: taking part, showing sections, reading and commenting."""

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
    """What a peer thinks of it, as plain words."""

    body = forms.CharField(
        label=gettext_lazy("Your comment"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write the comment first.")},
    )


def _strategy(city: City) -> Strategy:
    return get_object_or_404(Strategy.objects.select_related("cohort"), city=city)


def _may_open(request: CityRequest) -> bool:
    """Showing the city's words to others is the lead's word."""
    return Permission.ASSIGN_SECTIONS in request.can


def _readable(city: City, pk: int) -> PeerSection:
    """The city's own copy, or one that a peer shows to it now; 404 for any other."""
    shown = get_object_or_404(PeerSection, pk=pk)
    if shown.owner_id == city.pk:
        return shown
    strategy = _strategy(city)
    if not strategy.peers or not PeerSection.objects.of_peers(city, strategy.cohort).filter(pk=pk).exists():
        raise Http404
    return shown


def _open_lately(city: City, pk: int) -> PeerSection:
    """A peer's copy that this city could read until a day ago: somebody may still be writing about it."""
    if PeerSection.objects.filter(pk=pk, owner=city).exists():
        return _readable(city, pk)
    strategy = _strategy(city)
    rows = PeerSection.objects.filter(cohort=strategy.cohort, until__gte=city.today() - timedelta(days=1))
    lately = Q(closed_at=None) | Q(closed_at__gt=timezone.now() - timedelta(days=1))
    return get_object_or_404(rows.filter(lately) if strategy.peers else rows.none(), pk=pk)


@require_safe
@city_view(Permission.REVIEW_PEERS)
def index(request: CityRequest, city: City) -> HttpResponse:
    """What the city shows with the comments that came, and what its peers show."""
    strategy = _strategy(city)
    counted = {"said": Count("comments")}
    theirs = PeerSection.objects.of_peers(city, strategy.cohort).annotate(**counted) if strategy.peers else []
    own = list(PeerSection.objects.filter(owner=city).defer("html").annotate(**counted))
    today = city.today()
    for shown in own:
        shown.is_open = shown.is_shown(today)
    context = {"city": city, "strategy": strategy, "theirs": theirs, "own": own, "may_open": _may_open(request)}
    return render(request, "strategy/review/peers.html", context)


@require_POST
@city_view(Permission.REVIEW_PEERS)
def join(request: CityRequest, city: City) -> HttpResponse:
    """Take part, or leave: leaving closes what the city showed."""
    if not _may_open(request):
        raise PermissionDenied
    wanted = request.POST.get("on") == "yes"
    peers.take_part(_strategy(city), on=wanted, by=request.user)
    said = _("%(city)s takes part now.") if wanted else _("%(city)s does not take part any more.")
    messages.success(request, said % {"city": city})
    return redirect("strategy:peers", city=city.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.REVIEW_PEERS)
def show(request: CityRequest, city: City) -> HttpResponse:
    """Show a section to the peers until a day, with a question."""
    if not _may_open(request):
        raise PermissionDenied
    sections = sections_of(request, city).filter(words__gt=0).select_related("template").order_by("position")
    initial = {"section": request.GET.get("section", "")}
    form = ShowForm(request.POST or None, city=city, sections=sections, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            shown = peers.show(by=request.user, **form.cleaned_data)
        except ValidationError as why:
            form.add_error("section", why)
        else:
            messages.success(request, _("Peers can read it now."))
            return redirect("strategy:peer-section", city=city.slug, pk=shown.pk)
    context = {"city": city, "form": form, "strategy": _strategy(city)}
    return render(request, "strategy/review/peer_show.html", context)


@require_safe
@city_view(Permission.REVIEW_PEERS)
def section(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """A section that a city shows to its peers, with what they said."""
    return _page(request, city, _readable(city, pk))


def _page(request: CityRequest, city: City, shown: PeerSection, form: PeerCommentForm | None = None) -> HttpResponse:
    is_own = shown.owner_id == city.pk
    context = {
        "city": city,
        "shown": shown,
        "is_own": is_own,
        "comments": shown.comments.all(),
        "is_open": shown.is_shown(city.today()),
        "form": form or PeerCommentForm(),
        "may_open": is_own and _may_open(request),
    }
    return render(request, "strategy/review/peer_section.html", context)


@require_POST
@city_view(Permission.REVIEW_PEERS)
def comment(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Say what one thinks of a peer's section; what was begun before it closed still reaches the city."""
    shown = _open_lately(city, pk)
    form = PeerCommentForm(request.POST)
    if not form.is_valid():
        return _page(request, city, shown, form)
    said = peers.comment(shown=shown, body=form.cleaned_data["body"], by=request.user, city=city)
    if not shown.is_shown(city.today()):
        messages.success(
            request,
            _("Your comment is with %(city)s. Peers do not see the section any more.") % {"city": shown.owner_name},
        )
        return redirect("strategy:peers", city=city.slug)
    return redirect(reverse("strategy:peer-section", args=[city.slug, shown.pk]) + f"#said-{said.pk}")


@require_POST
@city_view(Permission.REVIEW_PEERS)
def close(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Peers do not see it any more."""
    shown = get_object_or_404(PeerSection, pk=pk, owner=city)
    if not _may_open(request):
        raise PermissionDenied
    peers.close(shown, by=request.user)
    messages.success(request, _("Peers do not see it any more. What they said stays here."))
    return redirect("strategy:peers", city=city.slug)


@require_POST
@city_view(Permission.REVIEW_PEERS)
def take(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Make a peer's comment a conversation of the city's own section."""
    said = get_object_or_404(PeerComment.objects.select_related("section"), pk=pk, section__owner=city)
    own = get_object_or_404(sections_of(request, city), key=said.section.key)
    thread = peers.take(said=said, section=own, by=request.user)
    messages.success(request, _("It is a conversation of the section now."))
    return redirect(reverse("strategy:section", args=[city.slug, own.key]) + f"#thread-{thread.pk}")
