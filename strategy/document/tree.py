"""The whole strategy as a tree of plain data (docs/strategy-json.md): what is signed, and the source of all files.

The same content gives the same tree, so that its SHA-256 can be signed: no timestamps, no floats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from accelerator.content_versions import in_language
from accelerator.texts import block_tree
from cities.models import City, Office
from strategy.document.tables import FIRST_SCHEMA, REGISTERS, TABLES, has_content
from strategy.document.tables import Tree as Tree
from strategy.plan import costs
from strategy.plan.models import Action, AiUse, Measured, Policy
from strategy.plan.quarters import default_year
from strategy.sections.models import Section, Standing, Strategy
from strategy.template.models import SectionRole

SCHEMA = 4
YEARS = 3


def freeze(city: City) -> Tree:
    """The city's strategy as it would be signed now, in its language of record. Twelve queries.

    Optional sections without content are left out, and the others are numbered in order.
    """
    tree = working_draft(city)
    tree["sections"] = [row for row in tree["sections"] if row["required"] or has_content(tree, row)]
    for row, number in zip(tree["sections"], printed_numbers(map(is_letter, tree["sections"])), strict=True):
        row["number"] = number
    return tree


def printed_numbers(are_letters: Iterable[bool]) -> list[str]:
    """The numbers of sections in order; the letter is "0", which isn't printed."""
    numbers, count = [], 0
    for is_it in are_letters:
        count += not is_it
        numbers.append("0" if is_it else str(count))
    return numbers


def working_draft(city: City) -> Tree:
    """The same with every section, written or not, under its number in the template."""
    strategy = Strategy.objects.select_related("version", "cohort").get(city=city)
    rows = city.section_set.present().select_related("template").order_by("position")
    sections = [_section(row, city.language) for row in rows]
    # Only whose office is confirmed, by the confirmed name: this is printed beside the signatures.
    mayor = city.officeholder_set.current().filter(office=Office.MAYOR).first()
    first_year = _first_year(strategy, city)
    # Three fiscal years span four calendar years, unless they start in January.
    last_year = first_year + YEARS - (city.fiscal_year_start == 1)
    return {
        "schema": SCHEMA,
        "city": {
            "name": city.name,
            "slug": city.slug,
            "region": city.region,
            "country": city.country,
            "time_zone": city.time_zone,
            "paper": city.paper,
            "outcomes": list(city.outcomes),
        },
        "language": city.language,
        "cohort": strategy.cohort.name,
        "template": {"slug": strategy.version.slug, "number": strategy.version.number},
        # The name and title of the day: a later mayor leaves what was signed as it is.
        "mayor": mayor.name if mayor else "",
        "mayor_title": mayor.title if mayor else "",
        "years": f"{first_year}–{last_year}",
        "sections": sections,
        **_plan_and_registers(city, first_year),
        "pictures": _pictures(city, sections),
    }


def plan_and_registers(city: City, *, schema: int = SCHEMA) -> Tree:
    """The current tree without its sections: plan, policies, AI uses and risks. Nine queries."""
    strategy = Strategy.objects.select_related("cohort").get(city=city)
    return {"schema": schema, **_plan_and_registers(city, _first_year(strategy, city), schema)}


def _first_year(strategy: Strategy, city: City) -> int:
    return strategy.plan_year or default_year(strategy.cohort, city)


def _plan_and_registers(city: City, first_year: int, schema: int = SCHEMA) -> Tree:
    parts = {
        "plan": {
            "first_year": first_year,
            "fiscal_year_start": city.fiscal_year_start,
            # What the codes of the cost bands meant when this was signed.
            "currency": city.currency,
            "cost_limits": costs.limits(city.currency),
            "objectives": _objectives(city),
        },
        "policies": [
            _policy(row, city.language)
            for row in city.policy_set.select_related("type").order_by("type__position", "title", "pk")
        ],
        # What is signed is published, so an AI use that the city doesn't publish isn't in the document.
        "ai_uses": [_ai_use(row) for row in city.aiuse_set.filter(is_public=True).order_by("name", "pk")],
        "risks": [
            {
                "title": row.title,
                "likelihood": row.likelihood,
                "impact": row.impact,
                "owner_role": row.owner_role,
                "mitigation": row.mitigation,
            }
            for row in city.risk_set.order_by("position", "pk")
        ],
    }
    return parts | {name: [] for name in _left_out_registers(city)} if schema >= FIRST_SCHEMA else parts


def _left_out_registers(city: City) -> list[str]:
    """A city that leaves a register's section out leaves the register out."""
    roles = city.section_set.filter(standing=Standing.HIDDEN).values_list("template__role", flat=True)
    return [REGISTERS[TABLES[role]] for role in roles if TABLES.get(role) in REGISTERS]


def is_letter(section: Tree) -> bool:
    role = section.get("role")
    # Schema 1 has no roles: its letter is number 0.
    return bool(section["number"] == "0" if role is None else role == SectionRole.LETTER)


def actions_of(tree: Tree) -> list[Tree]:
    return [action for objective in tree["plan"]["objectives"] for action in objective["actions"]]


def _section(row: Section, language: str) -> Tree:
    return {
        "key": row.key,
        "number": row.template.number,
        "title": in_language(row.template.titles, language),
        "component": row.template.component,
        "role": row.template.role,
        "required": row.template.required,
        "revision": row.revision,
        "words": row.words,
        "html": row.html,
        "blocks": block_tree.from_html(row.html),
    }


def _objectives(city: City) -> list[Tree]:
    depends_on: dict[int, list[str]] = defaultdict(list)
    for action, on in city.dependency_set.values_list("action_id", "on__code").order_by("on__code"):
        depends_on[action].append(on)
    actions: dict[int, list[Tree]] = defaultdict(list)
    rows = city.action_set.select_related("policy", "owner")
    for row in rows.order_by("objective__position", "position", "pk"):
        actions[row.objective_id].append(_action(row, depends_on[row.pk]))
    measures: dict[int, list[Tree]] = defaultdict(list)
    for measure in city.objectivemeasure_set.order_by("objective", "position", "pk"):
        measures[measure.objective_id].append(_measure(measure) | {"resident_outcome": measure.is_resident_outcome})
    return [
        {
            "code": row.code,
            "title": row.title,
            "component": row.component,
            "priority": row.priority,
            "measures": measures[row.pk],
            "actions": actions[row.pk],
        }
        for row in city.objective_set.order_by("position", "pk")
    ]


def _action(row: Action, depends_on: list[str]) -> Tree:
    # The owner's email address is never in a tree, since trees are published (docs/adr/0010).
    return {
        "code": row.code,
        "title": row.title,
        "description": row.description,
        "component": row.component,
        "priority": row.priority,
        "owner": {
            "role": row.owner_role,
            "person": row.owner_name or (str(row.owner) if row.owner else ""),
            "department": row.department,
            "supporting": row.supporting,
        },
        "starts": row.starts,
        "due": row.due,
        "cost_band": row.cost_band,
        "fte": _number(row.fte),
        "funding": row.funding,
        "policy": row.policy.title if row.policy else "",
        "resident_impact": row.resident_impact,
        "measure": _measure(row),
        "waits_for": depends_on,
    }


def _measure(row: Measured) -> Tree:
    return {
        "name": row.measure,
        "unit": row.unit,
        "direction": row.direction,
        "source": row.source,
        "frequency": row.frequency,
        "baseline": _number(row.baseline),
        "baseline_on": _day(row.baseline_on),
        "baseline_unknown": row.baseline_unknown,
        "targets": [_number(row.target_1), _number(row.target_2), _number(row.target_3)],
    }


def _policy(row: Policy, language: str) -> Tree:
    return {
        "title": row.title,
        "type": in_language(row.type.titles, language),
        "state": row.state,
        "instrument": row.instrument,
        "number": row.number,
        "adopted_by": row.adopted_by,
        "adopted_on": _day(row.adopted_on),
        "due": row.due,
        "url": row.url,
    }


def _ai_use(row: AiUse) -> Tree:
    return {
        "name": row.name,
        "purpose": row.purpose,
        "owner_role": row.owner_role,
        "owner_name": row.owner_name,
        "department": row.department,
        "vendor": row.vendor,
        "risk": row.risk,
        "affects_residents": row.affects_residents,
        "human_review": row.human_review,
        "gate": row.gate,
        "conditions": row.conditions,
        "reviewed_on": _day(row.reviewed_on),
        "next_review_on": _day(row.next_review_on),
    }


def _pictures(city: City, sections: list[Tree]) -> dict[str, Tree]:
    """The images in the texts by ID (a string, since JSON keys are strings); deleted ones aren't included."""
    ids = {number for section in sections for number in block_tree.image_ids(section["blocks"])}
    return {
        str(row.pk): {
            "sha256": row.sha256,
            "kind": row.kind,
            "size": row.size,
            "width": row.width,
            "height": row.height,
            "alt": row.alt,
        }
        for row in city.picture_set.filter(pk__in=ids).order_by("pk")
    }


def _number(value: Decimal | None) -> str | None:
    # A string without trailing zeros: most JSON parsers would turn a number into a float.
    return None if value is None else f"{value.normalize():f}"


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
