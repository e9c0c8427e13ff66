"""Template tags that every page shares (docs/look.md): a state, a date or a name looks the same everywhere."""

import datetime
import zoneinfo
from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext, ngettext, pgettext

from accelerator import charts, form_keys, glossary, languages, state_marks
from accelerator.content_versions import in_language
from accelerator.naming import unaccent

register = template.Library()

Zone = str | datetime.tzinfo

SECTION_STATES = ["not_started", "drafting", "in_review", "changes_suggested", "reviewed", "final"]
SOON = 7  # days: the first reminder goes out at T-7

# Cities of the tz database, which writes them without accents.
_ACCENTED = (
    "São Paulo|Bogotá|Asunción|Belém|Cuiabá|Maceió|Araguaína|Eirunepé|Santarém|Cancún|Mérida|Mazatlán|Ciudad Juárez"
    "|Córdoba|Tucumán|Panamá"
)
ZONE_PLACES = {
    **{unaccent(place): place for place in _ACCENTED.split("|")},
    "Bahia Banderas": "Bahía de Banderas",
    "Noronha": "Fernando de Noronha",
    "St Johns": "St. John’s",
}


def partial(name: str, context: dict[str, Any]) -> SafeString:
    """A partial without the line break at its end, which would show as a space before a comma."""
    html = render_to_string(f"components/{name}.html", context)
    return mark_safe(html.strip())  # noqa: S308 - rendered and escaped by the template


@register.filter
def written_in(text: object, language: str) -> str:
    """{{ action.title|written_in:city.language }}: someone's text in a sentence (accelerator/languages.py)."""
    return languages.written_in(text, language)


@register.simple_tag
def form_key(*, again: bool = False) -> SafeString:
    """In a form that creates something: sent twice, it creates it once (accelerator/form_keys.py)."""
    key = form_keys.new_key(again=again)
    return format_html('<input type="hidden" name="{}" value="{}" autocomplete="off">', form_keys.NAME, key)


@register.simple_tag
def shape(name: str) -> SafeString:
    """{% shape "check" %}: one of the shapes of accelerator/state_marks.py, always beside a label."""
    return state_marks.shape(name)


@register.simple_tag
def state(value: object, label: str = "") -> SafeString:
    """{% state section.state %} or {% state value "Own label" %}: shape, label and color of a stored state."""
    default_label, tone, name = state_marks.describe(value)
    return partial("state", {"value": str(value), "label": label or default_label, "tone": tone, "shape_name": name})


@register.simple_tag
def state_shape(value: object) -> SafeString:
    """{% state_shape section.state %}: the shape alone, its label for screen readers only; for dense lists."""
    label, tone, name = state_marks.describe(value)
    return format_html(
        '<span class="state state--{}" title="{}">{}<span class="visually-hidden">{}</span></span>',
        tone,
        label,
        state_marks.shape(name),
        label,
    )


@register.simple_tag
def heat_cell(value: object, name: str, url: str = "", late: bool = False) -> SafeString:
    """One <td> of a heat table: a shape, its text ("Vision: drafting, late") and a link if there is one."""
    state_label, tone, shape_name = state_marks.describe(value)
    text = ", ".join([f"{name}: {state_label}", *([gettext("late")] if late else [])])
    inner = format_html('{}<span class="visually-hidden">{}</span>', state_marks.shape(shape_name), text)
    if url:
        inner = format_html('<a href="{}" title="{}">{}</a>', url, text, inner)
    else:
        inner = format_html('<span title="{}">{}</span>', text, inner)
    # A role of its own: `display` other than a table's, on a phone, takes the implied one away.
    classes = f"heat heat--{tone} heat--late" if late else f"heat heat--{tone}"
    return format_html('<td role="cell" class="{}">{}</td>', classes, inner)


@register.inclusion_tag("components/heat_key.html")
def heat_key(*values: object) -> dict[str, Any]:
    """The key of a heat table; without values, the six states of a section."""
    return {"values": values or SECTION_STATES}


def zone_place(zone: Zone) -> str:
    """The city that a zone is known by ("New York"), from its IANA name or a ZoneInfo."""
    key = getattr(zone, "key", None) or str(zone)
    place = key.rsplit("/", 1)[-1].replace("_", " ")
    return ZONE_PLACES.get(place, place)


def day_label(day: datetime.date, today: datetime.date, weekday: bool = False) -> str:
    """A date in the reader's language; with the year only where it is half a year or more away."""
    far = abs((day - today).days) > 180
    # Four whole formats, not parts joined: the order of day, month and year is the language's.
    if weekday and far:
        return date_format(day, pgettext("Django date format: weekday, day, year", "D, M j, Y"))
    if weekday:
        return date_format(day, pgettext("Django date format: weekday, day", "D, M j"))
    if far:
        return date_format(day, pgettext("Django date format: day, year", "M j, Y"))
    return date_format(day, pgettext("Django date format: day", "M j"))


@register.filter
def day(value: datetime.date | None, show: str = "") -> str:
    """{{ date|day }}: "Nov 23", with the year where it is not plain; |day:"weekday" says "Mon" too.

    The reader's language; a moment gives its day in the reader's zone.
    """
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    return day_label(value, timezone.localdate(), weekday=show == "weekday") if value else ""


def in_zone(value: datetime.datetime, zone: Zone) -> datetime.datetime:
    """An aware datetime in `zone`: a naive value is that zone's wall time, an aware one is converted."""
    zone = zone if isinstance(zone, datetime.tzinfo) else zoneinfo.ZoneInfo(str(zone))
    return value.astimezone(zone) if timezone.is_aware(value) else value.replace(tzinfo=zone)


@register.simple_block_tag
def term(content: SafeString, key: str) -> SafeString:
    """{% term "owner" %}Owner{% endterm %}: a label with a link to what it means; empty, the link asks that."""
    label, name = content.strip(), in_language(glossary.ENTRIES[key]["term"])
    question = gettext("What does “%(term)s” mean?") % {"term": name}
    kind = "term" if label else "term term--question"
    address = f"{reverse('glossary')}#{key}"
    return format_html('<a class="{}" href="{}" title="{}">{}</a>', kind, address, question, label or question)


@register.simple_tag
def wall_time(value: datetime.datetime | None, zone: Zone | None = None, show: str = "both") -> SafeString:
    """{% wall_time session.start city.time_zone %}: date, time and the zone's place; show="time" or "day".

    A naive value is the zone's own wall time; without a zone the reader's is used. A day alone names no zone.
    """
    if not value:
        return partial("wall_time", {"moment": None})
    zone = zone or timezone.get_current_timezone()
    moment = in_zone(value, zone)
    context = {"moment": moment, "place": zone_place(zone)}
    if show != "time":
        context["day"] = day_label(moment.date(), timezone.localdate(), weekday=True)
    if show != "day":
        context["time"] = moment.strftime("%H:%M")
    return partial("wall_time", context)


def due_label(days: int) -> str:
    """ "Due today", "Due in 3 days", "5 days late" from the number of days until the date."""
    if days == 0:
        return gettext("Due today")
    if days > 0:
        return ngettext("Due in %(days)d day", "Due in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}


@register.simple_tag
def due(
    value: datetime.date | None, done: bool = False, zone: Zone | None = None, today: datetime.date | None = None
) -> SafeString:
    """{% due section.due %}: a label, then the date; done=True says when it was due; zone is for "today"."""
    if not value:
        return partial("due", {"date": None})
    if isinstance(value, datetime.datetime):
        # A moment is due on the day that it is in the city, which can be another than the reader's.
        value = in_zone(value, zone or timezone.get_current_timezone()).date()
    today = today or timezone.localdate(timezone=zone_info(zone))
    days = (value - today).days
    kind = "done" if done else "late" if days < 0 else "soon" if days <= SOON else "later"
    name = {"late": "triangle", "soon": "clock"}.get(kind)
    label = gettext("Was due") if done else due_label(days)
    context = {"date": value, "day": day_label(value, today), "kind": kind, "shape_name": name}
    return partial("due", {**context, "label": label})


def zone_info(zone: Zone | None) -> datetime.tzinfo | None:
    return zoneinfo.ZoneInfo(zone) if isinstance(zone, str) else zone


@register.simple_tag
def city_name(city: Any, url: str = "", country: bool = True) -> SafeString:
    """{% city_name city url %}: a city's name with its region or country, as a link if `url` is there."""
    return partial("city_name", {"city": city, "url": url, "country": country})


@register.simple_tag
def person(user: Any, role: str = "") -> SafeString:
    """{% person user role %}: a person's name, else the address, and the role if given."""
    name = getattr(user, "name", "") or getattr(user, "email", "") if user else ""
    return partial("person", {"name": name, "role": role})


@register.inclusion_tag("components/note_kind.html")
def note_kind(kind: str, city: object = "") -> dict[str, Any]:
    """{% note_kind "private" %}, {% note_kind "shared" city %}: who will read this, said beforehand."""
    return {"kind": kind, "city": city}


@register.inclusion_tag("components/progress.html")
def progress(value: int, total: int, sentence: str, tone: str = "", label: str = "") -> dict[str, Any]:
    """{% progress 11 18 "11 of 18 sections are ready" %}: the sentence, then the bar."""
    return {"value": value, "total": total or 1, "sentence": sentence, "tone": tone, "label": label}


@register.filter
def zone_name(zone: Zone) -> str:
    """{{ city.time_zone|zone_name }}: "São Paulo" of America/Sao_Paulo, for a table's column of zones."""
    return zone_place(zone)


@register.inclusion_tag("components/steps.html")
def steps(names: Iterable[str], current: int) -> dict[str, Any]:
    """{% steps names 2 %}: the steps of a longer form, `current` counted from 1."""
    return {"steps": [(number, name) for number, name in enumerate(names, 1)], "current": current}


@register.inclusion_tag("components/entry.html", takes_context=True)
def entry(
    context: dict[str, Any], url: str, label: str, exact: bool = False, also: str = "", namespace: str = ""
) -> dict[str, Any]:
    """One entry of the navigation, marked when the page is below it or below `also`, or one of the namespace's pages.

    Nothing where the URL is empty.
    """
    # Error pages are rendered without a request.
    request = context.get("request")
    path, match = getattr(request, "path", ""), getattr(request, "resolver_match", None)
    here = bool(url) and (path == url if exact or url == "/" else path.startswith(url))
    here = here or bool(also and path.startswith(also)) or bool(namespace and match and match.namespace == namespace)
    return {"url": url, "label": label, "here": here}


@register.simple_block_tag
def table_region(content: SafeString, label: str, scroll: bool = False) -> SafeString:
    """{% table_region "Cities of the cohort" %}<table>{% endtable_region %}: a named group around a table.

    scroll=True is for tables that stay wide (the action plan): the group then takes the keyboard's focus.
    """
    if scroll:
        # Without a tab stop the keyboard could not scroll to the columns on the right.
        opening = '<div class="table-region table-region--scroll" tabindex="0" role="group" aria-label="{}">'
    else:
        opening = '<div class="table-region" role="group" aria-label="{}">'
    return format_html(opening + "{}</div>", label, content)


@register.inclusion_tag("components/week_line.html")
def week_line(
    events: Iterable[Any], week: float, weeks: int = 26, start: datetime.date | None = None, title: str = ""
) -> dict[str, Any]:
    """The program's weeks with today: a chart, and the same events as a table.

    `events` are objects or dicts with week (1 = the first), title, date, kind ("session", "deliverable" or
    "convening"), done and late; `week` is today's week (may be a fraction; below 1 before the start); `start`
    is the kick-off date, from which the months are written.
    """
    return charts.week_line_parts(events, week, weeks, start, title)


@register.filter
def sentence(value: str) -> str:
    # Not `capitalize`, which would also turn GovEx into Govex.
    return capfirst(value)


@register.filter
def word_count(words: int) -> str:
    """{{ section.words|word_count }}: "412 words"."""
    return ngettext("%(words)s word", "%(words)s words", words) % {"words": words}


@register.simple_tag
def language_names() -> list[tuple[str, str]]:
    """(code, own name) of the languages that the program speaks, in the order of the settings."""
    # Django's name for pt-br, "Português Brasileiro", is not the one that people use.
    own = {code: capfirst(get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES}
    return list({**own, "pt-br": "Português (Brasil)"}.items())


@register.filter
def can(request: object, permission: str) -> bool:
    """{% if request|can:"EDIT_STRATEGY" %}: whether the reader may do this here, by the permission's name."""
    # By name: the ground floor cannot import the permissions of cities/access.py.
    return any(granted.name == permission for granted in getattr(request, "can", ()))
