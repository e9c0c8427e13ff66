"""Mail that leaves at once: sign-in codes and invitations. Reminders render and send theirs through here too.

A mail is a row first (OutgoingMail), queued when the transaction commits. Whoever delivers it claims the row
before the mail server hears of it: a crash in between leaves "unknown", and nothing is sent twice blindly.
"""

from __future__ import annotations

import logging
import smtplib
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
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

from accelerator.celery import celery_app
from accelerator.context import PROGRAM_NAME
from accelerator.models import OutgoingMail

logger = logging.getLogger(__name__)

State = OutgoingMail.State
WAITS = timedelta(seconds=30)  # then the clock sends what the broker did not hand on
CLAIM_LASTS = timedelta(minutes=5)  # far longer than the mail server's time limit
KEEPS_TRYING = timedelta(days=1)
# A code is of no use once it has expired.
TRIES_BRIEFLY = {"sign-in": timedelta(minutes=15), "step-up": timedelta(minutes=15)}
AT_ONCE = 200


class Later(Exception):
    """Nothing has left: the mail may be tried again."""


class NoServer(Later):
    """The mail server does not answer: no other mail would leave now either."""


class Refused(Exception):
    """The mail server said no, and will say so again."""


class Unknown(Exception):
    """The line broke while the mail was handed over: it may have left."""


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


def hand_over(mail: EmailMultiAlternatives) -> None:
    """Give one mail to the server; raises Later, NoServer, Refused or Unknown."""
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's exceptions are OSErrors
        raise NoServer(_reason(error)) from error
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _answer(code, words) from error
    except smtplib.SMTPResponseException as error:
        raise _answer(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        raise Refused(_reason(error)) from error
    except OSError as error:
        raise Unknown(_reason(error)) from error
    finally:
        with suppress(OSError):  # a server that hangs up after accepting changes nothing
            connection.close()


def _answer(code: int, words: bytes | str) -> Exception:
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return Later(said) if 400 <= code < 500 else Refused(said)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def send(
    *, to: str, kind: str, template: str, context: dict[str, Any], language: str, reply_to: str = ""
) -> OutgoingMail:
    """Store a mail and queue it on commit; no page waits for the broker or the mail server.

    `kind` is a word for the list of mails ("sign-in", "invitation"); `template` and `context` as in `render`.
    """
    letter = render(template, context, language)
    row = OutgoingMail.objects.create(
        to=to, kind=kind, reply_to=reply_to, subject=letter.subject, text=letter.text, html=letter.html
    )
    transaction.on_commit(lambda: messenger.take(row.pk))
    return row


def deliver(pk: int) -> str:
    """Send one waiting mail; its state afterwards, "" where somebody else claimed it. Raises NoServer."""
    with transaction.atomic(durable=True):  # the claim must be on record before the server hears of the mail
        claimed = OutgoingMail.objects.filter(pk=pk, state=State.WAITING)
        if not claimed.update(state=State.SENDING, claimed_at=timezone.now()):
            return ""
    row = OutgoingMail.objects.get(pk=pk)
    letter = Letter(row.subject, row.text, row.html)
    try:
        hand_over(message(letter, to=row.to, reply_to=row.reply_to))
    except Later as why:
        patience = TRIES_BRIEFLY.get(row.kind, KEEPS_TRYING)
        too_old = timezone.now() - row.created_at > patience
        _settle(pk, State.FAILED if too_old else State.WAITING, str(why))
        if isinstance(why, NoServer):
            raise
        return State.FAILED if too_old else State.WAITING
    except Refused as why:
        return _settle(pk, State.FAILED, str(why))
    except Unknown as why:
        return _settle(pk, State.UNKNOWN, str(why))
    return _settle(pk, State.SENT)


def _settle(pk: int, state: str, error: str = "") -> str:
    """Record what became of a claimed mail. Its text goes with the last attempt: codes are not kept."""
    fields: dict[str, Any] = {"state": state, "error": " ".join(error.split())[:200]}
    if state != State.WAITING:
        fields |= {"text": "", "html": ""}
    if state == State.SENT:
        fields["sent_at"] = timezone.now()
    OutgoingMail.objects.filter(pk=pk, state__in=[State.SENDING, State.UNKNOWN]).update(**fields)
    return state


def deliver_waiting() -> int:
    """The clock's part: send mails that still wait; say of claimed ones without an end that it is unknown."""
    now = timezone.now()
    OutgoingMail.objects.filter(state=State.SENDING, claimed_at__lt=now - CLAIM_LASTS).update(
        state=State.UNKNOWN, text="", html="", error="The process ended while the mail was handed over."
    )
    waiting = OutgoingMail.objects.filter(state=State.WAITING, created_at__lt=now - WAITS)
    sent = 0
    for pk in list(waiting.order_by("created_at").values_list("pk", flat=True)[:AT_ONCE]):
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
        self._mails: Queue[int] = Queue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._broker_back_at = 0.0

    def take(self, pk: int) -> None:
        self._mails.put(pk)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # also after a fork
                self._thread = Thread(target=self._run, name="mail", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Until every mail that was taken has been handed on."""
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

    def _publish(self, pk: int) -> bool:
        if time.monotonic() < self._broker_back_at:
            return False
        try:
            celery_app.send_task("accelerator.tasks.deliver", args=[pk], retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            logger.warning("The broker does not answer (%s): mail is sent from here", type(error).__name__)
            self._broker_back_at = time.monotonic() + self.BROKER_RESTS
            return False
        return True


messenger = Messenger()
