"""All email: one ledger (the Email table) with one state machine, and delivery to the mail server.

Invitations and codes are queued here and sent immediately; the daily emails in reminders/ go through the same steps. An
email is claimed in its own transaction before the mail server is contacted: a crash in between leaves it "unknown", and
nothing is blindly sent twice.
"""

from __future__ import annotations

import logging
import re
import smtplib
import time
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
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
SEND_AFTER = timedelta(seconds=30)  # after that, the clock sends what the broker didn't deliver
CLAIM_LIFETIME = timedelta(minutes=10)  # far longer than the mail server's timeout
RETRY_FOR = timedelta(days=1)
# An expired code is useless.
RETRY_BRIEFLY = {Email.Kind.SIGN_IN: timedelta(minutes=15), Email.Kind.STEP_UP: timedelta(minutes=15)}
# The digest is rewritten for each attempt, one clock tick apart, so a few attempts are enough.
DAILY_TRIES = 3
BATCH = 200


class NoServer(Exception):
    """The mail server isn't responding, so no other email could be sent either."""


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


def address(text: str) -> str:
    """The address in lowercase, with the domain in its DNS form; raises ValidationError."""
    # Full-width letters and similar characters come from phone keyboards and spreadsheets.
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    name, _at, domain = plain.rpartition("@")
    try:
        plain = f"{name}@{domain.encode('idna').decode('ascii')}"
        validate_email(plain)
    except (UnicodeError, ValidationError):
        plain = ""
    if not plain or not plain.isascii() or '"' in plain or len(plain) > 254:
        raise ValidationError(
            _("“%(text)s” isn’t an email address. It should look like name@city.gov."),
            code="address",
            params={"text": text.strip()[:80]},
        )
    return plain


def render(template: str, context: dict[str, Any], language: str) -> Letter:
    """Render `templates/mail/<template>.txt` (its first line is the subject) and `.html` in a language."""
    with translation.override(language):
        full = {"program_name": PROGRAM_NAME, "base_url": settings.BASE_URL, "language": language, **context}
        subject, _line, text = render_to_string(f"mail/{template}.txt", full).lstrip().partition("\n")
        subject = " ".join(subject.split())[:200]
        html = render_to_string(f"mail/{template}.html", {**full, "subject": subject})
    # Template tags that render to nothing leave blank lines.
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.strip().splitlines()))
    return Letter(subject, text + "\n", html.strip() + "\n")


def message(letter: Letter, *, to: str, reply_to: str = "") -> EmailMultiAlternatives:
    email = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        reply_to=[reply_to] if reply_to else None,
        # Otherwise coaches would receive out-of-office replies.
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"},
    )
    email.attach_alternative(letter.html, "text/html")
    return email


def _hand_over(message: EmailMultiAlternatives) -> tuple[Email.State, str]:
    """The email's new state and the server's reply. Raises NoServer."""
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
    except OSError as error:  # the connection broke, so it may have been sent
        return State.UNKNOWN, _reason(error)
    finally:
        with suppress(OSError):  # a server that hangs up after accepting changes nothing
            connection.close()
    return State.SENT, ""


def _verdict(code: int, answer: bytes | str) -> tuple[Email.State, str]:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    # A 4xx code means that the server hasn't accepted the email but may do so later.
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
    """Queue an email; `template` and `context` are as in `render`. With a city, its readers see it in the ledger."""
    letter = asdict(render(template, context, language))
    email = Email.objects.create(to=to, kind=kind, person=person, city_id=city_id, reply_to=reply_to, **letter)
    # After commit and in a thread: no page waits for the broker, and a rollback sends nothing.
    transaction.on_commit(lambda: messenger.add(email.pk))
    return email


def deliver(pk: uuid.UUID) -> str:
    """Send one queued email; returns its new state, or "" if another process claimed it. Raises NoServer."""
    # Commit the claim before calling the server: a crash in between must not send the email twice.
    with transaction.atomic(durable=True), rls.every_city():
        email = Email.objects.get(pk=pk)
        if not email.claim(timezone.now()):
            return ""
    return deliver_claimed(email, Letter(email.subject, email.text, email.html))


def deliver_claimed(email: Email, letter: Letter, now: datetime | None = None) -> str:
    """Send an email that is already claimed; returns its new state. Raises NoServer."""
    try:
        state, reason = _hand_over(message(letter, to=email.to, reply_to=email.reply_to))
    except NoServer as error:
        # Don't count this as an attempt: the server received nothing.
        _record(email, State.QUEUED, str(error), now, tries=email.tries)
        raise
    return _record(email, state, reason, now, tries=email.tries + 1)


def _record(email: Email, state: Email.State, reason: str, now: datetime | None, *, tries: int) -> str:
    now = now or timezone.now()
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
    """Whether to give up on an email that the server hasn't accepted."""
    if email.kind == Email.Kind.DAILY:
        return tries > DAILY_TRIES
    return now - email.created_at > RETRY_BRIEFLY.get(Email.Kind(email.kind), RETRY_FOR)


def settle_silent(now: datetime) -> None:
    """Mark emails whose delivery never finished as unknown."""
    with transaction.atomic(durable=True), rls.every_city():
        # They may have arrived, so staff decide and nothing is sent again.
        silent = Email.objects.filter(state=State.CLAIMED, claimed_at__lt=now - CLAIM_LIFETIME)
        silent.settle(State.UNKNOWN, Email.Why.INTERRUPTED, now)


def deliver_waiting() -> int:
    """Send everything still queued; returns the number of emails sent."""
    now = timezone.now()
    settle_silent(now)
    with rls.every_city():
        waiting = Email.objects.filter(state=State.QUEUED, created_at__lt=now - SEND_AFTER)
        # reminders/clock.py rewrites daily emails before sending them.
        waiting = waiting.exclude(kind=Email.Kind.DAILY).order_by("created_at")
        pks = list(waiting.values_list("pk", flat=True)[:BATCH])
    sent = 0
    for pk in pks:
        try:
            sent += deliver(pk) == State.SENT
        except NoServer as error:
            logger.warning("The mail server isn't responding: %s", error)
            break
    return sent


class Messenger:
    """One thread per process that hands emails to the broker, and sends them itself while the broker is down."""

    BROKER_PAUSE = 30.0  # seconds to wait before retrying a broker that didn't respond

    def __init__(self) -> None:
        self._queue: Queue[uuid.UUID] = Queue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._broker_back_at = 0.0

    def add(self, pk: uuid.UUID) -> None:
        self._queue.put(pk)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # also after a fork
                self._thread = Thread(target=self._run, name="mail", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return once every added email has been handed over."""
        self._queue.join()

    def _run(self) -> None:
        while True:
            pk = self._queue.get()
            try:
                if not self._publish(pk):
                    deliver(pk)
            except NoServer as error:
                logger.warning("The mail server isn't responding: %s", error)
            except Exception:  # the thread must survive any single email; the clock sends the row later
                logger.exception("Email %s was not passed on", pk)
            finally:
                connections.close_all()
                self._queue.task_done()

    def _publish(self, pk: uuid.UUID) -> bool:
        if time.monotonic() < self._broker_back_at:
            return False
        try:
            celery_app.send_task("accelerator.tasks.deliver", args=[str(pk)], retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            logger.warning("The broker isn't responding (%s): sending email from this process", type(error).__name__)
            self._broker_back_at = time.monotonic() + self.BROKER_PAUSE
            return False
        return True


messenger = Messenger()
