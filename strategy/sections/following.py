"""Which strategies follow when a cohort's template version changes: those of cities that have written nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.apps import apps
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.conflicts import actor_label, last_change
from accelerator.models import Cohort, User
from accelerator.refusals import Refused
from accelerator.rls import has_city, keeps_rows
from strategy.sections import outline, tables
from strategy.sections.models import Section, Strategy
from strategy.template.actions import pin_template
from strategy.template.models import CohortTemplate, TemplateVersion

# Any row of one of these models counts as begun, even without text in a section.
BEGUN = [*tables.MODELS.values(), "SectionDraft", "Thread", "Upload"]


@dataclass(frozen=True, slots=True)
class Following:
    """The strategies of a cohort's cities, by name: those that move, that are there already, and that stay and why."""

    moving: list[Strategy] = field(default_factory=list)
    there: list[Strategy] = field(default_factory=list)
    staying: list[tuple[Strategy, str]] = field(default_factory=list)


def following(cohort: Cohort, version: TemplateVersion) -> Following:
    """Two queries, however many cities."""
    result = Following()
    taking_part = set(cohort.enrollment_set.open().values_list("city", flat=True))
    rows = Strategy.objects.filter(city__enrollment__cohort=cohort).select_related("city", "cohort", "version")
    rows = rows.annotate(written=Count("section", filter=Q(section__revision__gt=0)), has_begun=_begun())
    for strategy in rows.order_by("city__sort_name", "city"):
        if strategy.version_id == version.pk:
            result.there.append(strategy)
        elif strategy.city_id not in taking_part:
            result.staying.append((strategy, _("The city has left this cohort.")))
        elif strategy.cohort_id != cohort.pk:
            result.staying.append((strategy, _("Its strategy began in %(cohort)s.") % {"cohort": strategy.cohort}))
        elif strategy.written or strategy.has_begun:
            result.staying.append((strategy, _what_has_begun(strategy.written)))
        else:
            result.moving.append(strategy)
    return result


def _begun(models: Iterable[str] = BEGUN) -> Q:
    """The condition on strategies: a row of the city's in one of the models."""
    begun = Q()
    for model in models:
        begun |= Q(Exists(apps.get_model("strategy", model)._default_manager.filter(city=OuterRef("city"))))
    return begun


def is_untouched(strategy: Strategy) -> bool:
    """No text, no rows, no comments, nothing assigned, no approvers: deleting it would lose nothing."""
    # The record of approvers, opinions and signatures can't be deleted at all.
    models = apps.get_app_config("strategy").get_models()
    kept = [model.__name__ for model in models if has_city(model) and keeps_rows(model)]
    if Strategy.objects.filter(_begun([*BEGUN, "Approver", *kept]), pk=strategy.pk).exists():
        return False
    sections = Section.objects.filter(strategy=strategy, city=strategy.city_id)
    return not sections.filter(Q(revision__gt=0) | Q(assignee__isnull=False)).exists()


def _what_has_begun(written: int) -> str:
    if not written:
        return _("It has entries in its plan or registers, comments, unsaved text, or an uploaded document.")
    text = ngettext("%(count)d section has text.", "%(count)d sections have text.", written)
    return text % {"count": written}


@transaction.atomic
def pin_and_move(*, cohort: Cohort, version: TemplateVersion, seen: int, by: User) -> Following:
    """Pin a version and move every city that has written nothing. Raises Refused.

    `seen` is the primary key of the version that was pinned when the page was shown. Returns what moved and what
    stayed; a city that has begun in the meantime stays.
    """
    pin = CohortTemplate.objects.select_for_update().select_related("version").get(cohort=cohort)
    if pin.version_id != seen:
        event = last_change(cohort, verb="template pinned")
        sentence = _("No change was made because %(who)s chose %(version)s for this cohort after you opened this page.")
        raise Refused(sentence % {"who": actor_label(event), "version": pin.version.label})
    pin_template(cohort=cohort, version=version, by=by)
    result = following(cohort, version)
    for strategy in result.moving:
        outline.switch(outline.locked(strategy), to=version, by=by)
    return result
