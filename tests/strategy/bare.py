"""A template whose sections have no roles and no other titles, and a city that has moved to it."""

from __future__ import annotations

from accelerator import rls
from strategy.models import TemplateVersion
from strategy.sections import outline
from strategy.template import completeness
from strategy.template import editing as templates


def move_to_bare_template(city, by):
    """Publish version 2 without roles and other titles; the city moves to it, with all its texts."""
    first = TemplateVersion.objects.get(number=1)
    draft = templates.open_draft(version=first, by=by)
    for key in list(draft.sections.values_list("key", flat=True)):
        section = draft.sections.get(key=key)  # taking the letter's role away has numbered the parts anew
        content = templates.content_of(section) | {"role": "", "synonyms": {}}
        templates.change_section(section, content=content, by=by)
    draft.refresh_from_db()
    gaps = completeness.gaps(draft, list(draft.sections.all()))
    templates.publish(draft, gaps=gaps, stamp=draft.stamp, by=by)
    with rls.every_city():
        strategy = city.strategy
        outline.move(strategy=strategy, to=draft, seen=strategy.version_id, by=by)
    return draft
