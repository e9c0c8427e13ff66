"""The web server's entry point: gunicorn imports it in every worker process."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from accelerator import child_processes, environment
from accelerator.local import servers, watch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
if not environment.text("DATABASE_URL"):
    try:
        servers.ensure(environment.var())
    except servers.CannotStart as refusal:
        sys.exit(str(refusal))
    child_processes.end_with_parent()  # an orphan would keep the servers running

application = get_wsgi_application()
watch.report("web")
