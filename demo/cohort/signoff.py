"""Approvers and versions: Tulsa's is with the mayor, Mérida's is signed, Niterói's was returned."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Q

from accelerator import stepup
from accelerator.models import User
from accelerator.texts import saving
from cities.models import Export, Office, Role
from demo.cohort import progress
from demo.cohort.story import Story
from strategy.models import Instrument, Section, SectionState, Step, StrategyVersion
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, readiness, submission
from strategy.tasks import render_file

TEXTS = Path(__file__).parent / "signed.json"
# How many days ago each was submitted.
SUBMITTED = {"tulsa-us": 4, "merida-mx": progress.SUBMITTED, "niteroi-br": 6}


def play(story: Story) -> None:
    data = json.loads(TEXTS.read_text(encoding="utf-8")).get(story.slug)
    if data is None:
        return
    lead, mayor = _person_with_role(story, Role.CITY_LEAD), _person_with_role(story, Role.MAYOR)
    _finalize_sections(story, data["sections"], lead)
    if story.slug == "tulsa-us":
        _add_approvers(story)
    if story.slug == "merida-mx":
        progress.backdate_writing(story)
    if readiness.blocking(readiness.findings(story.city)):
        return  # a plan without owners or measures can't be signed
    version = submission.submit(city=story.city, by=lead, note=data["note"])
    _backdate(story, version)
    if story.slug == "merida-mx":
        _make_pdf(version)
        _sign(version, mayor, story.ago(progress.SIGNED, 11))
        progress.play(story)
        for key, html in data["later"].items():
            section = story.city.section_set.get(key=key)
            saving.save(section, html=section.html + html, base=section.revision, by=lead)
    elif "returned" in data:
        _make_pdf(version)
        _return(version, mayor, data["returned"])


def _person_with_role(story: Story, role: Role) -> User:
    return story.people[next(person["email"] for person in story.data["people"] if person["role"] == role)]


def _finalize_sections(story: Story, texts: dict[str, str], lead: User) -> None:
    """Write the sections that are unfinished, and set them and the required ones to final."""
    for section in story.city.section_set.filter(Q(template__required=True) | Q(key__in=texts)):
        if section.key in texts:
            saving.save(section, html=texts[section.key], base=section.revision, by=lead)
        Section.objects.filter(pk=section.pk, revision__gt=0).update(
            state=SectionState.FINAL, state_at=story.ago(5, 16)
        )
        Section.objects.filter(pk=section.pk).update(written_at=story.ago(7, 11))
        section.revisions.filter(number=section.revision + 1).update(created_at=story.ago(7, 11))


def _add_approvers(story: Story) -> None:
    """The mayor signs first, then the council decides by resolution."""
    offices = (
        (Office.MAYOR, "Mayor", Instrument.SIGNATURE, True),
        (Office.COUNCIL, "Tulsa City Council", Instrument.RESOLUTION, False),
    )
    for office, title, instrument, may_delegate in offices:
        approvers.add(
            city=story.city, by=None, office=office, title=title, instrument=instrument, may_delegate=may_delegate
        )


def _backdate(story: Story, version: StrategyVersion) -> None:
    at = story.ago(SUBMITTED[story.slug], 17)
    StrategyVersion.objects.filter(pk=version.pk).update(submitted_at=at, state_at=at)
    Step.objects.filter(version=version).exclude(asked_at=None).update(asked_at=at)


def _make_pdf(version: StrategyVersion) -> None:
    # No one signs before the PDF can be read, and no worker runs yet.
    render_file(version.city_id, version.city.export_set.get(kind=Export.Kind.VERSION_PDF).pk)
    version.refresh_from_db()


def _sign(version: StrategyVersion, mayor: User, at: datetime) -> None:
    # As a mayor would: a code confirms the signature here too.
    step = signoff.current_step(version)
    code = stepup.create_code(person=mayor, purpose=signoff.purpose("sign", version))
    signoff.sign(version=version, step=step.pk if step else 0, by=mayor, sha256=version.sha256, code=code, at=at)


def _return(version: StrategyVersion, mayor: User, returned: dict[str, Any]) -> None:
    step = signoff.current_step(version)
    signoff.send_back(
        version=version,
        step=step.pk if step else 0,
        by=mayor,
        sha256=version.sha256,
        comment=returned["comment"],
        sections=list(returned["sections"].items()),
    )
