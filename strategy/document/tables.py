"""The tables of a document tree: which section shows which one, and those that follow the sections."""

from __future__ import annotations

from typing import Any

from strategy.template.models import SectionRole

Tree = dict[str, Any]
# From this schema on, a section's table belongs to it; before, all tables followed the sections.
FIRST_SCHEMA = 4
TABLES: dict[str, str] = {
    SectionRole.ACTIONS: "plan",
    SectionRole.MEASURES: "measures",
    SectionRole.POLICIES: "policies",
    SectionRole.AI_USES: "ai-uses",
    SectionRole.RISKS: "risks",
}
# The registers, by the name of their table and in the tree.
REGISTERS = {"policies": "policies", "ai-uses": "ai_uses", "risks": "risks"}


def table_of(tree: Tree, section: Tree) -> str:
    """The name of the table that the section shows, or ""."""
    return TABLES.get(section.get("role", ""), "") if tree["schema"] >= FIRST_SCHEMA else ""


def rows_of(tree: Tree, table: str) -> list[Tree]:
    """The rows of a table; none for ""."""
    objectives: list[Tree] = tree["plan"]["objectives"]
    if table == "plan":
        return objectives
    if table == "measures":
        return [measure for objective in objectives for measure in objective["measures"]]
    rows: list[Tree] = tree[REGISTERS[table]] if table else []
    return rows


def has_content(tree: Tree, section: Tree) -> bool:
    return bool(section["blocks"] or rows_of(tree, table_of(tree, section)))


def written_sections(tree: Tree) -> list[Tree]:
    """The sections with text, or with rows in their table."""
    return [section for section in tree["sections"] if has_content(tree, section)]


def trailing(tree: Tree) -> list[str]:
    """The tables with rows that follow the sections, because no section shows them."""
    shown = {table_of(tree, section) for section in tree["sections"]}
    return [table for table in ("plan", *REGISTERS) if table not in shown and rows_of(tree, table)]


def shows_measures_apart(tree: Tree) -> bool:
    """Whether a section shows the objectives' measures, so that the plan doesn't."""
    return any(table_of(tree, section) == "measures" for section in tree["sections"])
