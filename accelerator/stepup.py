"""Step-up: a six-digit code, emailed immediately, with which a signed-in person confirms one action (docs/adr/0009).

A code is valid for one person and one purpose, which names the action and its exact object; it lasts 15 minutes, allows
three attempts and works once. Only a keyed hash is stored, and a newer code invalidates older ones.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import mail
from accelerator.models import Email, StepUp, User

LASTS = timedelta(minutes=15)
TRIES = 3
# The most codes for one purpose within one code's lifetime.
MOST = 4
DIGITS = 6
# Wrong attempts of one person in a day, over all purposes: a stolen session must not try six digits all night.
MOST_WRONG, DAY = 15, timedelta(days=1)


def send(*, person: User, purpose: str, sentence: str) -> str:
    """Email a code that confirms `purpose`; "" or a sentence that says why none was sent.

    `sentence` says in the person's language what the code is for.
    """
    minutes = int(LASTS.total_seconds() // 60)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two simultaneous clicks count as two
        if _has_guessed(person):
            return _("Too many incorrect codes in the last 24 hours. Try again tomorrow, or contact the program team.")
        if _recent(person, purpose).count() >= MOST:
            return _(
                "We’ve sent %(number)d codes in the last %(minutes)d minutes, which is the limit. Use the newest one, "
                "or wait a few minutes."
            ) % {"number": MOST, "minutes": minutes}
        mail.send(
            to=person.email,
            person=person,
            kind=Email.Kind.STEP_UP,
            template="step_up",
            language=person.language,
            context={"code": create_code(person=person, purpose=purpose), "sentence": sentence, "minutes": minutes},
        )
    return ""


def create_code(*, person: User, purpose: str) -> str:
    """Create a code for one purpose without emailing it; older ones expire."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    # Salted and keyed: a copy of the database alone doesn't reveal one of a million possible codes.
    salt = secrets.token_hex(8)
    StepUp.objects.create(person=person, purpose=purpose, digest=f"{salt}${_hash(salt, person, purpose, code)}")
    return code


def open_code(*, person: User, purpose: str) -> StepUp | None:
    """The currently valid code, if there is one."""
    newest = _recent(person, purpose).first()
    return newest if newest and newest.used_at is None and newest.attempts < TRIES else None


def check(*, person: User, purpose: str, code: str) -> str:
    """Use a code: "" if it confirms the purpose, else a message with the attempts left.

    A wrong attempt is counted only if the caller's transaction commits.
    """
    # Accept "123 456" and "123-456" as people copy them, but not digits from other scripts.
    typed = "".join(letter for letter in code if letter.isdecimal() and letter.isascii())
    if len(typed) != DIGITS:
        return _("Enter the six-digit code from the email.")
    with transaction.atomic():
        # Lock the row: parallel requests must not get more than TRIES attempts.
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # attempts count over all purposes
        if _has_guessed(person):
            return _("Too many incorrect codes in the last 24 hours. Try again tomorrow, or contact the program team.")
        newest = _recent(person, purpose).select_for_update().first()
        if newest is None or newest.used_at:
            return _("You don’t have a valid code right now. Request a new one.")
        if newest.attempts >= TRIES:
            return _("This code was entered incorrectly %(number)d times. Request a new one.") % {"number": TRIES}
        salt, _mark, digest = newest.digest.partition("$")
        if constant_time_compare(digest, _hash(salt, person, purpose, typed)):
            newest.used_at = timezone.now()
            newest.save(update_fields=["used_at"])
            return ""
        newest.attempts += 1
        newest.save(update_fields=["attempts"])
        return _wrong(TRIES - newest.attempts)


def _has_guessed(person: User) -> bool:
    codes = StepUp.objects.filter(person=person, sent_at__gt=timezone.now() - DAY)
    return bool((codes.aggregate(wrong=Sum("attempts"))["wrong"] or 0) >= MOST_WRONG)


def _wrong(tries_left: int) -> str:
    if not tries_left:
        return _("That code is incorrect, and you have no tries left. Request a new one.")
    return ngettext(
        "That code is incorrect. You have one try left.",
        "That code is incorrect. You have %(left)d tries left.",
        tries_left,
    ) % {"left": tries_left}


def _recent(person: User, purpose: str) -> QuerySet[StepUp]:
    since = timezone.now() - LASTS
    return StepUp.objects.filter(person=person, purpose=purpose, sent_at__gt=since).order_by("-sent_at", "-pk")


def _hash(salt: str, person: User, purpose: str, code: str) -> str:
    text = f"{person.pk}\0{purpose}\0{code}"
    return salted_hmac(f"accelerator.stepup.{salt}", text, algorithm="sha256").hexdigest()
