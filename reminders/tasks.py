"""Background work of the reminders: the clock, called every minute."""

from __future__ import annotations

from celery import shared_task

from reminders import clock


@shared_task(name="reminders.tasks.tick")
def tick() -> None:
    """One turn: bring the due table up to date, send what may go out now."""
    clock.tick()
