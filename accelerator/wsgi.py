"""The web server's entry point: gunicorn imports it in every worker process."""

import os
import sys

import django

from accelerator import child_processes, environment
from accelerator.local import servers, watch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
if not environment.text("DATABASE_URL"):
    try:
        servers.ensure(environment.var())
    except servers.CannotStart as refusal:
        sys.exit(str(refusal))
    child_processes.end_with_parent()  # an orphan would keep the servers running

django.setup(set_prefix=False)
from accelerator.requests import Application  # noqa: E402 - it reads the settings

application = Application()
watch.report("web")
