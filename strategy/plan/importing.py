"""A plan that comes in as a file: what each row would do, looked at first, then applied in one go."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.conflicts import as_posted
from accelerator.intake.cells import AmbiguousNumber, read_number
from accelerator.models import User
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan.dependencies import cycle_sentence, edges, find_cycle, set_dependencies
from strategy.plan.forms import ActionForm, MeasureForm, members
from strategy.plan.models import Action, Objective, ObjectiveMeasure
from strategy.plan.sheets import Sheets
from strategy.plan.vocabulary import COLUMNS, VALUES, header, spoken, value
from strategy.plan.workbook import QUARTER_NAMES
from strategy.sections.models import Strategy
from strategy.template.models import Component

ADDED, CHANGED, SAME, REFUSED = "added", "changed", "unchanged", "refused"
NUMBERS = ("fte", "baseline", "target_1", "target_2", "target_3", "percent")


@dataclass(slots=True)
class Verdict:
    """What one row of the file would do: its kind, changes as (column, before, after), or why it is refused."""

    line: int
    kind: str
    name: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    row: Any = None
    form: Any = None
    objective: str = ""
    waits: list[str] | None = None
    own_code: str = ""


@dataclass(slots=True)
class Preview:
    actions: list[Verdict]
    measures: list[Verdict]
    absent: list[Action]
    seen: str

    @property
    def all(self) -> list[Verdict]:
        return [*self.actions, *self.measures]

    def count(self, kind: str) -> int:
        return sum(verdict.kind == kind for verdict in self.all)


class Judge:
    """Compares a file's rows with the plan as it stands; a fixed number of queries and two or so a row."""

    def __init__(self, city: City, strategy: Strategy, language: str) -> None:
        self.city, self.strategy, self.language = city, strategy, language
        self.objectives = list(city.objective_set.with_actions())
        self.by_code = {row.code: row for row in self.objectives}
        self.by_title = {_key(row.title): row for row in self.objectives}
        self.actions = {row.code: row for one in self.objectives for row in one.actions.all()}
        self.people = {user.email.lower(): user.pk for user in members(city)}
        self.policies = {_key(row.title): row.pk for row in city.policy_set.all()}

    def stamps(self) -> str:
        """One value for all stamps of the plan: another one means that somebody has changed it meanwhile."""
        rows = [
            *self.objectives,
            *self.actions.values(),
            *(m for row in self.objectives for m in row.measures.all()),
        ]
        words = ",".join(
            f"{row._meta.model_name}{row.pk}:{row.stamp}"
            for row in sorted(rows, key=lambda r: (r._meta.model_name, r.pk))
        )
        return hashlib.sha256(words.encode()).hexdigest()[:24]

    def look(self, sheets: Sheets) -> Preview:
        """What every row would do."""
        actions = [self.action(row) for row in sheets.actions]
        codes = [row.get("code") for row in sheets.actions if isinstance(row.get("code"), str)]
        self._twice(actions)
        self._cycles(actions)
        measures = [self.measure(row) for row in sheets.measures]
        absent = [row for code, row in self.actions.items() if sheets.actions and code not in codes]
        return Preview(actions, measures, absent, self.stamps())

    # Actions

    def action(self, row: dict[str, Any]) -> Verdict:
        words = {name: cell for name, cell in row.items() if name != "line"}
        code = _text(words.pop("code", ""))
        found = self.actions.get(code)
        verdict = Verdict(
            row["line"],
            REFUSED,
            f"{code} {_text(words.get('title', '')) or (found.title if found else '')}".strip(),
        )
        verdict.own_code = code
        verdict.reasons = _formulas(words)
        if code and not found and self.actions:
            verdict.reasons.append(
                _("No action has the code %(code)s; leave the code empty to add one.") % {"code": code}
            )
        target = self._objective(_text(words.pop("objective", "")), found, verdict)
        if verdict.reasons:
            return verdict
        verdict.waits = _codes(words.pop("depends_on")) if "depends_on" in words else None
        self._known_codes(verdict)
        return self._judged(verdict, found or self._new(target, words), words, ActionForm)

    def _objective(self, words: str, found: Action | None, verdict: Verdict) -> Objective | None:
        """The objective that a row names by code, title or both; a new title is kept to be added."""
        code = words.split(" ")[0].rstrip(".:")
        target = self.by_code.get(code) or self.by_title.get(_key(words))
        if found:
            if words and target is not None and target.pk != found.objective_id:
                verdict.reasons.append(
                    _("An action stays with its objective (%(code)s).") % {"code": found.objective.code}
                )
            return found.objective
        if target is None and words:
            verdict.objective = words[:300]
        elif target is None and not verdict.reasons:
            verdict.reasons.append(_("A new action needs its objective."))
        return target

    def _new(self, target: Objective | None, words: dict[str, Any]) -> Action:
        component = target.component if target else Component.GOVERNANCE
        return Action(
            city=self.city,
            objective=target or Objective(city=self.city, title="", code=""),
            component=component,
        )

    def _known_codes(self, verdict: Verdict) -> None:
        if verdict.waits is None or not self.actions:
            return
        unknown = [code for code in verdict.waits if code not in self.actions]
        if unknown:
            verdict.reasons.append(
                _("It waits for %(codes)s, which is not in the plan.") % {"codes": ", ".join(unknown)}
            )

    def _judged(self, verdict: Verdict, row: Any, words: dict[str, Any], kind: Any) -> Verdict:
        """Let the form of the page judge the row with the file's words over what stands."""
        blank = kind(instance=row, city=self.city, strategy=self.strategy)
        data = {name: blank.present(name) for name in blank.field_names}
        known = {
            name: self._value(name, _text(cell), verdict) for name, cell in words.items() if name in data
        }
        sent = {**data, **known}
        if kind is ActionForm and verdict.waits is not None and self.actions:
            sent["depends_on"] = sorted(
                str(self.actions[code].pk) for code in verdict.waits if code in self.actions
            )
        form = kind(
            _post({**sent, "seen": blank.shown(), "stamp": str(row.stamp)}),
            instance=row,
            city=self.city,
            strategy=self.strategy,
        )
        verdict.row, verdict.form = row, form
        if not form.is_valid():
            verdict.reasons += [
                f"{self._label(name)}: {error}" if name != "__all__" else error
                for name, errors in form.errors.items()
                for error in errors
            ]
        if verdict.reasons:
            return verdict
        touched = [name for name in form.field_names if _differs(data[name], sent[name])]
        verdict.changes = [
            (self._label(name), self._said(name, data[name]), self._said(name, sent[name]))
            for name in touched
        ]
        verdict.kind = ADDED if row.pk is None else CHANGED if touched else SAME
        return verdict

    def _value(self, name: str, words: str, verdict: Verdict) -> Any:
        """A cell's words as the form takes them; what means nothing is left for the form to refuse."""
        if name in VALUES:
            return value(name, words)
        if name in ("starts", "due"):
            plain = words.upper().replace(" ", "").split("(")[0]
            return str(QUARTER_NAMES.index(plain) + 1) if plain in QUARTER_NAMES else words
        if name == "owner" and words:
            return self.people.get(words.lower(), 0)
        if name == "policy" and words:
            return self.policies.get(_key(words), 0)
        if name in NUMBERS:
            return _number(words, self._label(name), verdict)
        return words

    def _label(self, name: str) -> str:
        return header(name, self.language) if name in COLUMNS else capfirst(name)

    def _said(self, name: str, cell: Any) -> str:
        """A form's value as people read it in the preview."""
        if name == "depends_on":
            codes = {str(row.pk): code for code, row in self.actions.items()}
            return ", ".join(codes.get(pk, pk) for pk in cell or [])
        if name in ("starts", "due"):
            return QUARTER_NAMES[int(cell) - 1] if cell else ""
        if name in ("owner", "policy"):
            table = (
                self.people if name == "owner" else {row.title: row.pk for row in self.city.policy_set.all()}
            )
            return next((words for words, pk in table.items() if str(pk) == str(cell)), "")
        if name in VALUES:
            at = VALUES[name].get(cell)
            return at[spoken(self.language)] if at else str(cell)
        return str(cell)

    # All rows together

    def _twice(self, verdicts: list[Verdict]) -> None:
        first: dict[str, int] = {}
        for verdict in verdicts:
            if not verdict.own_code:
                continue
            if verdict.own_code in first:
                words = {"code": verdict.own_code, "line": first[verdict.own_code]}
                _refuse(verdict, _("%(code)s stands in line %(line)d already.") % words)
            first.setdefault(verdict.own_code, verdict.line)

    def _cycles(self, verdicts: list[Verdict]) -> None:
        """Refuse rows that would close a cycle in the plan as it would then be."""
        waits = {row.code: {link.on.code for link in row.dependencies.all()} for row in self.actions.values()}
        for verdict in verdicts:
            if verdict.waits is not None and verdict.kind != REFUSED and verdict.own_code:
                waits[verdict.own_code] = set(verdict.waits)
        for verdict in verdicts:
            if (
                verdict.own_code
                and verdict.kind != REFUSED
                and (cycle := find_cycle(waits, verdict.own_code))
            ):
                _refuse(verdict, cycle_sentence(cycle))
                before = self.actions.get(verdict.own_code)
                waits[verdict.own_code] = (
                    {link.on.code for link in before.dependencies.all()} if before else set()
                )

    # Measures

    def measure(self, row: dict[str, Any]) -> Verdict:
        words = {name: cell for name, cell in row.items() if name != "line"}
        named, what = _text(words.pop("objective", "")), _text(words.get("measure", ""))
        verdict = Verdict(
            row["line"], REFUSED, f"{named.split(' ')[0]} {what}".strip(), reasons=_formulas(words)
        )
        target = self.by_code.get(named.split(" ")[0].rstrip(".:")) or self.by_title.get(_key(named))
        if target is None:
            verdict.reasons.append(_("This measure’s objective is not in the plan."))
        if verdict.reasons or target is None:
            return verdict
        found = next((one for one in target.measures.all() if _key(one.measure) == _key(what)), None)
        return self._judged(
            verdict, found or ObjectiveMeasure(city=self.city, objective=target), words, MeasureForm
        )


def _refuse(verdict: Verdict, words: str) -> None:
    verdict.kind, verdict.changes = REFUSED, []
    verdict.reasons.append(words)


def _key(words: str) -> str:
    return " ".join(words.split()).casefold()


def _text(cell: Any) -> str:
    return "" if isinstance(cell, dict) else str(cell)


def _formulas(words: dict[str, Any]) -> list[str]:
    return [
        _("Cell %(cell)s holds a formula: put its value there instead.") % {"cell": cell["formula"]}
        for cell in words.values()
        if isinstance(cell, dict)
    ]


def _codes(cell: Any) -> list[str]:
    return list(dict.fromkeys(code for code in re.split(r"[,;\s]+", _text(cell)) if code))


def _number(words: str, label: str, verdict: Verdict) -> str:
    """A number as people type it; one that can mean two things is refused, and what is none left to the form."""
    try:
        number = read_number(words)
    except AmbiguousNumber:
        sentence = _("%(column)s: write %(words)s without a separator of thousands.")
        verdict.reasons.append(sentence % {"column": label, "words": words})
        return ""
    return words if number is None else as_posted(number)


def _differs(before: Any, after: Any) -> bool:
    return as_posted(before if before is not None else "") != as_posted(after if after is not None else "")


def _post(data: dict[str, Any]) -> Any:
    post = QueryDict(mutable=True)
    for name, cell in data.items():
        post.setlist(name, cell if isinstance(cell, list) else [cell])
    return post


@transaction.atomic
def apply(preview: Preview, *, city: City, by: User) -> int:
    """Write every row that is not refused, in one transaction; raises Conflict where a row has changed meanwhile."""
    plan.lock(city)
    made: dict[str, Objective] = {}
    written: list[tuple[Action, list[str]]] = []
    codes = {row.code: row for row in city.action_set.all()}
    done = 0
    for verdict in preview.actions:
        if verdict.kind in (ADDED, CHANGED):
            action = _write(verdict, city, by, made)
            codes.setdefault(verdict.own_code or action.code, action)
            done += 1
            if verdict.waits is not None:
                written.append((action, verdict.waits))
    _connect(written, codes)
    for verdict in preview.measures:
        if verdict.kind == ADDED:
            plan.add_measure(objective=verdict.row.objective, by=by, **verdict.form.values())
        elif verdict.kind == CHANGED:
            plan.change(verdict.row, stamp=verdict.row.stamp, by=by, **verdict.form.values())
        done += verdict.kind in (ADDED, CHANGED)
    audit.record("plan imported", by=by, about=city, rows=done)
    return done


def _write(verdict: Verdict, city: City, by: User, made: dict[str, Objective]) -> Action:
    values = {name: cell for name, cell in verdict.form.values().items() if name != "depends_on"}
    if verdict.kind == CHANGED:
        if values:
            plan.change(verdict.row, stamp=verdict.row.stamp, by=by, **values)
        return verdict.row
    objective = verdict.row.objective
    if verdict.objective:
        key = _key(verdict.objective)
        if key not in made:
            made[key] = plan.add_objective(
                city=city, by=by, title=verdict.objective, component=values["component"]
            )
        objective = made[key]
    return plan.add_action(objective=objective, by=by, **values)


def _connect(written: list[tuple[Action, list[str]]], codes: dict[str, Action]) -> None:
    """What waits for what: first take away, then add, so that no step on the way closes a cycle."""
    waits = edges(written[0][0].city_id) if written else {}
    for action, names in written:
        keep = [codes[name] for name in names if name in codes and codes[name].pk in waits.get(action.pk, ())]
        set_dependencies(action, keep)
    for action, names in written:
        set_dependencies(action, [codes[name] for name in names if name in codes])
