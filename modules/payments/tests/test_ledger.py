"""The ledger says of every amount whose it is: nothing is lost, nobody has less than nothing; it closes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from modules.payments import services
from modules.payments.interface import LedgerKind, Party, PaymentAmountInvalid, PaymentLedger, Share
from modules.payments.models import EntryKind, Payment, PaymentEntry
from modules.payments.models.shares import Split, draw
from modules.payments.selectors import ledger, ledger_of
from modules.payments.tests.ledger import a_payment, pounds
from tiffin.testing import settle

amounts = st.integers(min_value=0, max_value=10_000)
splits = st.builds(Split, *[amounts] * 9)


@given(splits, splits, st.integers(min_value=0, max_value=100_000))
def test_what_is_drawn_sums_to_the_amount_and_is_there(left: Split, wanted: Split, amount: int) -> None:
    drawn = draw(amount, left, wanted)
    assert drawn.total == amount
    assert min(drawn) >= 0
    assert all(part <= there for part, there in zip(drawn.parts, left.parts, strict=True))
    assert drawn.nobody <= left.nobody + max(0, amount - left.total)


@given(splits)
def test_all_of_it_is_all_of_everybodys(left: Split) -> None:
    assert draw(left.total, left) == left


@given(splits, st.lists(amounts, max_size=6))
def test_drawing_bit_by_bit_never_draws_more_than_there_is(left: Split, bits: list[int]) -> None:
    remaining = left
    for bit in bits:
        remaining = remaining.minus(draw(min(bit, remaining.total), remaining))
        assert min(remaining) >= 0
    assert draw(remaining.total, remaining) == remaining


@given(splits, splits)
def test_what_is_wished_is_given_while_it_is_there(left: Split, wanted: Split) -> None:
    wanted = Split(*(min(one, other) for one, other in zip(wanted, left, strict=True)))
    assert draw(wanted.total, left, wanted) == wanted


# --- in the database -------------------------------------------------------------------------------


def share(party: Party, sale: int, tax: int = 0) -> Share:
    return Share(party=party, sale=pounds(sale), tax=pounds(tax))


DINNER = (
    share(Party.RESTAURANT, 1_500, 300),
    share(Party.PLATFORM, 250, 50),
    share(Party.COURIER, 400),
)  # 25.00


def taken(amount: int = 2_500, shares: tuple[Share, ...] = ()) -> Payment:
    payment = a_payment(amount=2_500, shares=DINNER)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(amount), shares=shares)
    settle()
    return payment


def look(payment: Payment) -> PaymentLedger:
    return ledger_of(Payment.objects.get(pk=payment.pk))


def of(seen: PaymentLedger, kind: LedgerKind) -> dict[Party, tuple[int, int]]:
    for line in seen.lines:
        if line.kind is kind:
            assert sum(each.sale.amount + each.tax.amount for each in line.shares) == line.amount.amount
            return {each.party: (each.sale.amount, each.tax.amount) for each in line.shares}
    return {}


WHOLE = {Party.RESTAURANT: (1_500, 300), Party.PLATFORM: (250, 50), Party.COURIER: (400, 0)}


@pytest.mark.database
def test_what_is_held_and_taken_is_whose_the_order_said():
    seen = look(taken())

    assert of(seen, LedgerKind.AUTHORISED) == of(seen, LedgerKind.CAPTURED) == WHOLE
    assert (seen.at_rest, seen.open) == (True, ())


@pytest.mark.database
def test_taking_less_is_everybodys_in_proportion_and_the_rest_is_let_go():
    seen = look(taken(1_001))

    assert of(seen, LedgerKind.CAPTURED) == {
        Party.RESTAURANT: (601, 120),
        Party.PLATFORM: (100, 20),
        Party.COURIER: (160, 0),
    }
    assert of(seen, LedgerKind.VOIDED) == {
        Party.RESTAURANT: (899, 180),
        Party.PLATFORM: (150, 30),
        Party.COURIER: (240, 0),
    }
    assert seen.open == ()


@pytest.mark.database
def test_taking_less_may_be_one_partys_loss():
    seen = look(taken(1_300, (share(Party.RESTAURANT, 500, 100), *DINNER[1:])))

    assert of(seen, LedgerKind.VOIDED) == {Party.RESTAURANT: (1_000, 200)}
    assert seen.open == ()


@pytest.mark.database
def test_what_goes_back_comes_from_whom_it_is_said_to_and_the_rest_from_all():
    payment = taken()
    missing_dish = (share(Party.RESTAURANT, 500, 100),)
    services.refund(payment_id=payment.pk, amount=pounds(600), reason="missing", shares=missing_dish)
    settle()
    assert of(look(payment), LedgerKind.REFUNDED) == {Party.RESTAURANT: (500, 100)}

    services.refund(payment_id=payment.pk, amount=pounds(1_900), reason="cancelled")
    settle()

    assert of(look(payment), LedgerKind.REFUNDED) == WHOLE
    assert look(payment).open == ()


@pytest.mark.database
def test_nobody_gives_back_more_than_was_taken_for_them():
    payment = taken()
    services.refund(
        payment_id=payment.pk, amount=pounds(900), reason="x", shares=(share(Party.COURIER, 900),)
    )
    settle()

    back = of(look(payment), LedgerKind.REFUNDED)
    assert back[Party.COURIER] == (400, 0)
    assert sum(sum(part) for part in back.values()) == 900


@pytest.mark.database
def test_what_nobody_told_is_nobodys_and_adds_up_all_the_same():
    payment = a_payment(amount=2_500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2_000))
    settle()

    assert of(look(payment), LedgerKind.CAPTURED) == {Party.UNKNOWN: (2_000, 0)}
    assert look(payment).open == ()


@pytest.mark.database
@pytest.mark.parametrize("wrong", [
    (share(Party.RESTAURANT, 2_499),),
    (share(Party.RESTAURANT, 2_500), share(Party.COURIER, 1)),
    (share(Party.RESTAURANT, 2_600), share(Party.PLATFORM, -100)),
])  # fmt: skip
def test_shares_that_do_not_sum_to_the_amount_are_refused(wrong):
    with pytest.raises(PaymentAmountInvalid, match="shared out"):
        a_payment(amount=2_500, shares=wrong)
    assert not Payment.objects.exists()

    payment = taken()
    with pytest.raises(PaymentAmountInvalid):
        services.refund(payment_id=payment.pk, amount=pounds(2_500), reason="x", shares=wrong)


@pytest.mark.database
def test_a_chargeback_takes_from_everybody_and_more_than_there_was_does_not_close():
    payment = taken()
    with_entries = Payment.objects.get(pk=payment.pk)
    with_entries.enter(EntryKind.CHARGED_BACK, pounds(2_500), "dispute_1")
    assert of(look(payment), LedgerKind.CHARGED_BACK) == WHOLE
    assert look(payment).open == ()

    with_entries.enter(EntryKind.REFUNDED, pounds(100), "refund_beside_it")
    assert look(payment).open == ("1.00 GBP more of nobody went back than was taken",)


@pytest.mark.database
@pytest.mark.parametrize("columns", [{"restaurant": 101}, {"restaurant": 120, "courier": -20}])
def test_the_database_refuses_shares_that_are_more_than_the_amount_or_negative(columns):
    payment = a_payment()
    with pytest.raises(DatabaseError, match="payment_entry_adds_up"):
        PaymentEntry.objects.create(
            payment=payment, kind="captured", amount=100, reference="x", at=payment.created_at, **columns
        )


@pytest.mark.database
def test_saying_whose_it_is_costs_no_statement_more():
    payment = a_payment(amount=2_500, shares=DINNER)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2_500))
    payment = Payment.objects.get(pk=payment.pk)
    assert payment.confirmed
    with CaptureQueriesContext(connections["payments"]) as statements:
        payment.enter(EntryKind.CAPTURED, pounds(2_500), "sb_1", parts=payment.capture_parts)
    assert len(statements) == 1


@pytest.mark.database
def test_the_whole_ledger_is_read_page_by_page():
    payments = {a_payment(shares=DINNER, amount=2_500).pk for _ in range(3)}
    settle()

    seen = ledger(after=None, size=2)
    seen += ledger(after=seen[-1].id, size=2)

    assert {each.id for each in seen} == payments
    assert all(of(each, LedgerKind.AUTHORISED) == WHOLE for each in seen)
