"""The coach's desk: one's cities in the order of the attention they need, reviews, promises."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accelerator.models import Cohort
from cities.access import Permission, PersonRequest, Reach, person_view
from coaching.models import Commitment
from dashboards.board.status import WAITING, CityStatus, Level, statuses
from strategy.models import ReviewRequest, Section, SectionState

MOST_REVIEWS, MOST_PROMISES = 15, 8


@dataclass(frozen=True, slots=True)
class Review:
    """A section that waits for its coach, for so many days."""

    section: Section
    days: int

    @property
    def words(self) -> str:
        if not self.days:
            return _("since today")
        return ngettext("for %(days)d day", "for %(days)d days", self.days) % {"days": self.days}

    @property
    def is_late(self) -> bool:
        return self.days > WAITING


@require_safe
@person_view(Permission.MY_CITIES)
def my_cities(request: PersonRequest) -> HttpResponse:
    """The same number of queries however many cities one coaches."""
    cities = _statuses(request.reach)
    reviews = _reviews(request.reach)
    drafts = ReviewRequest.objects.open().filter(city__in=request.reach.coached, section=None)
    promises = Commitment.objects.filter(city__in=request.reach.coached).open()
    promises = promises.select_related("city", "owner")
    # One more than is shown, to know whether there are more.
    mine = list(promises.filter(owner=request.user)[: MOST_PROMISES + 1])
    theirs = list(promises.exclude(owner=request.user)[: MOST_PROMISES + 1])
    context = {
        "cities": [(row, _since(row)) for row in cities],
        "several_cohorts": len({row.cohort.pk for row in cities}) > 1,
        "headline": _headline(cities, reviews),
        "drafts": drafts.select_related("city", "asked_by").order_by("asked_at"),
        "reviews": reviews[:MOST_REVIEWS],
        "more_reviews": len(reviews) > MOST_REVIEWS,
        "mine": mine[:MOST_PROMISES],
        "more_mine": len(mine) > MOST_PROMISES,
        "theirs": theirs[:MOST_PROMISES],
        "more_theirs": len(theirs) > MOST_PROMISES,
    }
    return render(request, "dashboards/my_cities/my_cities.html", context)


def _statuses(reach: Reach) -> list[CityStatus]:
    """Those that need somebody first, whatever their cohort."""
    rows = [
        row
        for cohort in Cohort.objects.filter(pk__in=set(reach.coached.values()))
        for row in statuses(cohort, [city for city, of in reach.coached.items() if of == cohort.pk])
    ]
    return sorted(rows, key=lambda row: row.order)


def _since(row: CityStatus) -> str:
    """How long ago the last session was, in words."""
    if row.last_session is None:
        return ""
    days = row.days_since(row.last_session)
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days} if days else _("today")


def _reviews(reach: Reach) -> list[Review]:
    """The longest wait first; one more than is shown, to know whether there are more."""
    rows = Section.objects.present().filter(city__in=reach.coached, state=SectionState.IN_REVIEW)
    rows = rows.select_related("template", "city").order_by("state_at")
    rows = rows.only("key", "state_at", "template__titles", "city__name", "city__slug")
    today = timezone.localdate()
    return [Review(row, (today - timezone.localdate(row.state_at)).days) for row in rows[: MOST_REVIEWS + 1]]


def _headline(cities: list[CityStatus], reviews: list[Review]) -> str:
    if not cities:
        return _("No city is assigned to you at present.")
    count = sum(row.level == Level.NOW for row in cities)
    words = ngettext("%(count)d of your cities needs you now.", "%(count)d of your cities need you now.", count)
    words = words % {"count": count} if count else _("None of your cities needs you now.")
    if reviews:
        waiting = ngettext(
            "The longest review has waited %(days)d day.",
            "The longest review has waited %(days)d days.",
            reviews[0].days,
        )
        words = f"{words} {waiting % {'days': reviews[0].days}}"
    return words
