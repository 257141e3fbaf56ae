"""Whatever is reported in whatever order, twice, late or never: the order stays whole.

The handlers, deadlines and use cases are driven directly, as the log and the job runner would drive them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.delivery import events as delivery
from modules.orders import handlers, jobs
from modules.orders.interface import (
    CancellationRefused,
    ClaimLine,
    ClaimLineWrong,
    ClaimReason,
    ClaimRefused,
    CourierState,
    Fulfilment,
    PaymentState,
    RefundState,
    VendorState,
)
from modules.orders.models import Order, Refund, TimelineEntry
from modules.orders.models.refund import TO_CORRECT
from modules.orders.policies import Keepable, Stage
from modules.orders.selectors.cancelling import fee_of
from modules.orders.selectors.chargebacks import charged_back
from modules.orders.selectors.orders import entries_since
from modules.orders.services import add_evidence, appeal, claim, decide_claim, write_receipts
from modules.orders.services.deadlines import deadline_of
from modules.orders.services.owing import owed_longest
from modules.orders.states import is_final, status_of
from modules.orders.tests import photos, scenes
from modules.payments import events as payments
from modules.restaurants import events as restaurants
from modules.restaurants.interface import DelayReason, RejectReason
from tiffin import clock, db, ids
from tiffin.log import Event
from tiffin.log.events import Recorded, handling
from tiffin.models import Job
from tiffin.money import Money

COURIER, PAYMENT = UUID(int=7), UUID(int=8)
Report = Callable[[Order], Event]


def _paid(kind: type[Event], **more: object) -> Report:
    return lambda order: kind(
        payment_id=PAYMENT, order_id=order.id, amount=Money(amount=order.total, currency="GBP"), **more
    )


def _counter(kind: type[Event], **more: object) -> Report:
    return lambda order: kind(order_id=order.id, restaurant_id=order.restaurant_id, **more)


def _road(kind: type[Event], **more: object) -> Report:
    return lambda order: kind(order_id=order.id, **more)


def _refunded(order: Order) -> Event:
    """What was asked for first is back; when nothing was, somebody gave everything back."""
    asked = owed_longest(order)
    back = asked.amount if asked else (order.captured or order.total) - order.refunded
    in_all = min(order.refunded + back, order.captured or order.total)
    return payments.PaymentRefunded(
        payment_id=PAYMENT,
        order_id=order.id,
        amount=Money(amount=back, currency="GBP"),
        refunded=Money(amount=in_all, currency="GBP"),
        reason="x",
    )


def _bank(kind: type[Event], dispute: str, *, half: bool = False, **more: object) -> Report:
    """A case about all that was paid, or half of it."""
    return lambda order: kind(
        payment_id=PAYMENT,
        order_id=order.id,
        amount=Money(amount=order.total // 2 if half else order.total, currency="GBP"),
        dispute=dispute,
        **more,
    )


def _failed(step: payments.PaymentStep) -> Report:
    return _paid(payments.PaymentFailed, step=step, reason="x")


WHEN = clock.now()
LATER = WHEN + timedelta(minutes=10)
REPORTS: dict[str, tuple[Callable[[Event], None], Report]] = {
    "authorised": (handlers.payment.payment_secured, _paid(payments.PaymentAuthorised)),
    "action required": (
        handlers.payment.customer_must_confirm,
        _paid(payments.PaymentActionRequired, action_url="/confirm", expires_at=WHEN.isoformat()),
    ),
    "declined": (handlers.payment.payment_declined, _paid(payments.PaymentDeclined, reason="no")),
    "captured": (handlers.payment.payment_captured, _paid(payments.PaymentCaptured)),
    "voided": (handlers.payment.payment_voided, _paid(payments.PaymentVoided)),
    "refunded": (handlers.payment.payment_refunded, _refunded),
    "charged back": (
        handlers.payment.money_charged_back,
        _bank(payments.PaymentChargedBack, "whole", reason="fraudulent"),
    ),
    "charged back by half": (
        handlers.payment.money_charged_back,
        _bank(payments.PaymentChargedBack, "half", half=True, reason="general"),
    ),
    "won back": (
        handlers.payment.money_won_back,
        _bank(payments.PaymentChargebackReversed, "whole"),
    ),
    "half won back": (
        handlers.payment.money_won_back,
        _bank(payments.PaymentChargebackReversed, "half", half=True),
    ),
    "not authorised": (handlers.payment.payment_failed, _failed(payments.PaymentStep.AUTHORISE)),
    "not captured": (handlers.payment.payment_failed, _failed(payments.PaymentStep.CAPTURE)),
    "not refunded": (handlers.payment.payment_failed, _failed(payments.PaymentStep.REFUND)),
    "offered": (
        handlers.vendor.offered_to_restaurant,
        _counter(restaurants.TicketOffered, accept_by=WHEN),
    ),
    "accepted": (
        handlers.vendor.restaurant_accepted,
        _counter(restaurants.TicketAccepted, ready_in_minutes=20, ready_at=WHEN),
    ),
    "delayed": (
        handlers.vendor.restaurant_is_late,
        _counter(restaurants.TicketDelayed, ready_at=LATER, minutes=10, reason=DelayReason.BUSY),
    ),
    "rejected": (
        handlers.vendor.restaurant_rejected,
        _counter(restaurants.TicketRejected, reason=RejectReason.TOO_BUSY),
    ),
    "ready": (handlers.vendor.food_is_ready, _counter(restaurants.TicketReady)),
    "collected": (handlers.vendor.food_was_collected, _counter(restaurants.TicketCollected)),
    "withdrawn": (handlers.vendor.ticket_withdrawn, _counter(restaurants.TicketWithdrawn, reason="x")),
    "assigned": (
        handlers.courier.courier_assigned,
        _road(delivery.CourierAssigned, courier_id=COURIER),
    ),
    "unassigned": (
        handlers.courier.courier_did_not_come,
        _road(delivery.CourierUnassigned, courier_id=COURIER, reason="no_show"),
    ),
    "picked up": (
        handlers.courier.courier_picked_up,
        _road(delivery.CourierPickedUp, courier_id=COURIER),
    ),
    "delivered": (
        handlers.courier.customer_has_it,
        _road(delivery.DeliveryCompleted, courier_id=COURIER),
    ),
    "called off": (
        handlers.courier.delivery_called_off,
        _road(delivery.DeliveryCancelled, reason="x"),
    ),
    "delivery failed": (
        handlers.courier.delivery_failed,
        _road(delivery.DeliveryFailed, reason="no_courier"),
    ),
    "refused at the door": (
        handlers.courier.delivery_failed,
        _road(delivery.DeliveryFailed, reason=delivery.AGE_REFUSED),
    ),
}
# The usual course, so that the random ones get far more often.
COURSE = ("authorised", "offered", "accepted", "captured", "assigned", "ready", "picked up", "delivered")
BANKS = ("charged back", "charged back by half", "won back", "half won back")
FAILURES = ("delivery failed", "refused at the door")
OTHERS = ("deadline", "customer cancels", "staff cancel")
# What may come once the food is there: of a dish, of all of it, and what staff say to what is open.
AFTERWARDS = (
    "a dish is missing",
    "nothing came",
    "a photo is sent",
    "staff grant",
    "staff refuse",
    "a refusal is appealed",
    "nobody decides",
)


def report(order_id: UUID, name: str) -> None:
    handle, make = REPORTS[name]
    event = make(Order.objects.get(pk=order_id))
    with db.transaction(owner="orders"), handling(_record(event)):
        handle(event)


def _record(event: Event) -> Recorded:
    return Recorded(
        shard=0, epoch=1, txid=1, position=1, day=WHEN.date(), event_id=ids.new_id(), name=event.wire,
        key=event.order_id, seq=1, occurred_at=clock.now(), region="gb", actor="service",
        correlation=ids.new_id(), causation=None, payload=b"",
    )  # fmt: skip


def happen(order_id: UUID, name: str) -> None:
    if name in REPORTS:
        report(order_id, name)
    elif name == "deadline":
        _strike(order_id)
    elif name in AFTERWARDS:
        _claim(order_id, name)
    else:
        _cancel(order_id, by_staff=name == "staff cancel")


def _strike(order_id: UUID) -> None:
    """The deadline that is set happens, as the job runner makes it happen: the row goes with it."""
    row = Job.objects.using("orders").filter(key=order_id, slot="deadline").first()
    if row is None:
        return
    with db.transaction(owner="orders"):
        row.delete()
        getattr(jobs, row.name)(order_id)


def _claim(order_id: UUID, name: str) -> None:
    order = Order.objects.get(pk=order_id)
    opened = order.claims.filter(state_name="open").first()
    with suppress(ClaimRefused, ClaimLineWrong):
        match name:
            case "a dish is missing":
                line = (ClaimLine(line=0, quantity=1),)
                claim(
                    customer_id=order.customer_id, order_id=order_id, reason=ClaimReason.MISSING, lines=line
                )
            case "nothing came":
                claim(customer_id=order.customer_id, order_id=order_id, reason=ClaimReason.NEVER_ARRIVED)
            case "a photo is sent" if opened:
                add_evidence(customer_id=order.customer_id, claim_id=opened.id, content=photos.png())
            case "a refusal is appealed" if refused := order.claims.filter(state_name="refused").first():
                appeal(customer_id=order.customer_id, claim_id=refused.id, words="Look again.")
            case "nobody decides" if opened:
                _strike(opened.id)
            case "staff grant" | "staff refuse" if opened:
                decide_claim(claim_id=opened.id, grant=name == "staff grant")


def _cancel(order_id: UUID, *, by_staff: bool) -> None:
    order = Order.objects.get(pk=order_id)
    with suppress(CancellationRefused):
        scenes.cancel_by_staff(order) if by_staff else scenes.cancel(order)


def check(order_id: UUID) -> None:
    """What holds at every moment."""
    order = Order.objects.get(pk=order_id)
    deadlines = list(
        Job.objects.using("orders").filter(key=order_id, slot="deadline").values_list("name", "due")
    )
    expected = deadline_of(order)
    if is_final(order.axes):
        assert deadlines == []
        assert expected is None
    else:
        assert deadlines == [(order.waits_for, order.waits_until)]
    assert order.status_name == status_of(order.axes).value
    assert 0 <= order.refunded <= order.captured <= order.total
    assert order.refund_due <= order.total
    refunds = list(order.refunds.all())
    owed = sum(refund.amount for refund in refunds if not (refund.done_at or refund.charged_back_at))
    assert order.axes.refund is RefundState.DUE or not owed
    assert owed <= max(0, order.captured - order.refunded - charged_back(order))
    assert sum(refund.amount for refund in refunds if refund.done_at) == order.refunded
    # One, of which the bank may have a part.
    assert len({refund.owed_at for refund in refunds if refund.reason == "late"}) <= 1
    for made in order.claims.all():
        waiting = Job.objects.using("orders").filter(key=made.id, slot="deadline").count()
        assert waiting == (made.state_name == "open")
    entries = entries_since(order_id, 0)
    assert [entry.seq for entry in entries] == list(range(1, order.timeline_seq + 1))
    assert entries[-1].axes == order.axes


def settle_everything(order_id: UUID) -> Order:
    """Everybody answers what they were asked, and time passes."""
    for _ in range(20):
        order = Order.objects.get(pk=order_id)
        if is_final(order.axes):
            break
        _answer(order)
        check(order_id)
    return Order.objects.get(pk=order_id)


def _answer(order: Order) -> None:
    axes = order.axes
    if axes.payment is PaymentState.VOIDING:
        report(order.id, "voided")
    elif axes.payment is PaymentState.CAPTURING:
        report(order.id, "captured")
    elif axes.refund is RefundState.DUE:
        report(order.id, "refunded")
    elif axes.vendor is VendorState.WITHDRAWING:
        report(order.id, "withdrawn")
    elif axes.courier is CourierState.CANCELLING:
        report(order.id, "called off")
    elif axes.courier is CourierState.PICKED_UP:
        report(order.id, "delivered")
    else:
        _strike(order.id)


# What a region may keep of orders that customers stop, and that staff do.
KEPT = tuple(
    {"by": by, "stage": stage.value, "what": what.value, "share": "0.7"}
    for by in ("customer", "staff", "age_check")
    for stage in Stage
    for what in Keepable
)


def _play(
    kitchen: scenes.Kitchen,
    happenings: list[str],
    fulfilment: Fulfilment = Fulfilment.DELIVERY,
    *,
    keeps: bool = False,
    late: bool = False,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if keeps:
            scenes.rules(patch, "cancellation.kept", *KEPT)
        _play_here(kitchen, happenings, fulfilment, late)


def _play_here(kitchen: scenes.Kitchen, happenings: list[str], fulfilment: Fulfilment, late: bool) -> None:
    order = scenes.place(kitchen, ids.new_id(), kitchen.ramen(2), fulfilment=fulfilment)
    if late:
        Order.objects.filter(pk=order.id).update(promised_by=clock.now() - timedelta(hours=1))
    check(order.id)
    for name in happenings:
        happen(order.id, name)
        check(order.id)
    ended = settle_everything(order.id)
    assert is_final(ended.axes)
    check(order.id)
    assert ended.refunded == ended.refund_due
    if ended.order_state != "completed":
        fee = fee_of(ended)
        assert ended.captured - ended.refunded - with_bank(ended) == (fee.amount if fee else 0)
    check_receipts(ended)


def with_bank(order: Order) -> int:
    """What was owed back and the bank had taken already."""
    refunds = order.refunds.filter(done_at=None, charged_back_at__isnull=False)
    return sum(refunds.values_list("amount", flat=True))


def check_receipts(order: Order) -> None:
    """What is in writing less what was corrected is what was taken less what went back, of no party less than
    nothing: neither in all nor at any rate of tax."""
    write_receipts()
    written = list(order.receipts.all())
    taken = order.captured - order.refunded if order.axes.payment is PaymentState.CAPTURED else 0
    if order.order_state != "completed":
        taken -= with_bank(order)
    assert sum(receipt.total for receipt in written) == taken
    left: dict[tuple[str, str], int] = defaultdict(int)
    for receipt in written:
        for tax in receipt.taxes:
            left[receipt.party_name, tax["rate"]] += tax["base"] + tax["tax"]
    assert all(amount >= 0 for amount in left.values()), left
    assert not Refund.objects.filter(TO_CORRECT, order=order, order__receipted=True).exists()


@pytest.mark.database
@given(
    prefix=st.integers(0, len(COURSE)),
    fulfilment=st.sampled_from([Fulfilment.DELIVERY, Fulfilment.PICKUP]),
    keeps=st.booleans(),
    late=st.booleans(),
    more=st.lists(st.sampled_from([*REPORTS, *OTHERS, *AFTERWARDS]), max_size=14),
)
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_random_courses_end_whole(
    kitchen, prefix: int, fulfilment, keeps: bool, late: bool, more: list[str]
) -> None:
    _play(kitchen, [*COURSE[:prefix], *more], fulfilment, keeps=keeps, late=late)


@pytest.mark.full
@pytest.mark.database
@given(
    prefix=st.integers(0, len(COURSE)),
    fulfilment=st.sampled_from([Fulfilment.DELIVERY, Fulfilment.PICKUP]),
    keeps=st.booleans(),
    late=st.booleans(),
    more=st.lists(st.sampled_from([*REPORTS, *OTHERS, *AFTERWARDS]), max_size=30),
)
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.timeout(1800)
def test_many_random_courses_end_whole(
    kitchen, prefix: int, fulfilment, keeps: bool, late: bool, more: list[str]
) -> None:
    _play(kitchen, [*COURSE[:prefix], *more], fulfilment, keeps=keeps, late=late)


@pytest.mark.parametrize("other", [*OTHERS, *AFTERWARDS, *BANKS, "declined", "rejected", "voided", *FAILURES])
@pytest.mark.parametrize("keeps", [False, True])
def test_a_turn_at_any_stage_ends_whole(kitchen, other: str, keeps: bool) -> None:
    for stage in range(len(COURSE) + 1):
        _play(kitchen, [*COURSE[:stage], other, *COURSE[stage:]], keeps=keeps, late=keeps)


def test_a_gift_before_anything_was_taken_is_not_kept_as_well(kitchen) -> None:
    _play(kitchen, ["authorised", "refunded", "customer cancels"], keeps=True)


def test_a_report_handled_twice_changes_nothing_more(kitchen) -> None:
    for name in REPORTS:
        order = scenes.place(kitchen, ids.new_id())
        for step in (*COURSE[:5], name):
            report(order.id, step)
        entries = TimelineEntry.objects.filter(order_id=order.id).count()
        report(order.id, name)
        assert TimelineEntry.objects.filter(order_id=order.id).count() == entries, name
