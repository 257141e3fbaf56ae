"""What is kept of an order that is stopped, and what goes back: by the region's rows, to the cent."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.delivery.interface import Delivery
from modules.orders.interface import (
    CancellationRefused,
    ComponentKind,
    Orders,
    Party,
    PaymentState,
    RefundState,
    Status,
)
from modules.orders.jobs import capture_payment
from modules.orders.models import CancellationFee, PromotionUse, Refund
from modules.orders.policies import Keepable
from modules.orders.pricing import price
from modules.orders.pricing.keeping import off_dishes, split
from modules.orders.tests import scenes
from modules.orders.tests.happenings import report
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_changing_minds import cannot_finish, give_back
from modules.orders.tests.test_claims import give_back as give_back_money
from modules.orders.tests.test_journey import jobs_left, payment_of
from modules.orders.tests.test_pricing import Terms, any_terms
from modules.orders.tests.test_promotions import begin
from tiffin.interfaces import call
from tiffin.testing import settle

# A ramen is 12.50 with 2.08 of tax in it, its service fee 0.63, the delivery 1.99.
DISHES, DELIVERY, SERVICE, TIP = 1250, 199, 63, 300


def row(stage: str, what: str, share: str = "1", by: str = "customer") -> dict[str, object]:
    return {"by": by, "stage": stage, "what": what, "share": share}


STRICT = (
    row("preparing", "dishes"),
    row("courier_coming", "dishes"),
    row("courier_coming", "delivery_fee"),
    row("ready", "dishes"),
    row("ready", "delivery_fee", "0.5"),
    row("on_the_way", "dishes"),
    row("on_the_way", "delivery_fee"),
    row("on_the_way", "service_fees"),
    row("on_the_way", "tip"),
    row("before", "service_fees", by="staff"),
)


any_shares = st.dictionaries(st.sampled_from(Keepable), st.decimals(0, 1, places=2))


@given(any_terms, any_shares)
def test_what_is_kept_and_what_goes_back_are_what_was_paid(
    terms: Terms, shares: dict[Keepable, Decimal]
) -> None:
    bill = price(terms)
    parted = split(bill, shares)
    assert parted.kept_total + parted.back_total == bill.total.amount
    assert min(parted.kept_total, parted.back_total) >= 0
    both = (*parted.kept, *parted.back)
    assert sum(part.tax for part in both) == bill.tax.amount
    for pot in {part.pot for part in both if part.label != "Rounding"}:
        mine = [each for each in bill.components if each.kind.value not in {"tax", "rounding"}]
        of_pot = [each for each in mine if (each.party, each.liable, each.line, each.tax_category) == pot]
        parts = [part for part in both if part.pot == pot and part.label != "Rounding"]
        assert sum(part.amount for part in parts) == sum(each.amount.amount for each in of_pot)
        assert sum(part.tax for part in parts) == sum(each.tax.amount for each in of_pot)
        assert all(part.amount >= 0 for part in parts)


@given(any_terms)
def test_all_of_it_kept_gives_nothing_back_and_none_of_it_all(terms: Terms) -> None:
    bill = price(msgspec.structs.replace(terms, donation=0, rounds_up=False))
    assert split(bill, dict.fromkeys(Keepable, Decimal(1))).kept_total == bill.total.amount
    assert split(bill, {}).back_total == bill.total.amount


@given(any_terms, st.integers(1, 20_000))
def test_an_amount_goes_off_the_dishes_to_the_unit(terms: Terms, amount: int) -> None:
    bill = price(terms)
    whole = {part.pot: part for part in split(bill, {}).back if part.line is not None}
    paid = sum(part.amount if bill.includes_tax else part.amount + part.tax for part in whole.values())
    parts = off_dishes(bill, amount)
    back = sum(part.amount if bill.includes_tax else part.amount + part.tax for part in parts)
    assert back == min(amount, paid)
    for part in parts:
        assert 0 <= part.amount <= whole[part.pot].amount
        assert 0 <= part.tax <= whole[part.pot].tax


@given(any_terms)
def test_what_is_given_goes_back_whatever_is_kept(terms: Terms) -> None:
    bill = price(terms)
    parted = split(bill, dict.fromkeys(Keepable, Decimal(1)))
    assert not [part for part in parted.kept if part.party is Party.CHARITY]
    given = sum(part.amount.amount for part in bill.components if part.kind is ComponentKind.DONATION)
    assert sum(part.amount for part in parted.back if part.party is Party.CHARITY) == given


@pytest.fixture
def order(kitchen, customer, monkeypatch):
    """A ramen with a tip, in a region that keeps what was begun; the restaurant has still to answer."""
    scenes.rules(monkeypatch, "cancellation.kept", *STRICT)
    placed = scenes.place(kitchen, customer, tip=TIP)
    settle()
    return placed


def bring_to(order, stage: str):
    """The courier, once there is one."""
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    if stage in {"courier_coming", "on_the_way"}:
        scenes.take_offer(courier)
    if stage == "ready":
        scenes.ready(order)
    if stage == "on_the_way":
        scenes.pick_up(courier, order)
    return courier


def preview(order):
    return call(Orders).preview_cancellation(customer_id=order.customer_id, order_id=order.id)


def ends_with(order, kept: int) -> None:
    """The customer has paid so much, everywhere, and nothing is awaited."""
    settle()
    ended, payment = order_of(order), payment_of(order)
    assert ended.captured - ended.refunded == kept
    assert payment.captured.amount - payment.refunded.amount == kept
    assert payment.authorised == payment.captured + payment.voided
    assert ended.refunded == ended.refund_due
    assert jobs_left(order) == set()
    assert ended.waits_until is None


@pytest.mark.database
@pytest.mark.parametrize(
    ("stage", "kept"),
    [
        ("before", 0),
        ("preparing", DISHES),
        ("courier_coming", DISHES + DELIVERY),
        ("ready", DISHES + 99),
        ("on_the_way", DISHES + DELIVERY + SERVICE + TIP),
    ],
)
def test_a_customer_pays_what_was_begun(order, stage, kept) -> None:
    courier = bring_to(order, stage) if stage != "before" else None
    seen = preview(order)
    assert (seen.may_cancel, seen.keeps.amount) == (True, kept)
    assert seen.back.amount == (order.total.amount - kept if stage != "before" else 0)
    assert sum(part.amount.amount for part in seen.kept) == kept
    scenes.cancel(order)
    settle()
    if stage == "on_the_way":
        scenes.drop_off(courier, order)
    ends_with(order, kept)
    assert order_of(order).cancel_reason == "customer"
    told = call(Orders).get(customer_id=order.customer_id, order_id=order.id)
    assert told.kept == seen.kept


@pytest.mark.database
def test_what_is_kept_says_whose_it_is_and_why(order) -> None:
    bring_to(order, "courier_coming")
    dish, delivery = preview(order).kept
    assert (dish.label, dish.tax.amount, dish.party, dish.line) == ("Ramen", 208, Party.RESTAURANT, 0)
    assert (delivery.label, delivery.tax.amount, delivery.party) == ("Delivery", 33, Party.PLATFORM)
    assert delivery.reason == "The kitchen is at work on it and a courier is coming for it."
    assert "You pay 14.49 GBP, and 3.63 GBP you do not." in preview(order).text
    scenes.cancel(order)
    settle()
    refund = Refund.objects.get(order_id=order.id)
    assert {part["label"]: part["amount"] for part in refund.parts} == {"Service fee": SERVICE, "Tip": TIP}


@pytest.mark.database
@pytest.mark.parametrize("stage", ["preparing", "courier_coming", "ready", "on_the_way"])
def test_staff_who_stop_it_keep_nothing_that_the_region_does_not_say(order, stage) -> None:
    courier = bring_to(order, stage)
    scenes.cancel_by_staff(order)
    settle()
    if stage == "on_the_way":
        scenes.drop_off(courier, order)
    ends_with(order, 0)


@pytest.mark.database
@pytest.mark.parametrize("stage", ["preparing", "courier_coming", "ready"])
def test_a_restaurant_that_cannot_finish_keeps_nothing(order, stage) -> None:
    bring_to(order, stage)
    cannot_finish(order)
    ends_with(order, 0)
    assert order_of(order).status is Status.REFUNDED


@pytest.mark.database
def test_a_courier_who_gives_it_back_keeps_nothing_when_no_other_comes(order) -> None:
    courier = bring_to(order, "courier_coming")
    give_back(courier, order)
    call(Delivery).end_shift(key=scenes.new_key(), courier_id=courier)
    scenes.wait(7300)
    settle()
    ends_with(order, 0)


@pytest.mark.database
def test_of_money_that_is_only_held_what_is_kept_is_taken_and_the_rest_let_go(order) -> None:
    """The region lets staff keep the service fee before the restaurant accepts."""
    scenes.cancel_by_staff(order)
    assert order_of(order).axes.payment is PaymentState.CAPTURING
    settle()
    ends_with(order, SERVICE)
    ended = order_of(order)
    assert (ended.captured, ended.refunded, ended.axes.refund) == (SERVICE, 0, RefundState.KEPT)
    assert ended.status is Status.CANCELLED
    assert Refund.objects.filter(order_id=order.id).count() == 0


@pytest.mark.database
def test_nothing_is_kept_before_there_is_any_money(kitchen, customer, monkeypatch) -> None:
    scenes.rules(monkeypatch, "cancellation.kept", row("before", "service_fees", by="staff"))
    order = scenes.place(kitchen, customer, method="pm_card_authenticationRequired")
    settle()
    scenes.cancel_by_staff(order)
    settle()
    assert order_of(order).captured == 0
    assert not CancellationFee.objects.exists()


@pytest.mark.database
def test_a_capture_that_was_asked_for_before_gives_the_rest_back(order) -> None:
    """All of it is on its way to being taken when the customer changes their mind."""
    scenes.accept_unheard(order)
    report(order.id, "accepted")
    capture_payment(order.id)
    scenes.cancel(order)
    ends_with(order, DISHES)
    assert order_of(order).captured == order.total.amount


@pytest.mark.database
def test_what_lapses_before_it_is_taken_keeps_nothing(order) -> None:
    scenes.cancel_by_staff(order)
    report(order.id, "voided")
    ended = order_of(order)
    assert ended.axes.payment is PaymentState.FAILED
    assert call(Orders).get(customer_id=order.customer_id, order_id=order.id).kept == ()
    assert ended.waits_until is None or ended.axes.vendor.value == "withdrawing"


@pytest.mark.database
def test_what_staff_give_back_besides_is_not_kept(order) -> None:
    bring_to(order, "preparing")
    scenes.cancel(order)
    settle()
    give_back_money(order, DISHES)
    settle()
    assert order_of(order).refunded == order.total.amount
    (books,) = call(Orders).money()
    assert books.kept.amount == 0


@pytest.mark.database
def test_a_promotion_that_was_paid_with_is_used_up(kitchen, customer, monkeypatch) -> None:
    scenes.rules(monkeypatch, "cancellation.kept", *STRICT)
    begin(kind="percentage", percent=Decimal(10), title="Soup week")
    order = scenes.place(kitchen, customer)
    settle()
    bring_to(order, "preparing")
    scenes.cancel(order)
    ends_with(order, DISHES - 125)
    assert PromotionUse.objects.get(order_id=order.id).released_at is None


@pytest.mark.database
@pytest.mark.parametrize("comes_to_nothing", ["lapsed", "not captured", "given back"])
def test_a_promotion_is_free_again_when_nothing_is_kept(
    kitchen, customer, monkeypatch, comes_to_nothing
) -> None:
    scenes.rules(monkeypatch, "cancellation.kept", row("before", "service_fees", by="staff"), *STRICT)
    begin(kind="percentage", percent=Decimal(10), title="Soup week")
    order = scenes.place(kitchen, customer)
    settle()
    if comes_to_nothing == "given back":
        bring_to(order, "preparing")
        scenes.cancel(order)
        settle()
        kept = order_of(order)
        assert kept.captured > kept.refunded
        give_back_money(order, kept.captured - kept.refunded)
        settle()
    else:
        scenes.cancel_by_staff(order)
        report(order.id, "voided" if comes_to_nothing == "lapsed" else "not captured")
    assert PromotionUse.objects.get(order_id=order.id).released_at is not None


@pytest.mark.database
def test_a_region_that_says_nothing_refuses_customers_once_food_is_made(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    bring_to(order, "preparing")
    assert preview(order).kept == ()
    with pytest.raises(CancellationRefused):
        scenes.cancel(order)
