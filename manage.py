#!/usr/bin/env python
"""Django's commands, with the embedded servers running for as long as the command does."""

import os
import sys

from django.core.management import execute_from_command_line

from accelerator import embedded, environment


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
    try:
        if not environment.text("DATABASE_URL"):
            embedded.ensure(environment.var())
        execute_from_command_line(sys.argv)
    except embedded.Refused as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
