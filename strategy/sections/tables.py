"""Which rows of a city belong to a structured section: its table comes from the plan or a register."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from strategy.template.models import SectionRole

# The models by name: they belong to the plan, which builds on the sections.
MODELS = {
    SectionRole.ACTIONS: "Objective",
    SectionRole.MEASURES: "ObjectiveMeasure",
    SectionRole.POLICIES: "Policy",
    SectionRole.AI_USES: "AiUse",
    SectionRole.RISKS: "Risk",
}
ROLES = {model: role for role, model in MODELS.items()}


def _rows(role: SectionRole) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model("strategy", MODELS[role])._default_manager.all()
    # An AI use that the city doesn't publish isn't in the document.
    return rows.filter(is_public=True) if role == SectionRole.AI_USES else rows


def has_rows(city_id: int, role: str) -> bool:
    """False for a section that has no table."""
    return role in MODELS and _rows(SectionRole(role)).filter(city=city_id).exists()


def with_rows() -> Q:
    """Sections whose table has rows."""
    condition = Q(pk=None)
    for role in MODELS:
        condition |= Q(Exists(_rows(role).filter(city=OuterRef("city"))), template__role=role)
    return condition
