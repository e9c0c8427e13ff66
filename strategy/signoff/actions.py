"""Sign-off: submit a frozen version, sign it in order, return it, withdraw it, endorse it (docs/adr/0009).

A version's row is locked before its state is read, so the second of two simultaneous actions sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accelerator import audit, stepup
from accelerator.content_versions import digest
from accelerator.models import User
from accelerator.refusals import Refused
from cities.models import City, Office, Officeholder, Role
from cities.offices import actions as offices
from strategy.review import conversations
from strategy.signoff import approvers, letters, returned, seals, yearly_reviews
from strategy.signoff.models import ApproverChange, Signature, Step, StrategyVersion

State, Kind, Manner = StrategyVersion.State, Signature.Kind, Signature.Manner


def open_version(city: City) -> StrategyVersion | None:
    return city.strategyversion_set.filter(state=State.WITH_APPROVERS).defer("tree").first()


def current_step(version: StrategyVersion) -> Step | None:
    """The step whose turn it is; None if the version isn't with the approvers."""
    if version.state != State.WITH_APPROVERS:
        return None
    waiting = version.steps.filter(state=Step.State.WAITING).select_related("person").order_by("position")
    return next(iter(approvers.find_signers(waiting[:1])), None)


def open_steps(city: City) -> QuerySet[Step]:
    """The steps of the version that is with the approvers that are still to be signed."""
    steps = city.step_set.filter(state=Step.State.WAITING, version__state=State.WITH_APPROVERS)
    return steps.select_related("version__city", "version__submitted_by", "person").defer("version__tree")


@transaction.atomic
def readdress(*, step: Step, by: User, **values: Any) -> None:
    """Change who is asked, or whether the signature comes on paper; the observers are told. Raises Refused."""
    version = _lock_open(step.version)
    # Read again: it may have been signed between the page and the lock.
    current = version.steps.filter(pk=step.pk, state=Step.State.WAITING).select_related("person").first()
    if current is None:
        raise Refused(_("This approver has already signed or returned the version, so nothing was changed."))
    before = approvers.line_in_city_language(current)
    for name, value in values.items():
        setattr(current, name, value)
    current.save(update_fields=list(values))
    after = approvers.line_in_city_language(current)
    approvers.record_change(current, ApproverChange.Kind.CHANGED, by=by, before=before, after=after)
    if current.asked_at is not None:
        ask_for_signature(version)


def ask_for_signature(version: StrategyVersion) -> None:
    """Email the approver whose turn it is: once the PDF is there, and when another step is done."""
    if step := current_step(version):
        letters.ask_to_sign(version, step)


def part_in(step: Step | None, user: User, role: str) -> str:
    """ "own" if this person signs for the step, "behalf" if they do so as the mayor's delegate, else ""."""
    # Without someone in office there is no one to sign for either.
    if step is None or step.signer is None:
        return ""
    if step.signer.user_id == user.pk:
        return "own"
    # A delegate signs only if the city allows it for this office.
    is_delegate = step.may_delegate and step.office == Office.MAYOR and role == Role.MAYORS_DELEGATE
    return "behalf" if is_delegate and approvers.delegate_of(step, user) else ""


def role_of(city: City, user: User) -> str:
    return city.membership_set.active().filter(user=user).values_list("role", flat=True).first() or ""


def other_mayor(version: StrategyVersion, step: Step | None) -> str:
    """Why the mayor in office can't sign: the document names another on its cover. "" if it doesn't."""
    holder = offices.mayor(version.city) if step is not None and step.office == Office.MAYOR else None
    named = version.tree.get("mayor")
    if holder is None or not named:
        return ""
    # Someone else may have the same name.
    terms = version.city.officeholder_set.filter(office=Office.MAYOR, confirmed_at__lte=version.submitted_at)
    then = terms.filter(Q(ended_at=None) | Q(ended_at__gt=version.submitted_at)).order_by("-pk").first()
    if holder.name == named and (then is None or then.user_id == holder.user_id):
        return ""
    return _(
        "This version names %(named)s as mayor, but %(name)s is confirmed as mayor now, so the mayor can’t sign it. "
        "The city has to withdraw it and submit the strategy again."
    ) % {"named": named, "name": holder.name}


def refuse_other_mayor(version: StrategyVersion, step: Step) -> None:
    if sentence := other_mayor(version, step):
        raise Refused(sentence)


def purpose(act: str, version: StrategyVersion) -> str:
    # The hash makes a code useless for any text other than the one it was requested for.
    return f"{act} {version.pk} {version.sha256}"


def _lock(version: StrategyVersion) -> StrategyVersion:
    return (
        StrategyVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("city")
        .get(pk=version.pk, city=version.city_id)
    )


def _lock_open(version: StrategyVersion) -> StrategyVersion:
    locked = _lock(version)
    if locked.state != State.WITH_APPROVERS:
        message = _("This version is no longer waiting for signature. Current status: %(state)s.")
        raise Refused(message % {"state": locked.get_state_display()})
    return locked


def _check_text(version: StrategyVersion, sha256: str) -> None:
    """Raise Refused unless the frozen text is what the person read, and the stored text is still the frozen one."""
    if sha256 != version.sha256:
        raise Refused(_("This isn’t the text you read. Open the version again and read it."))
    # Someone with database access might have changed the tree: no one should sign what they haven't read.
    if digest(version.tree) != version.sha256:
        raise Refused(_("The stored text doesn’t match what was submitted, so nothing was signed. Contact GovEx."))


def lock_step(version: StrategyVersion, step_pk: int, sha256: str) -> tuple[StrategyVersion, Step]:
    """The locked version and the step whose turn it is; raises Refused if that isn't what was read."""
    locked = _lock_open(version)
    _check_text(locked, sha256)
    if not locked.pdf:
        raise Refused(_("This version’s PDF isn’t ready yet. Wait a minute, read it, then sign."))
    step = current_step(locked)
    if step is None or step.pk != step_pk:
        raise Refused(_("It isn’t this approver’s turn to sign. Open the version again to see whose turn it is."))
    return locked, step


def sign(
    *, version: StrategyVersion, step: int, by: User, sha256: str, code: str, at: datetime | None = None
) -> Signature:
    """Sign the step whose turn it is, confirmed by an emailed code; raises Refused. A second click changes nothing.

    `at` is only for backdating the demo.
    """
    at = at or timezone.now()
    with transaction.atomic():
        locked = _lock(version)
        # A double click, or another tab: the first signature counts, and no code is used up.
        earlier = locked.signatures.filter(step=step, kind=Kind.SIGN, person_id_then=by.pk, sha256=sha256).first()
        if earlier:
            return earlier
        locked, current = lock_step(locked, step, sha256)
        signer = _signer(locked, current, by)
        refuse_other_mayor(locked, current)
        refuse_lone_signature(locked, current, by.pk)
        problem = stepup.check(person=by, purpose=purpose("sign", locked), code=code)
        if not problem:
            signature = add_signature(locked, current, kind=Kind.SIGN, at=at, **signer)
            complete_step(locked, current, by, at=at)
            letters.send_receipt(signature, to=by, following=current_step(locked))
    # Outside the transaction: a rollback would forget the attempt.
    if problem:
        raise Refused(problem)
    return signature


def _signer(version: StrategyVersion, step: Step, by: User) -> dict[str, object]:
    """Who signs and how, as fields of a signature; raises Refused for anyone else."""
    part = part_in(step, by, role_of(version.city, by))
    if not part or step.signer is None:
        raise Refused(_("You don’t have permission to sign or return this version."))
    # Copied as text: a signature outlives the account and the setting it came from.
    signer = {"person_id_then": by.pk, "instrument": step.instrument, **identity(step.signer)}
    if part == "own":
        return {**signer, "manner": Manner.APP, "role": step.signer.title}
    with translation.override(version.city.language):
        role = str(Role.MAYORS_DELEGATE.label)
    # Whose name and address, and who confirmed them: the delegate's own, not the mayor's.
    delegate = approvers.delegate_of(step, by)
    own = identity(delegate) if delegate else {}
    on_behalf_of = f"{step.signer.title} {step.signer.name}"[:200]
    behalf = {"manner": Manner.BEHALF, "role": role, "on_behalf_of": on_behalf_of}
    return {**signer, **own, **behalf, "holder_id_then": step.signer.user_id}


def identity(holder: Officeholder) -> dict[str, object]:
    return {"person_name": holder.name, "holder_id_then": holder.user_id, **holder.as_public()}


def refuse_lone_signature(version: StrategyVersion, step: Step, person_id: int | None) -> None:
    """Who submits is never the only approver, also if the offices have changed hands since."""
    # A paper that no one at GovEx has compared is the word of whoever uploaded it.
    unchecked = Q(manner=Manner.PAPER, paper_checked_at=None)
    others = version.signatures.filter(kind=Kind.SIGN).exclude(unchecked).exclude(person_id_then=person_id)
    later = version.steps.filter(state=Step.State.WAITING).exclude(pk=step.pk)
    if person_id and person_id == version.submitted_by_id and not others.exists() and not later.exists():
        raise Refused(
            _("Whoever submitted this version can’t be its only approver, so someone else has to approve it too.")
        )


def add_signature(version: StrategyVersion, step: Step | None, **fields: object) -> Signature:
    return Signature.objects.create(city=version.city, version=version, step=step, sha256=version.sha256, **fields)


def complete_step(version: StrategyVersion, step: Step, by: User, *, at: datetime) -> None:
    """Ask the next office, or complete the version as signed."""
    # With the title that was confirmed then: what was signed doesn't follow later changes.
    Step.objects.filter(pk=step.pk, city=version.city_id).update(state=Step.State.SIGNED, title=step.title)
    audit.record("version signed", by=by, about=version, number=version.number, office=step.office)
    if following := current_step(version):
        Step.objects.filter(pk=following.pk, city=version.city_id).update(asked_at=at)
        ask_for_signature(version)
        return
    version.state, version.state_at, version.signed_at = State.SIGNED, at, at
    version.save(update_fields=["state", "state_at", "signed_at"])
    # Only now does the printed code become publicly valid.
    seals.set_seal(version)
    yearly_reviews.begin(version=version, by=by)
    # Conversations that were carried over concern the version that starts now.
    conversations.reopen_carried(city=version.city, by=by)
    audit.record("version signed off", by=by, about=version, number=version.number, sha256=version.sha256)


@transaction.atomic
def send_back(
    *,
    version: StrategyVersion,
    step: int,
    by: User,
    sha256: str,
    comment: str,
    sections: Iterable[tuple[str, str]] = (),
) -> Signature:
    """Return a version with comments; those about a section become threads there and reopen it."""
    locked, current = lock_step(version, step, sha256)
    signer = _signer(locked, current, by)
    remarks = [(key, text) for key, text in sections if text]
    rows = {row.key: row for row in locked.city.section_set.present().filter(key__in=[key for key, _t in remarks])}
    # Use the frozen titles: a section may have been renamed or omitted since.
    titles = {row["key"]: f"{row['number']}. {row['title']}" for row in locked.tree["sections"]}
    whole = "\n\n".join(filter(None, [comment, *(f"{titles.get(key, key)}: {text}" for key, text in remarks)]))
    if not whole:
        raise Refused(_("Describe what should change. You need at least one comment to return a version."))
    signature = add_signature(locked, current, kind=Kind.RETURN, comment=whole[:5000], **signer)
    Step.objects.filter(pk=current.pk, city=locked.city_id).update(state=Step.State.RETURNED, title=current.title)
    returned.store(signature, comment, remarks, titles)
    for key, text in remarks:
        if key in rows:
            conversations.open_thread(section=rows[key], body=text, by=by)
            rows[key].reopen_returned(by=by)
    _close(locked, State.RETURNED)
    audit.record("version returned", by=by, about=locked, number=locked.number, sections=sorted(rows))
    return signature


def _close(version: StrategyVersion, state: str, **more: object) -> None:
    version.state, version.state_at = state, timezone.now()
    for name, value in more.items():
        setattr(version, name, value)
    version.save(update_fields=["state", "state_at", *more])


@transaction.atomic
def withdraw(*, version: StrategyVersion, by: User, reason: str) -> None:
    """Raises Refused without a reason, or if the version is no longer with the approvers."""
    locked = _lock_open(version)
    if not reason.strip():
        raise Refused(_("Explain why you’re withdrawing the version. The approvers will read this."))
    _close(locked, State.WITHDRAWN, reason=reason.strip()[:1000])
    audit.record("version withdrawn", by=by, about=locked, number=locked.number)


def may_endorse(version: StrategyVersion, user: User) -> bool:
    """A mayor who hasn't signed or endorsed the version in force can endorse it."""
    if version.state != State.SIGNED:
        return False
    holder = offices.mayor(version.city)
    if holder is None or holder.user_id != user.pk:
        return False
    in_force = version.city.strategyversion_set.in_force().filter(pk=version.pk)
    own = Q(person_id_then=user.pk) | Q(holder_id_then=user.pk)
    signatures = version.signatures.exclude(kind=Kind.RETURN).filter(own)
    # Whoever was in office when it was signed has already had the chance.
    terms = version.city.officeholder_set.filter(user=user, office=Office.MAYOR)
    was_mayor = terms.filter(confirmed_at__lte=version.signed_at)
    return in_force.exists() and not signatures.exists() and not was_mayor.exists()


def endorse(*, version: StrategyVersion, by: User, sha256: str, code: str) -> Signature:
    """A new officeholder confirms the signed version as theirs, in addition to the first signature; raises Refused."""
    with transaction.atomic():
        locked = _lock(version)
        earlier = locked.signatures.filter(kind=Kind.ENDORSE, person_id_then=by.pk, sha256=sha256).first()
        if earlier:
            return earlier
        _check_text(locked, sha256)
        if not may_endorse(locked, by):
            raise Refused(_("You can’t endorse this version."))
        problem = stepup.check(person=by, purpose=purpose("endorse", locked), code=code)
        if not problem:
            holder = offices.mayor(locked.city)
            assert holder is not None  # `may_endorse` requires it
            signer = {"manner": Manner.APP, "person_id_then": by.pk, "role": holder.title, **identity(holder)}
            signature = add_signature(locked, None, kind=Kind.ENDORSE, **signer)
            letters.send_receipt(signature, to=by, following=None)
            seals.update_signatures(locked)
            audit.record("version endorsed", by=by, about=locked, number=locked.number)
    if problem:
        raise Refused(problem)
    return signature
