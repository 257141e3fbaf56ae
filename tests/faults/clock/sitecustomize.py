"""Python imports this at its start where PYTHONPATH names the folder: `time.sleep` by another system call.

libfaketime 0.9.10, told to leave the monotonic clock alone, refuses the one that CPython uses:
clock_nanosleep until a moment of that clock, with EINVAL.
"""

import select
import time


def _sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
