from __future__ import annotations

from celery import shared_task

from reminders import clock


@shared_task(name="reminders.tasks.tick")
def tick() -> None:
    clock.tick()
