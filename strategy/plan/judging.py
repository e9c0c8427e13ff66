"""What each row of a plan's file would do, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.conflicts import as_posted
from accelerator.content_versions import digest
from accelerator.intake.verdicts import Cell, Kind, Verdict
from cities.models import City
from strategy.plan import vocabulary
from strategy.plan.dependencies import cycle_sentence, find_cycle
from strategy.plan.forms import ActionForm, MeasureForm, PlanForm, members
from strategy.plan.models import Action, Objective, ObjectiveMeasure
from strategy.plan.quarters import quarter_label
from strategy.plan.understanding import DATES, NUMBERS, QUARTER_COLUMNS, Understood
from strategy.sections.models import Strategy
from strategy.template.models import Component


@dataclass(slots=True, kw_only=True)
class PlanVerdict(Verdict):
    name: str
    form: Any = None
    is_new: bool = False
    code: str = ""  # as in the file
    new_objective: str = ""  # the title of one that the row creates
    depends_on: list[str] | None = None  # codes; None if the file has no such column

    @property
    def effect(self) -> Kind:
        return Kind.ADDED if self.is_new else Kind.CHANGED if self.changes else Kind.UNCHANGED

    @property
    def cells(self) -> list[Cell]:
        detail = _("Adds the objective “%(title)s”") % {"title": self.new_objective} if self.new_objective else ""
        return [Cell(_("Action or measure"), self.name or _("Untitled"), detail)]


@dataclass(slots=True)
class Preview:
    actions: list[PlanVerdict]
    measures: list[PlanVerdict]
    absent: list[Action]
    digest: str  # of the plan at the time; a different one means that someone has changed it since

    @property
    def all(self) -> list[PlanVerdict]:
        return [*self.actions, *self.measures]


class Judge:
    """Compares a file's rows with the current plan, in a fixed number of queries plus about two per row."""

    def __init__(self, city: City, strategy: Strategy, language: str) -> None:
        self.city, self.strategy, self.language = city, strategy, language
        self.objectives = list(city.objective_set.with_actions())
        self.by_code = {row.code: row for row in self.objectives}
        self.by_title = {key_of(row.title): row for row in self.objectives}
        self.actions = {row.code: row for objective in self.objectives for row in objective.actions.all()}
        self.people = {user.email.lower(): user.pk for user in members(city)}
        self.policies = {row.title: row.pk for row in city.policy_set.all()}
        self.policy_keys = {key_of(title): pk for title, pk in self.policies.items()}

    def judge(self, rows: Understood) -> Preview:
        actions = [self._judge_action(row) for row in rows.actions]
        _refuse_repeated_codes(actions)
        self._refuse_cycles(actions)
        measures = [self._judge_measure(row) for row in rows.measures]
        codes = {verdict.code for verdict in actions}
        absent = [row for code, row in self.actions.items() if rows.actions and code not in codes]
        return Preview(actions, measures, absent, self._digest())

    def _digest(self) -> str:
        measures = [measure for objective in self.objectives for measure in objective.measures.all()]
        rows: list[Objective | Action | ObjectiveMeasure] = [*self.objectives, *self.actions.values(), *measures]
        return digest(sorted([row._meta.model_name, row.pk, row.stamp] for row in rows))[:24]

    # Actions

    def _judge_action(self, cells: dict[str, Any]) -> PlanVerdict:
        code, objective, title = (_text(cells.get(name, "")) for name in ("code", "objective", "title"))
        present = self.actions.get(code)
        name = f"{code} {title or (present.title if present else '')}".strip()
        verdict = PlanVerdict(cells["line"], name=name, code=code)
        self._refuse_formulas(verdict, cells)
        # An empty plan accepts any codes: the city may be importing a complete plan that already has them.
        if code and not present and self.actions:
            verdict.refuse(
                "", _("No action has the code %(code)s. To add a new action, leave the code blank.") % {"code": code}
            )
        target = self._objective_of(objective, present, verdict)
        if not verdict.problems:
            self._read_dependencies(verdict, cells)
            row = present or Action(
                city=self.city,
                objective=target or Objective(city=self.city, title="", code=""),
                component=target.component if target else Component.GOVERNANCE,
            )
            self._judge(verdict, row, cells, ActionForm)
        return verdict

    def _objective_of(self, text: str, present: Action | None, verdict: PlanVerdict) -> Objective | None:
        """None for a new objective, whose title goes into the verdict."""
        objective = self._find_objective(text)
        if present:
            if objective is not None and objective.pk != present.objective_id:
                message = _("An import can’t move an action to another objective. This one belongs to %(code)s.")
                verdict.refuse("", message % {"code": present.objective.code})
            return present.objective
        if objective is None and text:
            verdict.new_objective = text[:300]
        elif objective is None and not verdict.problems:
            verdict.refuse("", _("A new action needs an objective."))
        return objective

    def _find_objective(self, text: str) -> Objective | None:
        """By code, by title, or by a text that starts with the code."""
        return self.by_code.get(text.split(" ")[0].rstrip(".:")) or self.by_title.get(key_of(text))

    def _read_dependencies(self, verdict: PlanVerdict, cells: dict[str, Any]) -> None:
        if "depends_on" not in cells:
            return
        codes = re.split(r"[,;\s]+", _text(cells["depends_on"]))
        verdict.depends_on = list(dict.fromkeys(code for code in codes if code))
        if unknown := [code for code in verdict.depends_on if self.actions and code not in self.actions]:
            verdict.refuse(
                "",
                _("This action depends on actions that aren’t in the plan: %(codes)s.") % {"codes": ", ".join(unknown)},
            )

    # Measures

    def _judge_measure(self, cells: dict[str, Any]) -> PlanVerdict:
        objective_text, title = _text(cells.get("objective", "")), _text(cells.get("measure", ""))
        name = f"{objective_text.split(' ')[0]} {title}".strip()
        verdict = PlanVerdict(cells["line"], name=name)
        self._refuse_formulas(verdict, cells)
        objective = self._find_objective(objective_text)
        if objective is None:
            verdict.refuse("", _("This measure’s objective isn’t in the plan."))
        elif not verdict.problems:
            matches = (row for row in objective.measures.all() if key_of(row.measure) == key_of(title))
            row = next(matches, None) or ObjectiveMeasure(city=self.city, objective=objective)
            self._judge(verdict, row, cells, MeasureForm)
        return verdict

    # Any row

    def _judge(self, verdict: PlanVerdict, row: Any, cells: dict[str, Any], kind: type[PlanForm]) -> None:
        """Validate the row with the form from its page, filled with the plan's values overlaid by the file's cells."""
        # The same form, so that a file can write exactly what a person can.
        blank = kind(instance=row, city=self.city, strategy=self.strategy)
        before = {name: blank.present(name) for name in blank.field_names}
        after = before | {
            name: self._form_value(name, _text(cells[name]))
            for name in cells
            if name in before and name != "depends_on"
        }
        if verdict.depends_on is not None and self.actions:
            known = [self.actions[code] for code in verdict.depends_on if code in self.actions]
            after["depends_on"] = as_posted(known)
        # `seen` and `stamp` as if the page had just been opened: later changes by others are a conflict.
        post = _query_dict({**after, "seen": blank.seen_json(), "stamp": str(row.stamp)})
        verdict.is_new = row.pk is None
        verdict.form = kind(post, instance=row, city=self.city, strategy=self.strategy)
        for name, sentence in cells["errors"]:
            tell = verdict.ask if name in cells["asked"] else verdict.refuse
            tell(self._column(name), sentence)
        told = {name for name, _sentence in cells["errors"]}
        for name, errors in verdict.form.errors.items():
            for error in errors if name not in told else []:
                verdict.refuse(self._column(name) if name in before else "", error)
        verdict.understood = [
            (self._column(name), written, self._display_value(name, after[name]))
            for name, written in cells["written"].items()
            if name in before and name not in verdict.form.errors
        ]
        if verdict.problems:
            return
        changed = [name for name in blank.field_names if as_posted(before[name]) != as_posted(after[name])]
        verdict.changes = [
            (self._column(name), self._display_value(name, before[name]), self._display_value(name, after[name]))
            for name in changed
        ]

    def _form_value(self, name: str, text: str) -> Any:
        # Unrecognized text stays as it is, or becomes a nonexistent key, for the form to reject.
        if name in vocabulary.CHOICES:
            return vocabulary.value(name, text)
        if name == "owner" and text:
            return self.people.get(text.lower(), 0)
        if name == "policy" and text:
            return self.policy_keys.get(key_of(text), 0)
        return text

    def _refuse_formulas(self, verdict: PlanVerdict, cells: dict[str, Any]) -> None:
        for name, cell in cells.items():
            if isinstance(cell, dict) and "formula" in cell:
                verdict.refuse_formula(self._column(name), cell["formula"])

    def _column(self, name: str) -> str:
        return vocabulary.header(name, self.language) if name in vocabulary.COLUMNS else capfirst(name)

    def _display_value(self, name: str, posted: Any) -> str:
        """A value in readable form; text that means nothing, which the form refuses, as it is."""
        if name in QUARTER_COLUMNS and posted and str(posted).isdigit():
            return quarter_label(self.strategy, self.city, int(posted))
        if name in NUMBERS and posted:
            return formats.number(posted)
        if name in DATES and posted:
            return formats.day(date.fromisoformat(posted))
        if name in vocabulary.CHOICES:
            return vocabulary.label(name, posted, self.language, self.city.currency)
        if name == "depends_on":
            codes = {str(row.pk): code for code, row in self.actions.items()}
            return ", ".join(codes.get(pk, pk) for pk in posted or [])
        if name in ("owner", "policy"):
            names = self.people if name == "owner" else self.policies
            return next((text for text, pk in names.items() if str(pk) == str(posted)), "")
        return str(posted)

    def _refuse_cycles(self, verdicts: list[PlanVerdict]) -> None:
        # In the plan as the whole file would leave it: each row by itself may be fine.
        present = {code: {link.on.code for link in row.dependencies.all()} for code, row in self.actions.items()}
        judged = [verdict for verdict in verdicts if verdict.code and not verdict.is_refused]
        depends_on = present | {
            verdict.code: set(verdict.depends_on) for verdict in judged if verdict.depends_on is not None
        }
        for verdict in judged:
            if cycle := find_cycle(depends_on, verdict.code):
                verdict.refuse("", cycle_sentence(cycle))
                depends_on[verdict.code] = present.get(verdict.code, set())


def _refuse_repeated_codes(verdicts: Iterable[PlanVerdict]) -> None:
    first_lines: dict[str, int] = {}
    for verdict in verdicts:
        if not verdict.code:
            continue
        if verdict.code in first_lines:
            names = {"code": verdict.code, "line": first_lines[verdict.code]}
            verdict.refuse("", _("%(code)s is already in row %(line)d.") % names)
        first_lines.setdefault(verdict.code, verdict.number)


def key_of(text: str) -> str:
    return " ".join(text.split()).casefold()


def _text(cell: str | dict[str, str]) -> str:
    return "" if isinstance(cell, dict) else cell


def _query_dict(values: dict[str, Any]) -> QueryDict:
    post = QueryDict(mutable=True)
    for name, cell in values.items():
        post.setlist(name, cell if isinstance(cell, list) else [cell])
    return post
