"""Stripe holds the money, by its own SDK."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from modules.payments import services
from modules.payments.interface import DECLINED_FOR_GOOD, DECLINED_FOR_NOW, PaymentMethodUnknown, PaymentState
from modules.payments.models import Payment, PaymentEntry
from modules.payments.providers import Declined, ProviderTimeout, RequiresAction, Succeeded, provider
from modules.payments.providers.stripe import client as line_to_stripe
from modules.payments.providers.stripe.amounts import NotExpressible, from_stripe, to_stripe
from modules.payments.tests.ledger import (
    A_WHILE,
    ACTION,
    DECLINED,
    Memory,
    a_payment,
    captured,
    look_at,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.localstripe import NEEDS_OWNER, VISA
from tiffin import clock
from tiffin.money import Money
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


# --- who holds the money


def test_a_regions_file_decides_who_holds_new_money_and_not_who_holds_the_old(stripe, served_by):
    old = a_payment()
    settle()
    served_by("sandbox")
    new = a_payment()
    settle()

    services.capture(payment_id=old.pk, amount=pounds(2500))
    services.capture(payment_id=new.pk, amount=pounds(2500))
    settle()

    assert [Payment.get(each.pk).provider for each in (old, new)] == ["stripe", "sandbox"]
    assert state_of(old) is state_of(new) is PaymentState.CAPTURED
    assert len(stripe.intents(old.charge_key)) == 1
    assert stripe.intents(new.charge_key) == []


def test_a_card_that_we_have_never_heard_of_goes_through(stripe):
    payment = a_payment(method=stripe.card(VISA))
    settle()

    assert state_of(payment) is PaymentState.AUTHORISED


@pytest.mark.parametrize("method", ["4242424242424242", "src_1", "pm_", "pm_x y", "pm_" + "x" * 99, ""])
def test_what_is_no_token_of_stripes_is_refused_before_anybody_asks(stripe, method):
    with pytest.raises(PaymentMethodUnknown):
        a_payment(method=method)


def test_a_card_that_stripe_has_never_heard_of_is_declined(stripe):
    payment = a_payment(method="pm_of_nobody")
    settle()

    assert state_of(payment) is PaymentState.DECLINED
    assert published(payment) == ["PaymentDeclined"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("stolen_card", DECLINED_FOR_GOOD),
        ("insufficient_funds", DECLINED_FOR_NOW),
        ("fraudulent", "card_declined"),
    ],
)
def test_of_why_a_card_is_declined_only_is_told_whether_to_try_it_again(stripe, code, reason):
    stripe.decline_code = code
    payment = a_payment(method=DECLINED)
    settle()

    assert (state_of(payment), look_at(payment).reason) == (PaymentState.DECLINED, reason)


def test_test_cards_are_offered_only_where_no_money_moves(stripe, settings):
    offered = api().get("/api/v1/payment-methods?region=gb").json()["methods"]
    settings.TIFFIN_STRIPE_SECRET_KEY = "sk_live_of_nobody"

    assert offered
    assert api().get("/api/v1/payment-methods?region=gb").json()["methods"] == []


# --- the customer confirms


def waiting(stripe):
    payment = a_payment(method=stripe.card(NEEDS_OWNER))
    settle()
    assert state_of(payment) is PaymentState.REQUIRES_ACTION
    return payment


@pytest.mark.parametrize(("approved", "state"), [
    (True, PaymentState.AUTHORISED),
    (False, PaymentState.DECLINED),
])  # fmt: skip
def test_coming_back_from_stripes_page_makes_us_ask(stripe, approved, state):
    payment = waiting(stripe)
    (intent,) = stripe.intents(payment.charge_key)
    way_back = intent["next_action"]["redirect_to_url"]["return_url"]
    stripe.answer_action(look_at(payment).action_url, approved=approved)

    sent = Client().get(f"{way_back}?payment_intent={intent['id']}&redirect_status=believe_me")
    settle()

    assert way_back == "http://testserver/payments/return"
    assert (sent.status_code, sent["Location"]) == (302, f"/orders/{payment.order_id}/")
    assert state_of(payment) is state


@pytest.mark.parametrize(("purpose", "page"), [
    ("membership", "/account/membership/"),
    ("somebody else's", "/"),
])  # fmt: skip
def test_the_way_back_leads_to_what_was_paid_for(stripe, purpose, page):
    payment = waiting(stripe)
    Payment.objects.filter(pk=payment.pk).update(purpose=purpose)
    (intent,) = stripe.intents(payment.charge_key)

    sent = Client().get("/payments/return", {"payment_intent": intent["id"]})

    assert sent["Location"] == page


def test_what_the_way_back_says_is_not_believed(stripe):
    payment = waiting(stripe)
    (intent,) = stripe.intents(payment.charge_key)

    Client().get(f"/payments/return?payment_intent={intent['id']}&redirect_status=succeeded")
    settle()

    assert state_of(payment) is PaymentState.REQUIRES_ACTION


@pytest.mark.parametrize("reference", ["", "pi_of_nobody", "\x00"])
def test_the_way_back_knows_only_our_payments(stripe, reference):
    assert Client().get("/payments/return", {"payment_intent": reference}).status_code == 404


def test_a_confirmation_that_meets_a_cancellation_leaves_nothing_held(stripe):
    payment = waiting(stripe)
    page = look_at(payment).action_url
    services.void(payment_id=payment.pk)
    stripe.answer_action(page, approved=True)
    settle()

    assert state_of(payment) is PaymentState.VOIDED
    assert Memory(payment).authorised == Memory(payment).voided


# --- the port


def test_asked_again_each_operation_answers_as_before(stripe):
    payment, at_stripe = a_payment(), provider("stripe")
    charge = payment.charge_key

    def twice(operation, **arguments):
        first, second = (getattr(at_stripe, operation)(**arguments) for _ in range(2))
        assert first == second
        return first

    held = twice("authorise", key=charge, amount=pounds(2500), method="pm_card_visa")
    taken = twice("capture", key=payment.capture_key, charge=charge, amount=pounds(1800))
    given = twice("refund", key=payment.refund_key(1), charge=charge, amount=pounds(300))
    too_much = at_stripe.void(key="a:void:1", charge=charge)

    assert [each.amount for each in (held, taken, given)] == [pounds(2500), pounds(1800), pounds(300)]
    assert too_much == Declined(reason="charge_already_captured")
    assert at_stripe.find(key=payment.capture_key) == taken
    assert at_stripe.find(key=payment.refund_key(1)) == given
    assert at_stripe.find(key=payment.refund_key(2)) is None


def test_what_nobody_asked_for_is_not_found_and_cannot_be_taken(stripe):
    at_stripe = provider("stripe")

    assert at_stripe.find(key="nobody:authorise") is None
    assert isinstance(at_stripe.capture(key="a:capture", charge="a:authorise", amount=pounds(1)), Declined)
    assert isinstance(at_stripe.refund(key="a:refund:1", charge="a:authorise", amount=pounds(1)), Declined)
    assert stripe.calls == []


@pytest.mark.parametrize(("method", "kind"), [
    ("pm_card_visa", Succeeded), (DECLINED, Declined), (ACTION, RequiresAction)
])  # fmt: skip
def test_what_became_of_a_charge_is_found_under_our_key(stripe, method, kind):
    payment, at_stripe = a_payment(), provider("stripe")
    asked = at_stripe.authorise(key=payment.charge_key, amount=pounds(2500), method=method)

    assert isinstance(asked, kind)
    assert at_stripe.find(key=payment.charge_key) == asked


def movements(since):
    found = provider("stripe").movements(since=since, until=clock.now() + timedelta(seconds=1))
    return sorted((each.kind.value, each.key, each.amount.amount, each.reference) for each in found)


def test_what_moved_at_stripe_is_what_was_written_down(stripe):
    since = clock.now() - timedelta(seconds=1)
    taken, let_go, declined = captured(), a_payment(amount=900), a_payment(method=DECLINED)
    settle()
    services.refund(payment_id=taken.pk, amount=pounds(700), reason="late")
    services.void(payment_id=let_go.pk)
    stripe.dispute(taken.charge_key, amount=1800)
    settle()

    (intent,) = stripe.intents(taken.charge_key)
    (cancelled,) = stripe.intents(let_go.charge_key)
    (refund,) = PaymentEntry.objects.filter(payment=taken, kind="refunded")
    assert movements(since) == sorted([
        ("authorised", taken.charge_key, 2500, intent["id"]),
        ("captured", taken.capture_key, 2500, intent["id"]),
        ("refunded", taken.refund_key(1), 700, refund.reference),
        ("charged_back", taken.charge_key, 1800, stripe.disputes[0]["id"]),
        ("authorised", let_go.charge_key, 900, cancelled["id"]),
        ("voided", f"{let_go.pk}:void:1", 900, cancelled["id"]),
    ])  # fmt: skip
    assert stripe.intents(declined.charge_key)
    assert movements(clock.now() + timedelta(seconds=1)) == []


def test_what_somebody_did_at_stripe_by_hand_is_seen_and_nobodys(stripe):
    since = clock.now() - timedelta(seconds=1)
    by_hand = line_to_stripe.client().v1.payment_intents.create(
        {"amount": 4200, "currency": "gbp", "payment_method": "pm_card_visa", "capture_method": "manual"}
    )
    line_to_stripe.client().v1.payment_intents.confirm(by_hand.id)

    assert movements(since) == [("authorised", "", 4200, by_hand.id)]


def test_a_list_that_breaks_off_is_no_list(stripe, settings):
    captured()
    listed = iter(provider("stripe").movements(since=clock.now() - A_WHILE, until=clock.now() + A_WHILE))
    next(listed)
    settings.TIFFIN_STRIPE_API = "http://127.0.0.1:9"

    with pytest.raises(ProviderTimeout):
        list(provider("stripe").movements(since=clock.now() - A_WHILE, until=clock.now()))


def test_what_was_let_go_is_found_under_its_key(stripe):
    payment = a_payment()
    settle()
    services.void(payment_id=payment.pk)
    settle()

    found = provider("stripe").find(key=f"{payment.pk}:void:1")
    assert (found.amount, found.reference) == (pounds(2500), stripe.intents(payment.charge_key)[0]["id"])


# --- amounts: docs.stripe.com/currencies


@pytest.mark.parametrize(("amount", "currency", "theirs"), [
    (1099, "GBP", 1099),
    (500, "JPY", 500),
    (5120, "KWD", 5120),
    (500, "ISK", 500),
    (50000, "CLP", 500),
    (1000, "JOD", 10000),
])  # fmt: skip
def test_amounts_are_counted_as_stripe_counts_them(amount, currency, theirs):
    money = Money(amount=amount, currency=currency)

    assert to_stripe(money) == theirs
    assert from_stripe(theirs, currency.lower()) == money


@pytest.mark.parametrize(("amount", "currency"), [(5124, "KWD"), (550, "ISK"), (50050, "CLP")])
def test_an_amount_that_stripe_cannot_take_is_not_rounded(amount, currency):
    with pytest.raises(NotExpressible):
        to_stripe(Money(amount=amount, currency=currency))


def test_an_amount_that_stripe_cannot_take_is_declined(stripe):
    outcome = provider("stripe").authorise(
        key="a:authorise", amount=Money(amount=5124, currency="KWD"), method="pm_card_visa"
    )

    assert outcome == Declined(reason="amount_not_expressible")
    assert stripe.calls == []
