"""The mayor as people know them: by name, and by the title that is stored for them, such as Presidenta municipal."""

from __future__ import annotations

from collections.abc import Iterable

from accelerator.languages import phrase, written_in
from cities.models import City, Decision, Membership, Office, Officeholder, Role
from cities.offices import actions as offices


def mayor_of(city: City) -> Membership | Officeholder | None:
    """The confirmed mayor, who decides and signs; while no one is confirmed, the mayor by role."""
    members = city.membership_set.active().filter(role=Role.MAYOR).select_related("user").order_by("-pk")
    return offices.mayor(city) or members.first()


def latest(members: Iterable[Membership]) -> Membership | None:
    # A team may have two mayors for a while: the one added last is in office.
    mayors = [member for member in members if member.role == Role.MAYOR]
    return max(mayors, key=lambda member: member.pk, default=None)


def with_title(mayor: Membership | Officeholder | None, language: str) -> str:
    """ "Rosalba Canché (Presidenta municipal)", or the name alone; "" if there is no mayor."""
    if mayor is None:
        return ""
    name = mayor.name if isinstance(mayor, Officeholder) else str(mayor.user)
    if not mayor.title:
        return name
    return phrase("%(name)s (%(title)s)", name=name, title=written_in(mayor.title, language))


def set_titles(city: City, decisions: Iterable[Decision]) -> None:
    """Set the title that was confirmed for the mayor when they answered. One query."""
    terms = list(city.officeholder_set.filter(office=Office.MAYOR).order_by("pk"))
    for decision in decisions:
        titles = [term.title for term in terms if term.user_id == decision.decided_by_id and _covers(term, decision)]
        decision.mayors_title = written_in(titles[-1] if titles else "", city.language)


def _covers(term: Officeholder, decision: Decision) -> bool:
    at = decision.decided_at
    return at is not None and term.confirmed_at <= at and (term.ended_at is None or term.ended_at >= at)
