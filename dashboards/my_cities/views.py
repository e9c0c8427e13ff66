"""The coach's home page: the coach's cities by urgency, reviews, commitments."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, OuterRef, Q, Subquery, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accelerator import formats
from accelerator.models import Cohort
from cities.access import Permission, PersonRequest, Reach, person_view
from coaching.models import Commitment
from dashboards.board.status import WAITING, CityStatus, Level, statuses
from strategy.models import ReviewRequest, Section, SectionState

MOST_REVIEWS, MOST_COMMITMENTS = 15, 8


@dataclass(frozen=True, slots=True)
class Review:
    section: Section
    days: int
    # A section can go on while a request is still open; its status then tells the coach so.
    is_in_review: bool = True

    @property
    def label(self) -> str:
        if not self.days:
            return _("received today")
        return _("waiting for %(length)s") % {"length": formats.days(self.days)}

    @property
    def is_late(self) -> bool:
        return self.days > WAITING


@require_safe
@person_view(Permission.MY_CITIES)
def my_cities(request: PersonRequest) -> HttpResponse:
    cities = _statuses(request.reach)
    reviews = _reviews(request.reach)
    drafts = ReviewRequest.objects.open().filter(city__in=request.reach.coached, section=None)
    drafts = drafts.select_related("city", "asked_by").order_by("asked_at")
    commitments = Commitment.objects.filter(city__in=request.reach.coached).open().select_related("city", "owner")
    # One more than shown, to know whether there are more.
    own = list(commitments.filter(owner=request.user)[: MOST_COMMITMENTS + 1])
    others = list(commitments.exclude(owner=request.user)[: MOST_COMMITMENTS + 1])
    context = {
        "cities": [(row, _since(row)) for row in cities],
        "may_check": request.reach.is_admin,
        "several_cohorts": len({row.cohort.pk for row in cities}) > 1,
        "headline": headline(cities, reviews, len(drafts)),
        "levels": list(Level),
        "drafts": drafts,
        "reviews": reviews[:MOST_REVIEWS],
        "more_reviews": len(reviews) > MOST_REVIEWS,
        "own_commitments": own[:MOST_COMMITMENTS],
        "more_own": len(own) > MOST_COMMITMENTS,
        "other_commitments": others[:MOST_COMMITMENTS],
        "more_others": len(others) > MOST_COMMITMENTS,
    }
    return render(request, "dashboards/my_cities/my_cities.html", context)


def _statuses(reach: Reach) -> list[CityStatus]:
    # Sort by urgency across cohorts; each cohort's own order isn't enough.
    rows = [
        row
        for cohort in Cohort.objects.filter(pk__in=set(reach.coached.values()))
        for row in statuses(cohort, [city for city, pk in reach.coached.items() if pk == cohort.pk])
    ]
    return sorted(rows, key=lambda row: row.order)


def _since(row: CityStatus) -> str:
    if row.last_session is None:
        return ""
    days = row.days_since(row.last_session)
    return _("%(length)s ago") % {"length": formats.days(days)} if days else _("today")


def _reviews(reach: Reach) -> list[Review]:
    """The longest wait first; one more than shown."""
    # At most one request per section is open.
    asked_at = ReviewRequest.objects.open().filter(section=OuterRef("pk")).values("asked_at")
    rows = Section.objects.present().filter(city__in=reach.coached).select_related("template", "city")
    rows = rows.annotate(asked_at=Subquery(asked_at))
    rows = rows.filter(Q(state=SectionState.IN_REVIEW) | Q(asked_at__isnull=False))
    in_review = When(state=SectionState.IN_REVIEW, then="state_at")
    rows = rows.annotate(since=Case(in_review, default="asked_at")).order_by("since")
    rows = rows.only("key", "state", "state_at", "template__titles", "city__name", "city__slug")
    today = timezone.localdate()
    return [
        Review(row, (today - timezone.localdate(vars(row)["since"])).days, row.state == SectionState.IN_REVIEW)
        for row in rows[: MOST_REVIEWS + 1]
    ]


def headline(cities: list[CityStatus], reviews: list[Review], drafts: int) -> str:
    """Counts the very rows below it: cities by status, then what is waiting for review."""
    if not cities:
        return _("No cities are assigned to you right now.")
    counts = {level: sum(row.level == level for row in cities) for level in Level}
    now = ngettext(
        "%(count)d of your cities needs your attention now.",
        "%(count)d of your cities need your attention now.",
        counts[Level.NOW],
    )
    soon = ngettext(
        "Check in soon with %(count)d of your cities.",
        "Check in soon with %(count)d of your cities.",
        counts[Level.SOON],
    )
    unknown = ngettext(
        "The status of %(count)d of your cities isn’t known yet.",
        "The status of %(count)d of your cities isn’t known yet.",
        counts[Level.NOT_KNOWN],
    )
    rows = ((Level.NOW, now), (Level.SOON, soon), (Level.NOT_KNOWN, unknown))
    sentences = [sentence % {"count": counts[level]} for level, sentence in rows if counts[level]]
    sentences += _reviews_sentences(reviews, drafts)
    return " ".join(sentences) or _("None of your cities needs your attention right now.")


def _reviews_sentences(reviews: list[Review], drafts: int) -> list[str]:
    sentences = []
    if drafts:
        whole = ngettext(
            "%(count)d full draft is waiting for you.", "%(count)d full drafts are waiting for you.", drafts
        )
        sentences.append(whole % {"count": drafts})
    if reviews and not reviews[0].days:
        sentences.append(_("The oldest pending review came in today."))
    elif reviews:
        days = reviews[0].days
        longest = _("The oldest pending review has been waiting for %(length)s.")
        sentences.append(longest % {"length": formats.days(days)})
    return sentences
