"""Handovers: what a person who left was responsible for."""

from __future__ import annotations

from collections.abc import Callable

from accelerator.models import AddressRequest
from cities.invitations import address
from cities.models import City, Handover, Role
from cities.tokens import make_token

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {
    "handover": lambda city: city.handover_set.order_by("pk").first(),
    "directory": lambda city: city.membership_set.get(role=Role.CITY_LEAD).user,
    "role": lambda _city: Handover.objects.filter(city=None).order_by("pk").first(),
}
PARTS: dict[str, Callable[[City], object]] = {
    "role": lambda _city: "city_lead",
    "language": lambda _city: "en",
    "ending": lambda _city: "csv",
}
# The tokens of emailed links.
TOKENS = {"address-confirm": lambda city: _address_token(city), "address-keep": lambda city: _keep_token(city)}
NARROWER: dict[str, tuple[int, str]] = {
    "dashboards:coach-end": (404, "not its cohort"),
    "dashboards:directory-person": (404, "not its cohort"),
    "dashboards:handover-take-over": (403, "the team's lead, or a successor in the same role"),
}


def _address_token(city: City) -> str:
    user = city.membership_set.get(role=Role.CITY_LEAD).user
    opened, _created = AddressRequest.objects.get_or_create(person=user)
    return make_token(address.PURPOSE, city_id=None, person=user, new=f"new.{user.email}", request=str(opened.pk))


def _keep_token(city: City) -> str:
    return make_token(address.KEEP_PURPOSE, city_id=None, person=city.membership_set.get(role=Role.CITY_LEAD).user)


def fill(city: City, lead) -> None:
    """A former member left a section to no one; a role in the program ended."""
    section = city.section_set.exclude(key="vision").order_by("pk").first()
    items = [{"kind": "section", "pk": section.pk, "to": None}]
    city.handover_set.create(person=lead, role=Role.CITY_MEMBER, items=items)
    Handover.objects.create(person=lead, role=Role.COACH)
    city.strategy.cohort.invitationtext_set.get_or_create(
        role=Role.CITY_LEAD, language="en", defaults={"subject": "Join {city}", "body": "Welcome, {name}."}
    )
