"""Under which account the embedded servers run: PostgreSQL refuses root, and a folder may be closed to others."""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CLONE_NEWUSER = 0x10000000
_LIBC = ctypes.CDLL(None, use_errno=True)
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class Refused(Exception):
    """The embedded servers cannot run here; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Identity:
    """How to start a server: the owner of its files, options for Popen, and what the child calls first."""

    uid: int
    gid: int
    options: dict[str, Any] = field(default_factory=dict)
    enter: Callable[[], None] = lambda: None

    def popen(self, then: Callable[[], None] | None = None) -> dict[str, Any]:
        def first() -> None:
            self.enter()
            if then:
                then()

        return {**self.options, "env": _ENVIRONMENT, "stdin": subprocess.DEVNULL, "preexec_fn": first}

    def own(self, folder: Path) -> None:
        """Make the folder and all in it belong to this identity; needs root where it does not already."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid == self.uid:
            return
        for top, _, files in os.walk(folder):
            for path in [top, *(os.path.join(top, name) for name in files)]:
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose(folders: list[Path], program: Path) -> Identity:
    """The first identity that can enter the folders and run the program; raises Refused where none can."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid())
    for identity in [*_plain(folders[0].parent), _namespace()]:
        try:
            for folder in folders:
                identity.own(folder)
            _try(identity, folders, program)
        except (OSError, subprocess.SubprocessError):
            continue
        return identity
    raise Refused(
        f"The data folder {folders[0].parent} is closed to every account but root, and PostgreSQL does not run"
        " as root: choose another folder, for example VAR=/var/tmp/accelerator."
    )


def _try(identity: Identity, folders: list[Path], program: Path) -> None:
    script = (
        'run=$1; shift; for folder; do cd "$folder" && : > .try && rm .try || exit 1; done; "$run" --version'
    )
    subprocess.run(
        ["/bin/sh", "-c", script, "sh", program, *folders],
        check=True,
        capture_output=True,
        **identity.popen(),
    )


def _plain(var: Path) -> list[Identity]:
    owner = var.stat().st_uid
    accounts = [account for account in pwd.getpwall() if account.pw_uid == owner != 0]
    accounts += [account for account in pwd.getpwall() if account.pw_name == "nobody"]
    return [
        Identity(a.pw_uid, a.pw_gid, {"user": a.pw_uid, "group": a.pw_gid, "extra_groups": []})
        for a in accounts
    ]


def _namespace() -> Identity:
    # initdb looks its own account up, so the namespace shows root as an account that exists.
    shown = max(pwd.getpwall(), key=lambda account: account.pw_name == "nobody")

    def enter() -> None:
        if _LIBC.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        for name, line in (
            ("setgroups", "deny"),
            ("uid_map", f"{shown.pw_uid} 0 1"),
            ("gid_map", f"{shown.pw_gid} 0 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)

    return Identity(0, 0, {}, enter)
