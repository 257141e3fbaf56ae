"""What a customer says of what they want to hear, and on which devices."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from modules.storefront.tests.people import Customer, found

pytestmark = pytest.mark.database

# As a browser says it.
SUBSCRIPTION = {
    "endpoint": "https://push.example.com/send/1",
    "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    "auth": "tBHItJI5svbpez7KI4CCXg",
}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"


@pytest.fixture
def ada(database: object) -> Customer:
    customer = Customer()
    customer.registers("ada@example.com")
    return customer


def account(customer: Customer) -> str:
    return str(customer.browser.get("/account/").content.decode())


def switch(page: str, channel: str, kind: str) -> str:
    """`on`, `off`, and `fixed` with it."""
    (words,) = re.findall(
        rf'<input type="checkbox" role="switch" name="{channel}" value="{kind}"([^>]*)>', page
    )
    return ("on" if " checked" in words else "off") + (" fixed" if " disabled" in words else "")


def test_everything_is_on_and_what_belongs_to_an_order_stays_so(ada):
    page = account(ada)

    assert switch(page, "email", "order_confirmed") == "on fixed"
    assert switch(page, "email", "order_feedback") == "on"
    assert switch(page, "push", "order_accepted") == "on"
    assert "never by e-mail" in page  # that the restaurant has accepted


def test_what_is_not_ticked_is_not_wanted(ada):
    form = {"language": "pl", "push": ["order_confirmed", "order_delivered"]}

    ada.browser.post("/account/messages", form)

    page = account(ada)
    assert "That is what you hear from now on." in page
    assert switch(page, "email", "order_confirmed") == "on fixed"
    assert switch(page, "email", "order_feedback") == "off"
    kinds = ("order_confirmed", "order_accepted", "order_delivered", "order_cancelled")
    assert [switch(page, "push", kind) for kind in kinds] == ["on", "off", "on", "off"]
    assert found(r'value="(\w+)" lang="\w+" selected', page) == "pl"


def test_a_language_that_nobody_writes_is_explained(ada):
    ada.browser.post("/account/messages", {"language": "tlh"})

    assert "Choose one of en, pl" in account(ada)


def test_a_device_is_kept_under_a_name_and_forgotten(ada):
    headers = {"X-Fragment": "1", "User-Agent": FIREFOX}
    kept = ada.browser.post("/account/devices", SUBSCRIPTION, headers=headers)
    assert kept.status_code == 204
    page = account(ada)
    assert "You hear of your orders on this device" in page
    assert "Firefox on Linux" in page
    assert found(r'data-device="([^"]+)"', page) == SUBSCRIPTION["endpoint"]
    forget = found(r'action="(/account/devices/[^"]+/forget)"', page)

    stranger = Customer()
    stranger.registers("stranger@example.com")
    assert "You have none with this id." in str(stranger.browser.post(forget, follow=True).content.decode())
    assert "Firefox on Linux" in account(ada)
    ada.browser.post(forget)

    page = account(ada)
    assert "Firefox on Linux" not in page
    assert "No device is told yet" in page


@pytest.mark.parametrize("changes", [{"endpoint": "https://10.0.0.1/x"}, {"p256dh": "none"}, {"auth": ""}])
def test_what_cannot_be_a_device_is_explained_beside_the_button(ada, changes):
    answer = ada.browser.post("/account/devices", SUBSCRIPTION | changes, headers={"X-Fragment": "1"})

    assert answer.status_code == 422
    assert 'data-refusal="endpoint_refused"' in answer.content.decode()
    assert "No device is told yet" in account(ada)


def test_without_a_key_no_device_is_asked(ada, settings):
    assert "Tell me on this device" in account(ada)
    settings.TIFFIN_VAPID_PRIVATE_KEY = ""
    page = account(ada)
    assert "Tell me on this device" not in page
    assert "Messages to devices are not set up here." in page


def test_the_worker_is_at_the_root_and_never_stale(ada):
    address = found(r'data-worker="([^"]+)"', account(ada))
    worker = Client().get(address)

    assert address.count("/") == 1  # its scope is the whole site
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in worker["Content-Security-Policy"]
    assert "showNotification" in worker.content.decode()


def test_strangers_are_asked_to_log_in_first(database):
    assert Client().get("/account/")["Location"] == "/login?next=%2Faccount%2F"
    assert Client().post("/account/devices", SUBSCRIPTION, headers={"X-Fragment": "1"}).status_code == 401
