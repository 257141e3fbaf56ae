"""The rows that the staff's pages are asked about: of each model one of Great Britain and one of Poland."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

from tests.acceptance.people import Customer, Kitchen, Place
from tests.matrix import api_scenes
from tests.matrix.ad_scenes import FITTING_ADS, ads_rows
from tests.matrix.analytics_scenes import FITTING_ANALYTICS, analytics_rows
from tests.matrix.cast import Cast
from tests.matrix.experiment_scenes import FITTING_EXPERIMENTS, experiment_rows
from tests.matrix.giving_scenes import FITTING_GIVING, giving_of
from tests.matrix.member_scenes import FITTING_MEMBERS, plan_of, plan_rows, repricing_of
from tests.matrix.money_scenes import (
    chargeback_of,
    closed_day_of,
    dispute_of,
    mismatch_of,
    notice_of,
    payment_of,
    refund_of,
)
from tests.matrix.points_scenes import (
    adjustment_of,
    campaign_of,
    earning_of,
    earning_refund_of,
    member_of,
    points_rows,
)
from tests.matrix.stage import Stage
from tests.matrix.transfer_scenes import FITTING_TRANSFERS, points_books_of, transfers_of
from tiffin import ids

Makes = Callable[[Stage], str]
_BY_SQL = {
    "restaurants.menuversion": "SELECT id FROM restaurants_menuversion WHERE restaurant_id = %s",
    "orders.knownmenu": "SELECT id FROM orders_knownmenu WHERE restaurant_id = %s",
    "orders.knownunavailable": "SELECT id FROM orders_knownunavailable WHERE restaurant_id = %s",
}


class Pair(NamedTuple):
    gb: str
    pl: str


def rows_of_both(stage: Stage) -> dict[str, Pair]:
    """The primary keys, by model: all that an order leaves behind, in each region."""
    gb, pl = (_rows(stage, region) for region in ("gb", "pl"))
    return {model: Pair(gb[model], pl[model]) for model in gb}


def _rows(stage: Stage, region: str) -> dict[str, str]:
    cast = stage.cast
    place, kitchen = (cast.gb, cast.kitchen) if region == "gb" else (cast.pl, cast.kitchen2)
    promotion = promotion_of(cast, region, place)
    order = _cooked(cast, region, place, kitchen)
    payment = _one(cast, "payments", "SELECT id FROM payments_payment WHERE order_id = %s", order)
    worker = cast.made[f"matrix-{region}"]
    charge = "SELECT key FROM payments_sandboxcharge WHERE charge LIKE '%%' || %s || '%%'"
    return {
        "identity.account": worker[f"kitchen matrix-{region}"],
        "identity.grant": grant_of(cast, worker[f"courier {region}"]),
        "restaurants.restaurant": place.id,
        "restaurants.ticket": order,
        **_connected(cast, place, kitchen),
        "restaurants.menudraft": _draft(place, kitchen),
        "restaurants.vendorcall": _called_about(cast, customer_of(cast, region).order(place)["id"]),
        "payments.payment": payment,
        "payments.dispute": dispute_of(cast, payment, region),
        "payments.keptmethod": stage.kept_card(str(ids.new_id()), region),
        "payments.providernotice": notice_of(cast, region),
        "payments.providerreport": report_of(cast),
        "payments.sandboxcharge": _one(cast, "payments", charge, payment),
        "payments.paymententry": _one(
            cast, "payments", "SELECT id FROM payments_paymententry WHERE payment_id = %s", payment
        ),
        "payments.dayclose": closed_day_of(cast, region),
        "payments.mismatch": mismatch_of(cast, payment),
        **transfers_of(cast, region),
        **points_books_of(cast, region),
        **giving_of(cast, region),
        "delivery.deliverytask": order,
        "delivery.courier": _courier(cast, region),
        "notifications.message": message_of(cast, order),
        "orders.order": order,
        "orders.claim": claim_of(stage, region),
        "orders.rating": _rating(stage, region),
        "orders.restaurantrating": place.id,
        "orders.receipt": receipt_of(stage, region),
        "orders.refund": refund_of(cast, region),
        "orders.slotuse": _slot(cast, order),
        "orders.chargeback": chargeback_of(cast, order),
        "orders.figure": _figure(cast, region),
        "orders.promotion": promotion,
        "orders.promotionuse": _one(
            cast, "orders", "SELECT id FROM orders_promotionuse WHERE order_id = %s", order
        ),
        "orders.knownrestaurant": place.id,
        "orders.knownbenefits": _benefits(cast, region),
        "rewards.campaign": campaign_of(cast, region, place),
        "rewards.earning": (earning := earning_of(cast, region, place)),
        "rewards.earningrefund": earning_refund_of(cast, earning),
        "rewards.member": member_of(cast, region),
        **points_rows(cast, region),
        **plan_rows(cast, region),
        **ads_rows(cast, region),
        **experiment_rows(cast),
        **analytics_rows(cast, region),
        **{model: _one(cast, model.partition(".")[0], query, place.id) for model, query in _BY_SQL.items()},
    }


def claim_of(stage: Stage, region: str = "gb") -> str:
    """One that waits for somebody to decide: nothing of what was paid for came."""
    order = stage.served(region)
    customer = stage.cast.customer if region == "gb" else stage.cast.customer2
    answer = customer.post(f"/orders/{order['id']}/claims", {"reason": "never_arrived"}, key=str(uuid4()))
    assert answer.json()["state"] == "open", answer.text
    return str(answer.json()["id"])


def message_of(cast: Cast, order: str) -> str:
    """What its customer is told when the payment is secured."""
    return _one(cast, "notifications", "SELECT id FROM notifications_message WHERE order_id = %s", order)


def receipt_of(stage: Stage, region: str = "gb") -> str:
    """Written some seconds after the order has come."""
    query = "SELECT id FROM orders_receipt WHERE order_id = %s"
    return _one(stage.cast, "orders", query, stage.served(region)["id"])


def _rating(stage: Stage, region: str) -> str:
    order = stage.served(region)
    customer = stage.cast.customer if region == "gb" else stage.cast.customer2
    assert customer.post(f"/orders/{order['id']}/rating", {"food": 5}, key=str(uuid4())).is_success
    return _one(stage.cast, "orders", "SELECT id FROM orders_rating WHERE order_id = %s", order["id"])


def _slot(cast: Cast, order: str) -> str:
    """As if the order had been wanted for tomorrow."""
    query = (
        "INSERT INTO orders_slotuse (restaurant_id, slot_at, number, order_id)"
        " SELECT restaurant_id, now() + interval '1 day', 1, id FROM orders_order WHERE id = %s RETURNING id"
    )
    return str(cast.platform.sql("orders", query, [order])[0][0])


def _figure(cast: Cast, region: str) -> str:
    """Orders are counted some seconds after they were placed."""
    query = "SELECT id FROM orders_figure WHERE region = %s ORDER BY id LIMIT 1"
    return _one(cast, "orders", query, region)


def _benefits(cast: Cast, region: str) -> str:
    """As rewards tells of somebody with a tier."""
    query = (
        "INSERT INTO orders_knownbenefits (id, customer_id, region, benefits, until)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), %s, '[]', now()) RETURNING id"
    )
    return str(cast.platform.sql("orders", query, [region])[0][0])


def _cooked(cast: Cast, region: str, place: Place, kitchen: Kitchen) -> str:
    """An accepted order, from a kitchen that is out of gyoza."""
    customer = cast.customer if region == "gb" else cast.customer2
    order = customer.order(place)
    kitchen.accept(order)
    gyoza = place.line("Gyoza")
    kitchen.sells_out_of(gyoza)
    query = "SELECT id FROM delivery_deliverytask WHERE id = %s"
    cast.platform.await_rows("delivery", query, [order["id"]])
    return str(order["id"])


def customer_of(cast: Cast, region: str) -> Customer:
    return cast.customer if region == "gb" else cast.customer2


def _called_about(cast: Cast, order: str) -> str:
    """The call about an order whose restaurant, so it seems, has let half of its time go by: nobody need wait
    that long for it."""
    cast.platform.await_rows("restaurants", "SELECT id FROM restaurants_ticket WHERE id = %s", [order])
    earlier = "UPDATE restaurants_ticket SET state_since = state_since - interval '1 hour' WHERE id = %s"
    sooner = "UPDATE restaurants_ticket SET accept_by = now() + interval '3 minutes' WHERE id = %s"
    due = "UPDATE job SET due = now() WHERE key = %s AND slot = 'deadline'"
    for change in (earlier, sooner, due):
        cast.platform.sql("restaurants", change, [order])
    query = "SELECT id FROM restaurants_vendorcall WHERE ticket_id = %s"
    return _one(cast, "restaurants", query, order)


def _open_call(stage: Stage) -> str:
    return _called_about(stage.cast, str(stage.order()["id"]))


def _connected(cast: Cast, place: Place, kitchen: Kitchen) -> dict[str, str]:
    """A kitchen's connection to nowhere, and the event that was to be told through it."""
    path, own = "/restaurant/connections", kitchen.get("/restaurant/connections").json()
    wanted = {"name": "Till", "channel": "webhook", "url": "https://till.invalid/"}
    if own:
        enabled = kitchen.http.put(f"{path}/{own[0]['id']}", json=wanted, headers=kitchen._headers())
        assert enabled.is_success, enabled.text
    else:
        own = [kitchen.post(path, {**wanted, "restaurant_ids": [place.id]}).json()]
    connection = str(own[0]["id"])
    assert kitchen.post(f"/restaurant/connections/{connection}/test").is_success
    query = "SELECT id FROM restaurants_vendorevent WHERE connection_id = %s"
    return {
        **_heard(cast, connection),
        "restaurants.vendorconnection": connection,
        "restaurants.vendorevent": _one(cast, "restaurants", query, connection),
    }


def _draft(place: Place, kitchen: Kitchen) -> str:
    """A menu that waits to be published."""
    document = {"document": api_scenes.MENU, "restaurant_id": place.id}
    return str(kitchen.post("/restaurant/menu/previews", document).json()["id"])


def _heard(cast: Cast, connection: str) -> dict[str, str]:
    """What Deliverect registered and told: this platform has no secret of it, so the rows are written."""
    link = "SELECT id FROM restaurants_deliverectlink WHERE connection_id = %s"
    if not cast.platform.sql("restaurants", link, [connection]):
        cast.platform.sql(
            "restaurants",
            "INSERT INTO restaurants_deliverectlink "
            "(connection_id, channel_link, location, name, active, registered_at) "
            "VALUES (%s, %s, '', '', false, now())",
            [connection, connection],
        )
    message = str(ids.new_id())
    cast.platform.sql(
        "restaurants",
        "INSERT INTO restaurants_deliverectmessage (id, connection_id, topic, body, at, state, reason) "
        "VALUES (%s, %s, 'busy', '{}', now(), 'refused', 'it names no status')",
        [message, connection],
    )
    return {
        "restaurants.deliverectlink": _one(cast, "restaurants", link, connection),
        "restaurants.deliverectmessage": message,
    }


def _vendors(what: str) -> Makes:
    return lambda stage: _connected(stage.cast, stage.cast.gb, stage.cast.kitchen)[f"restaurants.{what}"]


def _switched_off(stage: Stage) -> str:
    connection = _vendors("vendorconnection")(stage)
    form = {"action": "disable", "_selected_action": connection}
    stage.cast.as_staff("admin of gb", "/admin/restaurants/vendorconnection/", form)
    return connection


def promotion_of(cast: Cast, region: str, place: Place) -> str:
    """A new one for everybody who orders there, begun by staff of the region."""
    title = f"Promotion {ids.new_id()}"
    form = {
        "title": title,
        "region": region,
        "restaurant_id": place.id,
        "funded_by": "platform",
        "kind": "fixed",
        "amount": "1",
        "items": "[]",
        "min_subtotal": "0",
        "hours": "24/7",
        "starts_at_0": "2020-01-01",
        "starts_at_1": "00:00:00",
    }
    cast.as_staff(f"operations of {region}", "/admin/orders/promotion/add/", form)
    return _one(cast, "orders", "SELECT id FROM orders_promotion WHERE title = %s", title)


def _courier(cast: Cast, region: str) -> str:
    """On shift, but nowhere near."""
    courier = cast.new_courier(region)
    answer = courier.post("/courier/shift", {"region": region})
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def report_of(cast: Cast) -> str:
    """As if Adyen had told of something that is not ours: it serves no region here."""
    query = """INSERT INTO payments_providerreport (provider, event, kind, succeeded, reference, charge, key,
                                                    amount, currency, reason, notified, told_at)
               VALUES ('adyen', %s, 'CAPTURE', true, '', '', '', 1, 'GBP', '', true, now()) RETURNING id"""
    ((report,),) = cast.platform.sql("payments", query, [str(ids.new_id())])
    return str(report)


def grant_of(cast: Cast, account_id: str) -> str:
    return _one(cast, "identity", "SELECT id FROM identity_grant WHERE account_id = %s", account_id)


def _one(cast: Cast, module: str, query: str, parameter: Any) -> str:
    return str(cast.platform.await_rows(module, query, [parameter])[0][0])


def _of_gb(name: str) -> Makes:
    return lambda stage: str(stage.cast.made["matrix-gb"][name])


def _paused(stage: Stage) -> str:
    assert stage.cast.kitchen.post("/restaurant/pause", {"minutes": 30}).is_success
    return stage.cast.gb.id


def _shift(stage: Stage) -> str:
    return _courier(stage.cast, "gb")


def _delivery(stage: Stage) -> str:
    order = stage.cooked()
    query = "SELECT id FROM delivery_deliverytask WHERE id = %s"
    return _one(stage.cast, "delivery", query, order["id"])


# By action: makes something of Great Britain to which it can be done.
FITTING: dict[str, Makes] = {
    "identity.account:close": _of_gb("spare kitchen matrix-gb"),
    "identity.account:reopen": _of_gb("spare kitchen matrix-gb"),
    "identity.account:end_sessions": _of_gb("spare kitchen matrix-gb"),
    "identity.account:forget": _of_gb("customer gb"),
    "identity.grant:withdraw": lambda stage: grant_of(
        stage.cast, stage.cast.made["matrix-gb"]["leaving courier gb"]
    ),
    "restaurants.restaurant:pause": lambda stage: stage.cast.gb.id,
    "restaurants.restaurant:resume": _paused,
    "restaurants.menuversion:publish_again": lambda stage: _one(
        stage.cast, "restaurants", _BY_SQL["restaurants.menuversion"], stage.cast.gb.id
    ),
    "restaurants.deliverectmessage:do_again": _vendors("deliverectmessage"),
    "restaurants.ticket:withdraw": lambda stage: str(stage.order()["id"]),
    "restaurants.vendorcall:called": _open_call,
    "restaurants.vendorcall:unreachable": _open_call,
    "restaurants.vendorcall:accept": _open_call,
    "restaurants.vendorcall:reject": _open_call,
    "restaurants.vendorconnection:enable": _switched_off,
    "restaurants.vendorconnection:disable": _vendors("vendorconnection"),
    "restaurants.vendorconnection:send_test": _vendors("vendorconnection"),
    "restaurants.vendorevent:replay": _vendors("vendorevent"),
    "payments.payment:void": lambda stage: payment_of(stage, stage.order(), "authorised"),
    "payments.payment:refund": lambda stage: payment_of(stage, stage.cooked(), "captured"),
    "payments.mismatch:ask_again": lambda stage: mismatch_of(
        stage.cast, payment_of(stage, stage.order(), "authorised")
    ),
    "payments.mismatch:resolve": lambda stage: mismatch_of(
        stage.cast, payment_of(stage, stage.order(), "authorised")
    ),
    "payments.payment:ask_provider": lambda stage: payment_of(stage, stage.order(), "authorised"),
    "payments.dispute:ask_provider": lambda stage: dispute_of(
        stage.cast, payment_of(stage, stage.order(), "authorised"), "gb"
    ),
    "payments.providernotice:process_again": lambda stage: notice_of(stage.cast, "gb"),
    **FITTING_TRANSFERS,
    **FITTING_GIVING,
    **FITTING_MEMBERS,
    **FITTING_ADS,
    **FITTING_EXPERIMENTS,
    **FITTING_ANALYTICS,
    "delivery.deliverytask:cancel": _delivery,
    "delivery.deliverytask:reassign": lambda stage: str(stage.carried()[0]["id"]),
    "delivery.deliverytask:confirm_handover": lambda stage: str(stage.under_way()[0]["id"]),
    "delivery.courier:end_shift": _shift,
    "notifications.message:send_again": lambda stage: message_of(stage.cast, str(stage.order()["id"])),
    "orders.claim:grant": claim_of,
    "orders.claim:refuse": claim_of,
    "orders.promotion:end": lambda stage: promotion_of(stage.cast, "gb", stage.cast.gb),
    "rewards.campaign:activate": lambda stage: campaign_of(stage.cast, "gb", stage.cast.gb),
    "rewards.campaign:end": lambda stage: campaign_of(stage.cast, "gb", stage.cast.gb),
    "subscriptions.plan:offer": lambda stage: plan_of(stage.cast, "gb"),
    "subscriptions.plan:withdraw": lambda stage: plan_of(stage.cast, "gb", offered=True),
    "subscriptions.repricing:withdraw": lambda stage: repricing_of(stage.cast, "gb"),
    "orders.chargeback:note": lambda stage: chargeback_of(stage.cast, str(stage.order()["id"])),
    "rewards.adjustment:approve": lambda stage: adjustment_of(stage.cast, "gb", 3000),
    "rewards.adjustment:refuse": lambda stage: adjustment_of(stage.cast, "gb", 3000),
    "orders.order:cancel": lambda stage: str(stage.order()["id"]),
}


def tidy(stage: Stage) -> None:
    """The kitchens cook again, and everything they have."""
    for place, kitchen in ((stage.cast.gb, stage.cast.kitchen), (stage.cast.pl, stage.cast.kitchen2)):
        kitchen.has_again(place.line("Gyoza"))
        kitchen.post("/restaurant/resume", {})
        for connection in kitchen.get("/restaurant/connections").json():
            own = f"/restaurant/connections/{connection['id']}"
            kitchen.http.delete(own, headers=kitchen._headers())
