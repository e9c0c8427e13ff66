from datetime import date

from django.db import transaction

from accelerator import audit
from accelerator.models import User
from cities.models import City, Decision, Officeholder
from cities.offices import actions as offices
from cities.roles import Role


@transaction.atomic
def ask_decision(*, city: City, question: str, context: str, options: list[str], due_on: date, by: User) -> Decision:
    decision = city.decision_set.create(question=question, context=context, options=options, due_on=due_on, asked_by=by)
    audit.record("decision asked", by=by, about=decision)
    return decision


def deciding(city: City, user: User) -> tuple[Role, Officeholder] | None:
    """In which role this person decides, and for which mayor: who is confirmed as mayor or delegate, no one else."""
    mayor = offices.mayor(city)
    if mayor is None:
        return None
    if mayor.user_id == user.pk:
        return Role.MAYOR, mayor
    is_delegate = city.delegate_decides and offices.delegates(city).filter(user=user).exists()
    return (Role.MAYORS_DELEGATE, mayor) if is_delegate else None
