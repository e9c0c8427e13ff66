"""Long work as a lease: one worker at a time holds an export's row, and loses it by going silent (docs/adr/0006)."""

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

# By name: the packages that render are on layers above.
TASKS = dict.fromkeys(Export.Kind, "strategy.tasks.render_file")
STALLED_AFTER = timedelta(seconds=30)
MOST_ATTEMPTS = 3


def request_export(*, city: City, kind: str, by: User | None, options: dict[str, object] | None = None) -> Export:
    """The city's open export of exactly this file, a version's one PDF, or a new export."""
    # A double click, or two people at once, must not create the same file twice.
    options = options or {}
    states = [Export.State.QUEUED, Export.State.RUNNING]
    if kind == Export.Kind.VERSION_PDF:
        states.append(Export.State.DONE)  # a version has one PDF: another would not be the signed one
    open_export = city.export_set.filter(kind=kind, options=options, state__in=states).order_by("pk").first()
    return open_export or city.export_set.create(
        kind=kind, options=options, requested_by=by, heartbeat_at=timezone.now()
    )


def start(export: Export) -> None:
    """Hand the work to a worker once the row is committed."""

    def send() -> None:
        # Nothing is lost without a broker: the clock finds the row and retries.
        with suppress(OperationalError):
            current_app.send_task(TASKS[Export.Kind(export.kind)], args=[export.city_id, export.pk], retry=False)

    transaction.on_commit(send)


def claim(pk: int, worker: str) -> Export | None:
    """Lease an export that is queued or whose worker has gone silent; None if it is taken or finished."""
    now = timezone.now()
    free = Q(state=Export.State.QUEUED) | Q(state=Export.State.RUNNING, heartbeat_at__lt=now - STALLED_AFTER)
    # One statement decides: if two workers try at once, PostgreSQL lets only one update the row.
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
    """Report progress; False if another attempt has taken over."""
    return bool(_leased(export).update(step=step, progress=percent, heartbeat_at=timezone.now()))


def finish(export: Export, *, file: str, sha256: str, size: int, pages: int, report: list[str]) -> bool:
    """Record the finished file; False, with nothing changed, if another attempt has taken over."""
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
    """Record that the file couldn't be created, with a reason people understand."""
    return bool(_leased(export).update(state=Export.State.FAILED, reason=reason[:300], finished_at=timezone.now()))


def stalled_exports() -> list[tuple[int, int]]:
    """(city ID, export ID) of exports untouched for 30 s; those out of attempts are marked as failed.

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
    # By attempt: a worker that was merely slow must not overwrite its replacement.
    return Export.objects.filter(pk=export.pk, attempt=export.attempt, state=Export.State.RUNNING)
