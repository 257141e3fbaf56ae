"""Real objects for the rows of the tables: an order in a fitting state, an offer, an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.people import Customer, Person, until
from tests.matrix.cast import Asker, Cast
from tiffin import ids

MODULES = (
    "identity",
    "restaurants",
    "payments",
    "delivery",
    "orders",
    "notifications",
    "rewards",
    "subscriptions",
    "ads",
    "experiments",
    "analytics",
)
Looks = Callable[[], Any]


@dataclass
class Scene:
    """What one row asks about: the same for everybody.

    `shows` is an id that is in the answer of whoever may see it; `look` is what the owner sees of it, `keys`
    are its aggregates, whose log entries are counted; `tokens` replace those of the cast; `body` may be made
    anew for each request, `files` go with it as a form; `told` hears each answer; `after` tidies up.
    """

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: dict[str, bytes] = field(default_factory=dict)
    shows: str = ""
    look: Looks | None = None
    keys: tuple[str, ...] = ()
    changes: bool = True
    tokens: dict[str, str] = field(default_factory=dict)
    told: Callable[[Any], None] = lambda answer: None
    after: Callable[[], object] = lambda: None

    @property
    def askers(self) -> dict[str, list[Asker]]:
        """Whoever asks here instead of the cast's."""
        return {column: [Asker(column, token)] for column, token in self.tokens.items()}


def seen(person: Person, path: str) -> Looks:
    """What `person` is answered there, without what differs each time."""

    def look() -> Any:
        answer = person.get(path)
        body = answer.json() if answer.content else None
        if isinstance(body, dict):
            body.pop("trace_id", None)
        return answer.status_code, body

    return look


class Stage:
    """Brings about what a scene needs, by the public API."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._placed: list[str] = []

    def state_of(self, scene: Scene) -> Any:
        """All that a write could change of the scene's object."""
        counted = {}
        if scene.keys:
            query = "SELECT count(*) FROM log_event WHERE key::text = ANY(%s) AND actor <> 'service'"
            counted = {
                module: self.cast.platform.sql(module, query, [list(scene.keys)]) for module in MODULES
            }
        return counted, scene.look() if scene.look else None

    def order(self, customer: Customer | None = None) -> dict[str, Any]:
        """One of the customer's that lies on the restaurant's counter, as all who take part know by now."""
        customer = customer or self.cast.customer
        # Orders hear a moment later that the kitchen cooks again, after a scene in which it did not.
        until(lambda: customer.ask(self.cast.gb), lambda answer: answer.is_success)
        order = customer.order(self.cast.gb)
        self._placed.append(order["id"])
        until(lambda: self.ticket(order), lambda answer: answer.is_success)
        return until(lambda: customer.look(order), lambda seen: seen["axes"]["vendor"] == "offered")

    def claimed(self, order: dict[str, Any], *, photo: bytes = b"", refused: bool = False) -> dict[str, Any]:
        """A claim about an order that has come, of which nothing did."""
        customer = self.cast.customer
        made = customer.post(f"/orders/{order['id']}/claims", {"reason": "never_arrived"}, key=order["id"])
        assert made.json()["state"] == "open", made.text
        if photo:
            form = {"claim_id": made.json()["id"]}
            bearer = {"Authorization": f"Bearer {customer.token}"}
            sent = customer.http.post("/evidence", data=form, files={"photo": photo}, headers=bearer)
            assert sent.is_success, sent.text
        if refused:
            form = {"action": "refuse", "_selected_action": made.json()["id"]}
            self.cast.as_staff("admin of gb", "/admin/orders/claim/", form)
        return dict(customer.get(f"/orders/{order['id']}/claims").json()["claims"][0])

    def kept_card(self, customer_id: str, region: str) -> str:
        query = """INSERT INTO payments_keptmethod
                   (id, region, version, log_txid, created_at, provider, customer_id, state, customer, setup,
                    secret, method, brand, last4, expires, reason)
                   VALUES (%s, %s, 0, 0, now(), 'stripe', %s, 'kept', '', '', '', %s, 'visa', '4242',
                           '12/2030', '')"""
        kept = str(ids.new_id())
        self.cast.platform.sql("payments", query, [kept, region, customer_id, f"pm_{kept}"])
        return kept

    def clear(self) -> None:
        """Staff cancel what is left of the orders, so that no courier of a later scene is offered them."""
        if self._placed:
            self.cast.cancel_by_staff("admin of gb", *self._placed)
        self._placed.clear()

    def ticket(self, order: dict[str, Any]) -> Any:
        return self.cast.kitchen.get(f"/restaurant/tickets/{order['id']}")

    def cooked(self) -> dict[str, Any]:
        """An order that the kitchen has accepted."""
        order = self.order()
        self.cast.kitchen.accept(order)
        self.cast.customer.await_status(order, "accepted", "preparing")
        return order

    def fetched(self) -> dict[str, Any]:
        """An order that the kitchen has accepted and the customer comes for."""
        customer = self.cast.customer
        asked = until(
            lambda: customer.ask(self.cast.gb, fulfilment="pickup"), lambda answer: answer.is_success
        )
        order = dict(customer.place(asked.json()["token"]).json())
        self.cast.kitchen.accept(order)
        return order

    def on_shift(self, region: str = "gb") -> Person:
        """At the door of the region's restaurant."""
        courier = self.cast.new_courier(region)
        door = self.cast.gb if region == "gb" else self.cast.pl
        position = {"lat": door.lat, "lon": door.lon}
        answer = courier.post("/courier/shift", {"region": region, "position": position})
        assert answer.is_success, answer.text
        return courier

    def offered(self) -> tuple[dict[str, Any], Person, str]:
        """An order, a courier of its own, and the offer that the courier has of it."""
        courier = self.on_shift()
        order = self.cooked()
        offer = until(lambda: self._offer(courier, order), bool)
        return order, courier, offer

    def _offer(self, courier: Person, order: dict[str, Any]) -> str:
        """Whatever else lies about is left to others."""
        for offer in courier.get("/courier/offers").json()["offers"]:
            if offer["order_id"] == order["id"]:
                return str(offer["id"])
            courier.post(f"/courier/offers/{offer['id']}/pass")
        return ""

    def carried(self) -> tuple[dict[str, Any], Person]:
        """An order and the courier who has accepted to carry it."""
        order, courier, offer = self.offered()
        assert courier.post(f"/courier/offers/{offer}/accept").is_success
        self.cast.customer.await_status(order, "courier_assigned", "accepted", "preparing", "ready")
        return order, courier

    def under_way(self) -> tuple[dict[str, Any], Person]:
        order, courier = self.carried()
        assert self.cast.kitchen.post(f"/restaurant/tickets/{order['id']}/ready").is_success
        answer = courier.post(f"/courier/deliveries/{order['id']}/pick-up")
        assert answer.is_success, answer.text
        return order, courier

    def served(self, region: str = "gb") -> dict[str, Any]:
        """An order that a customer of the region has, and has paid for."""
        cast = self.cast
        place, kitchen, customer = (
            (cast.gb, cast.kitchen, cast.customer)
            if region == "gb"
            else (cast.pl, cast.kitchen2, cast.customer2)
        )
        courier = self.on_shift(region)
        until(lambda: customer.ask(place), lambda answer: answer.is_success)
        order = customer.order(place)
        kitchen.accept(order)
        offer = until(lambda: self._offer(courier, order), bool)
        assert courier.post(f"/courier/offers/{offer}/accept").is_success
        self.goes_home(courier)()
        paid = {"order": "completed", "payment": "captured"}
        return until(lambda: customer.look(order), lambda seen: paid.items() <= seen["axes"].items())

    def goes_home(self, courier: Person) -> Callable[[], object]:
        """Delivers what there is to deliver, and is offered no more."""

        def go() -> None:
            for delivery in courier.get("/courier/deliveries").json()["deliveries"]:
                for step in ("pick-up", "drop-off"):
                    courier.post(f"/courier/deliveries/{delivery['order_id']}/{step}")
            courier.http.delete("/courier/shift", headers=courier._headers())

        return go

    def address(self) -> str:
        """A new one of the customer's."""
        street = {"street": "2 Short Walk", "city": "Anywhere", "postcode": "A1", "notes": ""}
        answer = self.cast.customer.post("/me/addresses", {**street, "lat": 51.45, "lon": -0.3})
        return str(answer.json()["id"])
