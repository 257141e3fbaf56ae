"""What the tests of payments say: payments, the provider's faults, and what was published."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from modules.payments import services
from modules.payments.interface import PaymentState, PaymentView, Share
from modules.payments.models import Payment, SandboxCharge
from modules.payments.policies import ADYEN, STRIPE
from modules.payments.providers import Outcome, ProviderTimeout
from modules.payments.providers.sandbox import CAPTURE, CHARGE, REFUND, SUCCEEDED, VOID, SandboxProvider
from modules.payments.providers.stripe.client import client
from modules.payments.selectors import view
from modules.payments.tests.localadyen import AUTHORISED, CANCELLED, LocalAdyen
from tiffin import ids
from tiffin.log.events import event_classes
from tiffin.models import Job, LogEvent
from tiffin.money import Money
from tiffin.testing import settle

VISA = "pm_card_visa"
DECLINED = "pm_card_chargeDeclined"
ACTION = "pm_card_authenticationRequired"
TIMEOUT = "pm_card_timeout"

# Longer than any pause between two tries of a job.
A_WHILE = timedelta(minutes=6)


def pounds(amount: int) -> Money:
    """`amount` in pence."""
    return Money(amount=amount, currency="GBP")


def a_payment(
    *,
    method: str = VISA,
    amount: int = 2500,
    order_id: UUID | None = None,
    shares: Sequence[Share] = (),
) -> Payment:
    return services.authorise(
        order_id=order_id or ids.new_id(),
        customer_id=ids.new_id(),
        amount=pounds(amount),
        method=method,
        region="gb",
        shares=shares,
    )


def authorised(amount: int = 2500, **more: Any) -> Payment:
    """A payment of which the money is held."""
    payment = a_payment(amount=amount, **more)
    settle()
    assert state_of(payment) is PaymentState.AUTHORISED
    return payment


def captured(amount: int = 2500) -> Payment:
    """A payment of which the money was taken."""
    payment = authorised(amount)
    services.capture(payment_id=payment.pk, amount=pounds(amount))
    settle()
    assert state_of(payment) is PaymentState.CAPTURED
    return payment


def look_at(payment: Payment) -> PaymentView:
    return view(Payment.objects.get(pk=payment.pk))


def state_of(payment: Payment) -> PaymentState:
    return look_at(payment).state


def published(payment: Payment) -> list[str]:
    """The kinds of the events about a payment, in order."""
    rows = LogEvent.objects.using("payments").filter(key=payment.pk).order_by("seq")
    return [event_classes()[name].__name__ for name in rows.values_list("name", flat=True)]


def deadline_of(payment: Payment) -> Job | None:
    return Job.objects.using("payments").filter(key=payment.pk, slot="deadline").first()


class FaultyProvider(SandboxProvider):
    """The sandbox over a bad line: each operation takes the next fault, if there is one."""

    def __init__(self) -> None:
        self.faults: deque[str | None] = deque()
        self.is_down = False
        self.calls: list[str] = []

    def lose_requests(self, count: int) -> None:
        self.faults.extend(["request"] * count)

    def lose_answers(self, count: int) -> None:
        self.faults.extend(["answer"] * count)

    def authorise(self, *, key: str, amount: Money, method: str, present: bool = True) -> Outcome:
        return self._over_the_line("authorise", key=key, amount=amount, method=method, present=present)

    def capture(self, *, key: str, charge: str, amount: Money) -> Outcome:
        return self._over_the_line("capture", key=key, charge=charge, amount=amount)

    def void(self, *, key: str, charge: str) -> Outcome:
        return self._over_the_line("void", key=key, charge=charge)

    def refund(self, *, key: str, charge: str, amount: Money) -> Outcome:
        return self._over_the_line("refund", key=key, charge=charge, amount=amount)

    def find(self, *, key: str) -> Outcome | None:
        if self.is_down:
            raise ProviderTimeout("find: no connection")
        return super().find(key=key)

    def _over_the_line(self, operation: str, **arguments: object) -> Outcome:
        self.calls.append(operation)
        fault = self.faults.popleft() if self.faults else None
        if self.is_down or fault == "request":
            raise ProviderTimeout(f"{operation}: the request was lost")
        outcome: Outcome = getattr(super(), operation)(**arguments)
        if fault == "answer":
            raise ProviderTimeout(f"{operation}: the answer was lost")
        return outcome


class Memory:
    """What the provider holds, took, let go and gave back for a payment, in minor units."""

    def __init__(self, payment: Payment) -> None:
        if payment.provider == STRIPE:
            self._of_stripe(payment)
        elif payment.provider == ADYEN:
            self._of_adyen(payment)
        else:
            self._of_sandbox(payment)

    def _of_stripe(self, payment: Payment) -> None:
        """Asked by the SDK, as staff would look it up at Stripe."""
        found = client().v1.payment_intents.list({"limit": 100}).data
        mine = [each for each in found if each.metadata["tiffin_key"] == payment.charge_key]
        charges = [(each, each.latest_charge) for each in mine if each.latest_charge]
        went_through = [each for each, charge in charges if charge.status == "succeeded"]
        self.authorised = sum(each.amount for each in went_through)
        self.captured = sum(each.amount_received for each in went_through)
        refunds = [r for each in went_through for r in client().v1.refunds.list({"payment_intent": each.id})]
        self.refunded = sum(refund.amount for refund in refunds if "tiffin_key" in refund.metadata)
        over = [each for each in went_through if each.status in {"canceled", "succeeded"}]
        self.voided = sum(each.amount - each.amount_received for each in over)

    def _of_adyen(self, payment: Payment) -> None:
        """As its Customer Area shows it: there is nothing to ask."""
        held = [
            each
            for each in LocalAdyen.current.of(payment.charge_key)
            if each["state"] in {AUTHORISED, CANCELLED}
        ]
        self.authorised = sum(each["amount"] for each in held)
        self.captured = sum(each["captured"] for each in held)
        self.refunded = sum(each["refunded"] for each in held)
        over = [each for each in held if each["captured"] or each["state"] == CANCELLED]
        self.voided = sum(each["amount"] - each["captured"] for each in over)

    def _of_sandbox(self, payment: Payment) -> None:
        done = SandboxCharge.objects.filter(charge=payment.charge_key, outcome=SUCCEEDED)

        def total(kind: str) -> int:
            return sum(done.filter(kind=kind).values_list("amount", flat=True))

        self.authorised, self.captured = total(CHARGE), total(CAPTURE)
        self.refunded = total(REFUND)
        # What a smaller capture leaves over, the provider lets go by itself.
        self.voided = total(VOID) or (self.authorised - self.captured if self.captured else 0)

    @property
    def held(self) -> int:
        return self.authorised - self.captured - self.voided
