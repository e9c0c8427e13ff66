"""Long work as a lease: one worker at a time has an export's row, and loses it by silence (docs/adr/0006)."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from accelerator.models import User
from cities.models import City, Export

# By name: the rooms that render are on floors above.
TASKS = dict.fromkeys(Export.Kind, "strategy.tasks.render_file")
STALLED_AFTER = timedelta(seconds=30)
MOST_ATTEMPTS = 3


def request_export(*, city: City, kind: str, by: User | None, options: dict[str, object] | None = None) -> Export:
    """The city's open export of this very file, or a new one."""
    # A double click, or two people at once, must not make the same file twice.
    options = options or {}
    open_export = city.export_set.filter(
        kind=kind, options=options, state__in=[Export.State.QUEUED, Export.State.RUNNING]
    ).first()
    return open_export or city.export_set.create(
        kind=kind, options=options, requested_by=by, heartbeat_at=timezone.now()
    )


def start(export: Export) -> None:
    """Hand the work to a worker once the row is committed."""

    def send() -> None:
        # Without a broker nothing is lost: the clock finds the row and tries again.
        with suppress(OperationalError):
            current_app.send_task(TASKS[Export.Kind(export.kind)], args=[export.city_id, export.pk], retry=False)

    transaction.on_commit(send)


def claim(pk: int, worker: str) -> Export | None:
    """Lease an export that is queued, or whose worker has been silent; None if it is taken or finished."""
    now = timezone.now()
    free = Q(state=Export.State.QUEUED) | Q(state=Export.State.RUNNING, heartbeat_at__lt=now - STALLED_AFTER)
    # One statement decides: of two workers that try at once, PostgreSQL lets one update the row.
    claimed = Export.objects.filter(free, pk=pk, attempt__lt=MOST_ATTEMPTS).update(
        state=Export.State.RUNNING,
        worker=worker,
        heartbeat_at=now,
        attempt=F("attempt") + 1,
        step="reading",
        progress=5,
    )
    return Export.objects.select_related("city").get(pk=pk) if claimed else None


def report_progress(export: Export, step: str, percent: int) -> bool:
    """Report how far the work is; False if another attempt has taken over."""
    return bool(_leased(export).update(step=step, progress=percent, heartbeat_at=timezone.now()))


def finish(export: Export, *, file: str, sha256: str, size: int, pages: int, report: list[str]) -> bool:
    """Record the finished file; False, and nothing changed, if another attempt has taken over."""
    return bool(
        _leased(export).update(
            state=Export.State.DONE,
            file=file,
            sha256=sha256,
            size=size,
            pages=pages,
            report=report,
            step="",
            progress=100,
            reason="",
            finished_at=timezone.now(),
        )
    )


def give_up(export: Export, reason: str) -> bool:
    """Record that the file was not made, with a reason that a person understands."""
    return bool(_leased(export).update(state=Export.State.FAILED, reason=reason[:300], finished_at=timezone.now()))


def stalled_exports() -> list[tuple[int, int]]:
    """(city id, export id) of what no worker has touched for 30 s; those out of attempts are closed as failed.

    Needs the scope of every city.
    """
    stalled = Export.objects.filter(
        state__in=[Export.State.QUEUED, Export.State.RUNNING], heartbeat_at__lt=timezone.now() - STALLED_AFTER
    )
    stalled.filter(attempt__gte=MOST_ATTEMPTS).update(
        state=Export.State.FAILED, reason="interrupted", finished_at=timezone.now()
    )
    return list(stalled.values_list("city_id", "pk"))


def _leased(export: Export) -> QuerySet[Export]:
    # By its attempt: a worker that was only slow must not overwrite the one that replaced it.
    return Export.objects.filter(pk=export.pk, attempt=export.attempt, state=Export.State.RUNNING)
