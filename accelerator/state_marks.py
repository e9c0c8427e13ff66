"""Labels, tones and shapes of states, in one table, so a state looks the same on every page and in print."""

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Drawn in a 16 x 16 box in the text color.
RING = '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7"/>'
DISC = '<circle cx="8" cy="8" r="7"/>'
STROKE = 'fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"'
PATHS = {
    "ring": RING,
    "dashes": '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7"'
    ' stroke-dasharray="2.2 2.67"/>',
    "half": RING + '<path d="M8 4.2a3.8 3.8 0 0 1 0 7.6z"/>',
    "dot": RING + '<circle cx="8" cy="8" r="3"/>',
    "check": RING + f'<path {STROKE} d="M5.2 8.3l2 2 3.6-4.2"/>',
    "disc-check": '<path fill-rule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm3.1 4-3.9 4.6'
    '-2.2-2.2-1.1 1.1 3.4 3.4 5-5.8z"/>',
    "diamond": f'<path {STROKE} d="M8 1.6 14.4 8 8 14.4 1.6 8z"/>',
    "triangle": '<path fill-rule="evenodd" d="M8 1.2 15.4 14.4H.6zM7.2 6v4h1.6V6zm0 5.2v1.6h1.6v-1.6z"/>',
    "cross": RING + f'<path {STROKE} d="M5.8 5.8l4.4 4.4m0-4.4-4.4 4.4"/>',
    "disc-cross": '<path fill-rule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM5.6 4.5 4.5 5.6'
    ' 6.9 8l-2.4 2.4 1.1 1.1L8 9.1l2.4 2.4 1.1-1.1L9.1 8l2.4-2.4-1.1-1.1L8 6.9z"/>',
    "dash": RING + f'<path {STROKE} d="M5.2 8h5.6"/>',
    "pause": RING + f'<path {STROKE} d="M6.4 5.8v4.4m3.2-4.4v4.4"/>',
    "clock": RING + f'<path {STROKE} d="M8 4.6V8l2.3 1.5"/>',
    "question": RING + f'<path {STROKE} d="M6.3 6.4a1.7 1.7 0 1 1 2.4 1.5c-.5.2-.7.5-.7 1m0 1.9v.1"/>',
    "square": '<rect x="2" y="2" width="12" height="12" rx="1.5" fill="none" stroke="currentColor"'
    ' stroke-width="1.7"/>',
    "disc": DISC,
    "lock": '<path fill-rule="evenodd" d="M4 7V5.2a4 4 0 0 1 8 0V7h1v8H3V7zm1.7 0h4.6V5.2a2.3 2.3 0 0 0-4.6 0z"/>',
    "people": '<circle cx="5.6" cy="5.2" r="2.7"/><circle cx="11.6" cy="6" r="2.1"/>'
    '<path d="M.8 14c0-3.2 2-5 4.8-5s4.8 1.8 4.8 5zm10.9 0c0-1.8-.5-3.3-1.4-4.3 2.7-.8 5 .9 5 4.3z"/>',
}

State = tuple[str | Promise, str, str]

# Database value: (label, tone, shape). Two meanings of one value share its label, so a new state that reads differently
# needs a value of its own.
STATES: dict[str, State] = {
    "not_started": (_("Not started"), "neutral", "ring"),
    "drafting": (_("Drafting"), "accent", "half"),
    "in_review": (_("In review"), "accent", "dot"),
    "changes_suggested": (_("Changes suggested"), "warn", "diamond"),
    "reviewed": (_("Reviewed"), "good", "check"),
    "final": (_("Final"), "good", "disc-check"),
    "returned": (_("Returned"), "warn", "diamond"),
    "adopted": (_("Adopted"), "good", "disc-check"),
    "published": (_("Published"), "good", "disc-check"),
    "under_review": (_("Under review"), "accent", "dot"),
    "superseded": (_("Superseded"), "neutral", "dash"),
    "queued": (_("Queued"), "neutral", "clock"),
    "running": (_("Running"), "accent", "half"),
    "done": (_("Done"), "good", "disc-check"),
    "failed": (_("Failed"), "bad", "disc-cross"),
    "planned": (pgettext_lazy("email", "Scheduled"), "neutral", "clock"),
    "claimed": (_("Sending"), "accent", "half"),
    "sent": (_("Sent"), "good", "disc-check"),
    "skipped": (_("Skipped"), "neutral", "dash"),
    "unknown": (_("Unconfirmed"), "warn", "question"),
    "open": (_("Open"), "neutral", "ring"),
    "late": (_("Late"), "bad", "triangle"),
    "waiting": (_("Pending"), "warn", "clock"),
    "decided": (_("Decided"), "good", "disc-check"),
    "resolved": (_("Resolved"), "good", "check"),
    "invited": (_("Invited"), "neutral", "clock"),
    "accepted": (_("Accepted"), "good", "check"),
    "expired": (_("Expired"), "warn", "dash"),
    "withdrawn": (_("Withdrawn"), "neutral", "dash"),
    "active": (pgettext_lazy("city in a cohort", "Taking part"), "good", "check"),
    "paused": (pgettext_lazy("city in a cohort", "Paused"), "neutral", "pause"),
    "passed": (pgettext_lazy("date", "Passed"), "neutral", "dash"),
    "not_known": (_("Not known yet"), "neutral", "question"),
    "draft": (_("Draft"), "neutral", "dashes"),
    "live": (_("Live"), "good", "disc"),
    "closed": (_("Closed"), "neutral", "dash"),
    "expected": (_("Expected"), "neutral", "ring"),
    "attended": (_("Attended"), "good", "check"),
    "excused": (_("Excused"), "neutral", "dash"),
    "absent": (_("Absent"), "warn", "cross"),
    "in_progress": (_("In progress"), "accent", "half"),
    "on_hold": (_("On hold"), "warn", "pause"),
    "completed": (_("Completed"), "good", "disc-check"),
    "cancelled": (_("Canceled"), "neutral", "cross"),
    "green": (_("On track"), "good", "disc-check"),
    "amber": (_("At risk"), "warn", "triangle"),
    "red": (_("Off track"), "bad", "disc-cross"),
    "answered": (_("Answered"), "good", "check"),
    "with_approvers": (_("Waiting for signature"), "accent", "clock"),
    "signed": (_("Signed"), "good", "disc-check"),
    "lapsed": (_("Changed after signing"), "warn", "diamond"),
    "declined": (_("Declined"), "neutral", "dash"),
    "carried": (_("Carried over"), "neutral", "clock"),
    "good": (_("Good"), "good", "disc-check"),
    "warn": (_("Check"), "warn", "triangle"),
    "bad": (_("Problem"), "bad", "disc-cross"),
}


def shape(name: str) -> SafeString:
    """A shape as inline SVG in the surrounding text color; screen readers get the label next to it."""
    return format_html(
        '<svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{}</svg>',
        mark_safe(PATHS[name]),  # noqa: S308 - our own table
    )


def describe(value: object) -> State:
    """(label, tone, shape) for a state's stored value; an unknown value keeps its own label and gets a ring."""
    known = STATES.get(str(value))
    return known or (getattr(value, "label", None) or str(value).replace("_", " ").capitalize(), "neutral", "ring")
