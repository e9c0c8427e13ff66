"""Background work of the ground floor: the mail queue, and forgetting what is over."""

from __future__ import annotations

import logging
import uuid

from accelerator import form_keys, mail
from accelerator.celery import celery_app

logger = logging.getLogger(__name__)


@celery_app.task
def deliver(pk: str) -> None:
    """Send one email; where the server does not answer it stays in the queue for the clock."""
    try:
        mail.deliver(uuid.UUID(pk))
    except mail.NoServer as why:
        logger.warning("The mail server does not answer: %s", why)


@celery_app.task
def deliver_waiting() -> None:
    """The clock's turn, every minute: whatever waits longer than 30 seconds."""
    mail.deliver_waiting()


@celery_app.task
def forget_sent_forms() -> None:
    """The clock's turn, every hour."""
    form_keys.forget_old()
