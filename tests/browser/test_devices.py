"""A customer has messages sent to a browser. No push service can be reached from here: the test stands for it
on both sides, as the browser that subscribes (W3C Push API) and as the service that delivers (CDP)."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Worker, expect

from modules.notifications.channels import push
from modules.notifications.wording import Written
from tests.browser.people import Customer
from tiffin import ids

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]

ENDPOINT = "https://push.example.com/send/"
# What a browser does where its push service answers.
SUBSCRIBES = """
if (window.PushManager) {
  const keys = {
    p256dh: "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    auth: "tBHItJI5svbpez7KI4CCXg",
  };
  const made = {
    endpoint: "%s",
    toJSON: () => ({ endpoint: "%s", expirationTime: null, keys }),
    unsubscribe: async () => { sessionStorage.removeItem("subscribed"); return true; },
  };
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 87) throw new TypeError("so it is not done");
    sessionStorage.setItem("subscribed", "yes");
    return made;
  };
  PushManager.prototype.getSubscription = async () => (sessionStorage.getItem("subscribed") ? made : null);
}
"""
UNREACHABLE = """
if (window.PushManager) PushManager.prototype.subscribe = async () => {
  throw new DOMException("push service not available", "AbortError");
};
"""


@pytest.fixture
def ada(open_page: Callable[[], Page]) -> Customer:
    """Somebody new, on the page of their account."""
    customer = Customer(open_page())
    customer.page.goto("/login?next=/account/")
    customer.registers(f"{uuid4()}@example.com")
    expect(customer.page.get_by_role("heading", name="Your devices")).to_be_visible()
    return customer


def message(order_id: UUID) -> str:
    """As the platform writes one."""
    written = Written(
        language="en",
        subject="The kitchen is at work",
        summary="Ready at 18:40.",
        text="Ready at 18:40.",
        html="",
    )
    link = f"https://tiffin.example/orders/{order_id}/"
    return push.document(message_id=ids.new_id(), written=written, link=link)


class PushService:
    """Delivers to the page's worker what it is given."""

    def __init__(self, page: Page) -> None:
        self.page, self.origin = page, page.evaluate("location.origin")
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.registrations: list[str] = []
        self.session.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self.session.send("ServiceWorker.enable")

    def _note(self, event: dict) -> None:
        self.registrations += [
            each["registrationId"] for each in event["registrations"] if not each["isDeleted"]
        ]

    def deliver(self, data: str) -> None:
        for _ in range(100):
            if self.registrations:
                break
            self.page.wait_for_timeout(100)
        (registration,) = set(self.registrations)
        told = {"origin": self.origin, "registrationId": registration, "data": data}
        self.session.send("ServiceWorker.deliverPushMessage", told)


def shown(page: Page) -> list[dict]:
    """The notifications that stand there."""
    return page.evaluate(
        """async () => (await (await navigator.serviceWorker.ready).getNotifications())
             .map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }))"""
    )


def await_shown(page: Page, count: int) -> list[dict]:
    for _ in range(100):
        if len(found := shown(page)) == count:
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"{count} notifications were to be shown, there are {shown(page)}")


def worker_of(context: BrowserContext) -> Worker:
    return context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")


def test_a_device_is_told_shows_it_and_leads_to_the_order(ada, platform):
    page, endpoint = ada.page, f"{ENDPOINT}{uuid4()}"
    page.add_init_script(SUBSCRIBES.replace("%s", endpoint))
    page.reload()
    page.context.grant_permissions(["notifications"], origin=platform.base_url)

    # When they want to be told here
    ada.press("Tell me on this device")

    # Then the platform keeps what the browser's service has given, and the page says so
    ada.reads("You hear of your orders on this device.")
    ada.reads("Chrome on Linux (this one)")
    ((kept,),) = platform.sql(
        "notifications", "SELECT name FROM notifications_browser WHERE endpoint = %s", [endpoint]
    )
    assert kept == "Chrome on Linux"

    # And what is sent is shown, once however often it comes
    order_id, service = uuid4(), PushService(page)
    told = message(order_id)
    for _ in range(2):
        service.deliver(told)
    (notification,) = await_shown(page, 1)
    assert notification == {
        "title": "The kitchen is at work",
        "body": "Ready at 18:40.",
        "tag": json.loads(told)["id"],
        "url": f"{platform.base_url}/orders/{order_id}/",
    }

    # Also what cannot be read: whoever shows nothing may not show anything for long
    service.deliver("torn")
    assert {each["title"] for each in await_shown(page, 2)} == {"The kitchen is at work", "Tiffin"}

    # A click leads to the order's page
    led = worker_of(page.context).evaluate(
        """async (title) => {
             let led;
             // A page opens only for a click of somebody's own.
             self.clients.openWindow = async (url) => { led = url; };
             const standing = await self.registration.getNotifications();
             const notification = standing.find((each) => each.title === title);
             const event = new NotificationEvent("notificationclick", { notification });
             const done = [];
             event.waitUntil = (promise) => done.push(promise);
             self.dispatchEvent(event);
             await Promise.all(done);
             return led;
           }""",
        "The kitchen is at work",
    )
    assert led == f"{platform.base_url}/orders/{order_id}/"
    assert [each["title"] for each in await_shown(page, 1)] == ["Tiffin"]

    # And it is forgotten on both sides
    ada.press("Forget Chrome on Linux")
    ada.reads("No device is told yet.")
    assert page.evaluate("sessionStorage.getItem('subscribed')") is None
    expect(page.get_by_role("button", name="Tell me on this device")).to_be_visible()


def test_whoever_said_no_is_told_how_to_say_yes(ada):
    ada.page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    ada.page.reload()
    ada.reads("Your browser was told to show none of our messages.")
    expect(ada.page.get_by_role("button", name="Tell me on this device")).to_be_hidden()


def test_a_browser_that_cannot_is_not_asked(ada):
    ada.page.add_init_script("delete window.PushManager")
    ada.page.reload()
    ada.reads("This browser cannot show messages of a site that is closed.")
    expect(ada.page.get_by_role("button", name="Tell me on this device")).to_be_hidden()


def test_a_push_service_that_does_not_answer_is_explained(ada, platform):
    """As the Push API says it: `subscribe` is rejected with an AbortError."""
    ada.page.context.grant_permissions(["notifications"], origin=platform.base_url)
    ada.page.add_init_script(UNREACHABLE)
    ada.page.reload()
    ada.press("Tell me on this device")
    ada.reads("The service that brings messages to your browser does not answer.")
    expect(ada.page.get_by_role("button", name="Tell me on this device")).to_be_enabled()


def test_what_is_switched_off_is_off_when_the_page_comes_back(ada):
    page = ada.page
    accepted = page.get_by_role("switch", name="The restaurant has accepted, on your devices")
    accepted.uncheck()
    page.get_by_label("In which language?").select_option("Polski")
    ada.press("Keep this", within=page.get_by_role("region", name="What you hear of your orders"))
    ada.reads("That is what you hear from now on.")
    expect(accepted).not_to_be_checked()
    expect(page.get_by_role("switch", name="The order is paid for, by e-mail")).to_be_disabled()
    expect(page.get_by_label("In which language?")).to_have_value("pl")
