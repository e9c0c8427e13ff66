"""What was left to no one, for the team page: whether anyone has it by now is known in the apps above `cities`."""

from typing import Any

from django import template

from dashboards.handover.offers import Offer, team_offers

register = template.Library()


@register.simple_tag(takes_context=True)
def handover_offers(context: dict[str, Any]) -> list[Offer]:
    request = context["request"]
    return team_offers(request, request.city)
