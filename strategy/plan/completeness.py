"""What a plan is missing (docs/program.md 3.3), on its page and in the readiness check before it is submitted.

Objectives come from `city.objective_set.with_actions()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import formats
from cities.models import City
from strategy.plan import dependencies
from strategy.plan.choices import Status
from strategy.plan.models import Action, Objective
from strategy.template.models import Component

# More than a city can manage: docs/program.md 3.3.
MOST_OBJECTIVES, MOST_ACTIONS = 8, 40
CORE = [Component.GOVERNANCE, Component.QUALITY, Component.USE, Component.TRANSPARENCY]
# The field on an action's page that fills each gap, so that links go right to it.
_FIELDS = {"owner": "id_owner_role", "quarter": "id_due", "measure": "id_measure", "baseline": "id_baseline"}


@dataclass(frozen=True, slots=True)
class Gap:
    kind: str  # owner, quarter, measure, baseline, priority, actions, outcome, soon or many; and those of `warnings`
    message: str
    url: str  # where to fix it
    code: str = ""  # of the objective or action
    is_blocking: bool = False  # a strategy with it can't be submitted


def missing_fields(action: Action) -> list[str]:
    """Which of owner, quarter, measure and baseline are missing; none for a canceled action."""
    if action.status == Status.CANCELLED:
        return []
    missing = {
        "owner": not (action.owner_role or action.owner_id or action.owner_name),
        "quarter": not action.due,
        "measure": not action.measure,
        "baseline": bool(action.measure) and action.baseline is None and not action.baseline_unknown,
    }
    return [kind for kind, is_missing in missing.items() if is_missing]


def live_actions(objectives: Iterable[Objective]) -> list[Action]:
    actions = [action for objective in objectives for action in objective.actions.all()]
    return [action for action in actions if action.status != Status.CANCELLED]


def headline(objectives: Iterable[Objective]) -> str:
    actions = live_actions(objectives)
    if not actions:
        return _("No actions planned yet.")
    complete = sum(not {"owner", "quarter", "measure"} & set(missing_fields(action)) for action in actions)
    sentence = ngettext(
        "%(whole)d of %(all)d action has an owner, a quarter, and a measure.",
        "%(whole)d of %(all)d actions have an owner, a quarter, and a measure.",
        len(actions),
    )
    return sentence % {"whole": complete, "all": len(actions)}


def gaps(city: City, objectives: Sequence[Objective]) -> list[Gap]:
    result = list(_plan_gaps(city, objectives))
    for objective in objectives:
        result += _objective_gaps(city, objective)
        for action in objective.actions.all():
            result += _action_gaps(city, action)
    return result


def _plan_gaps(city: City, objectives: Sequence[Objective]) -> Iterator[Gap]:
    url, actions = reverse("strategy:plan", args=[city.slug]), live_actions(objectives)
    if not actions:
        yield Gap("actions", _("The action plan has no actions yet."), url, is_blocking=True)
    if len(objectives) > MOST_OBJECTIVES:
        sentence = _("The plan has %(count)d objectives. A city can realistically track about %(most)d.")
        yield Gap("many", sentence % {"count": len(objectives), "most": MOST_OBJECTIVES}, url)
    if len(actions) > MOST_ACTIONS:
        sentence = _("The plan has %(count)d actions. A city can realistically track about %(most)d.")
        yield Gap("many", sentence % {"count": len(actions), "most": MOST_ACTIONS}, url)
    # The program asks for one action per component within 90 days: the plan's first quarter.
    early = {action.component for action in actions if action.due == 1}
    for component in CORE if actions else ():
        if component not in early:
            sentence = _("No action under “%(component)s” is due in the first 90 days (%(quarter)s).")
            yield Gap("soon", sentence % {"quarter": formats.quarter(1), "component": component.label}, url)
    measures = [measure for objective in objectives for measure in objective.measures.all()]
    if measures and not any(measure.is_resident_outcome for measure in measures):
        yield Gap("outcome", _("No measure tracks an outcome residents will notice."), url)


def _objective_gaps(city: City, objective: Objective) -> Iterator[Gap]:
    code, measures, args = objective.code, objective.measures.all(), [city.slug, objective.pk]
    if not objective.priority:
        sentence = _("%(objective)s doesn’t name the mayoral priority it supports.") % {"objective": code}
        yield Gap("priority", sentence, f"{reverse('strategy:objective-edit', args=args)}#id_priority", code)
    if not live_actions([objective]):
        url = reverse("strategy:objective-action-add", args=args)
        yield Gap("actions", _("%(objective)s has no actions.") % {"objective": code}, url, code)
    if not measures:
        sentence = _("%(objective)s has no measure of its results.") % {"objective": code}
        yield Gap("measure", sentence, reverse("strategy:objective-measure-add", args=args), code)
    if any(measure.baseline is None and not measure.baseline_unknown for measure in measures):
        sentence = _("%(objective)s has a measure without a baseline.") % {"objective": code}
        yield Gap("baseline", sentence, f"{reverse('strategy:objective-edit', args=args)}#measures", code)


def _action_gaps(city: City, action: Action) -> Iterator[Gap]:
    sentences = {
        "owner": _("%(action)s has no owner."),
        "quarter": _("%(action)s doesn’t have a due date. Choose a quarter."),
        "measure": _("%(action)s has no measure."),
        "baseline": _("%(action)s has a measure without a baseline. Enter the baseline or mark it as not known yet."),
    }
    url = reverse("strategy:action-edit", args=[city.slug, action.pk])
    for kind in missing_fields(action):
        # A baseline can be measured later; without an owner, quarter or measure, no one can track the action.
        must, address = kind != "baseline", f"{url}#{_FIELDS[kind]}"
        yield Gap(kind, sentences[kind] % {"action": action.code}, address, action.code, is_blocking=must)


def warnings(city: City, objectives: Iterable[Objective]) -> Iterator[Gap]:
    """Actions that can't go as planned because of what they depend on: a warning while planning, not a refusal."""
    actions = [action for objective in objectives for action in objective.actions.all()]
    depends_on = {action.pk: {row.on_id for row in action.dependencies.all()} for action in actions}
    codes = {action.pk: action.code for action in actions}
    for action in actions:
        url = reverse("strategy:action-edit", args=[city.slug, action.pk])
        if cycle := dependencies.find_cycle(depends_on, action.pk):
            sentence = dependencies.cycle_sentence([codes[pk] for pk in cycle])
            yield Gap("circle", sentence, url, action.code, is_blocking=True)
        if action.status == Status.CANCELLED:
            continue
        for other in sorted((row.on for row in action.dependencies.all()), key=lambda row: row.pk):
            if other.status == Status.CANCELLED:
                sentence = _("%(action)s depends on %(other)s, which is canceled.")
                names = {"action": action.code, "other": other.code}
                yield Gap("canceled", sentence % names, url, action.code, is_blocking=True)
            elif sentence := _early_sentence(action, other):
                yield Gap("early", sentence, url, action.code)


def _early_sentence(action: Action, other: Action) -> str:
    """An action whose first quarter comes before the one in which `other` is due; "" if it doesn't."""
    first = action.starts or action.due
    if not (first and other.due) or first >= other.due or other.status == Status.COMPLETED:
        return ""
    sentence = _("%(action)s is due in %(start)s but depends on %(other)s, which isn’t due until %(due)s.")
    if action.starts:
        sentence = _("%(action)s starts in %(start)s but depends on %(other)s, which isn’t due until %(due)s.")
    names = {"action": action.code, "start": formats.quarter(first), "other": other.code}
    return sentence % {**names, "due": formats.quarter(other.due)}
