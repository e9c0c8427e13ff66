"""The test cast and tools. Real PostgreSQL and Redis; nothing is mocked below the HTTP line."""

import os
import tempfile
from pathlib import Path

from accelerator import embedded, environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
os.environ.setdefault("VAR", str(environment.ROOT / "var" / "test"))
if not environment.text("DATABASE_URL"):
    embedded.ensure(environment.var())
os.environ.setdefault("MEDIA_ROOT", str(Path(tempfile.gettempdir()) / f"accelerator-media-{os.getpid()}"))
