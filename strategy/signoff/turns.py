"""Whose turn it is in a version that is with the approvers, as a sentence."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.languages import Phrase, phrase, written_in
from accelerator.models import User
from accelerator.walltime import local_day
from cities.models import City, Officeholder
from cities.offices.models import BODIES
from strategy.signoff import approvers, papers
from strategy.signoff.models import Signature, Step, StrategyVersion
from strategy.signoff.paper_models import SignedPaper


def to_upload(city: City) -> QuerySet[Step]:
    """The step whose turn it is, if it is signed on paper and no document has been uploaded yet."""
    uploaded = SignedPaper.objects.filter(step=OuterRef("pk"), state=SignedPaper.State.WAITING)
    # Without someone confirmed in the office, an upload is refused.
    held = Officeholder.objects.current().filter(city=OuterRef("city"), office=OuterRef("office"))
    on_paper = Q(office__in=BODIES) | Q(Exists(held), on_paper=True)
    return Step.objects.filter(on_paper, ~Exists(uploaded), city=city).waiting()


def waiting_sentence(step: Step, language: str) -> Phrase:
    """Who has to act now, by the step with its signer and its uploaded document."""
    title = written_in(step.title, language)
    if step.is_vacant:
        return phrase(_("It’s waiting until someone is confirmed as %(who)s."), who=title)
    if step.is_on_paper and step.uploaded:
        return phrase(_("It’s waiting for GovEx to check the document signed by %(who)s."), who=title)
    if step.is_on_paper:
        return phrase(_("It’s waiting for %(who)s to sign on paper."), who=title)
    return phrase(_("It’s waiting for %(name)s, %(who)s, to sign."), name=str(step.signer), who=title)


def version_sentence(version: StrategyVersion, reader: User, today: date) -> Phrase:
    """ "You signed version 2 on Nov 29. It’s waiting for Tulsa City Council to sign on paper."."""
    city = version.city
    steps = approvers.find_signers(version.steps.select_related("person"))
    current = next((step for step in steps if step.state == Step.State.WAITING), None)
    signed = _signed_sentence(version, reader, today)
    if current is None:
        return phrase("%(signed)s", signed=signed)
    current.uploaded = papers.waiting(city).get(current.pk) if current.is_on_paper else None
    return phrase("%(signed)s %(waiting)s", signed=signed, waiting=waiting_sentence(current, city.language))


def _signed_sentence(version: StrategyVersion, reader: User, today: date) -> str:
    signatures = [row for row in version.signatures.all() if row.kind == Signature.Kind.SIGN]
    own = next((row for row in signatures if row.person_id_then == reader.pk), None)
    row = own or next(reversed(signatures), None)
    if row is None:
        return _("Version %(number)d is waiting for signature.") % {"number": version.number}
    day = row.signed_on or local_day(row.at, version.city.time_zone)
    values = {"number": version.number, "day": formats.day(day, today)}
    if own:
        return _("You signed version %(number)d on %(day)s.") % values
    return _("%(name)s signed version %(number)d on %(day)s.") % {**values, "name": row.person_name}
