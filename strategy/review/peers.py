"""Review by peer cities: a copy of a section's words, shown to the cities of the cohort that take part."""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities.models import City
from strategy.review import conversations
from strategy.review.models import PeerComment, PeerSection, Thread
from strategy.sections.models import Section, Strategy

# A picture is served to its own city only; peers read its alternative words.
_PICTURE = re.compile(r"<figure>.*?</figure>", re.DOTALL)
_WORDS = re.compile(r'alt="([^"]*)"')


@transaction.atomic
def take_part(strategy: Strategy, *, on: bool, by: User) -> None:
    """Whether the city takes part; leaving closes what it showed."""
    if strategy.peers == on:
        return
    strategy.peers = on
    strategy.save(update_fields=["peers"])
    if not on:
        shown = PeerSection.objects.filter(owner=strategy.city_id, closed_at=None)
        shown.update(closed_at=timezone.now())
    audit.record("peer review joined" if on else "peer review left", by=by, about=strategy)


@transaction.atomic
def show(*, section: Section, until: date, question: str, by: User) -> PeerSection:
    """Show a copy of the section's present words to peers; an earlier copy closes with it."""
    city, strategy = section.city, section.city.strategy
    if not strategy.peers:
        raise ValidationError(_("%(city)s does not take part in the review by peers.") % {"city": city})
    if not section.words:
        raise ValidationError(_("Write the section first; it is still empty."))
    PeerSection.objects.filter(owner=city, key=section.key, closed_at=None).update(closed_at=timezone.now())
    shown = PeerSection.objects.create(
        cohort=strategy.cohort,
        owner=city,
        owner_name=city.name,
        owner_slug=city.slug,
        key=section.key,
        title=str(section),
        language=city.language,
        html=_PICTURE.sub(_in_words, section.html),
        revision=section.revision,
        question=question,
        shown_by=str(by),
        until=until,
    )
    audit.record("section shown to peers", by=by, about=shown, city_id=city.pk, until=until.isoformat())
    return shown


def _in_words(found: re.Match[str]) -> str:
    label = escape(_("Image:"))
    return "".join(f"<p><em>{label} {alt}</em></p>" for alt in _WORDS.findall(found[0]) if alt)


@transaction.atomic
def close(shown: PeerSection, *, by: User) -> bool:
    """Peers do not see it any more; their comments stay with the city. False where it is closed already."""
    closed = PeerSection.objects.filter(pk=shown.pk, closed_at=None).update(closed_at=timezone.now())
    if closed:
        audit.record("section closed to peers", by=by, about=shown, city_id=shown.owner_id)
    return bool(closed)


def comment(*, shown: PeerSection, body: str, by: User, city: City) -> PeerComment:
    """Say what one thinks of a peer's section, with name and city."""
    return shown.comments.create(author=by, author_name=str(by), from_city=city.name, body=body)


@transaction.atomic
def take(*, said: PeerComment, section: Section, by: User) -> Thread:
    """Make a peer's comment a conversation of the section, once; the words say who spoke."""
    words = _("%(name)s of %(city)s, a peer, wrote: %(words)s")
    body = words % {"name": said.author_name, "city": said.from_city, "words": said.body}
    before = section.threads.filter(city=section.city_id, comments__body=body).first()
    return before or conversations.open_thread(section=section, body=body, by=by, revision=said.section.revision)
