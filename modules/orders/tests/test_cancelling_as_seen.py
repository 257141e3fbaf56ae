"""Nobody pays for stopping an order what no preview has said: neither by the API nor on the staff's pages."""

from __future__ import annotations

import re

import pytest
from rest_framework.test import APIClient

from modules.orders.interface import CancellationChanged, Orders, Status
from modules.orders.models import CancellationFee
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_keeping import DELIVERY, DISHES, SERVICE, TIP, bring_to, ends_with, row
from modules.orders.tests.test_staff_pages import person
from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import StaffAction
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

SAID = (
    row("preparing", "dishes"),
    row("courier_coming", "dishes"),
    row("courier_coming", "delivery_fee"),
    row("before", "service_fees", by="staff"),
    row("preparing", "dishes", by="staff"),
    row("courier_coming", "dishes", by="staff"),
    row("courier_coming", "delivery_fee", by="staff"),
)


@pytest.fixture
def order(kitchen, customer, monkeypatch):
    """A ramen with a tip; the kitchen is at work on it, and a courier is looked for."""
    scenes.rules(monkeypatch, "cancellation.kept", *SAID)
    placed = scenes.place(kitchen, customer, tip=TIP)
    settle()
    return placed


# --- by the API ------------------------------------------------------------------------------------


@pytest.fixture
def client(customer) -> APIClient:
    return api(Actor(kind=ActorKind.CUSTOMER, id=customer))


def ask(client: APIClient, order, body: object):
    return client.post(
        f"/api/v1/orders/{order.id}/cancel", body, format="json", HTTP_IDEMPOTENCY_KEY=str(ids.new_id())
    )


def test_what_the_preview_said_is_what_is_kept(client, order) -> None:
    bring_to(order, "preparing")
    preview = client.get(f"/api/v1/orders/{order.id}/cancel").json()
    assert preview["keeps"] == {"amount": DISHES, "currency": "GBP"}
    unpaid = {part["label"]: part["amount"]["amount"] for part in preview["unpaid"]}
    assert unpaid == {"Delivery": DELIVERY, "Service fee": SERVICE, "Tip": TIP}
    assert sum(unpaid.values()) == preview["back"]["amount"]

    answer = ask(client, order, {"keeps": preview["keeps"]["amount"]})

    assert answer.status_code == 200
    ends_with(order, DISHES)


def test_an_order_that_has_gone_on_is_not_stopped_for_more(client, order) -> None:
    courier = bring_to(order, "preparing")
    scenes.take_offer(courier)

    answer = ask(client, order, {"keeps": DISHES})

    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "cancellation_changed"
    assert "14.49 GBP would be kept now" in problem["detail"]
    assert problem["preview"] == client.get(f"/api/v1/orders/{order.id}/cancel").json()
    assert order_of(order).status is Status.PREPARING
    assert not CancellationFee.objects.exists()
    assert ask(client, order, {"keeps": problem["keeps"]["amount"]}).status_code == 200
    ends_with(order, DISHES + DELIVERY)


def test_nor_for_less_than_the_preview_said(client, order) -> None:
    """A courier who gave it back costs nothing: the customer is told before they pay for one."""
    bring_to(order, "preparing")
    assert ask(client, order, {"keeps": DISHES + DELIVERY}).status_code == 409
    assert order_of(order).status is Status.PREPARING


@pytest.mark.parametrize("body", [{}, {"keeps": None}])
def test_who_does_not_say_what_they_saw_cancels_all_the_same(client, order, body) -> None:
    bring_to(order, "preparing")
    assert ask(client, order, body).status_code == 200
    ends_with(order, DISHES)


@pytest.mark.parametrize("keeps", [-1, "much", 1.5])
def test_what_is_no_amount_is_refused(client, order, keeps) -> None:
    assert ask(client, order, {"keeps": keeps}).status_code == 422


def test_said_again_after_it_was_stopped_changes_nothing(client, order) -> None:
    bring_to(order, "preparing")
    for _ in range(2):
        assert ask(client, order, {"keeps": DISHES}).status_code == 200
    ends_with(order, DISHES)


def test_other_modules_are_told_the_new_preview_too(order, customer) -> None:
    bring_to(order, "preparing")
    with pytest.raises(CancellationChanged) as refused:
        call(Orders).cancel_as_seen(key=scenes.new_key(), customer_id=customer, order_id=order.id, keeps=0)
    seen = call(Orders).preview_cancellation(customer_id=customer, order_id=order.id)
    assert refused.value.preview == seen
    call(Orders).cancel_as_seen(
        key=scenes.new_key(), customer_id=customer, order_id=order.id, keeps=seen.keeps.amount
    )
    ends_with(order, DISHES)


# --- on the staff's pages --------------------------------------------------------------------------


LIST = "/admin/orders/order/"


def chosen(*orders, **more: object) -> dict[str, object]:
    return {"action": "cancel", "_selected_action": [str(order.id) for order in orders], **more}


def form_on(page: str) -> dict[str, object]:
    """What the page's button sends."""
    fields: dict[str, object] = {
        "_selected_action": re.findall(r'name="_selected_action" value="([^"]+)"', page)
    }
    for name, value in re.findall(r'name="(action|confirmed|keeps-[^"]+)" value="([^"]+)"', page):
        fields[name] = value
    return fields


def cancelled_by_staff() -> int:
    return StaffAction.objects.using("orders").filter(action="cancel").count()


def test_staff_see_line_by_line_what_it_would_mean_and_nothing_happens_yet(order) -> None:
    bring_to(order, "courier_coming")

    page = person("support").post(LIST, chosen(order))

    assert page.status_code == 200
    text = page.content.decode()
    assert re.search(r"data-kept>14.49 GBP<", text)
    assert re.search(r"data-back>3.63 GBP", text)
    for line in (
        "Ramen</td><td>12.50 GBP",
        "Delivery</td><td>1.99 GBP",
        "Service fee</td><td></td><td>0.63 GBP",
    ):
        assert line in text
    assert "a courier is coming for it" in text
    assert order_of(order).status is Status.PREPARING
    assert cancelled_by_staff() == 0


def test_what_staff_confirm_is_what_is_kept(order) -> None:
    bring_to(order, "preparing")
    support = person("support")
    page = support.post(LIST, chosen(order)).content.decode()

    assert support.post(LIST, form_on(page)).status_code == 302

    ends_with(order, DISHES)
    assert cancelled_by_staff() == 1


def test_staff_are_shown_anew_what_has_gone_on_since(order) -> None:
    courier = bring_to(order, "preparing")
    support = person("support")
    page = support.post(LIST, chosen(order)).content.decode()
    scenes.take_offer(courier)

    again = support.post(LIST, form_on(page))

    assert again.status_code == 409
    assert "14.49 GBP would be kept now" in again.content.decode()
    assert order_of(order).status is Status.PREPARING
    assert cancelled_by_staff() == 0
    assert support.post(LIST, form_on(again.content.decode())).status_code == 302
    ends_with(order, DISHES + DELIVERY)


def test_of_several_only_the_one_that_has_gone_on_is_shown_anew(order, kitchen) -> None:
    courier = bring_to(order, "preparing")
    other = scenes.place(kitchen, ids.new_id())
    settle()
    support = person("support")
    page = support.post(LIST, chosen(order, other)).content.decode()
    scenes.take_offer(courier)

    again = support.post(LIST, form_on(page))

    assert again.status_code == 409
    assert order_of(other).cancel_reason == "staff"
    assert (order.code in again.content.decode(), other.code in again.content.decode()) == (True, False)


def test_whoever_confirms_without_having_looked_is_shown_it(order) -> None:
    bring_to(order, "preparing")
    answer = person("support").post(LIST, chosen(order, confirmed="yes"))
    assert answer.status_code == 409
    assert order_of(order).status is Status.PREPARING


def test_what_is_over_is_said_and_cannot_be_confirmed(order) -> None:
    scenes.reject(order)
    page = person("support").post(LIST, chosen(order)).content.decode()
    assert "The order is over." in page
    assert form_on(page)["_selected_action"] == []


def test_nobody_of_another_region_or_without_the_role_sees_it(order) -> None:
    for staff in (person("support", region="pl"), person("finance")):
        page = staff.post(LIST, chosen(order), follow=True).content.decode()
        assert "data-kept" not in page
        staff.post(LIST, chosen(order, confirmed="yes", **{f"keeps-{order.id}": "63"}))
    assert order_of(order).status is Status.WAITING_FOR_RESTAURANT
