"""Cards that customers keep at Stripe: entered there, known here by a token, gone when they say so."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from modules.identity.events import CustomerErased
from modules.payments import handlers, services
from modules.payments.interface import KeptMethodUnknown, PaymentMethodUnknown, PaymentState, TooManyMethods
from modules.payments.models import KeptMethod
from modules.payments.services.methods import MOST
from modules.payments.states import KeepingState
from modules.payments.tests.ledger import deadline_of, pounds, state_of
from modules.payments.tests.localstripe import VISA
from modules.payments.tests.test_notices import event, send
from tiffin import clock, db, ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

PATH = "/api/v1/me/payment-methods"
A_MOMENT = timedelta(minutes=3)


@pytest.fixture
def customer():
    return Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())


def wish(customer, region="gb"):
    return api(customer).post(PATH, {"region": region}, headers={"Idempotency-Key": str(uuid4())})


def read(customer, kept):
    return api(customer).get(f"{PATH}/{kept}").json()


def keep(stripe, customer):
    """The id of a card that is kept."""
    kept = wish(customer).json()["id"]
    settle()
    stripe.enter_card(read(customer, kept)["client_secret"], VISA)
    send(event(kind="setup_intent.succeeded", id=KeptMethod.get(kept).setup, object="setup_intent"))
    settle()
    return kept


def pay(customer, method):
    payment = services.authorise(
        order_id=ids.new_id(), customer_id=customer.id, amount=pounds(2500), method=method, region="gb"
    )
    settle()
    return payment


def method_at_stripe(stripe, method):
    return stripe.upstream.get(f"/v1/payment_methods/{method}").json()


def test_a_card_is_entered_at_stripe_and_kept_by_its_token(stripe, customer, settings):
    settings.TIFFIN_STRIPE_PUBLISHABLE_KEY = "pk_test_of_the_tests"
    answer = wish(customer)
    assert (answer.status_code, answer.json()["state"], answer.json()["client_secret"]) == (
        202,
        "preparing",
        "",
    )
    kept = answer.json()["id"]
    settle()
    waiting = read(customer, kept)
    assert (waiting["state"], waiting["publishable_key"]) == ("waiting", "pk_test_of_the_tests")

    stripe.enter_card(waiting["client_secret"], VISA)
    send(event(kind="setup_intent.succeeded", id=KeptMethod.get(kept).setup, object="setup_intent"))
    settle()

    seen = read(customer, kept)
    assert (seen["state"], seen["brand"], seen["last4"], seen["expires"]) == (
        "kept",
        "visa",
        "4242",
        "12/2030",
    )
    assert (seen["client_secret"], seen["publishable_key"]) == ("", "")
    assert deadline_of(KeptMethod.get(kept)) is None


def test_it_is_offered_first_and_orders_take_it(stripe, customer):
    kept = keep(stripe, customer)
    offered = api(customer).get("/api/v1/payment-methods?region=gb").json()["methods"]

    assert offered[0]["title"] == "Visa •••• 4242"
    assert offered[0]["method"] == read(customer, kept)["method"]
    payment = pay(customer, offered[0]["method"])
    assert state_of(payment) is PaymentState.AUTHORISED
    (intent,) = stripe.intents(payment.charge_key)
    assert intent["customer"] == KeptMethod.get(kept).customer
    assert offered[0] not in api().get("/api/v1/payment-methods?region=gb").json()["methods"]


def test_a_kept_card_is_its_owners_alone(stripe, customer):
    kept = keep(stripe, customer)
    other = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())

    with pytest.raises(PaymentMethodUnknown):
        pay(other, read(customer, kept)["method"])
    assert api(other).get(f"{PATH}/{kept}").status_code == 404
    assert api(other).delete(f"{PATH}/{kept}").json()["code"] == "kept_method_unknown"
    assert api(other).get(PATH).json() == {"results": []}
    assert read(customer, kept)["state"] == "kept"


def test_one_customer_is_one_customer_at_stripe(stripe, customer):
    keep(stripe, customer)
    keep(stripe, customer)

    assert KeptMethod.objects.values("customer").distinct().count() == 1
    (known,) = stripe.upstream.get("/v1/customers").json()["data"]
    assert (known["name"], known["email"], known["metadata"]) == (None, None, {})


def test_a_card_that_is_removed_is_gone_here_and_there(stripe, customer):
    kept = keep(stripe, customer)
    method = read(customer, kept)["method"]
    gone_there = stripe.calls.count(f"POST /v1/payment_methods/{method}/detach")

    assert api(customer).delete(f"{PATH}/{kept}").status_code == 204
    settle()

    assert stripe.calls.count(f"POST /v1/payment_methods/{method}/detach") == gone_there + 1
    assert api(customer).get(PATH).json() == {"results": []}
    row = KeptMethod.get(kept)
    assert (row.state, row.method, row.last4, row.brand, row.setup) == (KeepingState.REMOVED, "", "", "", "")
    with pytest.raises(KeptMethodUnknown):
        services.remove_method(customer_id=customer.id, method_id=row.pk)


def test_a_card_that_is_entered_after_it_was_given_up_is_not_kept(stripe, customer):
    kept = wish(customer).json()["id"]
    settle()
    secret = read(customer, kept)["client_secret"]
    api(customer).delete(f"{PATH}/{kept}")
    stripe.enter_card(secret, VISA)
    settle()

    assert KeptMethod.get(kept).state is KeepingState.REMOVED
    assert any(call.endswith("/detach") for call in stripe.calls)


def test_what_the_notification_says_is_not_believed(stripe, customer):
    kept = wish(customer).json()["id"]
    settle()
    send(event(kind="setup_intent.succeeded", id=KeptMethod.get(kept).setup, object="setup_intent"))
    settle()

    assert read(customer, kept)["state"] == "waiting"


def test_a_lost_notification_is_made_up_for(stripe, customer):
    kept = wish(customer).json()["id"]
    settle()
    stripe.enter_card(read(customer, kept)["client_secret"], VISA)

    with clock.shift(A_MOMENT):
        settle()

    assert read(customer, kept)["state"] == "kept"


@pytest.mark.parametrize("what", ["request", "answer"])
@pytest.mark.parametrize("of", ["/customers", "/setup_intents"])
def test_a_bad_line_keeps_no_card_twice(stripe, customer, what, of):
    stripe.lose(what, of=of)
    kept = wish(customer).json()["id"]
    settle()
    assert read(customer, kept)["state"] == "preparing"

    with clock.shift(A_MOMENT):
        settle()

    assert read(customer, kept)["state"] == "waiting"
    assert len(stripe.upstream.get("/v1/customers").json()["data"]) == 1


def test_a_card_that_is_never_entered_is_not_waited_for(stripe, customer):
    kept = wish(customer).json()["id"]
    settle()
    setup = KeptMethod.get(kept).setup

    for minutes in (3, 61, 65):
        with clock.shift(timedelta(minutes=minutes)):
            settle()

    assert (KeptMethod.get(kept).state, KeptMethod.get(kept).reason) == (KeepingState.REMOVED, "not_entered")
    assert stripe.upstream.get(f"/v1/setup_intents/{setup}").json()["status"] == "canceled"


def test_whoever_is_forgotten_keeps_no_card(stripe, customer):
    kept, other = keep(stripe, customer), wish(customer).json()["id"]
    with db.transaction(owner="payments"):
        handlers.forget_their_cards(CustomerErased(customer_id=customer.id))
    settle()

    assert {KeptMethod.get(each).state for each in (kept, other)} == {KeepingState.REMOVED}


def test_only_so_many_are_kept(stripe, customer):
    for _ in range(MOST):
        services.keep_method(customer_id=customer.id, region="gb")
    with pytest.raises(TooManyMethods):
        services.keep_method(customer_id=customer.id, region="gb")

    assert wish(customer).json()["code"] == "too_many_payment_methods"


@pytest.mark.parametrize(("region", "status", "code"), [
    ("pl", 409, "payment_methods_not_kept"),
    ("atlantis", 404, "unknown_region"),
    ("", 422, "invalid_request"),
])  # fmt: skip
def test_where_no_card_can_be_kept_none_is(stripe, customer, region, status, code):
    answer = wish(customer, region)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_same_wish_is_one(stripe, customer):
    asked = [
        api(customer).post(PATH, {"region": "gb"}, headers={"Idempotency-Key": "k"}).json()["id"]
        for _ in range(2)
    ]

    assert asked[0] == asked[1]
    assert KeptMethod.objects.count() == 1
