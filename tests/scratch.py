"""Where tests keep their databases and files: in memory if the machine has room.

They create and remove hundreds of thousands of files; on disk, copying a database takes ten times as long.
"""

from __future__ import annotations

import os
import shutil
import zlib
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory; the folder in it is this user's alone
ROOM = 2 * 1024**3  # bytes; the databases of three processes take a tenth


def _has_room() -> bool:
    try:
        free = os.statvfs(MEMORY)
    except OSError:
        return False
    return free.f_bavail * free.f_frsize > ROOM and not free.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK)


def folder(root: Path) -> Path:
    """The folder of the clone at `root`; those of clones that are gone are removed."""
    if not _has_room():
        return root / "var" / "test"
    prefix = f"accelerator-tests-{os.getuid()}-"
    for other in MEMORY.glob(f"{prefix}*"):
        clone = other / "clone"
        if clone.is_file() and not Path(clone.read_text(encoding="utf-8")).is_dir():
            shutil.rmtree(other, ignore_errors=True)
    own = MEMORY / f"{prefix}{zlib.crc32(str(root).encode()):08x}"
    own.mkdir(mode=0o700, exist_ok=True)
    (own / "clone").write_text(str(root), encoding="utf-8")
    return own
