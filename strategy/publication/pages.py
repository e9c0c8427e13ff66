"""What the public pages show, from the public copies alone, and how the index is searched and filtered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import get_language_info

from accelerator.naming import normalize
from cities.world import country_name
from strategy.document import exports, presentation
from strategy.document.exports import Edition
from strategy.document.tree import actions_of
from strategy.plan.models import Rag, Status
from strategy.publication.models import PublicStrategy
from strategy.template.models import Component

# The index reads these columns and never the trees.
INDEX_COLUMNS = [
    "slug",
    "number",
    "city_name",
    "sort_name",
    "region",
    "country",
    "language",
    "cohort_name",
    "years",
    "summary",
    "words",
    "actions",
    "components",
    "signed_at",
    "published_at",
]
FILTERS = ("country", "component", "language", "cohort")


def page(edition: Edition, address: Callable[[int], str], shown: set[int]) -> dict[str, Any]:
    """The document for the web page, in its own language; `shown` are the pictures whose files are there."""

    def picture(number: int) -> dict[str, Any]:
        if number not in shown:
            return {}
        about = edition.tree["pictures"].get(str(number), {})
        sizes = {name: about[name] for name in ("width", "height") if about.get(name)}
        return {"src": address(number), "loading": "lazy", **sizes}

    return exports.shared_context(edition) | {"sections": exports.rendered_sections(edition.tree, picture)}


def progress(row: PublicStrategy) -> dict[str, Any] | None:
    """How the actions stand, in words, by code; None where the city does not show it."""
    if not row.progress:
        return None
    titles = {action["code"]: action["title"] for action in actions_of(row.tree)}
    actions = {
        action["code"]: action
        | {
            "title": titles.get(action["code"], ""),
            "status_words": Status(action["status"]).label,
            "rag_words": Rag(action["rag"]).label if action["rag"] else "",
        }
        for action in row.progress["actions"]
    }
    done = sum(action["status"] == Status.COMPLETED for action in actions.values())
    begun = sum(action["status"] == Status.IN_PROGRESS for action in actions.values())
    return {
        "actions": actions,
        "done": done,
        "begun": begun,
        "all": len(actions),
        "on": presentation.day(row.progress["on"]),
    }


def search(asked: QueryDict) -> dict[str, Any]:
    """What is published now, narrowed by what was asked for; accents and case do not matter."""
    now: QuerySet[PublicStrategy] = PublicStrategy.objects.filter(superseded_at=None, withdrawn_at=None)
    rows = now
    words = normalize(asked.get("q", "").replace("\0", ""))[:100]
    for word in words.split()[:8]:
        rows = rows.filter(search__contains=word)
    chosen = {name: asked.get(name, "").replace("\0", "")[:120] for name in FILTERS}
    fields = {"country": "country", "language": "language", "cohort": "cohort_name"}
    for name, field in fields.items():
        if chosen[name]:
            rows = rows.filter(**{field: chosen[name]})
    if chosen["component"]:
        rows = rows.filter(components__contains=[chosen["component"]])
    return {
        "rows": rows.only(*INDEX_COLUMNS).order_by("sort_name", "-number"),
        "q": asked.get("q", "")[:100],
        "choices": filter_choices(now, chosen),
        "is_narrowed": bool(words or any(chosen.values())),
    }


def filter_choices(now: QuerySet[PublicStrategy], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Each filter's own values with how many strategies each has, of all that are published. One query."""
    counted: dict[str, dict[str, int]] = {name: {} for name in FILTERS}
    for country, language, cohort, components in now.order_by().values_list(
        "country", "language", "cohort_name", "components"
    ):
        given = {"country": [country], "language": [language], "cohort": [cohort], "component": components}
        for name, values in given.items():
            for value in filter(None, values):
                counted[name][value] = counted[name].get(value, 0) + 1
    return [
        {
            "name": name,
            "chosen": chosen[name],
            "options": sorted(
                ((value, filter_label(name, value), count) for value, count in counted[name].items()),
                key=lambda option: normalize(option[1]),
            ),
        }
        for name in FILTERS
    ]


def filter_label(name: str, value: str) -> str:
    """A filter's value in the reader's words."""
    if name == "country":
        return country_name(value, translation.get_language() or "en")
    if name == "component":
        return str(Component(value).label) if value in Component.values else value
    if name == "language":
        return language_name(value)
    return value


def language_name(code: str) -> str:
    """A language in the reader's words."""
    known = dict(settings.LANGUAGES)
    return str(get_language_info(code)["name_translated"]) if code in known else code
