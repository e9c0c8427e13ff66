"""The mayor as people know them: by name, and by the title that is stored for them, such as Presidenta municipal."""

from __future__ import annotations

from collections.abc import Iterable

from accelerator.languages import phrase, written_in
from cities.models import City, Decision, Membership, Office, Officeholder, Role


def mayor_of(city: City) -> Membership | None:
    return latest(city.membership_set.active().filter(role=Role.MAYOR).select_related("user").order_by("-pk")[:1])


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
    """Set the title that was confirmed for the mayor who answered. One query."""
    mayors = city.officeholder_set.filter(office=Office.MAYOR).order_by("pk")
    titles = dict(mayors.values_list("user", "title"))
    for decision in decisions:
        decision.mayors_title = written_in(titles.get(decision.decided_by_id or 0, ""), city.language)
