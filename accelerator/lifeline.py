"""Processes that end together: a child ends with its parent; members of a running program report to it."""

from __future__ import annotations

import ctypes
import os
import signal

# The file descriptor on which the program that started us listens for its members.
ROLL = "ACCELERATOR_ROLL"
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def end_with_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send `how` to this process when its parent ends, however the parent ends."""
    parent = os.getppid()
    if _LIBC.prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it ended before the kernel knew
        os.kill(os.getpid(), how)


def report(word: str) -> None:
    """Tell the program that started this process `word` and this process's id; silent where there is none."""
    roll = os.environ.get(ROLL)
    if roll:
        os.write(int(roll), f"{word} {os.getpid()}\n".encode())
