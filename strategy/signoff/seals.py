"""The public seal of a signed version: what its printed code verifies (docs/adr/0009)."""

from __future__ import annotations

from typing import Any

from cities.models import Office
from strategy.signoff.models import PublicSeal, Signature, StrategyVersion

COPIED = ("code", "number", "template", "sha256", "pdf_sha256", "signed_at")


def set_seal(version: StrategyVersion) -> PublicSeal:
    """Publish the seal of a version that was just signed; supersede the previous seal."""
    # One valid seal per city: an older signed version verifies as superseded, not as unknown.
    city, valid = version.city, PublicSeal.State.VALID
    city.publicseal_set.filter(state=valid).update(state=PublicSeal.State.SUPERSEDED)
    copied = {name: getattr(version, name) for name in COPIED}
    # The name and time zone that were signed, not today's setting.
    frozen = version.tree["city"]
    copied |= {"city_name": frozen["name"], "time_zone": frozen["time_zone"]}
    return PublicSeal.objects.create(city=city, slug=city.slug, signatures=signature_rows(version), **copied)


def signature_rows(version: StrategyVersion) -> list[dict[str, Any]]:
    """Only what can be public: names, titles, and how they were established; no addresses or comments.

    Names come from confirmations: who uploaded a paper isn't named, since people can change their own name.
    """
    rows = version.signatures.exclude(kind=Signature.Kind.RETURN).select_related("step").order_by("at", "pk")
    return [
        {
            "person": row.person_name,
            "role": row.role,
            "office": row.step.office if row.step else Office.MAYOR,
            # A body's title and signer: no one has confirmed them.
            "is_typed": row.manner == Signature.Manner.PAPER and row.holder_id_then is None,
            "manner": row.manner,
            "on_behalf_of": row.on_behalf_of,
            "at": row.at.isoformat(),
            "signed_on": row.signed_on.isoformat() if row.signed_on else "",
            "instrument": row.instrument,
            "number": row.instrument_number,
            "kind": row.kind,
            "paper_checked_at": row.paper_checked_at.isoformat() if row.paper_checked_at else "",
            "address_domain": row.address_domain,
            "office_confirmed_for": row.office_confirmed_for,
            "office_confirmed_at": row.office_confirmed_at.isoformat() if row.office_confirmed_at else "",
        }
        for row in rows
    ]


def update_signatures(version: StrategyVersion) -> None:
    """Add a later signature to the seal: a new officeholder's endorsement."""
    version.city.publicseal_set.filter(number=version.number).update(signatures=signature_rows(version))
