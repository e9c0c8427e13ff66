"""The history of a section: every saved text, to read and to restore. Nothing here deletes."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accelerator.models import User
from accelerator.texts import saving
from accelerator.texts.differences import compare
from accelerator.web import number_in
from cities.access import Permission, city_view
from cities.models import City
from strategy.sections.models import SectionRevision
from strategy.sections.reading import find
from strategy.sections.views.desk import refuse
from strategy.signoff import lapse

PAGE = 50
# Characters of two versions up to which a row of the list compares them word by word.
COMPARED = 120_000


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def index(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """The saved texts, newest first, with how many words each added or took away."""
    row = find(request, city, section)
    revisions = city.sectionrevision_set.filter(text=row).order_by("-number")
    page = Paginator(revisions, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    over_the_edge = revisions.filter(number=shown[-1].number - 1) if shown else []
    former = [*shown[1:], *over_the_edge]
    signed = lapse.signed_revisions(city, row.key)
    for place, revision in enumerate(shown):
        _compare(revision, former[place] if place < len(former) else None)
        revision.signed_in = signed.get(revision.number, [])
    _name_authors(shown)
    return render(
        request,
        "strategy/overview/history.html",
        {"city": city, "section": row, "page": page, "revisions": shown},
    )


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def show(request: HttpRequest, city: City, section: str, number: int) -> HttpResponse:
    """One saved text as it was."""
    row = find(request, city, section)
    revision = get_object_or_404(city.sectionrevision_set, text=row, number=number)
    _name_authors([revision])
    may_restore = Permission.EDIT_STRATEGY in request.can and number != row.revision
    context = {"city": city, "section": row, "revision": revision, "may_restore": may_restore}
    return render(request, "strategy/overview/revision.html", context)


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def restore(request: HttpRequest, city: City, section: str, number: int) -> HttpResponse:
    """Write an earlier text again as the newest one."""
    row = find(request, city, section)
    get_object_or_404(city.sectionrevision_set.only("pk"), text=row, number=number)
    try:
        saved = saving.restore(row, number=number, base=number_in(request, "base"), by=request.user)
    except saving.MissingBase:
        return refuse(request, city, row, "missing-base")
    if saved.draft:
        return redirect("strategy:draft", city=city.slug, section=row.key, pk=saved.draft.pk)
    messages.success(request, _("Version %(number)d is the section’s text again.") % {"number": number})
    return redirect("strategy:section", city=city.slug, section=row.key)


def _compare(revision: SectionRevision, former: SectionRevision | None) -> None:
    """Words added and removed; of very long texts only how many more or fewer there are."""
    old = former.html if former else ""
    revision.before = former.number if former else 0
    revision.change = revision.words - (former.words if former else 0)
    revision.difference = None
    if len(old) + len(revision.html) <= COMPARED:
        revision.difference = compare(old, revision.html)


def _name_authors(revisions: list[SectionRevision]) -> None:
    """Revisions keep their author as an id; who has left the program is not named."""
    people = User.objects.in_bulk({revision.author_id for revision in revisions if revision.author_id})
    for revision in revisions:
        revision.author = people.get(revision.author_id)
