"""What is missing in a plan (docs/program.md 3.3): the headline, the list behind it, and warnings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.models import City
from strategy.plan.actions import MOST_ACTIONS, MOST_OBJECTIVES
from strategy.plan.models import Action, Objective, Status, quarter_name
from strategy.template.models import Component

CORE = [Component.GOVERNANCE, Component.QUALITY, Component.USE, Component.TRANSPARENCY]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the plan lacks: its kind (`owner`, `quarter`, `measure`, `baseline`, `actions`, `outcome`,
    `soon`, `many`), a sentence, and the address of the place where it is mended."""

    kind: str
    words: str
    url: str
    code: str = ""


def whole(city: City) -> QuerySet[Objective]:
    """The objectives with their measures and actions, owners, policies and dependencies: five queries."""
    doing = Action.objects.select_related("owner", "policy", "updated_by").prefetch_related(
        "dependencies__on"
    )
    return city.objective_set.prefetch_related("measures", Prefetch("actions", doing))


def lacks(action: Action) -> list[str]:
    """Which of owner, quarter, measure and baseline an action lacks; nothing for a cancelled one."""
    if action.status == Status.CANCELLED:
        return []
    missing = {
        "owner": not (action.owner_role or action.owner_id or action.owner_name),
        "quarter": not action.due,
        "measure": not action.measure,
        "baseline": bool(action.measure) and action.baseline is None and not action.baseline_unknown,
    }
    return [kind for kind, is_missing in missing.items() if is_missing]


def live(objectives: Iterable[Objective]) -> list[Action]:
    """The actions that the plan still means to do, or has done."""
    return [
        action
        for objective in objectives
        for action in objective.actions.all()
        if action.status != Status.CANCELLED
    ]


def headline(objectives: Iterable[Objective]) -> str:
    """ "31 of 34 actions have an owner, a quarter and a measure." """
    actions = live(objectives)
    if not actions:
        return _("No action is planned yet.")
    whole = sum(not {"owner", "quarter", "measure"} & set(lacks(action)) for action in actions)
    sentence = ngettext(
        "%(whole)d of %(all)d action has an owner, a quarter and a measure.",
        "%(whole)d of %(all)d actions have an owner, a quarter and a measure.",
        len(actions),
    )
    return sentence % {"whole": whole, "all": len(actions)}


def gaps(city: City) -> list[Gap]:
    """Everything that the city's plan lacks, for the readiness check; a fixed number of queries."""
    return gaps_in(city, list(whole(city)))


def gaps_in(city: City, objectives: list[Objective]) -> list[Gap]:
    """The same for objectives that `whole` has read."""
    found = _of_the_plan(city, objectives)
    for objective in objectives:
        found += _of_an_objective(city, objective)
        for action in objective.actions.all():
            url = reverse("strategy:action-edit", args=[city.slug, action.pk])
            found += [
                Gap(kind, _sentence(kind, action), f"{url}#{_PLACE[kind]}", action.code)
                for kind in lacks(action)
            ]
    return found


_PLACE = {"owner": "id_owner_role", "quarter": "id_due", "measure": "id_measure", "baseline": "id_baseline"}


def _sentence(kind: str, action: Action) -> str:
    words = {
        "owner": _("%(action)s has no owner."),
        "quarter": _("%(action)s has no quarter by which it is due."),
        "measure": _("%(action)s has no measure."),
        "baseline": _(
            "%(action)s has a measure without a baseline: give it, or say that it is not known yet."
        ),
    }
    return words[kind] % {"action": action.code}


def _of_an_objective(city: City, objective: Objective) -> list[Gap]:
    url, code = reverse("strategy:objective-edit", args=[city.slug, objective.pk]), objective.code
    found = []
    if not live([objective]):
        add = reverse("strategy:objective-action-add", args=[city.slug, objective.pk])
        found.append(Gap("actions", _("%(objective)s has no action.") % {"objective": code}, add, code))
    measures = objective.measures.all()
    if not measures:
        words = _("%(objective)s has no measure of its result.") % {"objective": code}
        found.append(
            Gap(
                "measure",
                words,
                reverse("strategy:objective-measure-add", args=[city.slug, objective.pk]),
                code,
            )
        )
    if any(row.baseline is None and not row.baseline_unknown for row in measures):
        words = _("%(objective)s has a measure without a baseline.") % {"objective": code}
        found.append(Gap("baseline", words, f"{url}#measures", code))
    return found


def _of_the_plan(city: City, objectives: list[Objective]) -> list[Gap]:
    plan, actions = reverse("strategy:plan", args=[city.slug]), live(objectives)
    found = []
    if not actions:
        found.append(Gap("actions", _("The plan has no action."), plan))
    if len(objectives) > MOST_OBJECTIVES:
        words = _("The plan has %(count)d objectives; %(most)d are about what a city can follow.")
        found.append(Gap("many", words % {"count": len(objectives), "most": MOST_OBJECTIVES}, plan))
    if len(actions) > MOST_ACTIONS:
        words = _("The plan has %(count)d actions; %(most)d are about what a city can follow.")
        found.append(Gap("many", words % {"count": len(actions), "most": MOST_ACTIONS}, plan))
    soon = {action.component for action in actions if action.due == 1}
    for component in CORE if actions else ():
        if component not in soon:
            words = _("No action is due in the first 90 days (%(quarter)s) for: %(component)s.")
            found.append(
                Gap("soon", words % {"quarter": quarter_name(1), "component": component.label}, plan)
            )
    measures = [row for objective in objectives for row in objective.measures.all()]
    if measures and not any(row.is_resident_outcome for row in measures):
        found.append(Gap("outcome", _("No measure tells of an outcome that residents notice."), plan))
    return found


def early_starts(objectives: Iterable[Objective]) -> list[tuple[Action, str]]:
    """Actions that start before one they wait for is due, each with its sentence: a warning, not a refusal."""
    found = []
    for action in live(objectives):
        for other in (row.on for row in action.dependencies.all()):
            if action.starts and other.due and action.starts < other.due and other.status != Status.COMPLETED:
                names = {
                    "action": action.code, "start": quarter_name(action.starts),
                    "other": other.code, "due": quarter_name(other.due),
                }  # fmt: skip
                words = _(
                    "%(action)s starts in %(start)s, before %(other)s, which it waits for, is due (%(due)s)."
                )
                found.append((action, words % names))
    return found
