"""Child processes: each ends with its parent, and one that reads what people upload has limits."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_OUT_OF_MEMORY = ("memoryerror", "enomem", "heap overflow", "out of memory")


class ChildFailed(RuntimeError):
    """A child process made nothing; `code` is one of timeout, memory, stopped, crashed."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


def failure(status: int, errors: str) -> ChildFailed:
    """Why a confined child ended with this status and these last lines."""
    if status in {-signal.SIGXCPU, -signal.SIGALRM}:
        return ChildFailed("timeout")
    # 251: pandoc's heap is full; the others: the kernel's limits.
    exhausted = status in {251, -signal.SIGKILL, -signal.SIGXFSZ}
    if exhausted or any(sign in errors.lower() for sign in _OUT_OF_MEMORY):
        return ChildFailed("memory")
    return ChildFailed("crashed", errors.strip().splitlines()[-1][:200] if errors.strip() else f"status {status}")


def end_with_parent(signal_number: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send `how` to this process when its parent ends, however the parent ends."""
    parent = os.getppid()
    if _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it ended before the kernel knew
        os.kill(os.getpid(), signal_number)


def confine(seconds: int, memory: int, parent: int) -> None:
    """For a child that reads what people upload: end with `parent`, after `seconds`, or past `memory` bytes."""
    end_with_parent()
    # The parent may have ended before the child's first line: then no signal will come.
    if os.getppid() != parent:
        sys.exit("the parent has gone")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # No core file: it would hold what a city has written.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    signal.alarm(seconds)  # wall time: a child that waits uses no CPU
