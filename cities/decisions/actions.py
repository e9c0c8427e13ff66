"""Verbs of decisions that touch several rows."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accelerator import audit
from accelerator.models import User
from cities.models import City, Decision


@transaction.atomic
def ask_decision(*, city: City, question: str, context: str, options: list[str], due_on: date, by: User) -> Decision:
    """Put a question to the mayor; the same question sent twice by a double click is asked once."""
    City.objects.select_for_update(of=("self",), no_key=True).get(pk=city.pk)
    words = {"question": question, "context": context, "options": options, "due_on": due_on}
    if same := city.decision_set.waiting().filter(asked_by=by, **words).first():
        return same
    decision = city.decision_set.create(asked_by=by, **words)
    audit.record("decision asked", by=by, about=decision)
    return decision
