"""Which sections a city's strategy has: omitted, restored, moved to another template version."""

# Sections are never deleted and no text changes: only their template, position and standing do.

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.conflicts import actor_label, last_change
from accelerator.models import User
from accelerator.refusals import Refused
from accelerator.texts import saving
from accelerator.texts.models import Revision
from cities.models import City
from strategy.sections.actions import FRIDAY
from strategy.sections.models import Section, SectionState, Standing, Strategy, TemplateMove
from strategy.template.comparison import Change, changes, moved_keys, prompts_changed
from strategy.template.models import STRUCTURED, TemplateSection, TemplateVersion


def leave_out(section: Section, *, by: User) -> bool:
    """Omit a section from the document; False if it is required, or isn't in it."""
    return _set_standing(section, Standing.PRESENT, Standing.HIDDEN, "section left out", by)


def restore(section: Section, *, by: User) -> bool:
    """Put a section back into the document; False if it wasn't omitted."""
    return _set_standing(section, Standing.HIDDEN, Standing.PRESENT, "section taken in", by)


@transaction.atomic
def _set_standing(section: Section, before: Standing, after: Standing, verb: str, by: User) -> bool:
    # The condition is part of the update: if two people click at once, only one changes the row.
    rows = Section.objects.filter(pk=section.pk, city=section.city_id, standing=before)
    if after == Standing.HIDDEN:
        rows = rows.filter(template__required=False)
    if not rows.update(standing=after):
        return False
    section.standing = after
    audit.record(verb, by=by, about=section)
    return True


def copy_into(target: Section, *, source: Section, base: int, by: User) -> saving.Saved:
    """Append the text of a section outside the document to one inside; the source is unchanged."""
    return saving.save(target, html=target.html + source.html, base=base, by=by, kind=Revision.Kind.IMPORT)


def newer_version(city: City) -> TemplateVersion | None:
    """The latest published version of the city's template, if newer than its own."""
    versions = TemplateVersion.objects
    own = versions.filter(strategy__city=city)
    later = versions.published().filter(
        slug__in=own.values("slug"), number__gt=models.Subquery(own.values("number")[:1])
    )
    return later.order_by("-number").first()


def left_out(city: City) -> list[Section]:
    rows = city.section_set.filter(standing=Standing.HIDDEN).select_related("template")
    return list(rows.only("city", "key", "words", "template__titles", "template__number").order_by("position"))


@dataclass(frozen=True, slots=True)
class Step:
    """What a move does to one section."""

    kind: str  # kept, new, back, forced or removed
    section: Section | None
    template: TemplateSection
    due_on: date
    moved: bool = False
    has_new_prompts: bool = False
    changes: list[Change] = field(default_factory=list)
    due_moves: bool = False

    @property
    def renamed(self) -> bool:
        return self.section is not None and self.section.template.title != self.template.title

    @property
    def touched(self) -> bool:
        return bool(self.kind != "kept" or self.moved or self.changes or self.due_moves)


def preview(strategy: Strategy, version: TemplateVersion) -> list[Step]:
    """What moving to `version` would do to each section, in the new order; then the removed ones."""
    sections = {
        row.key: row
        for row in Section.objects.filter(strategy=strategy, city=strategy.city_id)
        .select_related("template")
        .defer("html")
        .order_by("position")
    }
    rows = {row.key: row for row in version.sections.all()}
    here = [key for key, row in sections.items() if row.standing != Standing.REMOVED and key in rows]
    # Added and removed sections shift the others, which doesn't count as a move.
    moved = moved_keys(here, [key for key in rows if key in here])
    steps = [_step(strategy, sections.get(key), row, key in moved) for key, row in rows.items()]
    return steps + [
        Step("removed", row, row.template, row.due_on)
        for key, row in sections.items()
        if key not in rows and row.standing != Standing.REMOVED
    ]


def _step(strategy: Strategy, section: Section | None, row: TemplateSection, moved: bool) -> Step:
    due = strategy.cohort.date_of(row.due_week, FRIDAY)
    if section is None:
        return Step("new", None, row, due)
    # A date that the city set stays; one that followed the old template follows the new one.
    follows = section.due_on == strategy.cohort.date_of(section.template.due_week, FRIDAY)
    due = due if follows else section.due_on
    # A returning section gets its old row back, with text, history and comments.
    kind = "back" if section.standing == Standing.REMOVED else "kept"
    if section.standing == Standing.HIDDEN and row.required:
        kind = "forced"
    return Step(
        kind,
        section,
        row,
        due,
        moved,
        prompts_changed(section.template, row),
        changes(section.template, row),
        due != section.due_on,
    )


@transaction.atomic
def move(*, strategy: Strategy, to: TemplateVersion, seen: int, by: User) -> TemplateMove:
    """Move a strategy to another published version of its template; raises Refused.

    `seen` is the primary key of the version that the preview was based on.
    """
    strategy = locked(strategy)
    is_other = to.pk != seen and to.slug == strategy.version.slug and to.published_at
    if strategy.version_id != seen or not is_other:
        event = last_change(strategy, verb__in=["strategy moved", "strategy move undone"])
        sentence = _(
            "No change was made because %(who)s switched the strategy to version %(number)d after you opened this page."
        )
        raise Refused(sentence % {"who": actor_label(event), "number": strategy.version.number})
    return switch(strategy, to=to, by=by)


def switch(strategy: Strategy, *, to: TemplateVersion, by: User) -> TemplateMove:
    """Move a locked strategy to a version, of its own template or another; undo() can restore what it replaces."""
    steps = preview(strategy, to)
    before = [_fields_before(row) for row in Section.objects.filter(strategy=strategy, city=strategy.city_id)]
    set_dates, added = _apply(strategy, steps)
    for row in before:
        # Which dates this move set: undoing it leaves those that the city has changed since.
        row["due_set"] = set_dates.get(row["id"], "")
    template_move = TemplateMove.objects.create(
        city_id=strategy.city_id,
        strategy=strategy,
        from_version=strategy.version,
        to_version=to,
        before={"sections": before, "added": added},
        moved_by=by,
    )
    Strategy.objects.filter(pk=strategy.pk, city=strategy.city_id).update(version=to)
    _begin_filled(strategy.city_id)
    audit.record("strategy moved", by=by, about=strategy, before=str(strategy.version), after=str(to))
    return template_move


def _apply(strategy: Strategy, steps: list[Step]) -> tuple[dict[int, str], list[int]]:
    """The dates that were set, and the sections that were added, by primary key."""
    set_dates, added = {}, []
    for step in steps:
        if step.section is None:
            added.append(_add(strategy, step).pk)
            continue
        fields = _fields_after(step)
        Section.objects.filter(pk=step.section.pk, city=strategy.city_id).update(**fields)
        if "due_on" in fields:
            set_dates[step.section.pk] = fields["due_on"].isoformat()
    return set_dates, added


def _begin_filled(city_id: int) -> None:
    # The new version may have a section for a register that already has rows.
    rows = Section.objects.filter(city=city_id, state=SectionState.NOT_STARTED, template__role__in=STRUCTURED)
    for section in rows.select_related("template", "city"):
        section.begin_if_filled()


def locked(strategy: Strategy) -> Strategy:
    # Two moves at once would each record the other's result as the previous state.
    rows = Strategy.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("version", "cohort").get(pk=strategy.pk, city=strategy.city_id)


def _fields_before(row: Section) -> dict[str, Any]:
    return {
        "id": row.pk,
        "template": row.template_id,
        "position": row.position,
        "standing": row.standing,
        "due_on": row.due_on.isoformat(),
    }


def _add(strategy: Strategy, step: Step) -> Section:
    return Section.objects.create(
        city_id=strategy.city_id,
        strategy=strategy,
        template=step.template,
        key=step.template.key,
        position=step.template.position,
        due_on=step.due_on,
    )


def _fields_after(step: Step) -> dict[str, Any]:
    if step.kind == "removed":
        return {"standing": Standing.REMOVED}
    fields: dict[str, Any] = {"template": step.template, "position": step.template.position}
    if step.kind in {"back", "forced"}:
        fields["standing"] = Standing.PRESENT
    if step.due_moves:
        fields["due_on"] = step.due_on
    return fields


def last_move(strategy: Strategy) -> TemplateMove | None:
    """The latest move that hasn't been undone, the only one that can be."""
    rows = TemplateMove.objects.filter(strategy=strategy, city=strategy.city_id, undone_at=None)
    return rows.select_related("from_version", "to_version", "moved_by").order_by("-pk").first()


@transaction.atomic
def undo(template_move: TemplateMove, *, by: User) -> bool:
    """Restore template, positions and standings from before a move; False if it isn't the latest one.

    Texts written since stay. A section that the move added is outside the document afterward.
    """
    strategy = locked(template_move.strategy)
    latest = last_move(strategy)
    if latest is None or latest.pk != template_move.pk:
        return False
    rows = Section.objects.filter(strategy=strategy, city=strategy.city_id)
    for row in template_move.before["sections"]:
        rows.filter(pk=row["id"]).update(template=row["template"], position=row["position"], standing=row["standing"])
        if row["due_set"]:  # a date that the city has changed since the move stays
            rows.filter(pk=row["id"], due_on=row["due_set"]).update(due_on=row["due_on"])
    rows.filter(pk__in=template_move.before["added"]).update(standing=Standing.REMOVED)
    Strategy.objects.filter(pk=strategy.pk, city=strategy.city_id).update(version=template_move.from_version_id)
    latest.undone_by, latest.undone_at = by, timezone.now()
    latest.save(update_fields=["undone_by", "undone_at"])
    audit.record("strategy move undone", by=by, about=strategy, version=str(template_move.from_version))
    return True


def sections_outside(city: City) -> tuple[list[Section], list[Section]]:
    """The sections outside the document: those the city omitted, and those no longer in the template."""
    rows = list(
        city.section_set.exclude(standing=Standing.PRESENT)
        .select_related("template", "template__version", "written_by")
        .defer("html", "template__purposes", "template__prompts", "template__goods", "template__parts")
        .order_by("position")
    )
    hidden = [row for row in rows if row.standing == Standing.HIDDEN]
    return hidden, [row for row in rows if row.standing == Standing.REMOVED]
