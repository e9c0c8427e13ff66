"""In which other cohorts a cohort's cities are, and which one their pages follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accelerator.models import Cohort
from cities.models import Enrollment

S = Enrollment.State


@dataclass(slots=True)
class Others:
    """A city's enrollment in a cohort, if it has one, and those in other cohorts, the running one first."""

    own: Enrollment | None = None
    rows: list[Enrollment] = field(default_factory=list)
    follows: Cohort | None = None  # another cohort that the city's pages follow

    @property
    def sentences(self) -> list[str]:
        sentences = [_sentence(row) for row in self.rows]
        if self.own and self.follows:
            sentences.append(_("Its pages follow %(cohort)s.") % {"cohort": self.follows})
        return sentences


def others_of(cohort: Cohort, cities: Collection[int]) -> defaultdict[int, Others]:
    """By city ID, in one query."""
    found: defaultdict[int, Others] = defaultdict(Others)
    rows = Enrollment.objects.filter(city__in=cities).select_related("cohort").running_first()
    for row in rows:
        others = found[row.city_id]
        if row.cohort_id == cohort.pk:
            others.own = row
        else:
            if others.own is None and not others.rows:
                others.follows = row.cohort
            others.rows.append(row)
    return found


def _sentence(row: Enrollment) -> str:
    sentences = {
        S.INVITED: _("Not confirmed yet in %(cohort)s."),
        S.ACTIVE: _("Also in %(cohort)s."),
        S.PAUSED: _("Paused in %(cohort)s."),
        S.WITHDRAWN: _("Withdrew from %(cohort)s."),
        S.COMPLETED: _("Completed %(cohort)s."),
    }
    return sentences[S(row.state)] % {"cohort": row.cohort}
