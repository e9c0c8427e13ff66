"""The parts of a city's strategy in four groups: write, plan, review, sign and publish."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cities.access import CityRequest, Permission

register = template.Library()

# Each group's name, and the URL name and label of each of its pages; the group links to the first.
GROUPS = [
    (_("Sections"), [("strategy", _("Sections"))]),
    (
        _("Plan"),
        [("plan", _("Actions")), ("policies", _("Policies")), ("ai-uses", _("Uses of AI")), ("risks", _("Risks"))],
    ),
    (_("Review"), [("reviews", _("Reviews")), ("changes", _("What changed"))]),
    (_("Sign-off"), [("sign-off", _("Sign-off")), ("publication", _("Publication")), ("upkeep", _("Progress"))]),
]
PAGES = [name for _title, parts in GROUPS for name, _label in parts]
# A page without its own entry, and the entry it belongs to.
ALSO = {"peers": "reviews"}


@register.inclusion_tag("strategy/part_navigation.html", takes_context=True)
def parts_of_strategy(context: dict[str, Any]) -> dict[str, Any]:
    """Both rows on each strategy page: the groups, and the pages in the current group."""
    request: CityRequest | None = context.get("request")
    match, city = getattr(request, "resolver_match", None), getattr(request, "city", None)
    if not (request and city and match and match.namespace == "strategy" and Permission.READ_WHOLE in request.can):
        return {}
    urls = {name: reverse(f"strategy:{name}", args=[city.slug]) for name in [*PAGES, *ALSO]}
    # Anything without an entry is about the sections.
    at = next((name for name, url in urls.items() if request.path.startswith(url)), "strategy")
    at = ALSO.get(at, at)
    groups, pages = [], []
    for title, parts in GROUPS:
        here = at in dict(parts)
        groups.append((urls[parts[0][0]], title, here))
        if here and len(parts) > 1:
            pages = [(urls[name], label, name == at) for name, label in parts]
    return {"groups": groups, "pages": pages}
