"""Background tasks: the email queue and cleanup."""

from __future__ import annotations

import logging
import uuid

from accelerator import form_keys, mail, signin
from accelerator.celery import celery_app

logger = logging.getLogger(__name__)


@celery_app.task
def deliver(pk: str) -> None:
    """Send one email; if the mail server doesn't respond, it stays queued for the clock."""
    try:
        mail.deliver(uuid.UUID(pk))
    except mail.NoServer as why:
        logger.warning("The mail server isn't responding: %s", why)


@celery_app.task
def deliver_waiting() -> None:
    """Runs every minute: send whatever has been queued for more than 30 seconds."""
    mail.deliver_waiting()


@celery_app.task
def forget_sent_forms() -> None:
    """Runs every hour."""
    form_keys.forget_old()
    signin.forget_old()
