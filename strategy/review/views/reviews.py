"""The strategy's reviews: requests to the coach, opinions, and all conversations."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.models import User
from accelerator.texts import richtext
from accelerator.web import text_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City, Role
from strategy.review import reviews
from strategy.review.forms import AskForm, OpinionForm
from strategy.review.models import Opinion, ReviewRequest, Thread, ThreadQuerySet
from strategy.review.views.conversation import may_judge
from strategy.sections.access import sections_of
from strategy.sections.models import Section

PAGE = 20
SHOWS = ["open", "mine", "mentions", "carried", "ended", "all"]


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def index(request: CityRequest, city: City) -> HttpResponse:
    sections = list(
        sections_of(request, city).select_related("template").defer("template__prompts").order_by("position")
    )
    by_pk = {section.pk: section for section in sections}
    show = request.GET.get("show", "")
    # A URL with an unknown filter still shows the page.
    show = show if show in SHOWS else "open"
    key = request.GET.get("section", "")
    threads = _threads(city, by_pk, show=show, key=key, reader=request.user)
    page = Paginator(threads.for_list().order_by("-opened_at"), PAGE).get_page(request.GET.get("page"))
    _set_sections(page, by_pk)
    requests, opinions = _requests_and_opinions(city, by_pk, whole=Permission.READ_WHOLE in request.can)
    context = {
        "city": city,
        "sections": sections,
        "page": page,
        "threads": page.object_list,
        "show": show,
        "key": key,
        "requests": requests,
        "opinions": opinions,
        "full_asked": any(row.section_id is None for row in requests),
        "open_count": city.thread_set.filter(section__in=by_pk).open().count(),
        "may_ask": Permission.EDIT_STRATEGY in request.can,
        "may_judge": may_judge(request),
        "may_judge_full": Permission.REVIEW_STRATEGY in request.can,
    }
    return render(request, "strategy/review/reviews.html", context)


def _threads(city: City, sections: dict[int, Section], *, show: str, key: str, reader: User) -> ThreadQuerySet:
    rows = city.thread_set.filter(section__in=sections)
    if key:
        rows = rows.filter(section__in=[pk for pk, section in sections.items() if section.key == key])
    mine = Q(opened_by=reader) | Q(section__assignee=reader)
    kinds = {
        "open": Q(resolved_at=None),
        "mine": mine & Q(resolved_at=None),
        "carried": Q(outcome="carried"),
        "mentions": Q(pk__in=Thread.objects.filter(comments__mentions__person=reader).values("pk")),
        "ended": ~Q(outcome="") & ~Q(outcome="carried"),
        "all": Q(),
    }
    return rows.filter(kinds[show])


def _set_sections(threads: Iterable[Thread], sections: dict[int, Section]) -> None:
    """Set each thread's section, and whether its quote is still in it."""
    texts: dict[int, str] = {}
    for thread in threads:
        thread.section = sections[thread.section_id]
        # Once per section: reading its HTML is the slow part.
        if thread.section_id not in texts:
            texts[thread.section_id] = richtext.text(thread.section.html)
        thread.is_here = thread.is_quoted_from(texts[thread.section_id])


def _requests_and_opinions(
    city: City, sections: dict[int, Section], *, whole: bool
) -> tuple[list[ReviewRequest], list[Opinion]]:
    """Open requests, oldest first, and each role's newest opinion per section and, if `whole`, on the full draft."""
    # `Q(pk=None)` matches no row: guest reviewers see nothing about the full draft.
    own = Q(section__in=sections) | (Q(section=None) if whole else Q(pk=None))
    requests = list(city.reviewrequest_set.open().filter(own).select_related("asked_by").order_by("asked_at"))
    # Opinions never change, so the highest key is the newest one.
    newest = city.opinion_set.filter(own).values("section", "role").annotate(last=Max("pk")).values("last")
    opinions = list(city.opinion_set.filter(pk__in=newest.order_by()).select_related("person").order_by("-at"))
    for request in requests:
        request.section = sections.get(request.section_id or 0)
    for row in opinions:
        row.section, row.is_outdated = sections.get(row.section_id or 0), _written_since(row, sections)
    return requests, opinions


def _written_since(opinion: Opinion, sections: dict[int, Section]) -> bool:
    if opinion.section_id:
        return sections[opinion.section_id].revision > opinion.revision
    # The full draft has no revision of its own: any section written since outdates an opinion on it.
    return any(section.written_at and section.written_at > opinion.at for section in sections.values())


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.EDIT_STRATEGY)
def ask(request: CityRequest, city: City) -> HttpResponse:
    sections = sections_of(request, city).with_content().filter(state__in=reviews.REVIEWABLE).select_related("template")
    initial = {"section": request.GET.get("section", "")}
    form = AskForm(request.POST or None, city=city, sections=sections.order_by("position"), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = reviews.request_review(city=city, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("section", error)
        else:
            messages.success(request, _("Request sent. It stays here until your coach responds."))
            return redirect(_page_of(city, row.section))
    context = {"city": city, "form": form, "key": initial["section"]}
    return render(request, "strategy/review/review_ask.html", context)


def _page_of(city: City, section: Section | None) -> str:
    if section is None:
        return reverse("strategy:reviews", args=[city.slug])
    return reverse("strategy:section", args=[city.slug, section.key])


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def withdraw(request: CityRequest, city: City, pk: int) -> HttpResponse:
    row = get_object_or_404(city.reviewrequest_set.select_related("section"), pk=pk)
    if reviews.withdraw(row, by=request.user):
        messages.success(request, _("Request withdrawn."))
    else:
        messages.error(request, _("This request has already been answered or withdrawn."))
    return redirect("strategy:reviews", city=city.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.COMMENT)
def opinion(request: CityRequest, city: City) -> HttpResponse:
    """Give an opinion on a section, or on the full draft, which only the coach can do."""
    if not may_judge(request):
        raise PermissionDenied
    key = text_in(request, "section")
    section = None
    if key:
        section = get_object_or_404(sections_of(request, city).select_related("template"), key=key)
    elif Permission.REVIEW_STRATEGY not in request.can:
        raise PermissionDenied
    role = Role.COACH if Permission.REVIEW_STRATEGY in request.can else Role.GUEST_REVIEWER
    initial = {"revision": section.revision if section else None}
    form = OpinionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        reviews.give_opinion(city=city, section=section, by=request.user, role=role, **form.cleaned_data)
        messages.success(request, _("Your review was sent to the team."))
        return redirect(_page_of(city, section))
    past = city.opinion_set.filter(section=section).select_related("person")[:PAGE]
    waiting = city.reviewrequest_set.open().filter(section=section).select_related("asked_by").first()
    context = {"city": city, "section": section, "form": form, "past": past, "waiting": waiting}
    return render(request, "strategy/review/review_opinion.html", context)
