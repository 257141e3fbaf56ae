"""The demo's people: one for every part to play, and those who work in simulations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
from django.db import connections

from config.demo.places import Place
from modules.identity.interface import AccountKind, AddressForm, EmailTaken, Identity
from tiffin import context
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import CommandKey, call

PASSWORD = "tiffin-demo-1"  # noqa: S105 - everybody may know it
COURIERS = 40
AT_ONCE = 2
STAFF_ROLES = ("admin", "operations", "support", "finance")
_REGIONS = ("gb", "pl")
Progress = Callable[[str, str], None]


class Person(NamedTuple):
    """Somebody with an account; `part` and `page` are told to whoever starts the demo, if there is one."""

    email: str
    kind: AccountKind
    region: str = ""
    restaurants: tuple[UUID, ...] = ()
    part: str = ""
    page: str = ""


ALICE = "alice@example.com"
_NAME, _PHONE = "Alice Example", "+44 20 7946 0123"  # Ofcom keeps these numbers for drama
_ADDRESSES = (
    AddressForm(
        street="Marszałkowska 100, m. 12",
        city="Warszawa",
        postcode="00-026",
        notes="Domofon 12",
        lat=52.2299,
        lon=21.0117,
    ),
    AddressForm(
        street="18 Exmouth Market",
        city="London",
        postcode="EC1R 4QE",
        notes="Blue door, ring twice",
        lat=51.5262,
        lon=-0.1093,
    ),
)


def bring(restaurants: dict[str, Place], progress: Progress) -> dict[str, UUID]:
    """The accounts' ids by e-mail address; whoever is there already stays as they are."""
    accounts = {}
    people = list(_people(restaurants))
    # Hashing a password takes a core's while, on purpose; several at once take several cores.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for person, account_id in zip(people, pool.map(_account, people), strict=True):
            progress("Accounts:", person.email)
            if account_id is not None:
                accounts[person.email] = account_id
    if ALICE in accounts:
        _introduce(accounts[ALICE])
    return accounts


def logins() -> list[dict[str, str]]:
    """Those whom people sign in as, for the summary of a start."""
    return [
        {"email": person.email, "password": PASSWORD, "role": person.part, "page": person.page}
        for person in _people({})
        if person.part
    ]


def _people(restaurants: dict[str, Place]) -> Iterator[Person]:
    first = {region: _ids(restaurants, region)[:1] for region in _REGIONS}
    everywhere = tuple(place.id for place in restaurants.values())
    yield Person(ALICE, AccountKind.CUSTOMER, "gb", part="customer", page="/")
    for email, region in (("restaurant@example.com", "gb"), ("restaurant-pl@example.com", "pl")):
        part = f"restaurant ({region})"
        yield Person(email, AccountKind.RESTAURANT, region, first[region], part, "/restaurant/")
    for email, region in (("courier@example.com", "gb"), ("courier-pl@example.com", "pl")):
        yield Person(email, AccountKind.COURIER, region, part=f"courier ({region})", page="/courier/")
    yield Person("staff@example.com", AccountKind.STAFF, part="staff", page="/admin/")
    yield Person("kitchen@example.com", AccountKind.RESTAURANT, restaurants=everywhere)
    for number in range(1, COURIERS + 1):
        yield Person(f"courier{number}@example.com", AccountKind.COURIER, _REGIONS[(number - 1) % 2])


def _ids(restaurants: dict[str, Place], region: str) -> tuple[UUID, ...]:
    return tuple(place.id for place in restaurants.values() if place.region == region)


def _account(person: Person) -> UUID | None:
    """The account's id; None for one that somebody else has made meanwhile."""
    try:
        return _create(person)
    finally:
        connections.close_all()  # this thread's


def _create(person: Person) -> UUID | None:
    of_region = (person.region,) if person.kind is AccountKind.COURIER else ()
    try:
        account = call(Identity).create_account(
            key=_key(person),
            email=person.email,
            password=PASSWORD,
            kind=person.kind,
            region=person.region,
            restaurants=person.restaurants,
            roles=STAFF_ROLES if person.kind is AccountKind.STAFF else (),
            regions=of_region,
        )
    except EmailTaken:
        return None
    return account.account_id


def _key(person: Person) -> CommandKey:
    """Other restaurants to act for are another command; the account that is there answers it."""
    return CommandKey(f"demo:{person.email}:{uuid5(NAMESPACE_OID, repr(person.restaurants))}")


def _introduce(alice: UUID) -> None:
    with _acting_as(alice):
        call(Identity).save_profile(
            key=CommandKey("demo:profile"), customer_id=alice, name=_NAME, phone=_PHONE
        )
        for address in _ADDRESSES:
            call(Identity).keep_address(
                key=CommandKey(f"demo:{address.city}"), customer_id=alice, address=address
            )


@contextmanager
def _acting_as(customer_id: UUID) -> Iterator[Any]:
    """Only customers themselves change what is kept of them."""
    actor = Actor(kind=ActorKind.CUSTOMER, id=customer_id)
    with context.use(msgspec.structs.replace(context.current(), actor=actor)) as here:
        yield here
