"""After sign-off: quarterly status requests to action owners (docs/program.md 3.5), emailed by reminders/."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.models import User
from cities.models import City
from cities.tokens import make_token
from strategy.plan import quarters
from strategy.plan.choices import Status
from strategy.plan.models import QUARTERS, Action, StatusRequest

PURPOSE = "action-status"
# A link can be answered, repeatedly, until well after the next quarter's request.
LINK_DAYS = 120
ANSWER_WITHIN = timedelta(days=14)
CLOSED = [Status.COMPLETED, Status.CANCELLED]


@transaction.atomic
def update_requests(city: City) -> None:
    """Update requests from the plan: one per open action and quarter from its start on. Idempotent."""
    version = city.strategyversion_set.in_force().defer("tree").first()
    if version is None:
        return
    since = timezone.localdate(version.signed_at, timezone=city.zone)
    ends = {number: quarters.quarter_dates(city.strategy, city, number)[1] for number in range(1, QUARTERS + 1)}
    last_quarter = max((number for number, last in ends.items() if last < city.today()), default=0)
    rows = {(row.action_id, row.quarter): row for row in city.statusrequest_set.all()}
    actions = {action.pk: action for action in city.action_set.select_related("owner")}
    # Quarters that ended before the signing aren't included: the plan wasn't binding yet.
    due = {
        (action.pk, number)
        for action in actions.values()
        if action.status not in CLOSED
        for number in _quarters(action, last_quarter + 1)
        if ends[number] >= since
    }
    due_on = {number: last + ANSWER_WITHIN for number, last in ends.items()}
    if last_quarter:
        # Whoever is asked late has the same time to answer: a first email that says "late" is no question.
        due_on[last_quarter] = max(due_on[last_quarter], city.today() + ANSWER_WITHIN)
    _create(city, due - rows.keys(), ends, due_on, actions)
    _update_unanswered(rows, due, due_on, actions)


def _quarters(action: Action, present_quarter: int) -> range:
    """From the quarter it starts in to the one it is due in, or to the current one while it is late."""
    first = action.starts or action.due or 1
    return range(first, min(QUARTERS, max(action.due or first, present_quarter)) + 1)


def _create(
    city: City, keys: set[tuple[int, int]], ends: dict[int, date], due_on: dict[int, date], actions: dict[int, Action]
) -> None:
    StatusRequest.objects.bulk_create(
        [
            StatusRequest(
                city=city,
                action_id=pk,
                quarter=number,
                asked=_owner(actions[pk]),
                asks_on=ends[number] + timedelta(days=1),
                due_on=due_on[number],
            )
            for pk, number in sorted(keys)
        ],
        ignore_conflicts=True,  # the hourly task may have just created them
    )


def _update_unanswered(
    rows: dict[tuple[int, int], StatusRequest],
    due: set[tuple[int, int]],
    due_on: dict[int, date],
    actions: dict[int, Action],
) -> None:
    """Withdraw requests that are no longer due, reopen those that are again, and ask the current owner."""
    changed = []
    for key, row in rows.items():
        if row.answered_at:
            continue
        withdrawn = None if key in due else row.withdrawn_at or timezone.now()
        owner = _owner(actions[row.action_id])
        if (withdrawn, owner and owner.pk) != (row.withdrawn_at, row.asked_id):
            row.withdrawn_at, row.asked = withdrawn, owner
            if withdrawn is None:
                row.due_on = max(row.due_on, due_on[row.quarter])
            changed.append(row)
    StatusRequest.objects.bulk_update(changed, ["withdrawn_at", "asked", "due_on"])


def _owner(action: Action) -> User | None:
    """Whom to ask: the owner on the team, else a person with the plan's address, who gets no access."""
    if action.owner_id:
        return action.owner
    if not action.owner_email:
        return None
    city = action.city
    # An account without a role: the link answers one question and gives no other access.
    known = {"name": action.owner_name, "language": city.language, "time_zone": city.time_zone}
    return User.objects.get_or_create(email=action.owner_email.strip().lower(), defaults=known)[0]


def link(request: StatusRequest) -> str:
    """The path of the one-minute form for this request and the person asked only; it requires no sign-in."""
    assert request.asked, "only a person can be asked"
    token = make_token(PURPOSE, city_id=request.city_id, person=request.asked, request=request.pk)
    return reverse("strategy:status", args=[token])


def is_asked(request: StatusRequest, person: User) -> bool:
    """Whether this person still answers for the action: requests follow a new owner within the hour only."""
    if person.pk != request.asked_id:
        return False
    action = request.action
    return action.owner_id == person.pk if action.owner_id else action.owner_email.strip().lower() == person.email


def quarter_label(city: City, number: int) -> str:
    return quarters.quarter_label(city.strategy, city, number)
