"""Whole documents for tests and the benchmark: 18 sections of about 9,000 words, 40 actions, registers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accelerator.texts import block_tree, richtext
from strategy.document.exports import Edition

CORPUS = Path(__file__).parents[2] / "fixtures" / "corpus"
MADE = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
COMPONENTS = ["governance", "quality", "use", "transparency", "enablers"]
SENTENCES = [
    "Each department names a steward who answers for its data and meets the others every month.",
    "The inventory lists every dataset that a resident service depends on, with its owner and its gaps.",
    "When a number gets worse, the first question in the room is what we learned, before who is late.",
    "We publish the measures that residents asked for, in words that a neighbor would use.",
]


def section(
    key: str, number: int, html: str, component: str = "front", title: str = "", role: str = ""
) -> dict[str, Any]:
    """A section of a tree, as `document.freeze` writes it."""
    return {
        "key": key,
        "number": str(number),
        "title": title or key.replace("-", " ").capitalize(),
        "component": component,
        "role": role,
        "required": True,
        "revision": 1,
        "words": len(richtext.text(html).split()),
        "html": html,
        "blocks": block_tree.from_html(html),
    }


def measure(number: int) -> dict[str, Any]:
    return {
        "name": f"Datasets with a named steward ({number})",
        "unit": "datasets",
        "direction": "up",
        "source": "Data inventory",
        "frequency": "quarterly",
        "baseline": "12.5",
        "baseline_on": "2026-06-30",
        "baseline_unknown": False,
        "targets": ["40", "80", None],
    }


def action(number: int) -> dict[str, Any]:
    starts = number % 9 + 1
    return {
        "code": f"A{number}",
        "title": f"Name stewards and keep the inventory of domain {number}",
        "description": SENTENCES[number % 4],
        "component": COMPONENTS[number % 5],
        "priority": "Faster permits",
        "owner": {
            "role": "Chief data officer",
            "person": "Ada Lovelace",
            "department": "Innovation",
            "supporting": "Legal",
        },
        "starts": starts,
        "due": min(12, starts + number % 4),
        "cost_band": "low",
        "fte": "0.5",
        "funding": "General fund",
        "policy": "Data governance policy",
        "resident_impact": "One place to ask about a permit.",
        "measure": measure(number),
        "waits_for": [f"A{number - 1}"] if number % 5 == 4 else [],
    }


def tree(sections: list[dict[str, Any]], *, actions: int = 0, language: str = "en", pictures=None) -> dict[str, Any]:
    """A whole document around these sections."""
    objectives = [
        {
            "code": f"O{number + 1}",
            "title": f"Data that departments can trust, part {number + 1}",
            "component": COMPONENTS[number % 5],
            "priority": "Faster permits",
            "measures": [measure(number) | {"resident_outcome": True}],
            "actions": [action(n) for n in range(number * 8, min(actions, number * 8 + 8))],
        }
        for number in range((actions + 7) // 8)
    ]
    registers = bool(actions)
    return {
        "schema": 3,
        "language": language,
        "cohort": "Cohort 2026",
        "mayor": "Loretta Haskins",
        "mayor_title": "",
        "city": {
            "name": "Tulsa",
            "slug": "tulsa-us",
            "region": "Oklahoma",
            "country": "US",
            "time_zone": "America/Chicago",
            "paper": "letter",
            "outcomes": [],
        },
        "template": {"slug": "citywide-data-strategy", "number": 1},
        "years": "2027–2030",
        "sections": sections,
        "plan": {
            "first_year": 2027,
            "fiscal_year_start": 7,
            "currency": "USD",
            "cost_limits": [50_000, 250_000, 1_000_000],
            "objectives": objectives,
        },
        "policies": [
            {
                "title": "Data governance policy",
                "type": "Governance",
                "state": "adopted",
                "instrument": "executive_order",
                "number": "2026-4",
                "adopted_by": "The mayor",
                "adopted_on": "2026-05-04",
                "due": None,
                "url": "https://tulsa.example/policy",
            }
        ]
        * registers,
        "ai_uses": [
            {
                "name": "Triage of reports",
                "purpose": "Sorts 311 reports",
                "owner_role": "Director of 311",
                "owner_name": "",
                "department": "311",
                "vendor": "In-house",
                "risk": "medium",
                "affects_residents": True,
                "human_review": "Every closed report",
                "gate": "conditions",
                "conditions": "Yearly audit",
                "reviewed_on": "2026-03-01",
                "next_review_on": None,
            }
        ]
        * registers,
        "risks": [
            {
                "title": "Stewards leave",
                "likelihood": "high",
                "impact": "medium",
                "owner_role": "HR director",
                "mitigation": "A deputy for each steward.",
            }
        ]
        * registers,
        "pictures": pictures or {},
    }


def full(language: str = "en", actions: int = 40) -> dict[str, Any]:
    """The size of a finished strategy."""
    paragraph = "<p>" + " ".join(SENTENCES) + "</p>"
    table = "<table><thead><tr><th scope='col'>What</th><th scope='col'>By when</th></tr></thead><tbody>"
    table += "".join(f"<tr><td>Row {n}</td><td>2027</td></tr>" for n in range(6)) + "</tbody></table>"
    html = f"<h3>Where we stand</h3>{paragraph * 3}{table}<h3>What we will do</h3>{paragraph * 4}"
    html += "<ul><li>First</li><li>Second<ul><li>Nested</li></ul></li></ul>"
    keys = ["front"] * 6 + COMPONENTS[:4] + ["enablers"] * 3 + ["plan"] * 5
    return tree(
        [section(f"section-{n}", n, html, keys[n], role="" if n else "letter") for n in range(18)],
        actions=actions,
        language=language,
    )


def edition(tree: dict[str, Any], number: int | None = 2) -> Edition:
    return Edition(tree, MADE, number, "TULS-7K4M-Q2XA" if number else "")
