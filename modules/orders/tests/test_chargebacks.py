"""A customer's bank takes money back: what orders owe besides is at most what it has left, whenever they hear
of it; and it is owed again if the bank gives it to us again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.orders import handlers, jobs
from modules.orders.interface import ClaimReason, ClaimRefused, Orders, RefundState, Status
from modules.orders.models import Chargeback, Order, Receipt, Refund, TimelineEntry
from modules.orders.policies import Canceller
from modules.orders.selectors.cancelling import preview
from modules.orders.services import write_receipts
from modules.orders.tests import scenes
from modules.orders.tests.happenings import happen, recorded, report
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim
from modules.orders.tests.test_staff_pages import person
from modules.orders.tests.test_staff_work import exported
from modules.orders.tests.whole import check
from modules.payments import events as payments
from tiffin import clock, db, ids
from tiffin.interfaces import call
from tiffin.log.events import handling
from tiffin.models import Job
from tiffin.money import Money
from tiffin.testing import settle, waiting

pytestmark = pytest.mark.database

PAYMENT = ids.new_id()


def hear(kind, order, amount: int, **more: object) -> None:
    """As the log hands it over."""
    event = kind(payment_id=PAYMENT, order_id=order.id, amount=Money(amount=amount, currency="GBP"), **more)
    handle = {
        payments.PaymentChargedBack: handlers.payment.money_charged_back,
        payments.PaymentChargebackReversed: handlers.payment.money_won_back,
        payments.PaymentRefunded: handlers.payment.payment_refunded,
    }[kind]
    with db.transaction(owner="orders"), handling(recorded(event)):
        handle(event)
    check(order.id)


def charged_back(order, amount: int, dispute: str = "du_1") -> None:
    hear(payments.PaymentChargedBack, order, amount, reason="product_not_received", dispute=dispute)


def won(order, amount: int, dispute: str = "du_1") -> None:
    hear(payments.PaymentChargebackReversed, order, amount, dispute=dispute)


def given_back(order, amount: int, *, in_all: int, key: str) -> None:
    hear(
        payments.PaymentRefunded, order, amount, refunded=Money(amount=in_all, currency="GBP"), reason="x",
        reference=key,
    )  # fmt: skip


@pytest.fixture
def owed(kitchen, customer) -> Order:
    """An order of 15.12 that was paid for and then lost by its restaurant: all of it is owed back."""
    placed = scenes.place(kitchen, customer, kitchen.ramen(2))
    for step in ("authorised", "offered", "accepted", "captured", "staff cancel"):
        happen(placed.id, step)
    report(placed.id, "withdrawn")
    report(placed.id, "called off")
    order = order_of(placed)
    assert order.axes.refund is RefundState.DUE
    return order


def rows(order) -> list[tuple[int, bool, bool]]:
    """Of each refund how much it is, whether it is back, and whether the bank has it."""
    return [
        (refund.amount, refund.done_at is not None, refund.charged_back_at is not None)
        for refund in Refund.objects.filter(order_id=order.id)
    ]


def asked_for(order) -> list[str]:
    return sorted(Job.objects.using("orders").filter(key=order.id).values_list("name", flat=True))


def on_timeline(order) -> list[tuple[str, str]]:
    entries = TimelineEntry.objects.filter(order_id=order.id, axis="refund").order_by("seq")
    return [(entry.to_state, entry.note) for entry in entries]


# --- before the refund ------------------------------------------------------------------------------


def test_what_the_bank_has_taken_whole_is_settled_and_not_asked_for_again(owed) -> None:
    charged_back(owed, owed.total)

    order = order_of(owed)
    assert (order.axes.refund, order.refunded, order.refund_due) == (RefundState.REFUNDED, 0, 0)
    assert (order.waits_until, asked_for(order)) == (None, [])
    assert rows(order) == [(owed.total, False, True)]
    assert on_timeline(order) == [("due", "staff"), ("refunded", "charged_back")]
    assert TimelineEntry.objects.filter(order_id=order.id).last().cause == "payments.payment_charged_back.v1"


def test_of_a_part_only_what_is_left_is_asked_for_under_a_key_of_its_own(owed) -> None:
    before = jobs.key_of(owed, Refund.objects.get(order_id=owed.id))

    charged_back(owed, 1000)

    order = order_of(owed)
    left = owed.total - 1000
    assert rows(order) == [(left, False, False), (1000, False, True)]
    assert (order.axes.refund, order.refund_due) == (RefundState.DUE, left)
    assert jobs.key_of(order, order.refunds.first()) != before
    given_back(order, left, in_all=left, key=f"{order.command_key('refund-1', 2)}")
    assert rows(order) == [(left, True, False), (1000, False, True)]
    # That the bank has taken some is on the timeline already: this was us.
    assert on_timeline(order)[-1] == ("refunded", "")
    assert order_of(order).waits_until is None


def test_what_was_refused_while_the_bank_had_it_is_asked_for_anew_once_it_is_won(owed) -> None:
    """Payments answers a key for ever as it has once: under the former one nothing would come back."""
    before = jobs.key_of(owed, Refund.objects.get(order_id=owed.id))
    charged_back(owed, owed.total)

    won(owed, owed.total)

    order = order_of(owed)
    assert rows(order) == [(order.total, False, False)]
    assert jobs.key_of(order, order.refunds.get()) != before


def test_of_a_part_each_half_goes_back_from_whom_it_was_owed(owed) -> None:
    refund = Refund.objects.get(order_id=owed.id)
    refund.parts = [
        {"label": "Ramen", "amount": 901, "tax": 150, "tax_category": "hot_food", "tax_rate": "0.2",
         "party": "restaurant", "liable": "restaurant", "line": 1},
        {"label": "Delivery", "amount": owed.total - 901, "tax": 100, "tax_category": "delivery",
         "tax_rate": "0.2", "party": "platform", "liable": "platform", "line": None},
    ]  # fmt: skip
    refund.save()

    charged_back(owed, 1000)

    both = list(order_of(owed).refunds.all())
    for name in ("amount", "tax"):
        sums = [sum(part[name] for part in parts) for parts in zip(*(r.parts for r in both), strict=True)]
        assert sums == [part[name] for part in refund.parts]
    assert [part["party"] for part in both[1].parts] == ["restaurant", "platform"]
    assert all(part["amount"] > 0 for r in both for part in r.parts)


def test_a_preview_promises_nothing_that_the_bank_has(kitchen, customer) -> None:
    placed = scenes.place(kitchen, customer, kitchen.ramen(2))
    for step in ("authorised", "offered", "accepted", "captured"):
        happen(placed.id, step)
    charged_back(order_of(placed), placed.total.amount)

    seen = preview(order_of(placed), Canceller.STAFF)

    assert (seen.may_cancel, seen.back.amount) == (True, 0)
    assert "bank" in seen.text


def test_a_refund_that_was_on_its_way_is_not_asked_for_twice(owed) -> None:
    """Payments had taken on all of it when the bank took a part."""
    charged_back(owed, 1000)

    given_back(owed, owed.total, in_all=owed.total, key=f"{owed.command_key('refund-1', 1)}")

    assert rows(owed) == [(owed.total - 1000, True, False), (1000, True, False)]
    won(owed, 1000)
    order = order_of(owed)
    assert (order.refund_due, order.refunded, asked_for(order)) == (owed.total, owed.total, [])


# --- after it ---------------------------------------------------------------------------------------


def test_what_is_back_already_is_not_owed_by_a_chargeback(owed) -> None:
    given_back(owed, owed.total, in_all=owed.total, key=f"{owed.command_key('refund-1', 1)}")

    charged_back(owed, owed.total)
    won(owed, owed.total)

    order = order_of(owed)
    assert (order.axes.refund, order.refunded) == (RefundState.REFUNDED, owed.total)
    assert on_timeline(order)[-2:] == [("refunded", "charged_back"), ("refunded", "chargeback_reversed")]
    assert asked_for(order) == []


# --- won ----------------------------------------------------------------------------------------------


def test_what_the_bank_gives_to_us_again_is_owed_again(owed) -> None:
    charged_back(owed, owed.total)

    won(owed, owed.total)

    order = order_of(owed)
    assert (order.axes.refund, order.refund_due) == (RefundState.DUE, owed.total)
    assert on_timeline(order)[-1] == ("due", "chargeback_reversed")
    assert "refund_payment" in asked_for(order)
    assert order.waits_for == "settlement_overdue"


def test_of_two_cases_only_the_one_that_was_won_is_owed_again(owed) -> None:
    charged_back(owed, 1000, "du_1")
    charged_back(owed, owed.total - 1000, "du_2")
    assert order_of(owed).axes.refund is RefundState.REFUNDED

    won(owed, 1000, "du_1")

    assert order_of(owed).refund_due == 1000


# --- twice, and the last one first --------------------------------------------------------------------


def test_heard_twice_it_is_one_case(owed) -> None:
    charged_back(owed, 1000)
    before = on_timeline(owed), rows(owed)
    charged_back(owed, 1000)
    assert (on_timeline(owed), rows(owed)) == before

    won(owed, 1000)
    before = on_timeline(owed), rows(owed)
    won(owed, 1000)
    assert (on_timeline(owed), rows(owed)) == before


def test_a_case_that_is_heard_to_be_won_first_takes_nothing(owed) -> None:
    won(owed, owed.total)
    charged_back(owed, owed.total)

    order = order_of(owed)
    assert (order.axes.refund, order.refund_due) == (RefundState.DUE, owed.total)
    assert rows(order) == [(owed.total, False, False)]


def test_a_bank_that_was_first_leaves_nothing_to_owe(kitchen, customer) -> None:
    """The order is stopped only after the bank has taken what was paid."""
    placed = scenes.place(kitchen, customer)
    for step in ("authorised", "offered", "accepted", "captured", "charged back", "staff cancel"):
        happen(placed.id, step)
        check(placed.id)
    order = order_of(placed)
    assert (order.axes.refund, order.refund_due) == (RefundState.REFUNDED, 0)
    assert on_timeline(order)[-2:] == [("due", "staff"), ("refunded", "charged_back")]


# --- what goes with it --------------------------------------------------------------------------------


def test_nothing_is_claimed_of_what_the_bank_has(dinner) -> None:
    charged_back(dinner, dinner.total.amount)
    with pytest.raises(ClaimRefused):
        claim(dinner, reason=ClaimReason.NEVER_ARRIVED)
    assert order_of(dinner).axes.refund is RefundState.NONE

    won(dinner, dinner.total.amount)

    claim(dinner, reason=ClaimReason.NEVER_ARRIVED)


def test_nothing_is_written_of_what_the_bank_has_of_a_stopped_order(owed) -> None:
    charged_back(owed, owed.total)
    write_receipts()
    assert order_of(owed).receipted
    won(owed, owed.total)
    given_back(owed, owed.total, in_all=owed.total, key=f"{owed.command_key('refund-1', 1)}")
    write_receipts()
    assert not Receipt.objects.filter(order=owed).exists()


def test_the_customer_reads_who_has_the_money(owed) -> None:
    charged_back(owed, owed.total)
    seen = call(Orders).get(customer_id=owed.customer_id, order_id=owed.id)
    (refund,) = seen.refunds
    assert (refund.done_at, refund.charged_back_at is not None) == (None, True)
    assert seen.status is Status.REFUNDED


def test_the_books_say_what_the_bank_has_of_what_was_owed(owed) -> None:
    charged_back(owed, 1000)
    (books,) = call(Orders).money()
    assert (books.charged_back.amount, books.owed_back.amount) == (1000, owed.total - 1000)


def test_staff_find_it_in_the_queue_until_somebody_has_looked(owed) -> None:
    charged_back(owed, owed.total)
    support = person("support")
    number, link = waiting(support)["orders: Orders charged back"]
    assert number == "1"
    assert owed.code in support.get(link).content.decode()
    assert waiting(person("support", region="pl"))["orders: Orders charged back"][0] == "0"

    case = Chargeback.objects.get()
    support.post("/admin/orders/chargeback/", {"action": "note", "_selected_action": [str(case.id)]})

    assert waiting(support)["orders: Orders charged back"][0] == "0"
    (row,) = exported(support, "chargeback")
    assert (row["dispute"], row["reason"]) == ("du_1", "product_not_received")
    assert row["amount"] == f"{owed.total / 100:.2f}"
    assert row["seen_by"].startswith("staff:")
    shown = support.get(f"/admin/orders/order/{owed.id}/change/").content.decode()
    assert "product_not_received" in shown


def test_it_is_not_asked_for_again_for_as_long_as_the_bank_has_it(owed) -> None:
    """Before, what could not be given back was asked for every few minutes, for ever."""
    charged_back(owed, owed.total)
    with clock.shift(timedelta(days=1)):
        settle()
    assert asked_for(owed) == []
    assert order_of(owed).waits_for == ""
