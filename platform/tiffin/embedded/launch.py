"""Become another program, as another user if asked, that ends when its parent ends, however that happens.

Run as a script: `python launch.py SIGNAL PARENT_PID USER|- PROGRAM ARGUMENT…`. It stands between the
supervisor and each of its children because this cannot be done safely between fork and exec.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(ends_on: int, parent: int, user: str, argv: list[str]) -> None:
    if user != "-":
        _become(user)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ends_on)
        if os.getppid() != parent:
            sys.exit("the supervisor ended meanwhile")
    os.execv(argv[0], argv)


def _become(user: str) -> None:
    import pwd

    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
