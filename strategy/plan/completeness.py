"""What a plan is missing (docs/program.md 3.3). Objectives come from `city.objective_set.with_actions()`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import formats
from cities.models import City
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
    kind: str  # owner, quarter, measure, baseline, actions, outcome, soon or many
    message: str
    url: str  # where to fix it
    code: str = ""


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
        yield Gap("actions", _("The plan has no actions."), url)
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
        yield Gap(kind, sentences[kind] % {"action": action.code}, f"{url}#{_FIELDS[kind]}", action.code)


def early_starts(objectives: Iterable[Objective]) -> Iterator[str]:
    """A sentence for each action that starts before one it depends on is due: a warning, not a refusal."""
    sentence = _("%(action)s starts in %(start)s but depends on %(other)s, which isn’t due until %(due)s.")
    for action in live_actions(objectives):
        for other in (row.on for row in action.dependencies.all()):
            if action.starts and other.due and action.starts < other.due and other.status != Status.COMPLETED:
                yield sentence % {
                    "action": action.code,
                    "start": formats.quarter(action.starts),
                    "other": other.code,
                    "due": formats.quarter(other.due),
                }
