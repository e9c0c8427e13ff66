"""Sign-off: an approver's turn, a returned version, a section that changed after signing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.languages import phrase, written_in
from accelerator.models import User
from accelerator.walltime import local_day
from cities.models import Role
from cities.offices import actions as offices
from cities.offices.models import BODIES, Office
from cities.with_access import program_admins
from reminders.rules.rule import Rule, Step, Window, if_member, members
from strategy.models import Section, SignedPaper, StrategyVersion
from strategy.models import Step as ApprovalStep
from strategy.signoff import approvers, lapse
from strategy.signoff.models import StepQuerySet


class SignatureAsked(Rule):
    """An approver's turn: to whoever holds the office and a delegate who can sign, else to the leads who record it.

    The request itself is an email of its own (strategy/signoff/letters.py), unless the office changed hands after it.
    """

    name = "sign-asked"
    label = gettext_lazy("Signature request")
    date_field = "asked_at"
    date_means = "asked"
    steps: tuple[Step, ...] = (Step(0, 3), Step(3, 3), Step(7, 5))
    # PaperToCheck; a paper from before the approver was asked to sign on this site no longer counts.
    is_govex_turn = Q(papers__state=SignedPaper.State.WAITING) & (Q(on_paper=True) | Q(office__in=BODIES))

    def query(self) -> StepQuerySet:
        # Of the whole document, only whom it names as mayor.
        rows = ApprovalStep.objects.select_related("person", "version", "city__strategy__cohort")
        return rows.annotate(mayor_named=KeyTextTransform("mayor", "version__tree")).defer("version__tree")

    def due(self, window: Window) -> QuerySet[ApprovalStep]:
        return self.query().waiting().exclude(self.is_govex_turn)

    def recheck(self, ids: Collection[int]) -> QuerySet[ApprovalStep]:
        return super().recheck(ids).exclude(asked_at=None).exclude(self.is_govex_turn)

    def load(self, subjects: QuerySet[Any]) -> list[Any]:
        rows = approvers.find_signers(super().load(subjects))
        return [row for row in rows if not row.is_vacant and not _names_another(row)]

    def day(self, subject: Any) -> date:
        # A successor is asked from the day that the office was confirmed.
        return max(super().day(subject), self._confirmed_on(subject))

    def _confirmed_on(self, row: ApprovalStep) -> date:
        zone = row.city.time_zone
        return local_day(row.signer.confirmed_at, zone) if row.signer else date.min

    def is_done(self, row: ApprovalStep) -> bool:
        is_waiting = row.state == ApprovalStep.State.WAITING
        return not is_waiting or row.version.state != StrategyVersion.State.WITH_APPROVERS

    def people(self, row: ApprovalStep, step: Step, now: datetime) -> Iterable[User]:
        if row.signer is None:
            return members(row.city, Role.CITY_LEAD, now)
        if step.days == 0 and self._confirmed_on(row) <= super().day(row):
            return []
        delegates = [held.user for held in offices.delegates(row.city)] if row.may_delegate else []
        return [row.signer.user, *delegates]

    def title(self, row: ApprovalStep) -> str:
        return _("Strategy sign-off, version %(number)d") % {"number": row.version.number}

    def text(self, row: ApprovalStep) -> str:
        return phrase(_("Pending signature: %(title)s."), title=written_in(row.title, row.city.language))

    def path(self, row: ApprovalStep) -> str:
        return reverse("strategy:sign-off", args=[row.city.slug])


def _names_another(row: Any) -> bool:
    """Whether the document names a mayor who is no longer in office: strategy/signoff/actions.py other_mayor()."""
    is_mayors = row.office == Office.MAYOR and row.holder is not None
    return bool(is_mayors and row.mayor_named and row.mayor_named != row.holder.name)


class ApproverMissing(SignatureAsked):
    """A version can't be signed because no one is confirmed in the office, or because it names a former mayor: to
    leads, coaches and GovEx.
    """

    name = "approver-missing"
    label = gettext_lazy("No confirmed approver")
    steps = (Step(0, 3), Step(7, 5))
    prefetch = ("city__membership_set__user", "city__coachassignment_set__user__staffrole_set")

    def load(self, subjects: QuerySet[Any]) -> list[Any]:
        rows = approvers.find_signers(subjects.prefetch_related(*self.prefetch))
        return [row for row in rows if row.is_vacant or _names_another(row)]

    def people(self, row: ApprovalStep, step: Step, now: datetime) -> Iterable[User]:
        coaches = [assigned.user for assigned in row.city.coachassignment_set.all() if assigned.is_active(now)]
        return [*members(row.city, Role.CITY_LEAD, now), *coaches, *program_admins()]

    def text(self, row: ApprovalStep) -> str:
        if not row.is_vacant:
            return _("This version names a former mayor. Withdraw it and submit the strategy again.")
        title = written_in(row.title, row.city.language)
        return phrase(_("No one is confirmed as %(title)s, so this version can’t be signed."), title=title)


class PaperToCheck(Rule):
    """An uploaded signature on paper that GovEx hasn't compared yet; the first email goes out with the upload."""

    name = "paper-to-check"
    label = gettext_lazy("Paper signature to check")
    date_field = "recorded_at"
    date_means = "asked"
    steps = (Step(2, 3), Step(7, 5))

    def query(self) -> QuerySet[SignedPaper]:
        return SignedPaper.objects.select_related("step__version", "city__strategy__cohort").defer(
            "step__version__tree"
        )

    def due(self, window: Window) -> QuerySet[SignedPaper]:
        version = {"step__version__state": StrategyVersion.State.WITH_APPROVERS}
        return self.query().filter(state=SignedPaper.State.WAITING, step__state=ApprovalStep.State.WAITING, **version)

    def is_done(self, paper: SignedPaper) -> bool:
        is_open = paper.step.version.state == StrategyVersion.State.WITH_APPROVERS
        is_waiting = paper.state == SignedPaper.State.WAITING and paper.step.state == ApprovalStep.State.WAITING
        return not (is_open and is_waiting and paper.step.is_on_paper)

    def people(self, paper: SignedPaper, step: Step, now: datetime) -> Iterable[User]:
        return program_admins()

    def title(self, paper: SignedPaper) -> str:
        return _("Strategy sign-off, version %(number)d") % {"number": paper.step.version.number}

    def text(self, paper: SignedPaper) -> str:
        title = written_in(paper.role, paper.city.language)
        return phrase(_("A paper signature for %(title)s is waiting for you to check it."), title=title)

    def path(self, paper: SignedPaper) -> str:
        return reverse("strategy:paper-check", args=[paper.city.slug, paper.pk])


class VersionReturned(Rule):
    """A version was returned with comments: to the leads and whoever submitted it, once."""

    name = "version-returned"
    label = gettext_lazy("Returned version")
    date_field = "state_at"
    date_means = "happened"

    def query(self) -> QuerySet[StrategyVersion]:
        return StrategyVersion.objects.defer("tree").select_related("city__strategy__cohort", "submitted_by")

    def due(self, window: Window) -> QuerySet[StrategyVersion]:
        since = window.now - Step(0, 5).span
        return self.query().filter(state=StrategyVersion.State.RETURNED, state_at__gte=since)

    def is_done(self, version: StrategyVersion) -> bool:
        return version.state != StrategyVersion.State.RETURNED

    def people(self, version: StrategyVersion, step: Step, now: datetime) -> Iterable[User]:
        leads = members(version.city, Role.CITY_LEAD, now)
        return leads + if_member(version.city, version.submitted_by, now)

    def title(self, version: StrategyVersion) -> str:
        return _("Strategy, version %(number)d") % {"number": version.number}

    def text(self, version: StrategyVersion) -> str:
        return _("An approver returned this version with comments.")

    def path(self, version: StrategyVersion) -> str:
        return reverse("strategy:sign-off", args=[version.city.slug])


class SectionLapsed(Rule):
    """A section changed after signing: to the leads once, from the day of its first change."""

    name = "section-lapsed"
    label = gettext_lazy("Section changed after signing")
    date_field = "first_saved"
    date_means = "happened"

    def query(self) -> QuerySet[Section]:
        return Section.objects.select_related("template", "city").defer("html")

    def due(self, window: Window) -> QuerySet[Any]:
        return self._changed().filter(first_saved__gte=window.now - self.steps[0].span)

    def recheck(self, ids: Collection[int]) -> QuerySet[Any]:
        return self._changed().filter(pk__in=ids)

    def _changed(self) -> QuerySet[Any]:
        return lapse.sections_saved_since().select_related("template", "city__strategy__cohort")

    def load(self, subjects: QuerySet[Any]) -> list[Any]:
        sections = list(super().load(subjects))
        # In one query: the comparison needs the full text of each signed part.
        parts = lapse.signed_parts(section.part_id for section in sections)
        for section in sections:
            section.signed_part = parts[section.part_id]
        return sections

    def is_done(self, section: Any) -> bool:
        return lapse.is_as_signed(section.signed_part, section)

    def title(self, section: Section) -> str:
        return _("Changed after signing: %(section)s") % {"section": section.template.title}

    def text(self, section: Section) -> str:
        return _("The signatures don’t cover the new text.")

    def path(self, section: Section) -> str:
        return reverse("strategy:section", args=[section.city.slug, section.key])
