"""Claims: what a customer may ask for when something was wrong, who decides, and that the money is right."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from modules.identity.events import CustomerErased
from modules.orders import handlers
from modules.orders.interface import (
    ClaimLine,
    ClaimLineWrong,
    ClaimReason,
    ClaimRefused,
    ClaimState,
    Orders,
    OrderUnknown,
    RefundState,
    Status,
)
from modules.orders.jobs import refund_payment, settlement_overdue
from modules.orders.models import Claim, Order, Refund
from modules.orders.services import decide_claim
from modules.orders.tests import scenes
from modules.orders.tests.happenings import report
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_journey import jobs_left, payment_of
from modules.orders.tests.test_staff_pages import person
from modules.payments.interface import Payments
from tiffin import clock, db, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import CommandAnswer
from tiffin.money import Money
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

# A ramen is 12.50 and a beer 5.50; the service fee is 5 % of the dishes, at least 0.49, the delivery 1.99.


def claim(order, *lines: tuple[int, int], reason: ClaimReason = ClaimReason.MISSING, words: str = ""):
    return call(Orders).claim(
        key=scenes.new_key(),
        customer_id=order.customer_id,
        order_id=order.id,
        reason=reason,
        lines=tuple(ClaimLine(line=line, quantity=quantity) for line, quantity in lines),
        words=words,
    )


def test_a_missing_dish_goes_back_with_its_share_of_the_service_fee(dinner) -> None:
    made = claim(dinner, (1, 1))
    assert made.state is ClaimState.GRANTED
    # 5.50, and 5.50/48.50 of 2.43 are 0.27.
    assert made.granted.amount == 550 + 27
    settle()
    order = order_of(dinner)
    assert (order.refunded, order.refund_due, order.status) == (577, 577, Status.DELIVERED)
    assert order.axes.refund is RefundState.REFUNDED
    assert payment_of(dinner).refunded.amount == 577
    assert jobs_left(dinner) == set()
    refund = Refund.objects.get(order=order)
    assert sum(part["amount"] for part in refund.parts) == 577
    assert refund.done_at is not None


def test_all_of_it_piece_by_piece_is_all_that_was_paid_for_it(dinner) -> None:
    for line in ((0, 1), (0, 1), (1, 1), (0, 1)):
        claim(dinner, line)
        for opened in Claim.objects.filter(state_name="open"):
            decide_claim(claim_id=opened.id, grant=True)
        settle()
    last = claim(dinner, (1, 1))
    decide_claim(claim_id=last.id, grant=True)
    settle()
    order = order_of(dinner)
    # The share of the last claim was not the whole order, so that delivery and tip stay.
    assert order.refunded == order.total - 199 - 300
    assert payment_of(dinner).refunded.amount == order.refunded


def test_what_never_arrived_goes_back_whole(dinner) -> None:
    claim(dinner, (1, 1))
    settle()
    made = claim(dinner, reason=ClaimReason.NEVER_ARRIVED)
    decide_claim(claim_id=made.id, grant=True)
    settle()
    order = order_of(dinner)
    assert order.refunded == order.total
    assert payment_of(dinner).refunded.amount == order.total


def test_a_claim_while_another_refund_is_on_its_way(dinner) -> None:
    """Both are owed, and payments is asked for one after the other."""
    claim(dinner, (1, 1))
    claim(dinner, (1, 1))
    decide_claim(claim_id=Claim.objects.latest("id").id, grant=True)
    order = order_of(dinner)
    assert (order.refund_due, order.refunded) == (2 * 550 + 55, 0)
    settle()
    order = order_of(dinner)
    assert order.refunded == order.refund_due == payment_of(dinner).refunded.amount


def test_a_refund_that_the_provider_refuses_is_asked_for_again(dinner) -> None:
    claim(dinner, (1, 1))
    report(dinner.id, "not refunded")
    assert order_of(dinner).axes.refund is RefundState.DUE
    assert Refund.objects.get(order_id=dinner.id).attempt == 2
    scenes.wait(601)
    assert order_of(dinner).refunded == 577


def give_back(dinner, amount: int | None = None) -> None:
    """Somebody does so in payments, past orders; everything without an amount."""
    money = dinner.total if amount is None else Money(amount=amount, currency="GBP")
    call(Payments).refund(
        key=scenes.new_key(), payment_id=payment_of(dinner).id, amount=money, reason="staff"
    )


def test_what_staff_give_back_does_not_settle_what_is_owed(dinner) -> None:
    claim(dinner, (1, 1))
    report(dinner.id, "not refunded")
    give_back(dinner, 800)
    scenes.wait(601)
    order = order_of(dinner)
    assert (order.refunded, order.refund_due, order.axes.refund) == (1377, 1377, RefundState.REFUNDED)
    assert payment_of(dinner).refunded.amount == 1377


def test_no_more_goes_back_than_was_taken(dinner) -> None:
    claim(dinner, (1, 1))
    report(dinner.id, "not refunded")
    give_back(dinner, dinner.total.amount - 100)
    settle()
    scenes.wait(601)
    order = order_of(dinner)
    assert order.refunded == order.refund_due == payment_of(dinner).refunded.amount == dinner.total.amount
    assert jobs_left(dinner) == set()


def test_a_claim_that_nothing_is_left_for_ends_all_the_same(dinner, strict) -> None:
    first, second = claim(dinner, (0, 1)), claim(dinner, (1, 1))
    give_back(dinner)
    settle()
    decide_claim(claim_id=first.id, grant=True)
    scenes.wait(86_401)
    assert {made.state for made in Claim.objects.all()} == {ClaimState.GRANTED}
    assert {made.granted for made in Claim.objects.filter(pk__in=(first.id, second.id))} == {0}
    assert order_of(dinner).refunded == dinner.total.amount


def test_payments_gives_back_once_however_late_it_is_asked_again(dinner) -> None:
    claim(dinner, (1, 1))
    settle()
    CommandAnswer.objects.using("payments").all().delete()
    again = Refund.objects.get(order_id=dinner.id)
    call(Payments).refund(
        key=order_of(dinner).command_key(f"refund-{again.number}", again.attempt),
        payment_id=payment_of(dinner).id,
        amount=Money(amount=577, currency="GBP"),
        reason="again",
    )
    settle()
    assert payment_of(dinner).refunded.amount == 577


def test_what_was_due_before_refunds_were_rows_is_given_back(kitchen, customer) -> None:
    """As the release before this one left it: due, with a numbered job and nothing else."""
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    scenes.cancel_by_staff(order)
    Refund.objects.all().delete()
    refund_payment(order.id, number=3)
    settle()
    assert payment_of(order).refunded.amount == order_of(order).refunded == order.total.amount
    assert jobs_left(order) == set()


def test_asking_for_a_refund_twice_gives_it_once(dinner) -> None:
    claim(dinner, (1, 1))
    refund_payment(dinner.id)
    with db.transaction(owner="orders"):
        settlement_overdue(dinner.id)
    refund_payment(dinner.id)
    settle()
    assert payment_of(dinner).refunded.amount == order_of(dinner).refunded == 577


@pytest.mark.parametrize(
    ("lines", "reason", "said"),
    [
        ([(0, 4)], ClaimReason.WRONG, "Of Ramen there are 3 left to claim about, not 4."),
        ([(0, 2), (0, 2)], ClaimReason.WRONG, "Of Ramen there are 3 left to claim about, not 4."),
        ([(7, 1)], ClaimReason.DAMAGED, "The order has no line 7."),
        ([(0, 0)], ClaimReason.BAD, "Of Ramen there are 3 left to claim about, not 0."),
        ([], ClaimReason.MISSING, "Say which dishes it is about."),
        ([(0, 1)], ClaimReason.NEVER_ARRIVED, "What never arrived is the whole order; name no dishes."),
    ],
)
def test_a_claim_names_dishes_of_the_order(dinner, lines, reason, said) -> None:
    with pytest.raises(ClaimLineWrong) as refused:
        claim(dinner, *lines, reason=reason)
    assert refused.value.sentence == said
    assert not Claim.objects.exists()


def test_the_same_dish_cannot_be_claimed_twice(dinner, strict) -> None:
    first = claim(dinner, (1, 2))
    with pytest.raises(ClaimLineWrong):
        claim(dinner, (1, 1))
    decide_claim(claim_id=first.id, grant=False)
    assert claim(dinner, (1, 1)).state is ClaimState.OPEN


def test_only_what_was_delivered_and_paid_lately_can_be_claimed_about(kitchen, customer, dinner) -> None:
    under_way = scenes.place(kitchen, customer)
    with pytest.raises(ClaimRefused):
        claim(under_way, (0, 1))
    with clock.shift(timedelta(days=2, minutes=1)), pytest.raises(ClaimRefused) as refused:
        claim(dinner, (0, 1))
    assert "too late" in refused.value.sentence


def test_another_customers_order_is_unknown(dinner) -> None:
    for ask in (
        lambda: call(Orders).claims(customer_id=ids.new_id(), order_id=dinner.id),
        lambda: call(Orders).preview_cancellation(customer_id=ids.new_id(), order_id=dinner.id),
        lambda: call(Orders).claim(
            key=scenes.new_key(),
            customer_id=ids.new_id(),
            order_id=dinner.id,
            reason=ClaimReason.NEVER_ARRIVED,
        ),
    ):
        with pytest.raises(OrderUnknown):
            ask()


def test_much_or_often_is_for_staff_to_decide(dinner) -> None:
    assert claim(dinner, (0, 3)).state is ClaimState.OPEN
    assert order_of(dinner).refund_due == 0


def test_who_claims_often_waits(dinner) -> None:
    """One claim in one order is more than one in five."""
    assert claim(dinner, (1, 1)).state is ClaimState.GRANTED
    assert claim(dinner, (1, 1)).state is ClaimState.OPEN


def test_staff_grant_and_refuse(dinner, strict) -> None:
    granted, refused = claim(dinner, (0, 1)), claim(dinner, (1, 1))
    queue = person("support").get("/admin/orders/claim/?state_name=open").content.decode()
    assert order_of(dinner).code in queue
    for action, made in (("grant", granted), ("refuse", refused)):
        chosen = {"action": action, "_selected_action": [str(made.id)]}
        person("support").post("/admin/orders/claim/", chosen, follow=True)
    settle()
    seen = call(Orders).claims(customer_id=dinner.customer_id, order_id=dinner.id)
    assert [made.state for made in seen] == [ClaimState.GRANTED, ClaimState.REFUSED]
    assert order_of(dinner).refunded == seen[0].granted.amount == 1250 + 62
    assert Claim.objects.get(pk=granted.id).decided_by.startswith("staff:")


def test_a_claim_that_nobody_decides_is_granted(dinner, strict) -> None:
    made = claim(dinner, (0, 1))
    scenes.wait(86_401)
    decided = Claim.objects.get(pk=made.id)
    assert (decided.state, decided.note) == (ClaimState.GRANTED, "nobody_decided")
    assert order_of(dinner).refunded == decided.granted
    assert jobs_left(made) == set()


def test_what_is_decided_stays_as_it_is(dinner, strict) -> None:
    made = claim(dinner, (0, 1))
    decide_claim(claim_id=made.id, grant=False)
    decide_claim(claim_id=made.id, grant=True)
    assert Claim.objects.get(pk=made.id).state is ClaimState.REFUSED
    assert order_of(dinner).refund_due == 0


def test_what_was_written_is_forgotten_with_its_customer(dinner) -> None:
    claim(dinner, (1, 1), words="The blue door, second floor")
    with db.transaction(owner="orders"):
        handlers.customer.forget_where_they_live(CustomerErased(customer_id=dinner.customer_id))
    assert Claim.objects.get().words == ""


def test_claiming_over_http(dinner) -> None:
    client = api(Actor(kind=ActorKind.CUSTOMER, id=dinner.customer_id))
    path, key = f"/api/v1/orders/{dinner.id}/claims", {"Idempotency-Key": str(uuid4())}
    body = {"reason": "missing", "lines": [{"line": 1, "quantity": 1}], "words": "Only one came."}
    first, again = (client.post(path, body, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["granted"] == {"amount": 577, "currency": "GBP"}
    (listed,) = client.get(path).json()["claims"]
    assert listed == first.json()
    wrong = client.post(path, {"reason": "cold"}, headers={"Idempotency-Key": str(uuid4())})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")


def test_what_cancelling_would_mean(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    preview = call(Orders).preview_cancellation(customer_id=customer, order_id=order.id)
    assert (preview.may_cancel, preview.released, preview.back.amount) == (True, order.total, 0)
    assert preview.text == "Nothing has been taken yet: you pay nothing."
    settle()
    scenes.accept(order)
    preview = call(Orders).preview_cancellation(customer_id=customer, order_id=order.id)
    assert (preview.may_cancel, preview.released.amount) == (False, 0)
    assert Order.objects.get(pk=order.id).status is Status.PREPARING
