"""Peer city review: copies of sections, shared with the participating cities of the cohort."""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities.models import City
from strategy.review import conversations
from strategy.review.models import PeerComment, PeerSection, Thread
from strategy.sections.models import Section, Strategy

# A picture is served only to its own city; peers read its text alternative.
_PICTURE = re.compile(r"<figure>.*?</figure>", re.DOTALL)
_ALT = re.compile(r'alt="([^"]*)"')


@transaction.atomic
def set_participation(strategy: Strategy, *, on: bool, by: User) -> None:
    if strategy.peers == on:
        return
    strategy.peers = on
    strategy.save(update_fields=["peers"])
    if not on:  # a city that leaves stops sharing
        PeerSection.objects.filter(owner=strategy.city_id, closed_at=None).update(closed_at=timezone.now())
    audit.record("peer review joined" if on else "peer review left", by=by, about=strategy)


@transaction.atomic
def show(*, section: Section, until: date, question: str, by: User) -> PeerSection:
    """Share a copy of the section's current text with peers, replacing an earlier copy."""
    city, strategy = section.city, section.city.strategy
    if not strategy.peers or not city.enrollment_set.open().filter(cohort=strategy.cohort).exists():
        raise ValidationError(_("%(city)s isn’t taking part in peer review.") % {"city": city})
    if not section.words:
        raise ValidationError(_("This section is still empty. Write something first."))
    PeerSection.objects.filter(owner=city, key=section.key, closed_at=None).update(closed_at=timezone.now())
    with translation.override(city.language):
        title, html = str(section), _PICTURE.sub(_alt_texts, section.html)
    copy = PeerSection.objects.create(
        cohort=strategy.cohort,
        owner=city,
        owner_name=city.name,
        owner_slug=city.slug,
        key=section.key,
        title=title,
        language=city.language,
        html=html,
        revision=section.revision,
        question=question,
        shown_by=str(by),
        until=until,
    )
    audit.record("section shown to peers", by=by, about=copy, city_id=city.pk, until=until.isoformat())
    return copy


def _alt_texts(figure: re.Match[str]) -> str:
    label = escape(_("Image:"))
    return "".join(f"<p><em>{label} {alt}</em></p>" for alt in _ALT.findall(figure[0]) if alt)


@transaction.atomic
def close(copy: PeerSection, *, by: User) -> bool:
    """Stop sharing it; the peers' comments stay with the city. False if it was already closed."""
    closed = PeerSection.objects.filter(pk=copy.pk, closed_at=None).update(closed_at=timezone.now())
    if closed:
        audit.record("section closed to peers", by=by, about=copy, city_id=copy.owner_id)
    return bool(closed)


def comment(*, copy: PeerSection, body: str, by: User, city: City) -> PeerComment:
    # Copy names: the comment's city can't read the author's rows.
    return copy.comments.create(author=by, author_name=str(by), from_city=city.name, body=body)


@transaction.atomic
def open_thread_from(*, peer_comment: PeerComment, section: Section, by: User) -> Thread:
    """Turn a peer's comment into a conversation about the section, once, quoting it by name."""
    with translation.override(section.city.language):
        sentence = _("%(name)s from %(city)s, a peer city, wrote: %(words)s")
    body = sentence % {"name": peer_comment.author_name, "city": peer_comment.from_city, "words": peer_comment.body}
    earlier = section.threads.filter(city=section.city_id, comments__body=body).first()
    return earlier or conversations.open_thread(
        section=section, body=body, by=by, revision=peer_comment.section.revision
    )
