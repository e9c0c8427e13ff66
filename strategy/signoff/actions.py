"""Sign-off: submit a frozen version, sign it in order, send it back, take it back, endorse it anew (docs/adr/0009).

A version's row is locked before its state is read, so of two acts at once the second sees what the first did.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, stepup
from accelerator.content_versions import digest
from accelerator.models import User
from accelerator.refusals import Refused
from cities.exports import actions as exports
from cities.models import City, Export, Role
from strategy.document.tree import freeze
from strategy.plan import actions as plan
from strategy.review import conversations
from strategy.sections.models import Section
from strategy.signoff import approvers, codes, lapse, readiness, seals, yearly_reviews
from strategy.signoff.models import Signature, Step, StrategyVersion

State, Kind, Manner = StrategyVersion.State, Signature.Kind, Signature.Manner


@dataclass(frozen=True, slots=True)
class Paper:
    """A signed sheet: its bytes, the ending that its content calls for, and what stands on it."""

    content: bytes
    ending: str
    sha256: str
    signed_on: date
    name: str
    number: str = ""


def submit(*, city: City, by: User, note: str = "") -> StrategyVersion:
    """Freeze the strategy as the next version and put it before the approvers; raises Refused.

    Sections and plan are held still meanwhile: what was checked is what is frozen.
    """
    with transaction.atomic():
        strategy = plan.lock(city)
        list(city.section_set.select_for_update(of=("self",), no_key=True).values_list("pk"))
        if city.strategyversion_set.filter(state=State.WITH_APPROVERS).exists():
            raise Refused(_("A version is with the approvers already. Withdraw it first."))
        if blocking := readiness.blocking(readiness.findings(city)):
            raise Refused(
                _("Nothing was submitted: %(number)d things must be fixed first.") % {"number": len(blocking)}
            )
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


def _copy_steps(version: StrategyVersion) -> None:
    steps = approvers.steps_for(version.city)
    for step in steps:
        step.version = version
    steps[0].asked_at = timezone.now()
    Step.objects.bulk_create(steps)


def ask_pdf(version: StrategyVersion, *, by: User | None) -> Export:
    """Have the version's one PDF made, unless it stands or is being made."""
    options: dict[str, object] = {"version": version.number}
    export = exports.ask(city=version.city, kind=Export.Kind.VERSION_PDF, by=by, options=options)
    if export.attempt == 0:
        exports.start(export)
    return export


def open_version(city: City) -> StrategyVersion | None:
    """The version that is with the approvers, without its tree."""
    return city.strategyversion_set.filter(state=State.WITH_APPROVERS).defer("tree").first()


def turn(version: StrategyVersion) -> Step | None:
    """Whose turn it is: the first step that waits, where the version is with the approvers."""
    if version.state != State.WITH_APPROVERS:
        return None
    return version.steps.filter(state=Step.State.WAITING).select_related("person").order_by("position").first()


def part_in(step: Step | None, user: User, role: str) -> str:
    """ "own" where this person signs for the step, "behalf" where as the mayor's delegate, else ""."""
    if step is None or step.person is None:
        return ""
    if step.person_id == user.pk:
        return "own"
    return "behalf" if step.may_delegate and role == Role.MAYORS_DELEGATE else ""


def role_of(city: City, user: User) -> str:
    """The person's role in the city today, "" for others."""
    found = city.membership_set.active().filter(user=user).values_list("role", flat=True).first()
    return found or ""


def purpose(act: str, version: StrategyVersion) -> str:
    """What a code confirms: one act upon one version with one hash."""
    return f"{act} {version.pk} {version.sha256}"


def _hold(version: StrategyVersion) -> StrategyVersion:
    """The version's row locked, as it is now."""
    return (
        StrategyVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("city")
        .get(pk=version.pk, city=version.city_id)
    )


def _hold_open(version: StrategyVersion) -> StrategyVersion:
    """The locked version; raises Refused unless it is with the approvers."""
    held = _hold(version)
    if held.state != State.WITH_APPROVERS:
        words = _("This version is no longer with the approvers: %(state)s.")
        raise Refused(words % {"state": held.get_state_display()})
    return held


def _same_text(version: StrategyVersion, sha256: str) -> None:
    """Raises Refused unless what was read is what was frozen, and what is stored is still that."""
    if sha256 != version.sha256:
        raise Refused(_("This is not the text that you read. Open the version again and read it."))
    if digest(version.tree) != version.sha256:
        raise Refused(_("The stored text is not the one that was submitted. Tell GovEx; nothing was signed."))


def _hold_turn(version: StrategyVersion, step_pk: int, sha256: str) -> tuple[StrategyVersion, Step]:
    """The locked version and the step whose turn it is; raises Refused where that is not what was read."""
    held = _hold_open(version)
    _same_text(held, sha256)
    step = turn(held)
    if step is None or step.pk != step_pk:
        raise Refused(_("It is not this signature’s turn. Open the version again to see who signs now."))
    return held, step


def sign(
    *, version: StrategyVersion, step: int, by: User, sha256: str, code: str, at: datetime | None = None
) -> Signature:
    """Sign the step whose turn it is, confirmed by a mailed code; raises Refused. A second click changes nothing.

    `at` is for the demonstration's past alone.
    """
    at = at or timezone.now()
    with transaction.atomic():
        held = _hold(version)
        done = held.signatures.filter(step=step, kind=Kind.SIGN, person_id_then=by.pk, sha256=sha256).first()
        if done:
            return done
        held, now = _hold_turn(held, step, sha256)
        who = _signer(held, now, by)
        wrong = stepup.check(person=by, purpose=purpose("sign", held), code=code)
        if not wrong:
            signature = _write(held, now, kind=Kind.SIGN, at=at, **who)
            _next(held, now, by, at=at)
    if wrong:  # outside: the try stays counted
        raise Refused(wrong)
    return signature


def _signer(version: StrategyVersion, step: Step, by: User) -> dict[str, object]:
    """Who signs and how, in the words that stay; raises Refused for anybody else."""
    part = part_in(step, by, role_of(version.city, by))
    if part == "own":
        return {
            "manner": Manner.APP,
            "person_id_then": by.pk,
            "person_name": str(by),
            "role": step.title,
            "instrument": step.instrument,
        }
    if part == "behalf":
        return {
            "manner": Manner.BEHALF,
            "person_id_then": by.pk,
            "person_name": str(by),
            "role": str(Role.MAYORS_DELEGATE.label),
            "on_behalf_of": f"{step.title} {step.person}"[:200],
            "instrument": step.instrument,
        }
    raise Refused(_("This signature is not yours to give."))


def _write(version: StrategyVersion, step: Step | None, **fields: object) -> Signature:
    return Signature.objects.create(city=version.city, version=version, step=step, sha256=version.sha256, **fields)


def _next(version: StrategyVersion, step: Step, by: User, *, at: datetime) -> None:
    """The step is done: ask the next office, or close the version as signed."""
    Step.objects.filter(pk=step.pk, city=version.city_id).update(state=Step.State.SIGNED)
    audit.record("version signed", by=by, about=version, number=version.number, office=step.office)
    following = turn(version)
    if following:
        Step.objects.filter(pk=following.pk, city=version.city_id).update(asked_at=at)
        return
    version.state, version.state_at = State.SIGNED, at
    version.signed_at = version.state_at
    version.save(update_fields=["state", "state_at", "signed_at"])
    seals.set_seal(version)
    yearly_reviews.begin(version=version, by=by)
    # What was carried over is about the version that begins now.
    conversations.reopen_carried(city=version.city, by=by)
    audit.record("version signed off", by=by, about=version, number=version.number, sha256=version.sha256)


def sign_on_paper(*, version: StrategyVersion, step: int, by: User, sha256: str, paper: Paper) -> Signature:
    """Record a signature that stands on paper; the file is stored once and its hash kept. Raises Refused."""
    with transaction.atomic():
        held, now = _hold_turn(version, step, sha256)
        name = default_storage.save(
            f"papers/{held.city_id}/{held.number}-{now.position}{paper.ending}", ContentFile(paper.content)
        )
        try:
            signature = _write(
                held,
                now,
                kind=Kind.SIGN,
                manner=Manner.PAPER,
                person_name=paper.name,
                role=now.title,
                recorded_by=str(by),
                signed_on=paper.signed_on,
                instrument=now.instrument,
                instrument_number=paper.number,
                paper=name,
                paper_sha256=paper.sha256,
            )
            _next(held, now, by, at=timezone.now())
        except BaseException:
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
    """Return a version with comments; those that name a section become threads there and open it again."""
    held, now = _hold_turn(version, step, sha256)
    who = _signer(held, now, by)
    named = [(key, words) for key, words in sections if words]
    rows = {row.key: row for row in held.city.section_set.present().filter(key__in=[key for key, _w in named])}
    said = {row["key"]: f"{row['number']}. {row['title']}" for row in held.tree["sections"]}
    whole = "\n\n".join(filter(None, [comment, *(f"{said.get(key, key)}: {words}" for key, words in named)]))
    if not whole:
        raise Refused(_("Say what should change: a version goes back with at least one comment."))
    signature = _write(held, now, kind=Kind.RETURN, comment=whole[:5000], **who)
    Step.objects.filter(pk=now.pk, city=held.city_id).update(state=Step.State.RETURNED)
    for key, words in named:
        if key in rows:
            _reopen(rows[key], words, by)
    _end(held, State.RETURNED)
    audit.record("version returned", by=by, about=held, number=held.number, sections=sorted(rows))
    return signature


def _reopen(section: Section, words: str, by: User) -> None:
    conversations.open_thread(section=section, body=words, by=by)
    section.begin(by=by)


def _end(version: StrategyVersion, state: str, **more: object) -> None:
    version.state, version.state_at = state, timezone.now()
    for name, value in more.items():
        setattr(version, name, value)
    version.save(update_fields=["state", "state_at", *more])


@transaction.atomic
def withdraw(*, version: StrategyVersion, by: User, reason: str) -> None:
    """Take a version back from the approvers, with a reason; raises Refused once it is not with them."""
    held = _hold_open(version)
    if not reason.strip():
        raise Refused(_("Say why the version is withdrawn; the approvers will read it."))
    _end(held, State.WITHDRAWN, reason=reason.strip()[:1000])
    audit.record("version withdrawn", by=by, about=held, number=held.number)


def may_endorse(version: StrategyVersion, user: User) -> bool:
    """A mayor who has not signed or endorsed the version in force may endorse it."""
    if version.state != State.SIGNED or approvers.mayor(version.city) != user:
        return False
    in_force = version.city.strategyversion_set.in_force().filter(pk=version.pk)
    mine = version.signatures.exclude(kind=Kind.RETURN).filter(person_id_then=user.pk)
    asked = version.steps.filter(person=user)
    return in_force.exists() and not mine.exists() and not asked.exists()


def endorse(*, version: StrategyVersion, by: User, sha256: str, code: str) -> Signature:
    """A new office-holder confirms the signed version as theirs; shown beside the first signature. Raises Refused."""
    with transaction.atomic():
        held = _hold(version)
        done = held.signatures.filter(kind=Kind.ENDORSE, person_id_then=by.pk, sha256=sha256).first()
        if done:
            return done
        _same_text(held, sha256)
        if not may_endorse(held, by):
            raise Refused(_("This version is not yours to endorse."))
        wrong = stepup.check(person=by, purpose=purpose("endorse", held), code=code)
        if not wrong:
            step = held.steps.filter(office="mayor").first()
            title = step.title if step else str(Role.MAYOR.label)
            signature = _write(
                held, None, kind=Kind.ENDORSE, manner=Manner.APP, person_id_then=by.pk, person_name=str(by), role=title
            )
            seals.sign_again(held)
            audit.record("version endorsed", by=by, about=held, number=held.number)
    if wrong:
        raise Refused(wrong)
    return signature
