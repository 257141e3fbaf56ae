"""The readers of the log, one a sink: each with a cursor of its own, so that none waits for another."""

from __future__ import annotations

from modules.analytics import sinks
from modules.analytics.tracking import TRACKED
from tiffin.log.relays import Relay


def _relay(name: str) -> Relay:
    return Relay(f"analytics.{name}", *TRACKED, is_on=lambda: sinks.is_chosen(name))


RELAYS = {name: _relay(name) for name in sinks.SINKS}
