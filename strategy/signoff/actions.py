"""Sign-off: submit a frozen version, sign it in order, return it, withdraw it, endorse it (docs/adr/0009).

A version's row is locked before its state is read, so the second of two simultaneous actions sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import audit, stepup
from accelerator.content_versions import digest
from accelerator.models import User
from accelerator.refusals import Refused
from cities.exports import actions as exports
from cities.models import City, Export, Role
from strategy.document.tree import freeze
from strategy.plan import actions as plan
from strategy.review import conversations
from strategy.signoff import approvers, codes, lapse, readiness, seals, yearly_reviews
from strategy.signoff.models import Signature, Step, StrategyVersion

State, Kind, Manner = StrategyVersion.State, Signature.Kind, Signature.Manner


@dataclass(frozen=True, slots=True)
class Paper:
    content: bytes
    ending: str  # by its content, not by the uploaded file's name: .pdf, .jpg, .png
    sha256: str
    signed_on: date
    name: str
    number: str = ""


def submit(*, city: City, by: User, note: str = "") -> StrategyVersion:
    """Freeze the strategy as the next version and present it to the approvers; raises Refused."""
    with transaction.atomic():
        # Plan and sections stay locked until the version is stored: what was checked is what is frozen.
        strategy = plan.lock(city)
        list(city.section_set.select_for_update(of=("self",), no_key=True).values_list("pk"))
        if city.strategyversion_set.filter(state=State.WITH_APPROVERS).exists():
            raise Refused(_("A version is already waiting for signature. Withdraw it first."))
        if blocking := readiness.blocking(readiness.findings(city)):
            raise Refused(_blocked(len(blocking)))
        tree = freeze(city)
        last = city.strategyversion_set.defer("tree").order_by("-number").first()
        version = StrategyVersion.objects.create(
            city=city,
            strategy=strategy,
            number=last.number + 1 if last else 1,
            tree=tree,
            note=note,
            template=f"{tree['template']['slug']} {tree['template']['number']}",
            sha256=digest(tree),
            code=codes.make(),
            submitted_by=by,
        )
        lapse.store_parts(version)
        _copy_steps(version)
        audit.record("version submitted", by=by, about=version, number=version.number, sha256=version.sha256)
        ask_pdf(version, by=by)
    return version


def _blocked(number: int) -> str:
    return ngettext(
        "The strategy wasn’t submitted. One required fix remains.",
        "The strategy wasn’t submitted. %(number)d required fixes remain.",
        number,
    ) % {"number": number}


def _copy_steps(version: StrategyVersion) -> None:
    steps = approvers.steps_for(version.city)
    for step in steps:
        step.version = version
    steps[0].asked_at = timezone.now()  # the others are asked when it is their turn
    Step.objects.bulk_create(steps)


def ask_pdf(version: StrategyVersion, *, by: User | None) -> Export:
    """Start exporting the version's one PDF, unless that was started before."""
    options: dict[str, object] = {"version": version.number}
    export = exports.request_export(city=version.city, kind=Export.Kind.VERSION_PDF, by=by, options=options)
    if export.attempt == 0:
        exports.start(export)
    return export


def open_version(city: City) -> StrategyVersion | None:
    return city.strategyversion_set.filter(state=State.WITH_APPROVERS).defer("tree").first()


def current_step(version: StrategyVersion) -> Step | None:
    """The step whose turn it is; None if the version isn't with the approvers."""
    if version.state != State.WITH_APPROVERS:
        return None
    return version.steps.filter(state=Step.State.WAITING).select_related("person").order_by("position").first()


def part_in(step: Step | None, user: User, role: str) -> str:
    """ "own" if this person signs for the step, "behalf" if they do so as the mayor's delegate, else ""."""
    if step is None or step.person is None:
        return ""
    if step.person_id == user.pk:
        return "own"
    # A delegate signs only if the city allows it for this office.
    return "behalf" if step.may_delegate and role == Role.MAYORS_DELEGATE else ""


def role_of(city: City, user: User) -> str:
    return city.membership_set.active().filter(user=user).values_list("role", flat=True).first() or ""


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


def _lock_step(version: StrategyVersion, step_pk: int, sha256: str) -> tuple[StrategyVersion, Step]:
    """The locked version and the step whose turn it is; raises Refused if that isn't what was read."""
    locked = _lock_open(version)
    _check_text(locked, sha256)
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
        locked, current = _lock_step(locked, step, sha256)
        signer = _signer(locked, current, by)
        problem = stepup.check(person=by, purpose=purpose("sign", locked), code=code)
        if not problem:
            signature = _add_signature(locked, current, kind=Kind.SIGN, at=at, **signer)
            _complete_step(locked, current, by, at=at)
    # Outside the transaction: a rollback would forget the attempt.
    if problem:
        raise Refused(problem)
    return signature


def _signer(version: StrategyVersion, step: Step, by: User) -> dict[str, object]:
    """Who signs and how, as fields of a signature; raises Refused for anyone else."""
    # Copied as text: a signature outlives the account and the setting it came from.
    signer = {"person_id_then": by.pk, "person_name": str(by), "instrument": step.instrument}
    part = part_in(step, by, role_of(version.city, by))
    if part == "own":
        return {**signer, "manner": Manner.APP, "role": step.title}
    if part == "behalf":
        on_behalf_of = f"{step.title} {step.person}"[:200]
        with translation.override(version.city.language):
            role = str(Role.MAYORS_DELEGATE.label)
        return {**signer, "manner": Manner.BEHALF, "role": role, "on_behalf_of": on_behalf_of}
    raise Refused(_("You don’t have permission to sign or return this version."))


def _add_signature(version: StrategyVersion, step: Step | None, **fields: object) -> Signature:
    return Signature.objects.create(city=version.city, version=version, step=step, sha256=version.sha256, **fields)


def _complete_step(version: StrategyVersion, step: Step, by: User, *, at: datetime) -> None:
    """Ask the next office, or complete the version as signed."""
    Step.objects.filter(pk=step.pk, city=version.city_id).update(state=Step.State.SIGNED)
    audit.record("version signed", by=by, about=version, number=version.number, office=step.office)
    if following := current_step(version):
        Step.objects.filter(pk=following.pk, city=version.city_id).update(asked_at=at)
        return
    version.state, version.state_at, version.signed_at = State.SIGNED, at, at
    version.save(update_fields=["state", "state_at", "signed_at"])
    # Only now does the printed code become publicly valid.
    seals.set_seal(version)
    yearly_reviews.begin(version=version, by=by)
    # Conversations that were carried over concern the version that starts now.
    conversations.reopen_carried(city=version.city, by=by)
    audit.record("version signed off", by=by, about=version, number=version.number, sha256=version.sha256)


def sign_on_paper(*, version: StrategyVersion, step: int, by: User, sha256: str, paper: Paper) -> Signature:
    """Record a signature on paper with its file; raises Refused."""
    with transaction.atomic():
        locked, current = _lock_step(version, step, sha256)
        # Stored before its row, so no signature refers to a missing file.
        name = default_storage.save(
            f"papers/{locked.city_id}/{locked.number}-{current.position}{paper.ending}", ContentFile(paper.content)
        )
        try:
            signature = _add_signature(
                locked,
                current,
                kind=Kind.SIGN,
                manner=Manner.PAPER,
                person_name=paper.name,
                role=current.title,
                recorded_by=str(by),
                signed_on=paper.signed_on,
                instrument=current.instrument,
                instrument_number=paper.number,
                paper=name,
                paper_sha256=paper.sha256,
            )
            _complete_step(locked, current, by, at=timezone.now())
        except BaseException:  # file storage has no rollback
            default_storage.delete(name)
            raise
    return signature


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
    locked, current = _lock_step(version, step, sha256)
    signer = _signer(locked, current, by)
    remarks = [(key, text) for key, text in sections if text]
    rows = {row.key: row for row in locked.city.section_set.present().filter(key__in=[key for key, _t in remarks])}
    # Use the frozen titles: a section may have been renamed or omitted since.
    titles = {row["key"]: f"{row['number']}. {row['title']}" for row in locked.tree["sections"]}
    whole = "\n\n".join(filter(None, [comment, *(f"{titles.get(key, key)}: {text}" for key, text in remarks)]))
    if not whole:
        raise Refused(_("Describe what should change. You need at least one comment to return a version."))
    signature = _add_signature(locked, current, kind=Kind.RETURN, comment=whole[:5000], **signer)
    Step.objects.filter(pk=current.pk, city=locked.city_id).update(state=Step.State.RETURNED)
    for key, text in remarks:
        if key in rows:
            conversations.open_thread(section=rows[key], body=text, by=by)
            rows[key].begin(by=by)
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
    if version.state != State.SIGNED or approvers.mayor(version.city) != user:
        return False
    in_force = version.city.strategyversion_set.in_force().filter(pk=version.pk)
    signatures = version.signatures.exclude(kind=Kind.RETURN).filter(person_id_then=user.pk)
    # Anyone asked to sign this version has already had the chance.
    steps = version.steps.filter(person=user)
    return in_force.exists() and not signatures.exists() and not steps.exists()


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
            # The new officeholder's own title: the former one's may differ in gender.
            membership, step = approvers.mayors_membership(locked.city), locked.steps.filter(office="mayor").first()
            title = (membership and membership.title) or (step and step.title) or approvers.default_title(locked.city)
            signer = {"manner": Manner.APP, "person_id_then": by.pk, "person_name": str(by), "role": title}
            signature = _add_signature(locked, None, kind=Kind.ENDORSE, **signer)
            seals.update_signatures(locked)
            audit.record("version endorsed", by=by, about=locked, number=locked.number)
    if problem:
        raise Refused(problem)
    return signature
