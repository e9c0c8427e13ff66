"""Signed values in emailed links: each is valid for one purpose, one person and one city."""

from __future__ import annotations

from typing import Any

from django.core import signing

from accelerator.models import User


def make_token(purpose: str, *, city_id: int | None, person: User, **data: Any) -> str:
    # With the address: a link in a mailbox that is no longer the person's is void.
    data = {"city": city_id, "user": person.pk, "email": person.email, **data}
    return signing.dumps(data, salt=purpose, compress=True)


def read_token(purpose: str, token: str, *, days: int) -> dict[str, Any] | None:
    """What the token holds; None if it is forged, older than that, or for another purpose."""
    try:
        data: dict[str, Any] = signing.loads(token, salt=purpose, max_age=days * 24 * 3600)
    except signing.BadSignature:
        return None
    return data
