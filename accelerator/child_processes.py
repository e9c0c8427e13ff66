"""Child processes: each ends with its parent, and those that read uploads have resource limits."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_NO_SPACE = ("errno 28", "no space left", "enospc")
_OUT_OF_MEMORY = ("memoryerror", "enomem", "heap overflow", "out of memory")


class ChildFailed(RuntimeError):
    """A child process produced nothing; `code` is one of timeout, memory, disk-full, killed, stopped, crashed."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


def failure(status: int, errors: str) -> ChildFailed:
    """Why a confined child ended, from its exit status and last lines of output."""
    if status in {-signal.SIGXCPU, -signal.SIGALRM}:
        return ChildFailed("timeout")
    if any(sign in errors.lower() for sign in _NO_SPACE):
        return ChildFailed("disk-full")
    # Our limits never kill: a child past its memory gets an error. Someone or the kernel did, and doesn't say why.
    if status == -signal.SIGKILL:
        return ChildFailed("killed")
    # 251 is pandoc's full heap; the other is the kernel's limit for a file's size.
    exhausted = status in {251, -signal.SIGXFSZ}
    if exhausted or any(sign in errors.lower() for sign in _OUT_OF_MEMORY):
        return ChildFailed("memory")
    return ChildFailed("crashed", errors.strip().splitlines()[-1][:200] if errors.strip() else f"status {status}")


def end_with_parent(signal_number: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send `how` to this process when its parent ends, for whatever reason."""
    parent = os.getppid()
    if _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it ended before prctl took effect
        os.kill(os.getpid(), signal_number)


def confine(seconds: int, memory: int, parent: int) -> None:
    """For a child that reads uploads: end it with `parent`, after `seconds`, or past `memory` bytes."""
    end_with_parent()
    # If the parent ended before the child's first line, no signal will come.
    if os.getppid() != parent:
        sys.exit("the parent process has ended")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # No core files: they would contain the city's data.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    signal.alarm(seconds)  # wall-clock time: an idle child uses no CPU time
