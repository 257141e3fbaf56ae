"""How long calls take and how they end, measured where they are answered."""

from __future__ import annotations

from functools import cache

from prometheus_client import Histogram

from tiffin.interfaces.contracts import Method
from tiffin.interfaces.envelope import Outcome

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

command_seconds = Histogram(
    "tiffin_command_seconds",
    "Time from a call's arrival at its module to its reply, in seconds",
    ["interface", "method", "kind", "outcome"],
    buckets=_BUCKETS,
)


def observe(method: Method, outcome: Outcome, seconds: float) -> None:
    _series(method, outcome).observe(seconds)


@cache
def _series(method: Method, outcome: Outcome) -> Histogram:
    return command_seconds.labels(method.interface, method.name, method.kind.value, outcome.value)
