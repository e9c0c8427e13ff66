"""The next version of the strategy template: one city has switched to it, another omits a section."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from accelerator.models import User
from cities.models import Role, StaffRole
from demo.cohort.story import Story
from strategy.models import TemplateVersion
from strategy.sections import outline as shape
from strategy.template import completeness
from strategy.template import editing as templates

TEXTS = Path(__file__).parent / "template.json"
MOVED = "manizales-co"
LEAVES_OUT = {"chattanooga-us", "rosario-ar", "campinas-br"}


def play(story: Story) -> None:
    """Play this part of the city's weeks."""
    city = story.city
    admin = StaffRole.objects.filter(role=Role.PROGRAM_ADMIN).select_related("user").order_by("pk")[0].user
    version = _second_version(admin)
    lead = city.membership_set.filter(role=Role.CITY_LEAD).select_related("user").order_by("pk")[0].user
    if story.slug in LEAVES_OUT:
        optional = city.section_set.present().filter(template__required=False, revision=0).order_by("position")
        for section in optional[:1]:
            shape.leave_out(section, by=lead)
    if story.slug == MOVED:
        shape.move(strategy=city.strategy, to=version, seen=city.strategy.version_id, by=lead)


def _second_version(by: User) -> TemplateVersion:
    """Create version 2 with one more section and one part fewer, published, and the draft of version 3; once."""
    first = TemplateVersion.objects.get(number=1)
    second = TemplateVersion.objects.filter(slug=first.slug, number=2).first()
    if second is not None:
        return second
    data = json.loads(TEXTS.read_text(encoding="utf-8"))
    draft = templates.open_draft(version=first, by=by)
    templates.add_section(draft, key=data["key"], content=data["section"], after=data["after"], by=by)
    _change_section(draft, "why-now", data["why_now"], by)
    gaps = completeness.gaps(draft, list(draft.sections.all()))
    templates.publish(draft, gaps=gaps, stamp=draft.stamp, by=by)
    third = templates.open_draft(version=draft, by=by)
    _change_section(third, "baseline", data["baseline"], by)
    return draft


def _change_section(draft: TemplateVersion, key: str, changes: dict[str, object], by: User) -> None:
    section = draft.sections.get(key=key)
    content = copy.deepcopy(templates.content_of(section)) | changes
    templates.change_section(section, content=content, by=by)
    draft.refresh_from_db()
