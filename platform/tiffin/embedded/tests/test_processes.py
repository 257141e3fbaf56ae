"""A process is known by more than its pid, and dies with its supervisor."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from tiffin.embedded.processes import Child, Identity, Program, end_orphans, group_members, wait_until


def program(tmp_path: Path, code: str) -> Program:
    return Program(
        name="toy",
        argv=(sys.executable, "-c", textwrap.dedent(code)),
        env=dict(os.environ),
        cwd=tmp_path,
        log=tmp_path / "toy.log",
        patience_seconds=0.5,
    )


def test_a_pid_alone_is_no_identity() -> None:
    me = Identity.of(os.getpid())
    assert me.alive
    assert not replace(me, began="another boot:1").alive


def test_what_does_not_listen_is_killed_with_all_its_children(tmp_path: Path) -> None:
    child = Child(
        program(
            tmp_path,
            """
            import signal, subprocess, sys, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            print("up", flush=True)
            time.sleep(60)
            """,
        )
    )
    assert wait_until(lambda: "up" in child.program.log.read_text(), seconds=5)
    assert len(group_members(child.process.pid)) == 2

    child.stop()

    assert not group_members(child.process.pid)


def test_orphans_are_ended_and_strangers_left_alone(tmp_path: Path) -> None:
    ours = Child(program(tmp_path, "import time; time.sleep(60)"))
    stranger = Child(program(tmp_path, "import time; time.sleep(60)"))
    told = [
        (ours.identity, ours.program.ends_on),
        (replace(stranger.identity, began="earlier"), stranger.program.ends_on),
    ]

    assert end_orphans(told, home=tmp_path) == 1

    ours.process.wait(5)
    assert stranger.identity.alive
    stranger.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path\n"
            "from tiffin.embedded.processes import Child, Program\n"
            "p = Path(sys.argv[1])\n"
            "sleep = (sys.executable, '-c', 'import time; time.sleep(60)')\n"
            "c = Child(Program('toy', sleep, {}, p, p / 'log'))\n"
            "print(c.process.pid, flush=True); time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    child = Identity.of(int(supervisor.stdout.readline()))
    assert child.alive
    supervisor.kill()
    supervisor.communicate()
    assert wait_until(lambda: not child.alive, seconds=5)
