"""Threads that decode at once what nobody decoded before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from signal import SIGSEGV

import pytest

PLATFORM = Path(__file__).parents[3]
# Four threads decode a struct of each kind for the first time, switching as often as they can.
_RACE = """
import resource
import sys
from threading import Barrier, Thread

import msgspec
from tiffin.starting import prepare

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.setswitchinterval(1e-6)
FIELDS = [(f"f{number}", tuple[int, ...]) for number in range(30)]
kinds = []
for number in range(300):
    inner = msgspec.defstruct(f"Inner{number}", FIELDS)
    fields = [("one", inner), ("many", list[inner]), *FIELDS]
    kinds.append((inner, msgspec.defstruct(f"Outer{number}", fields)))
if sys.argv[1] == "prepared":
    prepare()
told = {name: [1] for name, _ in FIELDS}
raw = msgspec.msgpack.encode({"one": told, "many": [told], **told})
for _, outer in kinds:
    barrier = Barrier(4)

    def decode():
        barrier.wait()
        msgspec.msgpack.decode(raw, type=outer)

    threads = [Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@pytest.mark.parametrize(("how", "ends"), [("prepared", 0), ("unprepared", -SIGSEGV)])
def test_they_die_of_it_unless_all_was_looked_at_before(how: str, ends: int) -> None:
    """Once msgspec mends it, the second tells that nobody has to prepare any more."""
    done = subprocess.run(
        [sys.executable, "-c", _RACE, how], cwd=PLATFORM, capture_output=True, text=True, check=False
    )

    assert done.returncode == ends, done.stderr
