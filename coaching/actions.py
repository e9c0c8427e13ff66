from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accelerator import audit
from accelerator.models import User
from accelerator.texts import richtext, saving
from cities.models import City
from coaching.models import CoachingSession, Commitment, PrivateNote, SharedNote


@dataclass(frozen=True, slots=True)
class NewCommitment:
    """Owner and section are IDs within the city."""

    what: str
    owner: int
    due_on: date
    section: int | None


@transaction.atomic
def log_session(
    *,
    city: City,
    facts: dict[str, Any],
    people: Iterable[int],
    shared: str,
    private: str | None,
    commitments: Iterable[NewCommitment],
    done: Iterable[int],
    by: User,
) -> CoachingSession:
    """`private` is None if the writer isn't allowed to write private notes."""
    session = city.coachingsession_set.create(**facts, time_zone=city.time_zone, logged_by=by)
    set_people(session=session, people=people)
    _first_note(SharedNote(city=city, session=session), shared, by)
    if private is not None:
        _first_note(PrivateNote(city=city, session=session), private, by)
    for new in commitments:
        add_commitment(session=session, new=new, by=by)
    # Silently skip commitments that a colleague completed while the form was open.
    for commitment in city.commitment_set.open().filter(pk__in=list(done)):
        commitment.mark_done(by=by)
    audit.record("session logged", by=by, about=session, starts_at=session.starts_at.isoformat())
    return session


def _first_note(note: SharedNote | PrivateNote, html: str, by: User) -> None:
    note.save()
    saving.save(note, html=html, base=0, by=by)


@transaction.atomic
def change_session(*, session: CoachingSession, by: User, people: Iterable[int] | None = None, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(session, name, value)
    session.save()  # also stores the instant derived from the wall time
    if people is not None:
        set_people(session=session, people=people)
    audit.record("session changed", by=by, about=session, starts_at=session.starts_at.isoformat())


def set_people(*, session: CoachingSession, people: Iterable[int]) -> None:
    """Set exactly these people, by ID, as those who attended."""
    present = set(people)
    session.presence_set.exclude(user__in=present).delete()
    known = set(session.presence_set.values_list("user_id", flat=True))
    session.presence_set.bulk_create(
        session.presence_set.model(city_id=session.city_id, session=session, user_id=user)
        for user in sorted(present - known)
    )


@transaction.atomic
def add_commitment(*, session: CoachingSession, new: NewCommitment, by: User) -> Commitment:
    commitment = session.commitments.create(
        city_id=session.city_id, what=new.what, owner_id=new.owner, due_on=new.due_on, section_id=new.section
    )
    audit.record("commitment made", by=by, about=commitment, due_on=new.due_on.isoformat())
    return commitment


@transaction.atomic
def change_commitment(*, commitment: Commitment, by: User, **values: Any) -> None:
    # The log keeps the previous date and owner, so that a repeatedly postponed commitment is noticeable.
    before = {"owner": commitment.owner_id, "due_on": commitment.due_on.isoformat()}
    for name, value in values.items():
        setattr(commitment, f"{name}_id" if name in ("owner", "section") else name, value)
    commitment.save(update_fields=values)
    owner, due_on = commitment.owner_id, commitment.due_on.isoformat()
    audit.record("commitment changed", by=by, about=commitment, before=before, owner=owner, due_on=due_on)


@transaction.atomic
def share_copy(*, session: CoachingSession, html: str, by: User) -> bool:
    """Append a copy of part of the private note to the shared one; False if the shared note already ends with it."""
    # Irreversible: what the city has read, it has read. So it is a copy, never the private note itself.
    note = SharedNote.objects.select_for_update(of=("self",), no_key=True).get(session=session, city=session.city_id)
    copy = richtext.clean(html).html
    if note.html.endswith(copy):
        return False
    saved = saving.save(note, html=note.html + copy, base=note.revision, by=by)
    assert saved.ok, "no one can write in between: the row is locked"
    audit.record("copy of a note shared", by=by, about=session)
    return True
