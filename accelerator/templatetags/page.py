"""Template tags shared by all pages (docs/look.md): a state, a date or a name looks the same everywhere."""

import datetime
import zoneinfo
from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext, ngettext

from accelerator import charts, excerpts, form_keys, formats, glossary, languages, state_marks
from accelerator.content_versions import in_language
from accelerator.zones import Zone

register = template.Library()

SECTION_STATES = ["not_started", "drafting", "in_review", "changes_suggested", "reviewed", "final"]
SOON = 7  # days: the first reminder goes out at T-7


def partial(name: str, context: dict[str, Any]) -> SafeString:
    """A partial without its trailing line break, which would show as a space before a comma."""
    html = render_to_string(f"components/{name}.html", context)
    return mark_safe(html.strip())  # noqa: S308 - rendered and escaped by the template


@register.filter
def written_in(text: object, language: str) -> str:
    """{{ action.title|written_in:city.language }}: someone's text in a sentence (accelerator/languages.py)."""
    return languages.written_in(text, language)


@register.filter
def excerpt(text: object, most: int) -> str:
    """{{ comment.body|excerpt:200 }}: the beginning, cut after a whole word (accelerator/excerpts.py)."""
    return excerpts.excerpt(text, most)


@register.simple_tag
def form_key(*, again: bool = False) -> SafeString:
    """For a form that creates something: submitted twice, it creates it once (accelerator/form_keys.py)."""
    key = form_keys.new_key(again=again)
    return format_html('<input type="hidden" name="{}" value="{}" autocomplete="off">', form_keys.NAME, key)


@register.simple_tag
def shape(name: str) -> SafeString:
    """{% shape "check" %}: a shape from accelerator/state_marks.py, always next to a label."""
    return state_marks.shape(name)


@register.simple_tag
def state(value: object, label: str = "") -> SafeString:
    """{% state section.state %} or {% state value "Own label" %}: shape, label and color of a stored state."""
    default_label, tone, name = state_marks.describe(value)
    return partial("state", {"value": str(value), "label": label or default_label, "tone": tone, "shape_name": name})


@register.simple_tag
def state_shape(value: object) -> SafeString:
    """{% state_shape section.state %}: the shape alone, with a screen-reader label; for dense lists."""
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
    """One <td> of a heat table: a shape, its text ("Vision: drafting, late") and an optional link."""
    state_label, tone, shape_name = state_marks.describe(value)
    text = ", ".join([f"{name}: {state_label}", *([gettext("late")] if late else [])])
    inner = format_html('{}<span class="visually-hidden">{}</span>', state_marks.shape(shape_name), text)
    if url:
        inner = format_html('<a href="{}" title="{}">{}</a>', url, text, inner)
    else:
        inner = format_html('<span title="{}">{}</span>', text, inner)
    # Set the role explicitly: on a phone, `display` isn't a table value and drops the implicit role.
    classes = f"heat heat--{tone} heat--late" if late else f"heat heat--{tone}"
    return format_html('<td role="cell" class="{}">{}</td>', classes, inner)


@register.inclusion_tag("components/heat_key.html")
def heat_key(*values: object) -> dict[str, Any]:
    """The key of a heat table; by default, the six states of a section."""
    return {"values": values or SECTION_STATES}


def _date_of(value: datetime.date) -> datetime.date:
    """The date of a datetime is the one in the reader's zone."""
    return timezone.localtime(value).date() if isinstance(value, datetime.datetime) else value


@register.filter
def day(value: datetime.date | None, show: str = "") -> str:
    """{{ date|day }}: "Nov 23", with the year if it isn't obvious; |day:"weekday" adds "Mon", |day:"year" always
    has the year, for what is read years later.
    """
    if not value:
        return ""
    return formats.day(_date_of(value), None if show == "year" else timezone.localdate(), weekday=show == "weekday")


@register.simple_tag
def today() -> str:
    """{% today %}: today in the reader's zone, with its year."""
    return formats.day(timezone.localdate())


@register.filter
def is_today(value: datetime.datetime) -> bool:
    return timezone.localdate(value) == timezone.localdate()


@register.filter
def iso_day(value: datetime.date | None) -> str:
    """{{ date|iso_day }}: "2026-11-23", for machines: the attribute of <time>, the value of a date field."""
    return _date_of(value).isoformat() if value else ""


@register.filter
def minutes(value: int | None) -> str:
    """{{ session.minutes|minutes }}: "90 minutes", "7 hours 30 minutes"."""
    return formats.minutes(value) if value else ""


@register.filter
def days(value: int) -> str:
    """{{ item.days|days }}: "2 days", "about 8 months"."""
    return formats.days(value)


@register.filter
def clock(value: datetime.time | datetime.datetime | None) -> str:
    """{{ item.at|clock }}: "9:00 a.m.", as the value's own clock shows it."""
    return formats.time(value) if value else ""


def in_zone(value: datetime.datetime, zone: Zone) -> datetime.datetime:
    """An aware datetime in `zone`: a naive value is wall time in that zone, an aware one is converted."""
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
    """{% wall_time session.start city.time_zone %}: date, time and zone name; show="time" or "day".

    A naive value is wall time in the zone; without a zone, the reader's is used. A date alone names no zone.
    """
    if not value:
        return partial("wall_time", {"moment": None})
    zone = zone or timezone.get_current_timezone()
    moment = in_zone(value, zone)
    context: dict[str, Any] = {"moment": moment}
    if show != "time":
        context["day"] = formats.day(moment.date(), timezone.localdate(), weekday=True)
    if show != "day":
        context |= {"time": formats.time(moment) + formats.before_zone(), "zone": formats.zone_mark(zone)}
    return partial("wall_time", context)


def due_label(days: int) -> str:
    """ "Due today", "Due in 3 days" or "5 days late", from the number of days until the date."""
    if days == 0:
        return gettext("Due today")
    if days > 0:
        return gettext("Due in %(length)s") % {"length": formats.days(days)}
    return capfirst(gettext("%(length)s late") % {"length": formats.days(-days)})


@register.simple_tag
def due(
    value: datetime.date | None, done: bool = False, zone: Zone | None = None, today: datetime.date | None = None
) -> SafeString:
    """{% due section.due %}: a label, then the date; done=True says when it is or was due; zone is for "today"."""
    if not value:
        return partial("due", {"date": None})
    if isinstance(value, datetime.datetime):
        # A datetime is due on its date in the city, which can differ from the reader's.
        value = in_zone(value, zone or timezone.get_current_timezone()).date()
    today = today or timezone.localdate(timezone=zone_info(zone))
    days = (value - today).days
    kind = "done" if done else "late" if days < 0 else "soon" if days <= SOON else "later"
    name = {"late": "triangle", "soon": "clock"}.get(kind)
    day = formats.day(value, today)
    label = "" if done else due_label(days)
    if done:
        day = (gettext("Was due %(day)s") if days < 0 else gettext("Due %(day)s")) % {"day": day}
    return partial("due", {"date": value, "day": day, "kind": kind, "shape_name": name, "label": label})


def zone_info(zone: Zone | None) -> datetime.tzinfo | None:
    return zoneinfo.ZoneInfo(zone) if isinstance(zone, str) else zone


@register.simple_tag
def city_name(city: Any, url: str = "", country: bool = True) -> SafeString:
    """{% city_name city url %}: a city's name with its region or country, linked if `url` is given."""
    return partial("city_name", {"city": city, "url": url, "country": country})


@register.simple_tag
def person(user: Any, role: str = "") -> SafeString:
    """{% person user role %}: a person's name or email address, and the role if given."""
    name = getattr(user, "name", "") or getattr(user, "email", "") if user else ""
    return partial("person", {"name": name, "role": role})


@register.inclusion_tag("components/note_kind.html")
def note_kind(kind: str, city: object = "") -> dict[str, Any]:
    """{% note_kind "private" %}, {% note_kind "shared" city %}: says who will be able to read the note."""
    return {"kind": kind, "city": city}


@register.inclusion_tag("components/progress.html")
def progress(value: int, total: int, sentence: str, tone: str = "", label: str = "") -> dict[str, Any]:
    """{% progress 11 18 "11 of 18 sections are ready" %}: the sentence, then the bar."""
    return {"value": value, "total": total or 1, "sentence": sentence, "tone": tone, "label": label}


@register.filter
def zone_name(zone: Zone) -> str:
    """{{ city.time_zone|zone_name }}: "Central time", "Lima time"."""
    return formats.zone_name(zone)


@register.filter
def number(value: Any) -> str:
    """{{ city.population|number }}: "413,066" or "413.066"; nothing for None."""
    return "" if value is None or value == "" else formats.number(value)


@register.filter
def percent(value: int) -> str:
    return formats.percent(value)


@register.filter
def file_size(value: int | None) -> str:
    """{{ export.size|file_size }}: "1.4 MB"."""
    return formats.file_size(value) if value else ""


@register.inclusion_tag("components/steps.html")
def steps(names: Iterable[str], current: int) -> dict[str, Any]:
    """{% steps names 2 %}: the steps of a multi-step form, with `current` counted from 1."""
    return {"steps": [(number, name) for number, name in enumerate(names, 1)], "current": current}


@register.inclusion_tag("components/entry.html", takes_context=True)
def entry(
    context: dict[str, Any], url: str, label: str, exact: bool = False, also: str = "", namespace: str = ""
) -> dict[str, Any]:
    """A navigation entry, marked as current if the page is under it, under `also`, or in one of the namespaces.

    Renders nothing if the URL is empty.
    """
    # Error pages render without a request.
    request = context.get("request")
    path, match = getattr(request, "path", ""), getattr(request, "resolver_match", None)
    here = bool(url) and (path == url if exact or url == "/" else path.startswith(url))
    here = here or bool(also and path.startswith(also)) or bool(namespace and match and match.namespace == namespace)
    return {"url": url, "label": label, "here": here}


@register.simple_block_tag
def table_region(content: SafeString, label: str, scroll: bool = False) -> SafeString:
    """{% table_region "Cities of the cohort" %}<table>{% endtable_region %}: a named group around a table.

    scroll=True is for tables that stay wide (the action plan): the group then takes keyboard focus.
    """
    if scroll:
        # Without a tab stop, keyboard users can't scroll to the columns on the right.
        opening = '<div class="table-region table-region--scroll" tabindex="0" role="group" aria-label="{}">'
    else:
        opening = '<div class="table-region" role="group" aria-label="{}">'
    return format_html(opening + "{}</div>", label, content)


@register.inclusion_tag("components/week_line.html")
def week_line(
    events: Iterable[Any], week: float, weeks: int = 26, start: datetime.date | None = None, title: str = ""
) -> dict[str, Any]:
    """The program's weeks with today marked: a chart, and the same events as a table.

    `events` are objects or dicts with week (1 = the first), title, date, kind ("session", "deliverable" or
    "convening"), done, late and passed (its day is over, and no one has recorded more); `week` is the current week
    (may be a fraction; below 1 before the start); `start` is the kickoff date, used to label the months.
    """
    return charts.week_line_parts(events, week, weeks, start, title)


@register.filter
def sentence(value: str) -> str:
    # Not `capitalize`, which would turn GovEx into Govex.
    return capfirst(value)


@register.filter
def word_count(words: int) -> str:
    """{{ section.words|word_count }}: "412 words"."""
    return ngettext("%(words)s word", "%(words)s words", words) % {"words": formats.number(words)}


@register.simple_tag
def language_names() -> list[tuple[str, str]]:
    """(code, native name) of the site's languages, in the order of the settings."""
    # Django's name for pt-br, "Português Brasileiro", isn't the one people use.
    own = {code: capfirst(get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES}
    return list({**own, "pt-br": "Português (Brasil)"}.items())


@register.filter
def can(request: object, permission: str) -> bool:
    """{% if request|can:"EDIT_STRATEGY" %}: whether the reader has the permission with this name here."""
    # By name: accelerator/ can't import the permissions in cities/access.py.
    return any(granted.name == permission for granted in getattr(request, "can", ()))
