"""A strategy's publication page, its preview, and the forms that publish and withdraw."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accelerator.refusals import Refused
from accelerator.web import number_in, text_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City, Export
from strategy.document import web
from strategy.document.exports import Edition, as_in
from strategy.document.tree import Tree, actions_of
from strategy.publication import actions as publication
from strategy.publication import signers
from strategy.publication.models import PublicStrategy
from strategy.publication.progress import show_progress
from strategy.signoff.models import StrategyVersion


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: CityRequest, city: City) -> HttpResponse:
    return _page(request, city)


def _page(request: CityRequest, city: City, refusal: str = "", status: int = 200) -> HttpResponse:
    public = city.publicstrategy_set.current().first()
    versions = city.strategyversion_set.filter(
        Q(pk__in=city.strategyversion_set.in_force().values("pk")) | Q(state=StrategyVersion.State.WITH_APPROVERS)
    )
    # One query: a signed version in force, and one that is with the approvers.
    by_state = {version.state: version for version in versions}
    version = by_state.get(StrategyVersion.State.SIGNED)
    is_new = version is not None and (public is None or public.number != version.number)
    return render(
        request,
        "strategy/publication/publication.html",
        {
            "city": city,
            "public": public,
            "version": version,
            "is_new": is_new,
            "pending": by_state.get(StrategyVersion.State.WITH_APPROVERS),
            "persons": _persons(version.tree) if version and is_new else [],
            "running": city.export_set.filter(
                kind=Export.Kind.PUBLICATION, state__in=[Export.State.QUEUED, Export.State.RUNNING]
            ).first(),
            "failed": _failed(city, public),
            "notes": _notes(city) if public else [],
            "rows": city.publicstrategy_set.defer("tree", "search").order_by("-number"),
            "shows_progress": city.strategy.shows_progress,
            "may_publish": Permission.PUBLISH_STRATEGY in request.can,
            "refusal": refusal,
            "summary": request.POST.get("summary", public.summary if public else ""),
            "reason": request.POST.get("reason", ""),
        },
        status=status,
    )


def _persons(tree: Tree) -> list[str]:
    """The owners whose names become public; the page lists them before anyone publishes."""
    names = [action["owner"]["person"] for action in actions_of(tree)]
    return sorted({*filter(None, [*names, *(row["owner_name"] for row in tree["ai_uses"])])})


def _failed(city: City, public: PublicStrategy | None) -> Export | None:
    """The last attempt, if it failed after the current publication."""
    last = city.export_set.filter(kind=Export.Kind.PUBLICATION).first()
    if last is None or last.state != Export.State.FAILED:
        return None
    return None if public and public.published_at > last.requested_at else last


def _notes(city: City) -> list[str]:
    """What the latest published files don't contain, or contain only in another form."""
    done = city.export_set.filter(kind=Export.Kind.PUBLICATION, state=Export.State.DONE).first()
    return done.report if done else []


@require_safe
@city_view(Permission.READ_WHOLE)
def preview(request: CityRequest, city: City) -> HttpResponse:
    version = city.strategyversion_set.in_force().first()
    if version is None or version.signed_at is None:
        raise Http404
    edition = Edition(version.tree, version.signed_at, version.number, version.code)

    def address(pk: int) -> str:
        return reverse("strategy:picture", args=[city.slug, pk])

    with as_in(version.tree):
        context = web.page(edition, address, set(map(int, version.tree["pictures"])))
        seal = city.publicseal_set.filter(number=version.number).first()
        context |= {"is_preview": True, "here": city, "signatures": signers.approvals(seal)}
        return render(request, "strategy/publication/public.html", context)


@require_POST
@city_view(Permission.PUBLISH_STRATEGY)
def publish(request: CityRequest, city: City) -> HttpResponse:
    try:
        publication.publish(
            city=city,
            number=number_in(request, "number") or 0,
            summary=text_in(request, "summary"),
            shows_progress="progress" in request.POST,
            by=request.user,
        )
    except Refused as refused:
        return _page(request, city, str(refused), 422)
    messages.success(request, _("The files are being created. The strategy will be public in about a minute."))
    return redirect("strategy:publication", city.slug)


@require_POST
@city_view(Permission.PUBLISH_STRATEGY)
def progress(request: CityRequest, city: City) -> HttpResponse:
    is_public = "progress" in request.POST
    show_progress(city=city, is_public=is_public, by=request.user)
    text = _("The public page shows progress.") if is_public else _("The public page doesn’t show progress.")
    messages.success(request, text)
    return redirect("strategy:publication", city.slug)


@require_POST
@city_view(Permission.PUBLISH_STRATEGY)
def withdraw(request: CityRequest, city: City) -> HttpResponse:
    try:
        publication.withdraw(city=city, reason=text_in(request, "reason"), by=request.user)
    except Refused as refused:
        return _page(request, city, str(refused), 422)
    messages.success(request, _("The strategy is no longer public. Its public page now says it was withdrawn and why."))
    return redirect("strategy:publication", city.slug)
