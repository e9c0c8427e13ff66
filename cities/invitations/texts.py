"""What an invitation says: the default text of each role, a cohort's own text, and the facts that both can show.

A text is plain paragraphs with placeholders such as {city}; the email adds who invites the person to what, and the
link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator import formats
from accelerator.models import Cohort, User
from cities.models import City, InvitationText, Membership
from cities.roles import CITY_ROLES, Role

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# The meaning of each placeholder, as listed beside the editor.
PLACEHOLDERS = {
    "name": gettext_lazy("the person’s name"),
    "cohort": gettext_lazy("the cohort’s name"),
    "kickoff": gettext_lazy("the day the cohort starts"),
    "end": gettext_lazy("the cohort’s last day"),
    "weeks": gettext_lazy("how many weeks it lasts"),
    "city": gettext_lazy("the city’s name"),
    "coach": gettext_lazy("the city’s coach"),
    "until": gettext_lazy("a guest reviewer’s last day of access"),
}
_OF_A_CITY = frozenset({"city", "coach"})


def placeholders_for(role: str) -> dict[str, str]:
    """The placeholders that a role's text can have, with their meaning in the reader's language."""
    without = frozenset() if role in CITY_ROLES else _OF_A_CITY
    if role != Role.GUEST_REVIEWER:
        without |= {"until"}
    return {name: str(label) for name, label in PLACEHOLDERS.items() if name not in without}


def problem_in(text: str, role: str) -> str:
    """Why a text can't be sent for a role: an unknown placeholder or a stray brace; "" if it can."""
    known = placeholders_for(role)
    listed = ", ".join(f"{{{name}}}" for name in known)
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            return _("{%(name)s} isn’t a placeholder here. You can use: %(listed)s.") % {"name": name, "listed": listed}
    if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
        return _("A brace is missing. Put each placeholder in braces, like {name}.")
    return ""


def fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    body: str
    is_own: bool = False  # the cohort's own, not the default


def _program() -> str:
    return _(
        "The Bloomberg Philanthropies City Data Alliance Accelerator is led by the Bloomberg Center for Government "
        "Excellence (GovEx) at Johns Hopkins University. It helps a small senior team in each city write a Citywide "
        "Data Strategy and put it into practice."
    )


def _dates() -> str:
    return _("{cohort} starts on {kickoff} and runs for {weeks} weeks, through {end}.")


def _coach() -> str:
    return _("Your city’s coach: {coach}.")


def _body_lead() -> list[str]:
    return [
        _program(),
        _dates(),
        _coach(),
        _(
            "As city lead, you organize the team’s work on the strategy and submit it for signature. Plan on at least "
            "five hours of training a month, plus time for writing and for sessions with your coach."
        ),
    ]


def _body_member() -> list[str]:
    return [
        _program(),
        _dates(),
        _coach(),
        _(
            "As a team member, you write the sections assigned to you and attend the sessions. Plan on at least five "
            "hours of training a month, plus time for writing."
        ),
    ]


def _body_mayor() -> list[str]:
    return [
        _program(),
        _dates(),
        _coach(),
        _(
            "The program asks little of your time: a visit from your coach, a few decisions along the way, your "
            "signature on the strategy, and the Mayoral Convening at the end. Everything that needs your "
            "attention is on one page."
        ),
    ]


def _body_delegate() -> list[str]:
    return [
        _program(),
        _dates(),
        _coach(),
        _(
            "As the mayor’s delegate, you see what the mayor needs to act on and prepare it. Plan on a few "
            "minutes a week."
        ),
    ]


def _body_guest() -> list[str]:
    return [
        _program(),
        _(
            "The team would like your comments on parts of its data strategy. You can read and comment on the "
            "sections it shares with you. You don’t need to do anything else. Your last day of access: {until}."
        ),
    ]


def _body_funder() -> list[str]:
    return [
        _program(),
        _dates(),
        _(
            "You can follow the cohort’s progress in numbers and read published strategies. Drafts and notes "
            "stay with the cities. There’s no time commitment."
        ),
    ]


def _body_coach() -> list[str]:
    return [
        _program(),
        _dates(),
        _(
            "As a coach, you’ll see the cities assigned to you, log sessions with them, and give feedback on their "
            "drafts. We’ll email you when a city is assigned to you."
        ),
    ]


def _body_admin() -> list[str]:
    return [
        _program(),
        _dates(),
        _("As a program admin, you set up cohorts, invite people, assign coaches, and see every city’s work."),
    ]


BODIES: dict[str, Callable[[], list[str]]] = {
    Role.CITY_LEAD: _body_lead,
    Role.CITY_MEMBER: _body_member,
    Role.MAYOR: _body_mayor,
    Role.MAYORS_DELEGATE: _body_delegate,
    Role.GUEST_REVIEWER: _body_guest,
    Role.FUNDER: _body_funder,
    Role.COACH: _body_coach,
    Role.PROGRAM_ADMIN: _body_admin,
}


def default_text(role: str, language: str, *, has_cohort: bool = True) -> Text:
    with translation.override(language):
        if role in CITY_ROLES:
            subject = _("You’re invited to work on {city}’s data strategy")
        elif role == Role.FUNDER:
            subject = _("You’re invited to follow {cohort}")
        else:
            subject = _("You’re invited to join the program team")
        body = [text for text in BODIES[role]() if has_cohort or "{cohort}" not in text]
        return Text(subject, "\n\n".join(body))


def text_for(cohort: Cohort | None, role: str, language: str) -> Text:
    """The cohort's own text, else the default."""
    row = InvitationText.objects.filter(cohort=cohort, role=role, language=language).first() if cohort else None
    if row is not None:
        return Text(row.subject, row.body, is_own=True)
    return default_text(role, language, has_cohort=cohort is not None)


def cohort_of(city: City | None, cohort: Cohort | None, role: str) -> Cohort | None:
    """The cohort that an invitation is about: its own, while the city is in it, else the one that the city's pages
    follow; for GovEx, the one that runs or comes next, else the latest.
    """
    if city is not None:
        if cohort is not None and city.enrollment_set.open().filter(cohort=cohort).exists():
            return cohort
        enrollment = city.running_enrollment()
        return enrollment.cohort if enrollment else None
    if cohort is not None or role not in (Role.COACH, Role.PROGRAM_ADMIN):
        return cohort
    cohorts = list(Cohort.objects.order_by("kickoff"))
    return next((row for row in cohorts if row.ends_on >= row.today()), cohorts[-1] if cohorts else None)


def values_for(
    *, person: User, city: City | None, cohort: Cohort | None, membership: Membership | None, language: str
) -> dict[str, str]:
    """The value of each placeholder, in the language of the email."""
    with translation.override(language):
        values = {"name": str(person)}
        if cohort is not None:
            values |= {
                "cohort": cohort.name,
                "kickoff": formats.day(cohort.kickoff),
                "end": formats.day(cohort.ends_on),
                "weeks": str(cohort.weeks),
            }
        if city is not None:
            values |= {"city": city.name, "coach": _coaches(city)}
        until = membership.until if membership else None
        values["until"] = formats.day(until) if until else _("not set yet")
        return values


def _coaches(city: City) -> str:
    rows = city.coachassignment_set.active().select_related("user")
    return ", ".join(str(row.user) for row in rows) or _("to be announced")


def paragraphs(body: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", body.replace("\r\n", "\n")) if part.strip()]
