"""These tests kill servers for minutes: `make faults` runs them, `make test` doesn't."""

import os

FAULTS = os.environ.get("FAULTS_SECONDS")
collect_ignore_glob = [] if FAULTS else ["test_*.py"]
