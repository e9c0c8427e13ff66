"""Who signed, as the public reads it: from the seal alone, never from the document or from who is in office now."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.walltime import local_day
from cities.models import Office
from strategy.plan.choices import Instrument
from strategy.signoff.models import PublicSeal, Signature


def signatures(seal: PublicSeal | None) -> list[dict[str, Any]]:
    """The seal's signatures in order, later endorsements too, with labels and the city's days."""
    return [_signature(row, seal) for row in seal.signatures] if seal else []


def approvals(seal: PublicSeal | None) -> list[dict[str, Any]]:
    """Those that completed the version."""
    return [row for row in signatures(seal) if not row["is_endorsement"]]


def _signature(row: dict[str, Any], seal: PublicSeal) -> dict[str, Any]:
    return {
        **row,
        "at": parse_datetime(row["at"]),
        "signed_on": parse_date(row["signed_on"] or ""),
        "checked_on": _day(row.get("paper_checked_at"), seal),
        "confirmed_on": _day(row.get("office_confirmed_at"), seal),
        "manner_label": Signature.Manner(row["manner"]).label,
        "instrument_label": _instrument(row),
        "typed_for": str(Office(row["office"]).label) if row.get("is_typed") else "",
        "is_endorsement": row["kind"] == Signature.Kind.ENDORSE,
    }


def _instrument(row: dict[str, Any]) -> str:
    """An emailed code is a signature, whatever the city set: only a paper can be an order or a resolution."""
    if not row["instrument"]:
        return ""
    if row["manner"] != Signature.Manner.PAPER:
        return _("Signature")
    return str(Instrument(row["instrument"]).label)


def on_paper(seal: PublicSeal | None) -> list[str]:
    """What is known of each signature that this site didn't take itself, as sentences."""
    rows = seal.signatures if seal else []
    return [_paper_sentence(row, seal) for row in rows if seal and row["manner"] == Signature.Manner.PAPER]


def _paper_sentence(row: dict[str, Any], seal: PublicSeal) -> str:
    checked_on = _day(row.get("paper_checked_at"), seal)
    if checked_on is None:
        return _("%(role)s signed on paper; GovEx hasn’t checked the scan.") % {"role": row["role"]}
    values = {"role": row["role"], "day": formats.day(checked_on)}
    return _("%(role)s signed on paper; GovEx checked the scan on %(day)s.") % values


def _day(at: str | None, seal: PublicSeal) -> date | None:
    """The city's day of a moment in a seal."""
    moment = parse_datetime(at or "")
    return local_day(moment, seal.time_zone) if moment else None
