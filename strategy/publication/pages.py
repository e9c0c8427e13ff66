"""Context for the public pages, from the public copies alone; search and filters for their index."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import translation
from django.utils.dateparse import parse_date
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accelerator.naming import normalize
from cities.world import country_name
from strategy.document import presentation
from strategy.document.tree import actions_of
from strategy.plan.choices import Rag, Status
from strategy.publication.models import PublicStrategy
from strategy.template.models import Component

# The index reads these columns, never the trees.
_COLUMNS = (
    "slug number city_name sort_name region country language cohort_name years summary words actions components "
    "signed_on published_at"
)
INDEX_COLUMNS = _COLUMNS.split()
FILTERS = {"country": _("Country"), "component": _("Component"), "language": _("Language"), "cohort": _("Cohort")}


def progress(row: PublicStrategy) -> dict[str, Any] | None:
    """The actions' progress with labels, by code; None if the city doesn't show it."""
    if not row.progress:
        return None
    titles = {action["code"]: action["title"] for action in actions_of(row.tree)}
    actions = {
        action["code"]: action
        | {
            "title": titles.get(action["code"], ""),
            "status_label": Status(action["status"]).label if action.get("status") else "",
            "rag_label": Rag(action["rag"]).label if action.get("rag") else "",
        }
        for action in row.progress["actions"]
    }
    statuses = [action.get("status") for action in actions.values()]
    return {
        "actions": actions,
        "done": statuses.count(Status.COMPLETED),
        "begun": statuses.count(Status.IN_PROGRESS),
        "all": len(actions),
        "on": presentation.day(row.progress["on"]),
    }


def reviews(row: PublicStrategy) -> list[dict[str, Any]]:
    return [review | {"on": parse_date(review["on"])} for review in row.reviews]


def search(query: QueryDict) -> dict[str, Any]:
    """Context for the index; accents and case don't matter."""
    published: QuerySet[PublicStrategy] = PublicStrategy.objects.filter(superseded_at=None, withdrawn_at=None)
    rows = published
    # PostgreSQL rejects NUL in text.
    terms = normalize(query.get("q", "").replace("\0", ""))[:100]
    for term in terms.split()[:8]:
        rows = rows.filter(search__contains=term)
    chosen = {name: query.get(name, "").replace("\0", "")[:120] for name in FILTERS}
    fields = {"country": "country", "language": "language", "cohort": "cohort_name"}
    for name, field in fields.items():
        if chosen[name]:
            rows = rows.filter(**{field: chosen[name]})
    if chosen["component"]:
        rows = rows.filter(components__contains=[chosen["component"]])
    return {
        "rows": rows.only(*INDEX_COLUMNS).order_by("sort_name", "-number"),
        "q": query.get("q", "")[:100],
        "choices": filter_choices(published, chosen),
        "is_narrowed": bool(terms or any(chosen.values())),
    }


def filter_choices(published: QuerySet[PublicStrategy], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Each filter's values with the number of published strategies. One query."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FILTERS}
    rows = published.order_by().values_list("country", "language", "cohort_name", "components")
    for country, language, cohort, components in rows:
        values = {"country": [country], "language": [language], "cohort": [cohort], "component": components}
        for name in FILTERS:
            counts[name].update(filter(None, values[name]))
    return [
        {
            "name": name,
            "label": label,
            "chosen": chosen[name],
            "options": sorted(
                ((value, filter_label(name, value), count) for value, count in counts[name].items()),
                key=lambda option: normalize(option[1]),
            ),
        }
        for name, label in FILTERS.items()
    ]


def filter_label(name: str, value: str) -> str:
    """The filter value in the reader's language."""
    if name == "country":
        return country_name(value, translation.get_language() or "en")
    if name == "component":
        return str(Component(value).label) if value in Component.values else value
    if name == "language":
        return language_name(value)
    return value


def language_name(code: str) -> str:
    known = dict(settings.LANGUAGES)
    return str(get_language_info(code)["name_translated"]) if code in known else code
