"""A customer pays with a card that is entered in Stripe's component: kept, confirmed, or declined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from modules.payments.tests.localstripe import NEEDS_OWNER, SECRET_KEY, VISA, LocalStripe
from modules.payments.tests.stripejs import PUBLISHABLE_KEY, StripeJs
from tests.browser.people import Customer
from tests.browser.test_membership import stands
from tests.browser.test_ordering import orders_of_alice
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]

DECLINED_WHEN_KEPT, MASTERCARD = "4000000000000002", "5555555555554444"


@pytest.fixture(scope="module")
def library() -> Iterator[StripeJs]:
    stripe = LocalStripe()
    served = StripeJs(stripe)
    try:
        stripe.wait()
        yield served
    finally:
        served.stop()
        stripe.stop()


@pytest.fixture(scope="module")
def platform(library: StripeJs) -> Iterator[Platform]:
    """One of its own, in which Stripe serves Great Britain."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.browser.by_stripe",
        "TIFFIN_STRIPE_SECRET_KEY": SECRET_KEY,
        "TIFFIN_STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
        "TIFFIN_STRIPE_API": library.stripe.address,
        "TIFFIN_STRIPE_SCRIPT": library.script,
    }
    with whole_platform("by-stripe", settings=settings) as running:
        yield running


@pytest.fixture
def elsewhere(library: StripeJs) -> tuple[str, ...]:
    return (library.origin,)


def test_a_new_card_is_kept_pays_next_time_with_one_click_and_is_removed(
    customer: Customer, platform: Platform
) -> None:
    before = orders_of_alice(platform)
    customer.has_checked_out(card="A new card")
    customer.enters_card(VISA)
    customer.page.get_by_label("Keep this card").check()
    customer.place_button.dblclick()
    customer.is_told("Waiting for the restaurant")
    customer.page.reload()
    customer.is_told("Waiting for the restaurant")
    assert orders_of_alice(platform) == before + 1

    customer.follow("My cards")
    customer.reads("•••• 4242")
    customer.finds("Ember & Rye", area="Clerkenwell")
    customer.chooses("Ember classic", "Medium")
    customer.goes_to_checkout()
    customer.page.get_by_label("18 Exmouth Market").check()
    expect(customer.page.get_by_role("radio", name="4242 · Expires 12/2030")).to_be_checked()
    customer.place_button.click()
    customer.is_told("Waiting for the restaurant")
    assert orders_of_alice(platform) == before + 2

    customer.follow("My cards")
    customer.press("Remove Visa ending in 4242")
    customer.reads("No card is kept")


@pytest.mark.parametrize(
    ("answer", "told", "more"),
    [
        ("Complete authentication", "Waiting for the restaurant", ()),
        ("Fail authentication", "Cancelled", ("You are not charged.",)),
    ],
)
def test_a_card_whose_owner_must_confirm_is_confirmed_on_our_page_or_charges_nothing(
    customer: Customer, answer: str, told: str, more: tuple[str, ...]
) -> None:
    customer.has_checked_out(card="A new card")
    customer.enters_card(NEEDS_OWNER)
    customer.place_button.click()

    customer.follow("Confirm the payment")
    customer.press(answer)

    customer.is_told(told)
    for words in more:
        customer.reads(words)


def test_a_card_that_is_declined_is_explained_and_another_one_pays(
    customer: Customer, platform: Platform
) -> None:
    before = orders_of_alice(platform)
    customer.has_checked_out(card="A new card")
    customer.enters_card(DECLINED_WHEN_KEPT)
    customer.page.get_by_label("Keep this card").check()
    customer.place_button.click()
    expect(customer.page.get_by_role("alert").get_by_text("Your card was declined.")).to_be_visible()
    assert orders_of_alice(platform) == before

    customer.enters_card(VISA)
    customer.page.get_by_label("Keep this card").uncheck()
    customer.place_button.click()

    customer.is_told("Waiting for the restaurant")
    assert orders_of_alice(platform) == before + 1


def test_who_takes_another_card_while_a_new_one_is_checked_pays_with_what_is_chosen(
    customer: Customer, platform: Platform
) -> None:
    # Given a new card whose check takes long
    before = orders_of_alice(platform)
    checks: list[Route] = []

    def hold_back(check: Route) -> None:
        checks.append(check)

    customer.page.route("**/v1/payment_methods", hold_back)
    customer.has_checked_out(card="A new card")
    customer.enters_card(VISA)
    customer.place_button.click()
    expect(customer.page.get_by_role("button", name="Checking the card")).to_be_visible()
    while not checks:
        customer.page.wait_for_timeout(50)
    # When another is chosen meanwhile
    other = customer.page.locator("input[name=payment_method]").first
    other.check()
    chosen = other.input_value()
    checks[0].continue_()
    # Then nothing was ordered, and pressing again orders with that one
    expect(customer.place_button).to_be_enabled()
    assert orders_of_alice(platform) == before
    assert other.input_value() == chosen
    customer.place_button.click()
    customer.is_told("Waiting for the restaurant")
    assert orders_of_alice(platform) == before + 1


def test_a_membership_is_joined_with_a_new_card_and_paid_by_another_later(
    open_page: Callable[[], Page],
) -> None:
    customer = Customer(open_page())
    customer.page.goto("/login?next=/account/membership/")
    customer.registers(f"{uuid4()}@example.com")
    customer.page.get_by_role("radio", name="A new card").check()
    customer.enters_card(DECLINED_WHEN_KEPT)
    customer.press("Join")
    expect(customer.page.get_by_role("alert").get_by_text("Your card was declined.")).to_be_visible()
    customer.enters_card(VISA)
    customer.press("Join")
    customer.reads("Welcome!")
    stands(customer, "You are trying it out")

    customer.page.get_by_role("radio", name="Another card").check()
    customer.enters_card(MASTERCARD)
    customer.press("Use this card from now on")
    customer.reads("It is paid by this card from now on.")
    customer.follow("My cards")
    customer.reads("•••• 4242")
    customer.reads("•••• 4444")
