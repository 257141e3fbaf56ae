"""A circuit breaker: who has not answered several times in a row is left alone for a while.

States and names as in M. Nygard, "Release It!" (2018), chapter 5.
"""

from __future__ import annotations

import threading
from time import monotonic

FAILURES_THAT_OPEN = 5
FIRST_REST_SECONDS = 0.5
LONGEST_REST_SECONDS = 5.0


class Breaker:
    """Closed: calls pass. Open: none does until a rest is over. Half open: one tries, and decides.

    Thread-safe; holds no lock while a call runs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = 0.0
        self._open_until = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        return self._rest > 0

    def allows(self) -> bool:
        """Whether a call may be made now; whoever may must say `succeeded` or `failed` afterwards."""
        with self._lock:
            if not self._rest:
                return True
            if self._trying or monotonic() < self._open_until:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._rest, self._trying = 0, 0.0, False

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._trying or self._failures >= FAILURES_THAT_OPEN:
                self._rest = min(max(2 * self._rest, FIRST_REST_SECONDS), LONGEST_REST_SECONDS)
                self._open_until = monotonic() + self._rest
            self._trying = False
