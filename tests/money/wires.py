"""Stripe and Adyen with the same words: what somebody does there past us, and what becomes of the line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from modules.payments.models import Payment
from modules.payments.providers.stripe.client import client
from modules.payments.tests.localadyen import LocalAdyen, deliver
from modules.payments.tests.localstripe import LocalStripe

NOBODY_THERE = "http://127.0.0.1:9"


class Wire(Protocol):
    """`is_asked`: the provider has a list of what moved; where it has none, what it told us is compared."""

    is_asked: bool

    def refund_by_hand(self, payment: Payment, amount: int) -> None: ...

    def lose_answer(self, what: str) -> None:
        """The next answer, to `authorise` or `capture`, and whatever else would tell of it."""
        ...

    def tell_late(self) -> None:
        """What the provider sends once more of its own accord, arrives."""
        ...

    def is_down(self) -> Any: ...


class AtStripe:
    is_asked = True
    _PATHS = {"authorise": "/confirm", "capture": "/capture"}

    def __init__(self, stripe: LocalStripe, settings: Any) -> None:
        self.stripe, self.settings = stripe, settings

    def refund_by_hand(self, payment: Payment, amount: int) -> None:
        (intent,) = self.stripe.intents(payment.charge_key)
        client().v1.refunds.create({"payment_intent": intent["id"], "amount": amount})

    def lose_answer(self, what: str) -> None:
        self.stripe.lose("answer", of=self._PATHS[what])

    def tell_late(self) -> None:
        """Nothing: its webhooks are not sent here, and we ask."""

    @contextmanager
    def is_down(self) -> Iterator[None]:
        before, self.settings.TIFFIN_STRIPE_API = self.settings.TIFFIN_STRIPE_API, NOBODY_THERE
        yield
        self.settings.TIFFIN_STRIPE_API = before


class AtAdyen:
    is_asked = False
    _PATHS = {"authorise": "/payments", "capture": "/captures"}

    def __init__(self, adyen: LocalAdyen, settings: Any) -> None:
        self.adyen, self.settings = adyen, settings
        self._told = 0

    def refund_by_hand(self, payment: Payment, amount: int) -> None:
        (known,) = self.adyen.of(payment.charge_key)
        wanted = {"amount": {"currency": "GBP", "value": amount}, "reference": "by hand"}
        self.adyen.modify(f"/payments/{known['psp']}/refunds", wanted)

    def lose_answer(self, what: str) -> None:
        self._told, self.adyen.holds_back = len(self.adyen.letters), True
        self.adyen.lose("answer", of=self._PATHS[what])

    def tell_late(self) -> None:
        self.adyen.holds_back = False
        for letter in self.adyen.letters[self._told :]:
            deliver(letter)

    @contextmanager
    def is_down(self) -> Iterator[None]:
        before, self.settings.TIFFIN_ADYEN_API = self.settings.TIFFIN_ADYEN_API, NOBODY_THERE
        yield
        self.settings.TIFFIN_ADYEN_API = before
