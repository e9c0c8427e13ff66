"""Which account runs the embedded servers: PostgreSQL refuses root, and folders may be closed to other accounts."""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accelerator.local.servers import ELSEWHERE, CannotStart

_CLONE_NEWUSER = 0x10000000
_LIBC = ctypes.CDLL(None, use_errno=True)
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_TRIAL = 'run=$1; shift; for folder; do cd "$folder" && : >.try && rm .try || exit 1; done; "$run" --version'


@dataclass(frozen=True)
class Account:
    """How to start a server: the owner of its files, options for Popen, and what the child calls first."""

    uid: int
    gid: int
    options: dict[str, Any] = field(default_factory=dict)
    enter: Callable[[], None] = lambda: None

    def popen(self, then: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """Keyword arguments for Popen; the child calls `then` last, before it becomes the server."""

        def first() -> None:
            self.enter()
            then()

        return {**self.options, "env": _ENVIRONMENT, "stdin": subprocess.DEVNULL, "preexec_fn": first}

    def own(self, folder: Path) -> None:
        """Give this account ownership of the folder and its contents; changing the owner requires root."""
        if folder.stat().st_uid == self.uid:
            return
        for top, _, files in os.walk(folder, topdown=False):
            for path in [*(os.path.join(top, name) for name in files), top]:
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose(var: Path, folders: list[Path], program: Path) -> Account:
    """The first account that can access the folders and run the program; raises CannotStart if none can."""
    # Only root can switch accounts; root in a container is the usual case.
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for account in [*_existing_accounts(var), _namespace_account()]:
        try:
            for folder in folders:
                account.own(folder)
            _try(account, folders, program)
        except (OSError, subprocess.SubprocessError):
            continue
        return account
    raise CannotStart(f"PostgreSQL does not run as root, and {var} is closed to every other account: {ELSEWHERE}")


def _try(account: Account, folders: list[Path], program: Path) -> None:
    command: list[str | Path] = ["/bin/sh", "-c", _TRIAL, "sh", program, *folders]
    subprocess.run(command, check=True, capture_output=True, **account.popen())


def _existing_accounts(var: Path) -> list[Account]:
    owner = var.stat().st_uid  # a regular user's folder, used by root this once: the files stay the user's
    entries = pwd.getpwall()
    chosen = [entry for entry in entries if entry.pw_uid == owner != 0]
    chosen += [entry for entry in entries if entry.pw_name == "nobody"]
    return [
        Account(uid, gid, {"user": uid, "group": gid, "extra_groups": []})
        for uid, gid in ((entry.pw_uid, entry.pw_gid) for entry in chosen)
    ]


def _namespace_account() -> Account:
    # If only root may enter the folder, use a user namespace that maps root to another ID. initdb looks up its own
    # account, so the namespace maps root to an existing one.
    account = max(pwd.getpwall(), key=lambda entry: entry.pw_name == "nobody")
    lines = {"setgroups": "deny", "uid_map": f"{account.pw_uid} 0 1", "gid_map": f"{account.pw_gid} 0 1"}

    def enter() -> None:
        if _LIBC.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        for name, line in lines.items():
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)

    return Account(0, 0, {}, enter)
