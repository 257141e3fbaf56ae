"""What the tests of delivery say: deliveries, couriers, and what was published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from modules.delivery import positions, services
from modules.delivery.interface import DeliveryState, Dropoff, OfferView, Parcel, Place, Point
from modules.delivery.models import DeliveryTask
from modules.delivery.selectors import open_offers
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.log.events import event_classes
from tiffin.models import Job, LogEvent
from tiffin.money import Money
from tiffin.testing import api
from tiffin.web.tokens import verify

SOHO = Point(lat=51.5137, lon=-0.1312)
COVENT_GARDEN = Point(lat=51.5117, lon=-0.1240)
CAMDEN = Point(lat=51.5390, lon=-0.1426)

FRITH_STREET = {
    "street": "12 Frith Street",
    "city": "London",
    "postcode": "W1D 4RQ",
    "notes": "Ring twice",
    "lat": SOHO.lat,
    "lon": SOHO.lon,
}

OFFER_TIME = timedelta(seconds=46)
SEARCH_TIME = timedelta(seconds=1201)
READY_IN = timedelta(minutes=20)
NO_SHOW_TIME = READY_IN + timedelta(seconds=901)


def a_delivery(
    *, sealed: str = "sealed", customer_id: UUID | None = None, parcel: Parcel | None = None
) -> UUID:
    """Requested from a kitchen in Soho; its order's id."""
    task = services.request(
        order_id=ids.new_id(),
        region="gb",
        pickup=Place(name="Ember & Rye", address="8 Dean Street, London", point=SOHO),
        dropoff=Dropoff(customer_id=customer_id or ids.new_id(), point=CAMDEN, sealed=sealed),
        ready_at=clock.now() + READY_IN,
        fee=Money(amount=399, currency="GBP"),
        parcel=parcel,
    )
    return task.id


def a_delivery_home() -> UUID:
    """Requested to the address of a customer who registered for it."""
    signed_up = api().post(
        "/api/v1/auth/signup", {"email": "zofia@example.com", "password": "a good password"}
    )
    customer = api()
    customer.credentials(HTTP_AUTHORIZATION=f"Bearer {signed_up.json()['meta']['access_token']}")
    customer.patch("/api/v1/me", {"name": "Zofia Nowak", "phone": "+44 20 7946 0000"})
    kept = customer.post("/api/v1/me/addresses", FRITH_STREET).json()
    ticket = verify(kept["ticket"], audience="address")
    return a_delivery(sealed=ticket["sealed"], customer_id=UUID(ticket["sub"]))


def a_courier(at: Point | None = None, *, region: str = "gb") -> UUID:
    """On shift, and seen at `at`."""
    courier_id = ids.new_id()
    services.start_shift(courier_id=courier_id, region=region)
    if at is not None:
        positions.report(courier_id, region=region, point=at)
    return courier_id


def offer_for(courier_id: UUID) -> OfferView | None:
    offers = open_offers(courier_id)
    return offers[0] if offers else None


def offered(courier_id: UUID) -> OfferView:
    offer = offer_for(courier_id)
    assert offer is not None, "the courier has no offer"
    return offer


def accept(courier_id: UUID) -> None:
    services.accept_offer(courier_id=courier_id, offer_id=offered(courier_id).id)


def task_of(order_id: UUID) -> DeliveryTask:
    return DeliveryTask.objects.get(pk=order_id)


def state_of(order_id: UUID) -> DeliveryState:
    return task_of(order_id).state


def published(order_id: UUID) -> list[str]:
    """The kinds of the events about a delivery, in order."""
    rows = LogEvent.objects.using("delivery").filter(key=order_id).order_by("seq")
    return [event_classes()[name].__name__ for name in rows.values_list("name", flat=True)]


def waits_for(order_id: UUID) -> str | None:
    """The deadline a delivery has."""
    row = Job.objects.using("delivery").filter(key=order_id, slot="deadline").first()
    return row.name if row else None


def as_courier(courier_id: UUID, *regions: str) -> Any:
    return api(Actor(kind=ActorKind.COURIER, id=courier_id, regions=regions or ("gb",)))
