"""Members of a running program report to it, and it notices the end of each."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator

# The file descriptor on which the program that started us listens for its members.
ROLL = "ACCELERATOR_ROLL"


def report(event: str) -> None:
    """Tell the program that started this process `word` and this process's id; silent where there is none."""
    roll = os.environ.get(ROLL)
    if roll:
        os.write(int(roll), f"{event} {os.getpid()}\n".encode())


class Watch:
    """Learns which processes belong to a program, and notices the end of each, whoever its parent is."""

    def __init__(self) -> None:
        self._listen, self.tell = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._listen, select.POLLIN)
        self._names: dict[int, str] = {}
        self._pids: dict[int, int] = {}

    def follow(self, pid: int, name: str) -> None:
        """From now on the end of this process is an event; one that has ended already is an event at once."""
        # A descriptor, not the number: the number may belong to another process by the time it is looked at.
        try:
            file = os.pidfd_open(pid)
        except ProcessLookupError:
            file, closed = os.pipe()  # reads as ended
            os.close(closed)
        self._names[file] = name
        self._pids[pid] = file
        self._poll.register(file, select.POLLIN)

    def follow_terminal(self) -> None:
        """A closed terminal is an event too: make, where it leads the session, keeps the signal to itself."""
        if os.isatty(0):
            self._names[0] = "terminal"
            self._poll.register(0, 0)  # hanging up is always reported; input is not asked for

    def events(self, seconds: float | None) -> Iterator[tuple[str, str]]:
        """What happened within `seconds` (None: wait): ("reported", event) by a member or ("ended", name)."""
        ready = [file for file, _ in self._poll.poll(None if seconds is None else seconds * 1000)]
        if self._listen in ready:
            for line in os.read(self._listen, 4096).decode().splitlines():
                event, pid = line.split()
                self._hear(event, int(pid))
                yield "reported", event
        # A member that left while both came in together is no longer followed.
        yield from (("ended", self._names[file]) for file in ready if file in self._names)

    def _hear(self, event: str, pid: int) -> None:
        if event == "leave":
            file = self._pids.pop(pid)
            self._poll.unregister(file)
            del self._names[file]
            os.close(file)
        elif pid not in self._pids:
            self.follow(pid, f"{event} process")
