"""The readiness check, approvers, submitted versions, signing, and verification."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accelerator.content_versions import digest
from accelerator.models import User
from cities.models import City, Office
from cities.offices import actions as offices
from strategy.document.tree import freeze
from strategy.models import (
    Approver,
    ApproverChange,
    Instrument,
    PublicSeal,
    Signature,
    SignedPaper,
    Step,
    StrategyVersion,
)
from strategy.signoff import approvers, codes, lapse, seals

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {
    "approver": lambda city: city.approver_set.first(),
    "signature": lambda city: city.signature_set.exclude(paper="").first(),
    "step": lambda city: city.step_set.first(),
    "return-comment": lambda city: city.returncomment_set.first(),
    "paper": lambda city: city.signedpaper_set.first(),
    "officeholder": lambda city: city.officeholder_set.first(),
}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {
    "code": lambda city: PublicSeal.objects.filter(city=city, number=1).get().code
}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {
    "strategy:return-comment": (404, "only after a return"),
    "strategy:step-readdress": (404, "only while a signature is pending"),
}


def fill(city: City, lead) -> None:
    """An office, and a signed version with its two files and its seal."""
    from tests.guards.world import marker  # noqa: PLC0415 - the world reads the areas

    text, now, tree = marker(city), timezone.now(), freeze(city)
    Approver.objects.create(city=city, position=1, office=Office.OTHER, title=f"Office {text}", person=lead)
    name = default_storage.save(f"versions/{city.pk}/1.pdf", ContentFile(f"%PDF- {text}".encode()))
    version = StrategyVersion.objects.create(
        city=city,
        strategy=city.strategy,
        number=1,
        tree=tree,
        template="x 1",
        sha256=digest(tree),
        code=codes.make(),
        note=f"Note {text}",
        state="signed",
        signed_at=now,
        submitted_by=lead,
        pdf=name,
        pdf_sha256=hashlib.sha256(name.encode()).hexdigest(),
    )
    step = Step.objects.create(
        city=city,
        version=version,
        position=1,
        office=Office.OTHER,
        title=f"Office {text}",
        person=lead,
        state="signed",
        asked_at=now,
    )
    paper = default_storage.save(f"papers/{city.pk}/1.pdf", ContentFile(f"%PDF- paper {text}".encode()))
    signature = Signature.objects.create(
        city=city,
        version=version,
        step=step,
        kind="sign",
        manner="paper",
        person_name="Council",
        role="Council",
        recorded_by=str(lead),
        signed_on=city.today(),
        sha256=version.sha256,
        instrument=Instrument.RESOLUTION,
        paper=paper,
        paper_sha256="0" * 64,
    )
    SignedPaper.objects.create(
        city=city,
        step=step,
        person_name="Council",
        role="Council",
        signed_on=city.today(),
        sha256=version.sha256,
        paper=default_storage.save(f"papers/{city.pk}/2.pdf", ContentFile(f"%PDF- upload {text}".encode())),
        paper_sha256="0" * 64,
        recorded_by=lead,
        recorded_by_name=str(lead),
    )
    signature.comments.create(city=city, position=1, body=f"Change {text}", answer=f"Done {text}")
    approvers.record_change(city.approver_set.get(), ApproverChange.Kind.ADDED, by=None)
    admin = User.objects.get(email="admin@govex.example")
    offices.confirm(city=city, user=lead, office=Office.OTHER, by=admin)
    lapse.store_parts(version)
    seals.set_seal(version)
