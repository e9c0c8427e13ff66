"""The audit log: one call next to each change, in the same transaction."""

from __future__ import annotations

from django.db import models

from accelerator.models import AuditEvent, User


def city_of(about: models.Model) -> int | None:
    city_id: int | None = about.pk if about._meta.label == "cities.City" else getattr(about, "city_id", None)
    return city_id


def record(
    verb: str, *, by: User | None, about: models.Model | None = None, city_id: int | None = None, **data: object
) -> None:
    """Add an event; `city_id` defaults to the subject's city. Values in `data` must be JSON."""
    # Compare by label: accelerator/ can't import City.
    if city_id is None and about is not None:
        city_id = city_of(about)
    AuditEvent.objects.create(
        actor_id=by.pk if by else None,
        city_id=city_id,
        verb=verb,
        kind=about._meta.model_name or "" if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        label=str(about)[:200] if about is not None else "",
        data=data,
    )
