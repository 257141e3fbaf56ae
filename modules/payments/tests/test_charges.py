"""Charges: what customers owe without an order, asked for together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as course
from hypothesis import strategies as st

from modules.payments import jobs as payment_jobs
from modules.payments.interface import (
    Charge,
    Party,
    PaymentAmountInvalid,
    PaymentDiffers,
    Payments,
    PaymentState,
    PaymentView,
    Share,
    TooManyCharges,
)
from modules.payments.models import BatchState, ChargeBatch, EntryKind, KeptMethod, Payment, SandboxCharge
from modules.payments.providers.sandbox import SandboxProvider
from modules.payments.tests.ledger import pounds, published
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.models import Job
from tiffin.money import Money
from tiffin.testing import settle

pytestmark = pytest.mark.database

VISA = "pm_card_visa"


def owed(pence: int = 499, method: str = VISA, **more: Any) -> Charge:
    told = {"charge_id": ids.new_id(), "customer_id": ids.new_id(), "amount": pounds(pence), "method": method}
    return Charge(**{**told, **more})


def charge(*charges: Charge, **more: Any) -> None:
    told: dict[str, Any] = {"key": CommandKey(str(ids.new_id())), "region": "gb", "purpose": "membership"}
    call(Payments).charge_many(charges=list(charges), **{**told, **more})


def seen(*charges: Charge) -> dict[UUID, PaymentView]:
    views = call(Payments).for_orders(order_ids=[each.charge_id for each in charges])
    return {view.order_id: view for view in views}


def test_charges_are_taken_together_and_each_is_told() -> None:
    charges = [owed(499), owed(999, shares=(Share(party=Party.PLATFORM, sale=pounds(832), tax=pounds(167)),))]

    charge(*charges)
    settle()

    for each in charges:
        view = seen(each)[each.charge_id]
        assert (view.state, view.captured, view.purpose) == (PaymentState.CAPTURED, each.amount, "membership")
        assert told(each) == ["PaymentCaptured"]
    shared = Payment.objects.get(order_id=charges[1].charge_id)
    (share,) = shared.split(EntryKind.CAPTURED).shares("GBP")
    assert (share.party, share.tax) == (Party.PLATFORM, pounds(167))
    assert ChargeBatch.objects.get().state is BatchState.ASKED
    assert not Job.objects.using("payments").filter(aggregate__in=("payment", "chargebatch")).exists()


def told(charge: Charge) -> list[str]:
    return published(Payment.objects.get(order_id=charge.charge_id))


def test_a_charge_is_taken_once_however_often_it_is_asked_for() -> None:
    one, other = owed(), owed()

    charge(one)
    settle()
    charge(one, other)
    charge(one)
    settle()

    assert {view.state for view in seen(one, other).values()} == {PaymentState.CAPTURED}
    assert SandboxCharge.objects.filter(kind="capture").count() == 2


def test_a_charge_on_other_terms_is_refused_with_all_beside_it() -> None:
    one, other = owed(499), owed()
    charge(one)

    with pytest.raises(PaymentDiffers):
        charge(other, owed(500, charge_id=one.charge_id, customer_id=one.customer_id))

    assert seen(other) == {}


@pytest.mark.parametrize("amount", [pounds(0), pounds(-1), Money(amount=499, currency="PLN")])
def test_what_cannot_be_charged_is_refused(amount: Money) -> None:
    with pytest.raises(PaymentAmountInvalid):
        charge(owed(amount=amount))


def test_more_than_a_thousand_are_refused() -> None:
    with pytest.raises(TooManyCharges):
        charge(*[owed()] * 1_001)


def test_of_a_batch_each_goes_its_own_way() -> None:
    good, declined, asked, lost = (
        owed(method=method)
        for method in (VISA, "pm_card_chargeDeclined", "pm_card_authenticationRequired", "pm_card_timeout")
    )

    charge(good, declined, asked, lost)
    settle()

    views = seen(good, declined, asked, lost)
    assert views[good.charge_id].state is PaymentState.CAPTURED
    assert views[declined.charge_id].state is PaymentState.DECLINED
    assert (views[declined.charge_id].reason, told(declined)) == ("card_declined", ["PaymentDeclined"])
    assert views[asked.charge_id].state is PaymentState.REQUIRES_ACTION
    assert views[lost.charge_id].state is PaymentState.AUTHORISING

    with clock.shift(timedelta(minutes=6)):  # what no answer came to is asked after
        settle()

    assert seen(lost)[lost.charge_id].state is PaymentState.CAPTURED
    assert seen(asked)[asked.charge_id].state is PaymentState.REQUIRES_ACTION


@pytest.mark.parametrize(
    ("present", "patience"), [(True, timedelta(minutes=10)), (False, timedelta(hours=23))]
)
def test_who_was_not_there_has_a_day_to_confirm(present: bool, patience: timedelta) -> None:
    asked = owed(method="pm_card_authenticationRequired")
    charge(asked, present=present)
    settle()
    assert told(asked) == ["PaymentActionRequired"]
    assert seen(asked)[asked.charge_id].action_url

    with clock.shift(patience - timedelta(minutes=1)):
        settle()
        assert seen(asked)[asked.charge_id].state is PaymentState.REQUIRES_ACTION
    with clock.shift(patience + timedelta(minutes=1)):
        settle()
        assert seen(asked)[asked.charge_id].state is PaymentState.VOIDED


def test_a_job_that_died_anywhere_charges_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the provider did before the job died, it is asked again under the same keys."""
    for dies_after in ("hold_many", "take_many"):
        charges = [owed(), owed()]
        done = getattr(SandboxProvider, dies_after)

        def died(self: SandboxProvider, wishes: Any, *, do: Any = done) -> Any:
            do(self, wishes)
            raise RuntimeError("killed")

        charge(*charges)
        batch = ChargeBatch.objects.get(state_name="asking")
        with monkeypatch.context() as patch:
            patch.setattr(SandboxProvider, dies_after, died)
            with pytest.raises(RuntimeError, match="killed"):
                payment_jobs.charge(batch.id)
        settle()

        assert {view.state for view in seen(*charges).values()} == {PaymentState.CAPTURED}
        assert {view.captured for view in seen(*charges).values()} == {pounds(499)}


@given(st.lists(st.sampled_from([VISA, "pm_card_chargeDeclined", "pm_card_timeout"]), min_size=1, max_size=6))
@course(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_voided_while_it_is_asked_for_is_given_back(methods: list[str]) -> None:
    charges = [owed(method=method) for method in methods]
    charge(*charges)
    call(Payments).void(
        key=CommandKey(str(ids.new_id())), payment_id=seen(charges[0])[charges[0].charge_id].id
    )
    settle()
    with clock.shift(timedelta(minutes=6)):
        settle()

    first = seen(charges[0])[charges[0].charge_id]
    assert (first.state, first.captured) == (PaymentState.VOIDED, pounds(0))
    for each in charges[1:]:
        view = seen(each)[each.charge_id]
        wanted = PaymentState.DECLINED if each.method == "pm_card_chargeDeclined" else PaymentState.CAPTURED
        assert view.state is wanted


@pytest.mark.parametrize("word", ["twice", "late"])
def test_a_provider_that_is_asked_for_one_at_a_time_is_asked_for_several_at_once(
    word: str, tmp_path: Path, settings: Any
) -> None:
    settings.TIFFIN_SANDBOX_TROUBLE = tmp_path / "trouble"
    settings.TIFFIN_SANDBOX_TROUBLE.write_text(word)
    charges = [owed() for _ in range(20)]

    charge(*charges)
    settle()
    settings.TIFFIN_SANDBOX_TROUBLE.unlink()
    with clock.shift(timedelta(minutes=6)):
        settle()

    assert {view.state for view in seen(*charges).values()} == {PaymentState.CAPTURED}
    assert {view.captured for view in seen(*charges).values()} == {pounds(499)}
    assert SandboxCharge.objects.count() == 2 * len(charges)


def test_a_card_that_another_customer_keeps_pays_for_nobody_else() -> None:
    mine = owed(method="pm_card_mastercard")
    KeptMethod.objects.create(
        region="gb",
        customer_id=mine.customer_id,
        provider="sandbox",
        method="pm_card_mastercard",
        state_name="kept",
    )
    anothers = owed(method="pm_card_mastercard")

    charge(mine, anothers)
    settle()

    views = seen(mine, anothers)
    assert views[mine.charge_id].state is PaymentState.CAPTURED
    assert views[anothers.charge_id].state is PaymentState.DECLINED
    assert views[anothers.charge_id].reason == "payment_method_unknown"
    assert SandboxCharge.objects.count() == 2
