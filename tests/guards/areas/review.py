"""Asking for review, opinions, named reviewers, peer cities, mentions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from accelerator.models import User
from cities.models import City, Role
from strategy.models import PeerComment, PeerSection

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {
    "review": lambda city: city.reviewrequest_set.order_by("pk").first(),
    "reviewer": lambda city: city.membership_set.get(role=Role.GUEST_REVIEWER),
    "peer": lambda city: PeerSection.objects.filter(owner=city).order_by("pk").first(),
    "peer-said-take": lambda city: PeerComment.objects.filter(section__owner=city).order_by("pk").first(),
}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {}
_OWN, _LEAD, _JUDGE = "settles one's own", "the lead's word", "the coach and named reviewers judge"
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {
    "strategy:thread-end": (403, _OWN),
    "strategy:opinion": (403, _JUDGE),
    "strategy:peers-join": (403, _LEAD),
    "strategy:peers-show": (403, _LEAD),
    "strategy:peer-close": (403, _LEAD),
}


def fill(city: City, lead) -> None:
    """Rows with words of the city's own."""
    section = city.section_set.get(key="vision")
    text = f"Review words-of-{city.slug}"
    guest, _created = city.membership_set.get_or_create(
        role=Role.GUEST_REVIEWER, defaults={"user": User.objects.create_user(f"guest@{city.slug}.test", name="A guest")}
    )
    guest.review_sections.get_or_create(city=city, section=section)
    city.reviewrequest_set.create(section=None, words=text, asked_by=lead)
    city.opinion_set.create(section=section, revision=1, ready=False, words=text, person=lead, role="coach")
    thread = section.threads.order_by("pk").first()
    comment = thread.comments.create(city=city, author=lead, body=f"@ {text}")
    comment.mentions.create(city=city, person=lead)
    section.comment_drafts.create(city=city, author=lead, body=f"Draft {text}")
    section.threads.create(
        city=city, revision=1, quote=text, replacement=f"New {text}", opened_by=lead
    ).comments.create(city=city, author=lead, body=text)
    shown = PeerSection.objects.create(
        cohort=city.strategy.cohort,
        owner=city,
        owner_name=city.name,
        owner_slug=city.slug,
        key="vision",
        title=text,
        language=city.language,
        html=f"<p>{text}</p>",
        revision=1,
        shown_by=str(lead),
        until=city.today() + timedelta(days=9),
    )
    shown.comments.create(author=lead, author_name="A peer", from_city="Elsewhere", body=text)
