from datetime import date

from django.db import transaction

from accelerator import audit
from accelerator.models import User
from cities.models import City, Decision


@transaction.atomic
def ask_decision(*, city: City, question: str, context: str, options: list[str], due_on: date, by: User) -> Decision:
    decision = city.decision_set.create(question=question, context=context, options=options, due_on=due_on, asked_by=by)
    audit.record("decision asked", by=by, about=decision)
    return decision
