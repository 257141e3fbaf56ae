"""The sandbox on a bad day, to practise for one: what stands in the file TIFFIN_SANDBOX_TROUBLE says how bad.

`twice`: every operation is carried out twice. `late`: it is carried out, but the answer comes too late to be
heard. `never`: nothing is carried out and nothing answered. Without the file, all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from modules.payments.providers.port import (
    DisputeSeen,
    Movement,
    Outcome,
    PaymentProvider,
    ProviderTimeout,
)
from tiffin.money import Money

T = TypeVar("T")


def trouble(file: Path) -> str:
    """The word in `file`, or nothing."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return ""


class Troubled:
    """Fits PaymentProvider; behaves as `word` says."""

    def __init__(self, provider: PaymentProvider, word: str) -> None:
        self._provider = provider
        self._word = word

    def authorise(self, *, key: str, amount: Money, method: str, present: bool = True) -> Outcome:
        return self._do(
            lambda: self._provider.authorise(key=key, amount=amount, method=method, present=present)
        )

    def capture(self, *, key: str, charge: str, amount: Money) -> Outcome:
        return self._do(lambda: self._provider.capture(key=key, charge=charge, amount=amount))

    def void(self, *, key: str, charge: str) -> Outcome:
        return self._do(lambda: self._provider.void(key=key, charge=charge))

    def refund(self, *, key: str, charge: str, amount: Money) -> Outcome:
        return self._do(lambda: self._provider.refund(key=key, charge=charge, amount=amount))

    def find(self, *, key: str) -> Outcome | None:
        return self._do(lambda: self._provider.find(key=key))

    def movements(self, *, since: datetime, until: datetime) -> Iterable[Movement]:
        return self._do(lambda: self._provider.movements(since=since, until=until))

    def disputes(self, *, charge: str) -> Sequence[DisputeSeen]:
        return self._do(lambda: self._provider.disputes(charge=charge))

    def _do(self, operation: Callable[[], T]) -> T:
        if self._word == "never":
            raise ProviderTimeout("the sandbox does not answer today")
        answer = operation()
        if self._word == "twice":
            answer = operation()
        if self._word == "late":
            raise ProviderTimeout("the sandbox answered too late")
        return answer
