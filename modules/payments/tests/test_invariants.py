"""Whatever is wished, answered, lost, repeated or forgotten: the money adds up, and nothing stays held."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from modules.payments import jobs as payment_jobs
from modules.payments import services
from modules.payments.interface import PaymentAmountInvalid, PaymentState, PaymentStateConflict
from modules.payments.models import EntryKind, Payment, SandboxCharge
from modules.payments.providers.sandbox import SandboxProvider, answer_action
from modules.payments.selectors import what_does_not_close
from modules.payments.services.comparing import compare
from modules.payments.states import AT_REST
from modules.payments.tests.ledger import (
    ACTION,
    DECLINED,
    TIMEOUT,
    VISA,
    FaultyProvider,
    Memory,
    a_payment,
    deadline_of,
    look_at,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.test_ledger import DINNER
from tiffin import clock
from tiffin.jobs import running
from tiffin.testing import empty

AMOUNT = 2500
TERMINAL = {"PaymentAuthorised", "PaymentDeclined", "PaymentVoided", "PaymentFailed"}
AMOUNTS = st.integers(min_value=-10, max_value=AMOUNT + 500)


class OnePayment(RuleBasedStateMachine):
    """One payment, its customer, its order, its provider and the line between them."""

    def __init__(self) -> None:
        super().__init__()
        self.time = ExitStack()
        self.line = FaultyProvider()
        self.provider, payment_jobs.provider = payment_jobs.provider, lambda region: self.line

    @initialize(method=st.sampled_from([VISA, TIMEOUT, DECLINED, ACTION]))
    def ask_for_money(self, method: str) -> None:
        empty()
        self.payment = a_payment(method=method, amount=AMOUNT, shares=DINNER)

    @rule(amount=AMOUNTS)
    def capture(self, amount: int) -> None:
        self.wish(services.capture, amount=pounds(amount))

    @rule(amount=AMOUNTS)
    def refund(self, amount: int) -> None:
        self.wish(services.refund, amount=pounds(amount), reason="test")

    @rule()
    def void(self) -> None:
        self.wish(services.void)

    def wish(self, service, **arguments: object) -> None:
        with suppress(PaymentStateConflict, PaymentAmountInvalid):
            service(payment_id=self.payment.pk, **arguments)

    @rule(fault=st.sampled_from([None, "request", "answer"]), steps=st.integers(1, 3))
    def work(self, fault: str | None, steps: int) -> None:
        self.line.faults.clear()
        self.line.faults.append(fault)
        for _ in range(steps):
            self.run_jobs()

    @rule(approved=st.booleans(), notified=st.booleans())
    def customer_answers(self, approved: bool, notified: bool) -> None:
        charge = SandboxCharge.objects.filter(pk=self.payment.charge_key).first()
        if charge is not None:
            answer_action(reference=charge.reference, approved=approved)
        if notified:
            self.provider_notifies()

    @rule()
    def provider_notifies(self) -> None:
        services.record_provider_notification(key=self.payment.charge_key)

    @rule(minutes=st.sampled_from([1, 6, 11]))
    def time_passes(self, minutes: int) -> None:
        self.time.enter_context(clock.shift(timedelta(minutes=minutes)))

    @rule(is_down=st.booleans())
    def line_changes(self, is_down: bool) -> None:
        self.line.is_down = is_down

    def run_jobs(self) -> bool:
        claimed = running.claim("payments", limit=10)
        for each in claimed:
            running.run("payments", each)
        return bool(claimed)

    @invariant()
    def no_more_than_there_is(self) -> None:
        if not hasattr(self, "payment"):
            return
        seen, memory = look_at(self.payment), Memory(self.payment)
        assert 0 <= seen.captured.amount + seen.voided.amount <= seen.authorised.amount <= AMOUNT
        assert 0 <= seen.refunded.amount <= seen.captured.amount
        assert seen.captured.amount <= memory.captured
        assert seen.refunded.amount <= memory.refunded <= memory.captured

    @invariant()
    def nobody_is_below_nothing(self) -> None:
        if hasattr(self, "payment"):
            payment = Payment.objects.get(pk=self.payment.pk)
            assert min(payment.left_for(EntryKind.CAPTURED)) >= 0
            assert min(payment.left_for(EntryKind.REFUNDED)) >= 0
            assert list(what_does_not_close(payment)) == []

    @invariant()
    def never_forgotten(self) -> None:
        if hasattr(self, "payment"):
            assert (deadline_of(self.payment) is None) == (state_of(self.payment) in AT_REST)

    @invariant()
    def told_once(self) -> None:
        if hasattr(self, "payment"):
            told = published(self.payment)
            assert sum(kind == "PaymentCaptured" for kind in told) <= 1
            assert sum(kind == "PaymentAuthorised" for kind in told) <= 1
            if told and told[0] in {"PaymentDeclined", "PaymentFailed", "PaymentVoided"}:
                assert len(told) == 1

    def teardown(self) -> None:
        try:
            if hasattr(self, "payment"):
                self.come_to_rest()
        finally:
            self.time.close()
            payment_jobs.provider = self.provider

    def come_to_rest(self) -> None:
        """The line is good again, and time goes by until nobody waits for anything but a capture."""
        self.line.faults.clear()
        self.line.is_down = False
        for _ in range(6):
            while self.run_jobs():
                pass
            self.time.enter_context(clock.shift(timedelta(hours=25)))
        seen, memory = look_at(self.payment), Memory(self.payment)
        assert seen.state in AT_REST | {PaymentState.AUTHORISED}
        confirmed = (seen.authorised, seen.captured, seen.voided, seen.refunded)
        assert tuple(each.amount for each in confirmed) == (
            memory.authorised,
            memory.captured,
            memory.voided,
            memory.refunded,
        )
        assert (memory.held > 0) == (seen.state is PaymentState.AUTHORISED)
        if seen.state in {PaymentState.VOIDED, PaymentState.DECLINED, PaymentState.FAILED}:
            assert memory.captured == memory.refunded
        assert TERMINAL & set(published(self.payment))
        ages = timedelta(days=30)
        since, until = clock.now() - ages, clock.now() + ages
        assert list(compare("gb", "sandbox", SandboxProvider(), since=since, until=until)) == []


def play(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        OnePayment,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.database
def test_the_money_adds_up_whatever_happens():
    play(examples=12, steps=12)


@pytest.mark.database
@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_money_adds_up_whatever_happens_for_long():
    play(examples=100, steps=30)
