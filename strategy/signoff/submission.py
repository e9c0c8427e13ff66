"""Submitting: the strategy is frozen as a numbered version and presented to the approvers (docs/adr/0009)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import audit
from accelerator.content_versions import digest
from accelerator.models import User
from accelerator.refusals import Refused
from cities.exports import actions as exports
from cities.models import City, Export
from strategy.document.tree import freeze
from strategy.plan import actions as plan
from strategy.signoff import approvers, codes, lapse, readiness, returned
from strategy.signoff.models import Step, StrategyVersion

State = StrategyVersion.State


def submit(*, city: City, by: User, note: str = "", sign_by: date | None = None) -> StrategyVersion:
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
        decided = city.strategyversion_set.exclude(state=State.WITHDRAWN).order_by("-number").first()
        steps = approvers.find_signers(approvers.steps_for(city))
        returned.refuse_unanswered(decided, tree)
        _refuse_titles(steps)
        _refuse_sole_approver(steps, by)
        version = StrategyVersion.objects.create(
            city=city,
            strategy=strategy,
            number=last.number + 1 if last else 1,
            tree=tree,
            note=note,
            sign_by=sign_by,
            template=f"{tree['template']['slug']} {tree['template']['number']}",
            sha256=digest(tree),
            code=codes.make(),
            submitted_by=by,
        )
        lapse.store_parts(version)
        _store_steps(version, steps)
        audit.record("version submitted", by=by, about=version, number=version.number, sha256=version.sha256)
        ask_pdf(version, by=by)
    return version


def _blocked(number: int) -> str:
    return ngettext(
        "The strategy wasn’t submitted. One required fix remains.",
        "The strategy wasn’t submitted. %(number)d required fixes remain.",
        number,
    ) % {"number": number}


def _refuse_titles(steps: list[Step]) -> None:
    for step in steps:
        if problem := approvers.title_problem(step.office, step.title):
            raise Refused(problem)


def _refuse_sole_approver(steps: list[Step], by: User) -> None:
    if all(step.holder is not None and step.holder.user_id == by.pk for step in steps):
        raise Refused(
            _(
                "You’re the only approver, and no one can approve what they submit alone. Ask a colleague to submit "
                "the strategy, or add an approver."
            )
        )


def _store_steps(version: StrategyVersion, steps: list[Step]) -> None:
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
