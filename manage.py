#!/usr/bin/env python
"""Django's commands, with the embedded servers running as long as the command does."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, connection

from accelerator import environment, libraries
from accelerator.local import servers


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
    demo = sys.argv[1:2] == ["demo"]
    if demo:
        os.environ["DEMO"] = "1"
    try:
        if not environment.text("DATABASE_URL"):
            servers.ensure(environment.var())
        if demo and (complaint := libraries.complaint()):
            raise servers.CannotStart(complaint)
        _ = settings.INSTALLED_APPS  # report an invalid environment here, before Django's own handling
        execute_from_command_line(sys.argv)
    except (servers.CannotStart, ImproperlyConfigured) as refusal:
        sys.exit(str(refusal))
    except OperationalError as error:
        # Without an SQLSTATE the server didn't respond; with one, the traceback says where it failed.
        if getattr(error.__cause__, "sqlstate", None):
            raise
        place = connection.settings_dict
        why = str(error).strip().splitlines()[0]
        sys.exit(f"The database {place['NAME']} at {place['HOST']} isn't responding: {why}")


if __name__ == "__main__":
    main()
