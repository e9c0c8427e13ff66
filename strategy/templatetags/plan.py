"""Filters for the action plan's pages."""

from django import template

from strategy.plan import costs

register = template.Library()


@register.filter
def cost(band: str, currency: str) -> str:
    """{{ action.cost_band|cost:city.currency }}: "USD 50,000 to USD 250,000"."""
    return costs.label(band, currency)
