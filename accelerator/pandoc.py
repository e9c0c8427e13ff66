"""Pandoc as a child process with limits: it reads untrusted uploads and has access to nothing else.

`convert` is the parent's side; run as a script, this module sets the limits and then becomes pandoc. It runs in
pandoc's own sandbox, without a shell, and ends with its parent.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pypandoc

from accelerator import child_processes
from accelerator.child_processes import ChildFailed

SECONDS = 60
MEMORY = 2 * 1024**3
LONGEST_OUTPUT = 128 * 1024**2


def convert(data: bytes, *arguments: str, template: str = "", seconds: int = SECONDS, memory: int = MEMORY) -> bytes:
    """Convert `data` with these pandoc options (`-f`, `-t` ...) and an optional template; raises ChildFailed."""
    with tempfile.TemporaryDirectory(prefix="pandoc-") as folder:
        source, result = Path(folder, "source"), Path(folder, "result")
        source.write_bytes(data)
        options = [*arguments, f"--output={result}", str(source)]
        if template:
            Path(folder, "template").write_text(template, encoding="utf-8")
            options = ["--standalone", f"--template={Path(folder, 'template')}", *options]
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "accelerator.pandoc", str(seconds), str(memory), str(os.getpid()), *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=seconds + 10,
                cwd=Path(__file__).parent.parent,
                check=False,
                # Pass none of our environment: no database password may reach a program that reads uploads.
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": folder},
            )
        except subprocess.TimeoutExpired as late:
            raise ChildFailed("timeout") from late
        if done.returncode != 0 or not result.exists():
            raise child_processes.failure(done.returncode, done.stderr.decode(errors="replace"))
        return result.read_bytes()


def _become_pandoc(seconds: int, memory: int, parent: int, options: list[str]) -> None:
    child_processes.confine(seconds, memory, parent)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_OUTPUT, LONGEST_OUTPUT))
    # Give Haskell's heap half of the memory, so pandoc reports a full heap before the kernel kills it.
    heap = memory // 2 // 1024**2
    program = pypandoc.get_pandoc_path()
    os.execv(program, [program, "+RTS", f"-M{heap}m", "-RTS", "--sandbox", *options])  # noqa: S606 - no shell


if __name__ == "__main__":
    _become_pandoc(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
