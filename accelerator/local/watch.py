"""Processes of a running program report in, and the program notices when each one ends."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator

# The file descriptor on which the parent program listens for its members.
ROLL = "ACCELERATOR_ROLL"


def report(event: str) -> None:
    """Report `word` and this process's ID to the program that started it, if there is one."""
    roll = os.environ.get(ROLL)
    if roll:
        os.write(int(roll), f"{event} {os.getpid()}\n".encode())


class Watch:
    """Learns which processes belong to a program and notices when each one ends, whoever its parent is."""

    def __init__(self) -> None:
        self._listen, self.tell = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._listen, select.POLLIN)
        self._names: dict[int, str] = {}
        self._pids: dict[int, int] = {}

    def follow(self, pid: int, name: str) -> None:
        """From now on, the end of this process is an event; if it has already ended, that is an event right away."""
        # Use a descriptor, not the process ID, which may be reused by the time it is checked.
        try:
            file = os.pidfd_open(pid)
        except ProcessLookupError:
            file, closed = os.pipe()  # reads as ended
            os.close(closed)
        self._names[file] = name
        self._pids[pid] = file
        self._poll.register(file, select.POLLIN)

    def follow_terminal(self) -> None:
        """A closed terminal is an event too: if make is the session leader, it doesn't pass the signal on."""
        if os.isatty(0):
            self._names[0] = "terminal"
            self._poll.register(0, 0)  # hang-ups are always reported; input isn't requested

    def events(self, seconds: float | None) -> Iterator[tuple[str, str]]:
        """What happened within `seconds` (None: block): ("reported", event) by a member, or ("ended", name)."""
        ready = [file for file, _ in self._poll.poll(None if seconds is None else seconds * 1000)]
        if self._listen in ready:
            for line in os.read(self._listen, 4096).decode().splitlines():
                event, pid = line.split()
                self._hear(event, int(pid))
                yield "reported", event
        # Skip members that left in the same batch.
        yield from (("ended", self._names[file]) for file in ready if file in self._names)

    def _hear(self, event: str, pid: int) -> None:
        if event == "leave":
            file = self._pids.pop(pid)
            self._poll.unregister(file)
            del self._names[file]
            os.close(file)
        elif pid not in self._pids:
            self.follow(pid, f"{event} process")
