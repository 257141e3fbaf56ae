"""What a run measured, and what the database says of what was promised."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from bench.measuring import quantiles

MEASURES = ("quote", "place", "vendor_visible", "status_to_stream")
IDS_A_QUESTION = 500


class Report:
    """Counts and durations of one run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self._milliseconds: defaultdict[str, list[float]] = defaultdict(list)

    def took(self, measure: str, seconds: float) -> None:
        self._milliseconds[measure].append(seconds * 1000)

    @contextmanager
    def timing(self, measure: str) -> Iterator[None]:
        """Measure the block, unless it fails."""
        began = perf_counter()
        yield
        self.took(measure, perf_counter() - began)

    def refused(self, code: str) -> None:
        """Somebody was told no, with this code."""
        self.counts["refused"] += 1
        self.refusals[code] += 1

    def milliseconds(self, measure: str) -> dict[str, float | None]:
        """The quantiles of a measure, by nearest rank; None when there is nothing."""
        return quantiles(self._milliseconds[measure])

    def as_json(self, *, lost: Iterable[str], unfinished: Iterable[str], **facts: Any) -> dict[str, Any]:
        lost, unfinished = list(lost), list(unfinished)
        return {
            **facts,
            "placed": self.counts["placed"],
            "acknowledged": self.counts["acknowledged"],
            "with_points": self.counts["with_points"],
            "delivered": self.statuses["delivered"],
            "cancelled": self.statuses["cancelled"],
            "refunded": self.statuses["refunded"],
            "refused": self.counts["refused"],
            "refusals": dict(self.refusals.most_common()),
            "errors": self.counts["errors"],
            "lost": len(lost),
            "lost_ids": lost[:20],
            "unfinished": len(unfinished),
            "unfinished_ids": unfinished[:20],
            **{measure: self.milliseconds(measure) for measure in MEASURES},
        }


class Acknowledged:
    """The ids of acknowledged orders, on disk before anything else is done with them."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("a", encoding="ascii")

    def note(self, order_id: str) -> None:
        """Durable when it returns."""
        self._file.write(f"{order_id}\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def ids(self) -> list[str]:
        return self.path.read_text(encoding="ascii").split()

    def close(self) -> None:
        self._file.close()


def missing_orders(order_ids: Iterable[str]) -> list[str]:
    """Those of `order_ids` of which orders knows nothing, wherever orders runs."""
    from modules.orders.interface import Orders
    from tiffin.interfaces import call

    wanted, missing = list(order_ids), []
    for first in range(0, len(wanted), IDS_A_QUESTION):
        asked = wanted[first : first + IDS_A_QUESTION]
        found = {str(each) for each in call(Orders).placed(order_ids=tuple(UUID(each) for each in asked))}
        missing += [each for each in asked if each not in found]
    return missing
