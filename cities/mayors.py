"""The mayor as people know them: by name, and by the title that is stored for them, such as Presidenta municipal."""

from __future__ import annotations

from collections.abc import Iterable

from accelerator.languages import phrase, written_in
from cities.models import City, Decision, Membership, Officeholder, Role


def mayor_of(city: City) -> Membership | None:
    return latest(city.membership_set.active().filter(role=Role.MAYOR).select_related("user").order_by("-pk")[:1])


def latest(members: Iterable[Membership]) -> Membership | None:
    # A team may have two mayors for a while: the one added last is in office.
    mayors = [member for member in members if member.role == Role.MAYOR]
    return max(mayors, key=lambda member: member.pk, default=None)


def with_title(mayor: Membership | None, language: str) -> str:
    """ "Rosalba Canché (Presidenta municipal)", or the name alone; "" if there is no mayor."""
    if mayor is None:
        return ""
    if not mayor.title:
        return str(mayor.user)
    return phrase("%(name)s (%(title)s)", name=str(mayor.user), title=written_in(mayor.title, language))


def set_titles(city: City, rows: Iterable[Decision | Officeholder]) -> None:
    """Set the title under which a mayor answered a decision or holds the office. One query."""
    titles = dict(city.membership_set.filter(role=Role.MAYOR).values_list("user", "title"))
    for row in rows:
        person = row.decided_by_id if isinstance(row, Decision) else row.user_id
        row.mayors_title = written_in(titles.get(person or 0, ""), city.language)
