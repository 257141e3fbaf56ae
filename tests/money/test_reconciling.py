"""Orders paid over the real wire, and then the books differ: after five minutes, an hour, a day what can be
found out is found out, and the rest is in the staff's queue, once, until it agrees or somebody says what it
is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.orders.interface import OrderView, PaymentState, Status
from modules.orders.tests import scenes
from modules.payments import services
from modules.payments.models import Book, Mismatch, MismatchState, Payment, What
from modules.payments.tests.ledger import Memory
from tests.audit.conftest import by_hand
from tests.money.looking import broken, payment_of, row_of, staff, staff_browser
from tests.money.wires import Wire
from tiffin import clock, ids
from tiffin.models import Job
from tiffin.testing import settle

pytestmark = pytest.mark.database

FIVE_MINUTES = timedelta(seconds=301)
ONE_DAY = timedelta(days=1, minutes=6)
QUEUE = "/admin/payments/mismatch/?state_name=open"


@pytest.fixture(autouse=True)
def _books(wire: Wire) -> None:
    services.open_books()


def an_hour_later(hours: int = 2) -> list[Mismatch]:
    """The hourly round has compared what happened until now; what it listed, closed or not."""
    with clock.shift(timedelta(hours=hours)):
        settle()
    return list(Mismatch.objects.order_by("created_at"))


def a_day_later(days: int = 1) -> None:
    with clock.shift(timedelta(hours=2) + days * ONE_DAY):
        settle()


def only(found: list[Mismatch]) -> Mismatch:
    (mismatch,) = found
    return mismatch


def give_up_jobs(payment: Payment, *, but_deadlines: bool) -> None:
    """They were tried as often as they may be; or, as after a backup was restored, are not there at all."""
    jobs = Job.objects.using("payments").filter(key=payment.pk)
    if but_deadlines:
        jobs.exclude(slot="deadline").update(state="held", cause="given up")
    else:
        jobs.delete()


def is_what_the_provider_has(order: OrderView) -> bool:
    ours, theirs = payment_of(order), Memory(row_of(order))
    return (ours.authorised.amount, ours.captured.amount, ours.refunded.amount, ours.voided.amount) == (
        theirs.authorised,
        theirs.captured,
        theirs.refunded,
        theirs.voided,
    )


# --- nothing to find -------------------------------------------------------------------------------


def test_what_orders_do_by_themselves_agrees(kitchen: scenes.Kitchen):
    delivered = scenes.deliver(kitchen, ids.new_id(), kitchen.ramen(2), tip=250)
    given_up, stopped = (scenes.place(kitchen, ids.new_id()) for _ in range(2))
    settle()
    scenes.cancel(given_up)
    scenes.accept(stopped)
    scenes.cancel_by_staff(stopped)
    settle()

    assert an_hour_later() == []
    assert all(is_what_the_provider_has(order) for order in (delivered, given_up, stopped))
    assert (Memory(row_of(stopped)).refunded, Memory(row_of(given_up)).held) == (stopped.total.amount, 0)
    assert broken() == []


# --- an answer was lost ----------------------------------------------------------------------------


def test_a_lost_answer_to_the_authorisation_is_asked_for_after_five_minutes(
    kitchen: scenes.Kitchen, wire: Wire
):
    wire.lose_answer("authorise")
    order = scenes.place(kitchen, ids.new_id())
    settle()
    assert scenes.view(str(order.id)).status is Status.PAYING
    give_up_jobs(row_of(order), but_deadlines=True)

    wire.tell_late()
    with clock.shift(FIVE_MINUTES):
        settle()

    assert scenes.view(str(order.id)).status is Status.WAITING_FOR_RESTAURANT
    assert payment_of(order).authorised == order.total
    assert is_what_the_provider_has(order)


@pytest.mark.full
def test_an_unknown_outcome_through_two_days_without_the_provider_holds_nothing_in_the_end(
    kitchen: scenes.Kitchen, wire: Wire
):
    """The customer does not wait that long: the order is given up, and the money, if any, let go."""
    wire.lose_answer("authorise")
    order = scenes.place(kitchen, ids.new_id())
    settle()
    payment = row_of(order)
    assert Memory(payment).held == order.total.amount

    with wire.is_down():
        for later in (FIVE_MINUTES, timedelta(hours=2), timedelta(days=1), timedelta(days=2)):
            with clock.shift(later):
                settle()
    assert Memory(payment).held == order.total.amount
    assert payment_of(order).captured.amount == 0

    with clock.shift(timedelta(days=3)):
        wire.tell_late()
        settle()

    assert Memory(payment).held == 0
    assert is_what_the_provider_has(order)
    assert broken() == []
    with clock.shift(timedelta(days=4)):
        settle()
    assert not Mismatch.objects.filter(state_name=MismatchState.OPEN).exists()


def test_a_capture_that_only_the_provider_knows_of_is_mended(kitchen: scenes.Kitchen, wire: Wire):
    """The answer was lost, and whoever would have asked for it, too: the hourly round, or where the provider
    has no list, what it sends again, brings it to light."""
    order = scenes.place(kitchen, ids.new_id())
    settle()
    courier = scenes.courier_on_shift()
    wire.lose_answer("capture")
    scenes.accept(order)
    payment = row_of(order)
    assert (payment_of(order).captured.amount, Memory(payment).captured) == (0, order.total.amount)
    give_up_jobs(payment, but_deadlines=False)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    scenes.drop_off(courier, order)
    wire.tell_late()

    found = an_hour_later()

    assert [each.state_name for each in found] == ([MismatchState.MENDED] if wire.is_asked else [])
    assert payment_of(order).captured == order.total
    assert scenes.view(str(order.id)).axes.payment is PaymentState.CAPTURED
    assert broken() == []


# --- what nobody can know --------------------------------------------------------------------------


def test_a_refund_made_at_the_provider_is_in_the_queue_until_somebody_says_what_it_was(
    kitchen: scenes.Kitchen, wire: Wire
):
    """It is not believed: nothing is written down because of somebody else's list."""
    order = scenes.deliver(kitchen, ids.new_id())
    wire.refund_by_hand(row_of(order), 400)
    settle()

    mismatch = only(an_hour_later())

    assert (mismatch.what, mismatch.kind, mismatch.is_open) == (What.ONLY_PROVIDER, "refunded", True)
    assert (mismatch.payment, mismatch.ours, mismatch.theirs) == (row_of(order), None, 400)
    assert payment_of(order).refunded.amount == 0
    assert "4.00 GBP" in staff(QUEUE)
    a_day_later()
    assert only(list(Mismatch.objects.all())).is_open

    chosen = {"action": "resolve", "_selected_action": [str(mismatch.pk)], "note": "made at the counter"}
    staff_browser("operations").post("/admin/payments/mismatch/", chosen, follow=True)

    assert only(list(Mismatch.objects.all())).state_name == MismatchState.RESOLVED
    assert "4.00 GBP" not in staff(QUEUE)


def test_a_refund_made_at_the_provider_beside_one_of_ours_is_not_taken_for_it(
    kitchen: scenes.Kitchen, wire: Wire
):
    order = scenes.deliver(kitchen, ids.new_id(), kitchen.ramen(2))
    payment = row_of(order)
    services.refund(payment_id=payment.pk, amount=payment.of(300), reason="a gift")
    settle()
    wire.refund_by_hand(payment, 400)
    settle()

    mismatch = only(an_hour_later())
    a_day_later()

    mismatch.refresh_from_db()
    assert (mismatch.theirs, mismatch.state_name) == (400, MismatchState.OPEN)


_OF = "payment_id = (SELECT id FROM payments_payment WHERE order_id = %s)"


def test_what_only_we_have_is_in_the_queue(kitchen: scenes.Kitchen, wire: Wire):
    order = scenes.deliver(kitchen, ids.new_id())
    by_hand(
        "payments",
        "INSERT INTO payments_paymententry (payment_id, kind, amount, reference, at, platform)"
        " SELECT payment_id, 'refunded', 100, 'never', at, 100 FROM payments_paymententry"
        f" WHERE kind = 'captured' AND {_OF}",
        given=[order.id],
    )

    (mismatch,) = (each for each in an_hour_later() if each.what == What.ONLY_LEDGER)

    assert (mismatch.kind, mismatch.reference, mismatch.is_open) == ("refunded", "never", True)
    assert (mismatch.ours, mismatch.theirs) == (100, None)
    assert "1.00 GBP" in staff(QUEUE)


def test_another_amount_is_in_the_queue_and_closes_by_itself_once_it_agrees(
    kitchen: scenes.Kitchen, wire: Wire
):
    order = scenes.deliver(kitchen, ids.new_id())
    taken = "UPDATE payments_paymententry SET amount = amount {0}, restaurant = restaurant {0}"
    by_hand("payments", f"{taken.format('- 100')} WHERE kind = 'captured' AND {_OF}", given=[order.id])

    (mismatch,) = (each for each in an_hour_later() if each.what == What.AMOUNT)
    assert (mismatch.ours, mismatch.theirs) == (order.total.amount - 100, order.total.amount)
    assert mismatch.is_open
    assert str(order.id) in staff(QUEUE)

    by_hand("payments", f"{taken.format('+ 100')} WHERE kind = 'captured' AND {_OF}", given=[order.id])
    a_day_later()

    assert set(Mismatch.objects.values_list("state_name", flat=True)) == {MismatchState.AGREED}
    assert str(order.id) not in staff(QUEUE)


# --- again, and not at all -------------------------------------------------------------------------


def test_running_twice_lists_nothing_twice(kitchen: scenes.Kitchen, wire: Wire):
    order = scenes.deliver(kitchen, ids.new_id())
    wire.refund_by_hand(row_of(order), 400)
    settle()
    first = only(an_hour_later())
    Book.objects.update(compared_until=clock.now() - timedelta(hours=1))

    again = only(an_hour_later(3))

    assert (again.pk, again.seen, again.is_open) == (first.pk, first.seen + 1, True)


def test_a_provider_that_is_down_is_waited_for_and_nothing_is_listed(kitchen: scenes.Kitchen, wire: Wire):
    orders = [scenes.deliver(kitchen, ids.new_id()) for _ in range(2)]
    before = Book.objects.get(region="gb").compared_until
    with wire.is_down():
        for hours in range(2, 5):
            assert an_hour_later(hours) == []
        assert (Book.objects.get(region="gb").compared_until == before) is wire.is_asked
        job = Job.objects.using("payments").get(name="reconcile", region="gb")
        assert (job.state, job.attempts) == ("waiting", 0)

    assert an_hour_later(5) == []
    assert Book.objects.get(region="gb").compared_until - before >= timedelta(hours=3)
    assert all(is_what_the_provider_has(order) for order in orders)


def test_what_is_listed_stays_as_it_is_while_the_provider_is_down(kitchen: scenes.Kitchen, wire: Wire):
    order = scenes.deliver(kitchen, ids.new_id())
    wire.refund_by_hand(row_of(order), 400)
    settle()
    mismatch = only(an_hour_later())

    with wire.is_down():
        a_day_later()
        a_day_later(2)

    again = only(list(Mismatch.objects.all()))
    assert (again.pk, again.state_name) == (mismatch.pk, MismatchState.OPEN)
