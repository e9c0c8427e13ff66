"""Signatures on paper: the city uploads the signed document, and it counts once GovEx has compared it.

Anyone can write a name on paper. So it names who holds the office, as confirmed, and someone outside the city looks
at the scan before the version is sealed (docs/adr/0018).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, formats
from accelerator.models import User
from accelerator.refusals import Refused
from cities.models import City, Officeholder
from cities.offices import actions as offices
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, letters
from strategy.signoff.models import Signature, Step, StrategyVersion
from strategy.signoff.paper_models import SignedPaper

State = SignedPaper.State


@dataclass(frozen=True, slots=True)
class Paper:
    content: bytes
    ending: str  # by its content, not by the uploaded file's name: .pdf, .jpg, .png
    sha256: str
    signed_on: date
    name: str = ""  # of a body only: a person's comes from the confirmation
    number: str = ""


def waiting(city: City) -> dict[int, SignedPaper]:
    """Papers that GovEx hasn't checked yet, by step; only of steps that are still open."""
    return {row.step_id: row for row in waiting_in([city.pk])}


def waiting_in(cities: Collection[int]) -> list[SignedPaper]:
    rows = SignedPaper.objects.filter(
        city__in=cities,
        state=State.WAITING,
        step__state=Step.State.WAITING,
        step__version__state=StrategyVersion.State.WITH_APPROVERS,
    )
    return [row for row in rows.select_related("step") if row.step.is_on_paper]


def record(*, version: StrategyVersion, step: int, by: User, sha256: str, paper: Paper) -> SignedPaper:
    """Store a signed document for GovEx to check; raises Refused."""
    with transaction.atomic():
        locked, current = signoff.lock_step(version, step, sha256)
        _require_paper(current)
        signoff.refuse_other_mayor(locked, current)
        if problem := approvers.title_problem(current.office, current.title):
            raise Refused(problem)
        if paper.signed_on < locked.submitted_on:
            raise Refused(dated_too_early(locked.submitted_on))
        if current.papers.filter(state=State.WAITING).exists():
            raise Refused(_("A signed document has already been uploaded. GovEx still has to check it."))
        # Stored before its row, so no row refers to a missing file.
        name = default_storage.save(
            f"papers/{locked.city_id}/{locked.number}-{current.position}{paper.ending}", ContentFile(paper.content)
        )
        try:
            row = SignedPaper.objects.create(
                city=locked.city,
                step=current,
                person_name=current.holder.name if current.holder else paper.name,
                role=current.title,
                holder_id_then=current.holder.user_id if current.holder else None,
                signed_on=paper.signed_on,
                instrument_number=paper.number,
                sha256=locked.sha256,
                paper=name,
                paper_sha256=paper.sha256,
                recorded_by=by,
                recorded_by_name=by.name_and_address,
            )
            audit.record("paper uploaded", by=by, about=row, number=locked.number, office=current.office)
            letters.tell_paper(row, by=by)
        except BaseException:  # file storage has no rollback
            default_storage.delete(name)
            raise
    return row


def dated_too_early(submitted_on: date) -> str:
    sentence = _(
        "This version was submitted on %(day)s, so the document that approves it can’t have an earlier date. Check "
        "the date on the document."
    )
    return sentence % {"day": formats.day(submitted_on)}


def _require_paper(step: Step) -> None:
    if not step.is_on_paper:
        raise Refused(
            _("This approver signs on this site. Before you record a paper signature, change how this approver signs.")
        )
    if step.is_vacant:
        raise Refused(
            _(
                "No one is confirmed in this office, so you can’t record a paper signature. GovEx or the mayor "
                "confirms who holds the office."
            )
        )


@transaction.atomic
def accept(*, paper: SignedPaper, by: User) -> Signature:
    """GovEx has compared the scan: it is the signature now. Raises Refused."""
    row, version, step = _lock(paper, by)
    holder = step.holder
    if (holder.user_id if holder else None) != row.holder_id_then:
        raise Refused(
            _("The person who signed no longer holds this office, so this document doesn’t count. Decline it.")
        )
    signoff.refuse_other_mayor(version, step)
    signoff.refuse_lone_signature(version, step, row.holder_id_then)
    now = timezone.now()
    _decide(row, State.MATCHES, by)
    signature = signoff.add_signature(
        version,
        step,
        kind=Signature.Kind.SIGN,
        manner=Signature.Manner.PAPER,
        at=now,
        person_id_then=row.holder_id_then,
        signed_on=row.signed_on,
        instrument=step.instrument,
        instrument_number=row.instrument_number,
        paper=row.paper,
        paper_sha256=row.paper_sha256,
        recorded_by=row.recorded_by_name[:200],
        paper_checked_at=now,
        **_identity(row, holder),
    )
    signoff.complete_step(version, step, by, at=now)
    return signature


def _identity(row: SignedPaper, holder: Officeholder | None) -> dict[str, object]:
    """Who signed, for which office, and who confirmed that; no address: no code was sent."""
    if holder is None:
        return {"person_name": row.person_name, "role": row.role}
    return {**signoff.identity(holder), "role": holder.title, "address_domain": ""}


@transaction.atomic
def decline(*, paper: SignedPaper, by: User, reason: str) -> None:
    """The scan isn't what it should be: the city is told why, and can upload another. Raises Refused."""
    row, _version, _step = _lock(paper, by)
    if not reason.strip():
        raise Refused({"reason": _("Explain what doesn’t match. The city will read this.")})
    _decide(row, State.REFUSED, by, reason=reason.strip()[:1000])
    letters.tell_declined(row)


def _lock(paper: SignedPaper, by: User) -> tuple[SignedPaper, StrategyVersion, Step]:
    """The paper that GovEx decides about, under the version's lock."""
    if offices.side_of(paper.city, by) != Officeholder.Side.GOVEX or by.pk == paper.recorded_by_id:
        raise Refused(
            _("A signed document has to be checked by someone at GovEx other than the person who uploaded it.")
        )
    version, step = signoff.lock_step(paper.step.version, paper.step_id, paper.sha256)
    row = SignedPaper.objects.select_related("step__version__city").get(pk=paper.pk, city=paper.city_id)
    if row.state != State.WAITING:
        raise Refused(_("This document has already been checked."))
    if not step.is_on_paper:
        raise Refused(_("This approver signs on this site now, so this document doesn’t count."))
    return row, version, step


def _decide(row: SignedPaper, state: str, by: User, *, reason: str = "") -> None:
    row.state, row.reason = state, reason
    row.checked_by, row.checked_by_name, row.checked_at = by, by.name_and_address, timezone.now()
    row.save(update_fields=["state", "reason", "checked_by", "checked_by_name", "checked_at"])
    audit.record(f"paper {state}", by=by, about=row, number=row.step.version.number)
