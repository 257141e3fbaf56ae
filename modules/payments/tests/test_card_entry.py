"""A new card is entered in the provider's component, and its owner confirms on a page of ours."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from modules.payments import services
from modules.payments.interface import (
    KeptCardState,
    KeptCardView,
    KeptMethodUnknown,
    MethodsNotKept,
    Payments,
    PaymentState,
)
from modules.payments.models import KeptMethod, ProviderOperation
from modules.payments.tests.ledger import a_payment, look_at, state_of
from modules.payments.tests.localstripe import CONFIRM, CREATE, NEEDS_OWNER, VISA
from modules.payments.tests.stripejs import PUBLISHABLE_KEY
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.testing import settle

pytestmark = pytest.mark.database

# Longer than the pause before the second try, and shorter than an answer is waited for.
UNTIL_TRIED_AGAIN = timedelta(minutes=2)
SCRIPT = "https://js.stripe.com/v3/"


@pytest.fixture
def stripe_on_pages(stripe, settings):
    settings.TIFFIN_STRIPE_PUBLISHABLE_KEY = PUBLISHABLE_KEY
    return stripe


def a_key():
    return CommandKey(str(uuid4()))


def entry_of(region="gb"):
    return call(Payments).choice(region=region, customer_id=ids.new_id()).card_entry


def card(customer_id) -> KeptCardView:
    (only,) = call(Payments).kept_cards(customer_id=customer_id)
    return only


# --- where it is entered


def test_the_interface_says_how_a_card_is_entered(stripe_on_pages):
    entry = entry_of()

    assert (entry.component, entry.script, entry.public_key, entry.keeps) == (
        "stripe",
        SCRIPT,
        PUBLISHABLE_KEY,
        True,
    )
    assert "https://api.stripe.com" in entry.connects
    assert "https://hooks.stripe.com" in entry.frames


def test_without_a_publishable_key_cards_come_by_the_api_only(stripe):
    assert entry_of() is None


@pytest.mark.parametrize("provider", ["sandbox", "adyen"])
def test_a_provider_without_a_component_offers_none(served_by, settings, provider):
    settings.TIFFIN_STRIPE_PUBLISHABLE_KEY = PUBLISHABLE_KEY
    served_by(provider)

    choice = call(Payments).choice(region="gb", customer_id=ids.new_id())

    assert choice.card_entry is None
    assert choice.kept == ()
    assert list(choice.methods) == call(Payments).methods(region="gb")


# --- kept through the interface


def test_a_card_is_kept_as_soon_as_its_owner_says_that_it_is_entered(stripe_on_pages):
    customer = ids.new_id()
    wish = call(Payments).keep_card(key=a_key(), customer_id=customer, region="gb")
    assert (wish.state, wish.secret) == (KeptCardState.PREPARING, "")
    settle()
    assert card(customer).state is KeptCardState.WAITING
    stripe_on_pages.enter_card(card(customer).secret, VISA)

    call(Payments).card_entered(key=a_key(), customer_id=customer, card_id=wish.id)
    settle()

    kept = card(customer)
    assert (kept.state, kept.last4, kept.secret) == (KeptCardState.KEPT, "4242", "")
    choice = call(Payments).choice(region="gb", customer_id=customer)
    assert [(each.method, each.hint) for each in choice.kept] == [(kept.method, "Expires 12/2030")]
    call(Payments).remove_card(key=a_key(), customer_id=customer, card_id=wish.id)
    assert call(Payments).kept_cards(customer_id=customer) == []


def test_saying_that_it_is_entered_is_not_believed(stripe_on_pages):
    customer = ids.new_id()
    wish = call(Payments).keep_card(key=a_key(), customer_id=customer, region="gb")
    settle()

    call(Payments).card_entered(key=a_key(), customer_id=customer, card_id=wish.id)
    settle()

    assert card(customer).state is KeptCardState.WAITING


def test_somebody_elses_card_is_none(stripe_on_pages):
    wish = call(Payments).keep_card(key=a_key(), customer_id=ids.new_id(), region="gb")
    stranger = {"customer_id": ids.new_id(), "card_id": wish.id}

    with pytest.raises(KeptMethodUnknown):
        call(Payments).card_entered(key=a_key(), **stranger)
    with pytest.raises(KeptMethodUnknown):
        call(Payments).remove_card(key=a_key(), **stranger)
    assert call(Payments).kept_cards(customer_id=stranger["customer_id"]) == []
    assert KeptMethod.objects.count() == 1


def test_where_no_card_is_kept_the_wish_is_refused():
    with pytest.raises(MethodsNotKept):
        call(Payments).keep_card(key=a_key(), customer_id=ids.new_id(), region="gb")


# --- confirmed by its owner


@pytest.fixture
def waiting(stripe_on_pages):
    payment = a_payment(method=stripe_on_pages.card(NEEDS_OWNER), amount=2500)
    settle()
    return payment


def test_its_owner_confirms_on_our_page_in_the_providers_library(stripe_on_pages, waiting):
    (intent,) = stripe_on_pages.intents(waiting.charge_key)
    address = look_at(waiting).action_url
    assert address == f"http://testserver/payments/confirm/{intent['id']}"

    page = Client().get(address)

    text = page.content.decode()
    assert "25.00 GBP" in text
    assert f'src="{SCRIPT}"' in text
    assert f'data-secret="{intent["client_secret"]}"' in text
    assert f"/payments/return?payment_intent={intent['id']}" in text
    policy = page["Content-Security-Policy"]
    assert "script-src 'self' https://*.js.stripe.com https://js.stripe.com;" in policy
    assert "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com" in policy
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(("approved", "state"), [
    (True, PaymentState.AUTHORISED),
    (False, PaymentState.DECLINED),
])  # fmt: skip
def test_the_way_back_from_it_makes_us_ask(stripe_on_pages, waiting, approved, state):
    (intent,) = stripe_on_pages.intents(waiting.charge_key)
    stripe_on_pages.answer_action(f"/{intent['id']}", approved=approved)

    Client().get("/payments/return", {"payment_intent": intent["id"]})
    settle()

    assert state_of(waiting) is state
    assert not ProviderOperation.objects.exclude(action="").exists()


def test_what_is_confirmed_or_let_go_has_nothing_to_confirm(stripe_on_pages, waiting):
    address = look_at(waiting).action_url
    services.void(payment_id=waiting.pk)

    text = Client().get(address).content.decode()

    assert "There is nothing to confirm" in text
    assert "data-secret" not in text
    assert f'href="/orders/{waiting.order_id}/"' in text
    settle()
    assert not ProviderOperation.objects.exclude(action="").exists()


def test_what_nobody_has_to_confirm_gives_its_secret_to_nobody(stripe_on_pages):
    payment = a_payment()
    settle()
    (intent,) = stripe_on_pages.intents(payment.charge_key)

    text = Client().get(f"/payments/confirm/{intent['id']}").content.decode()

    assert "There is nothing to confirm" in text
    assert intent["client_secret"] not in text
    assert not ProviderOperation.objects.exclude(action="").exists()


@pytest.mark.parametrize("reference", ["pi_of_nobody", "\x00"])
def test_the_page_knows_only_our_payments(stripe_on_pages, reference):
    assert Client().get(f"/payments/confirm/{quote(reference)}").status_code == 404


@pytest.mark.parametrize("of", [CREATE, CONFIRM])
def test_an_answer_that_is_lost_loses_no_confirmation(stripe_on_pages, of):
    payment = a_payment(method=stripe_on_pages.card(NEEDS_OWNER))
    stripe_on_pages.lose("answer", of=of)
    settle()

    with clock.shift(UNTIL_TRIED_AGAIN):
        settle()
        page = Client().get(look_at(payment).action_url).content.decode()

    assert "data-secret" in page


def test_without_the_library_its_owner_is_sent_to_the_providers_page(stripe):
    payment = a_payment(method=stripe.card(NEEDS_OWNER))
    settle()

    assert (look_at(payment).action_url or "").startswith(f"{stripe.address}/3ds/")
