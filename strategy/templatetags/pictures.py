"""A city's texts with their pictures, for pages."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from cities.models import City
from strategy.sections import pictures

register = template.Library()


@register.filter
def pictured(html: str, city: City) -> SafeString:
    """Sanitized HTML of the city's texts, each picture with the URL that this page can load it from."""
    return mark_safe(pictures.with_addresses(html, city))  # noqa: S308 - sanitized before it was stored
