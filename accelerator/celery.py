"""Background work: `celery -A accelerator.celery worker` and `beat`; tasks live in each app's tasks.py.

Queues: mail (short, time-sensitive), pdf (long), default.
"""

import os
import sys
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_process_init, worker_process_shutdown, worker_ready

from accelerator import child_processes, environment
from accelerator.local import servers, watch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
EMBEDDED = not environment.text("DATABASE_URL")
# manage.py and wsgi.py have already started the servers; the celery command enters here.
if EMBEDDED and "celery" in Path(sys.argv[0]).parts[-2:]:
    try:
        servers.ensure(environment.var())
    except servers.CannotStart as refusal:
        sys.exit(str(refusal))

celery_app = Celery("accelerator")
celery_app.config_from_object("django.conf:settings", namespace="CELERY")
celery_app.conf.task_queues = {"default": {}, "mail": {}, "pdf": {}}
celery_app.autodiscover_tasks()


@worker_process_init.connect
def _child_starts(**_: Any) -> None:
    if EMBEDDED:
        child_processes.end_with_parent()  # an orphan would keep the servers running
    watch.report("task")


@worker_process_shutdown.connect
def _child_ends(**_: Any) -> None:
    watch.report("leave")


@worker_ready.connect
def _worker_ready(**_: Any) -> None:
    watch.report("worker")


@beat_init.connect
def _beat_ready(**_: Any) -> None:
    watch.report("beat")
