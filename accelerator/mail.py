"""Every email of the program: one ledger (the table Email) with one state machine, and its way to the server.

Invitations and codes are queued here and leave at once; the daily emails of reminders/ take the same steps. An email is
claimed in a transaction of its own before the mail server hears of it: a crash in between leaves "unknown", and
nothing is sent twice blindly.
"""

from __future__ import annotations

import logging
import smtplib
import time
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Queue
from threading import Lock, Thread
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import connections, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accelerator import rls
from accelerator.celery import celery_app
from accelerator.context import PROGRAM_NAME
from accelerator.models import Email, User

logger = logging.getLogger(__name__)

State = Email.State
WAITS = timedelta(seconds=30)  # then the clock sends what the broker did not hand on
CLAIM_LASTS = timedelta(minutes=10)  # far longer than the mail server's time limit
KEEPS_TRYING = timedelta(days=1)
# An expired code helps no one.
TRIES_BRIEFLY = {Email.Kind.SIGN_IN: timedelta(minutes=15), Email.Kind.STEP_UP: timedelta(minutes=15)}
# How often a daily email is tried again after the server has said "not now", a turn of the clock each.
DAILY_TRIES = 3
AT_ONCE = 200


class NoServer(Exception):
    """The mail server does not answer: no other email would leave now either."""


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


def address(text: str) -> str:
    """An e-mail address as it is stored: lower case, the domain as DNS knows it; raises ValidationError."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    name, _at, domain = plain.rpartition("@")
    try:
        plain = f"{name}@{domain.encode('idna').decode('ascii')}"
        validate_email(plain)
    except (UnicodeError, ValidationError):
        plain = ""
    if not plain or not plain.isascii() or '"' in plain or len(plain) > 254:
        raise ValidationError(
            _("“%(text)s” is not an e-mail address. It should look like name@city.gov."),
            code="address",
            params={"text": text.strip()[:80]},
        )
    return plain


def render(template: str, context: dict[str, Any], language: str) -> Letter:
    """`templates/mail/<template>.txt` (its first line is the subject) and `.html`, in a language."""
    with translation.override(language):
        full = {"program_name": PROGRAM_NAME, "base_url": settings.BASE_URL, "language": language, **context}
        subject, _line, text = render_to_string(f"mail/{template}.txt", full).lstrip().partition("\n")
        subject = " ".join(subject.split())[:200]
        html = render_to_string(f"mail/{template}.html", {**full, "subject": subject})
    return Letter(subject, _tidy(text), html.strip() + "\n")


def _tidy(text: str) -> str:
    """No spaces at line ends, one empty line between paragraphs."""
    tidy: list[str] = []
    for line in (line.rstrip() for line in text.strip().splitlines()):
        if line or (tidy and tidy[-1]):
            tidy.append(line)
    return "\n".join(tidy) + "\n"


def message(letter: Letter, *, to: str, reply_to: str = "") -> EmailMultiAlternatives:
    """A letter as a mail that asks for no automatic answer."""
    mail = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"},
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _hand_over(message: EmailMultiAlternatives) -> tuple[Email.State, str]:
    """Give one email to the server: what became of it, and the server's answer. Raises NoServer.

    QUEUED means that the server certainly has nothing and may accept it later.
    """
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's exceptions are OSErrors
        raise NoServer(_reason(error)) from error
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        return _verdict(*next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        return _verdict(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        return State.FAILED, _reason(error)
    except OSError as error:  # the line broke, and it may have left
        return State.UNKNOWN, _reason(error)
    finally:
        with suppress(OSError):  # a server that hangs up after accepting changes nothing
            connection.close()
    return State.SENT, ""


def _verdict(code: int, answer: bytes | str) -> tuple[Email.State, str]:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return State.QUEUED if 400 <= code < 500 else State.FAILED, f"{code} {text}"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def send(
    *,
    to: str,
    kind: Email.Kind,
    template: str,
    context: dict[str, Any],
    language: str,
    reply_to: str = "",
    person: User | None = None,
    city_id: int | None = None,
) -> Email:
    """Queue an email, which leaves on commit; no page waits for the broker or the mail server.

    `template` and `context` as in `render`; who may read the city's rows may read this one in the ledger.
    """
    letter = render(template, context, language)
    email = Email.objects.create(
        to=to,
        kind=kind,
        person=person,
        city_id=city_id,
        reply_to=reply_to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
    transaction.on_commit(lambda: messenger.add(email.pk))
    return email


def deliver(pk: uuid.UUID) -> str:
    """Send one queued email; its state afterwards, "" where another process has claimed it. Raises NoServer."""
    with transaction.atomic(durable=True), rls.every_city():
        email = Email.objects.get(pk=pk)
        if not email.claim(timezone.now()):
            return ""
    return deliver_claimed(email, Letter(email.subject, email.text, email.html))


def deliver_claimed(email: Email, letter: Letter, now: datetime | None = None) -> str:
    """Hand over an email whose claim is on record, and record what became of it; its state. Raises NoServer."""
    try:
        state, reason = _hand_over(message(letter, to=email.to, reply_to=email.reply_to))
    except NoServer as why:
        _record(email, State.QUEUED, str(why), now or timezone.now(), tries=email.tries)
        raise
    return _record(email, state, reason, now or timezone.now(), tries=email.tries + 1)


def _record(email: Email, state: Email.State, reason: str, now: datetime, *, tries: int) -> str:
    with transaction.atomic(durable=True), rls.every_city():
        row = Email.objects.filter(pk=email.pk)
        if state == State.QUEUED and _is_spent(email, now, tries):
            state = State.FAILED
        if state == State.QUEUED:
            row.requeue(reason, tries)
        else:
            row.settle(state, reason, now)
    return state


def _is_spent(email: Email, now: datetime, tries: int) -> bool:
    """Whether an email that the server has not accepted is not tried again."""
    if email.kind == Email.Kind.DAILY:
        return tries > DAILY_TRIES
    return now - email.created_at > TRIES_BRIEFLY.get(Email.Kind(email.kind), KEEPS_TRYING)


def settle_silent(now: datetime) -> None:
    """A claim without an end becomes unknown: staff look at it, and nothing is sent again."""
    with transaction.atomic(durable=True), rls.every_city():
        silent = Email.objects.filter(state=State.CLAIMED, claimed_at__lt=now - CLAIM_LASTS)
        silent.settle(State.UNKNOWN, Email.Why.INTERRUPTED, now)


def deliver_waiting() -> int:
    """The clock's part: send what waits in the queue. Daily emails are written anew by a clock of their own."""
    now = timezone.now()
    settle_silent(now)
    with rls.every_city():
        waiting = Email.objects.filter(state=State.QUEUED, created_at__lt=now - WAITS).exclude(kind=Email.Kind.DAILY)
        keys = list(waiting.order_by("created_at").values_list("pk", flat=True)[:AT_ONCE])
    sent = 0
    for pk in keys:
        try:
            sent += deliver(pk) == State.SENT
        except NoServer as why:
            logger.warning("The mail server does not answer: %s", why)
            break
    return sent


class Messenger:
    """One thread a process that hands mails to the broker, and sends them itself while the broker is away."""

    BROKER_RESTS = 30.0  # seconds without a new attempt at a broker that did not answer

    def __init__(self) -> None:
        self._mails: Queue[uuid.UUID] = Queue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._broker_back_at = 0.0

    def add(self, pk: uuid.UUID) -> None:
        self._mails.put(pk)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # also after a fork
                self._thread = Thread(target=self._run, name="mail", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Until every email that was added has been handed on."""
        self._mails.join()

    def _run(self) -> None:
        while True:
            pk = self._mails.get()
            try:
                if not self._publish(pk):
                    deliver(pk)
            except NoServer as why:
                logger.warning("The mail server does not answer: %s", why)
            except Exception:  # the thread must outlive any one mail; the row waits for the clock
                logger.exception("Mail %s was not handed on", pk)
            finally:
                connections.close_all()
                self._mails.task_done()

    def _publish(self, pk: uuid.UUID) -> bool:
        if time.monotonic() < self._broker_back_at:
            return False
        try:
            celery_app.send_task("accelerator.tasks.deliver", args=[str(pk)], retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            logger.warning("The broker does not answer (%s): mail is sent from here", type(error).__name__)
            self._broker_back_at = time.monotonic() + self.BROKER_RESTS
            return False
        return True


messenger = Messenger()
