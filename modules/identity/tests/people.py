"""People of the tests: who registers, logs in and keeps an address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connections
from django.test import Client

from modules.identity import services
from modules.identity.interface import AccountKind
from modules.identity.models import Account
from tiffin.context import Actor, ActorKind
from tiffin.log import Recorded
from tiffin.testing import api

PASSWORD = "a good long password"
FRITH_STREET = {
    "street": "12 Frith Street",
    "city": "London",
    "postcode": "W1D 4RQ",
    "notes": "Second floor",
    "lat": 51.513746,
    "lon": -0.131265,
}


def sign_up(email: str = "zofia@example.com", password: str = PASSWORD) -> Any:
    """The answer to a sign-up over HTTP."""
    return post("/api/v1/auth/signup", {"email": email, "password": password})


def log_in(email: str = "zofia@example.com", password: str = PASSWORD) -> Any:
    return post("/api/v1/auth/login", {"email": email, "password": password})


def post(path: str, body: dict[str, Any], **headers: str) -> Any:
    return Client().post(path, body, content_type="application/json", headers=headers)


def a_customer(email: str = "zofia@example.com") -> Account:
    return services.register_customer(email=email, password=PASSWORD)


def staff(email: str = "sam@example.com", *, role: str = "support", region: str = "gb") -> Account:
    return services.create_account(
        email=email, password=PASSWORD, kind=AccountKind.STAFF, region=region, grants=[(role, region)]
    )


def events_of(account: Account) -> list[Recorded]:
    """What was published about an account, in order."""
    with connections["identity"].cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(Recorded._fields)} FROM log_event WHERE key = %s ORDER BY seq", [account.id]
        )
        return [Recorded(*row[:-1], payload=bytes(row[-1])) for row in cursor.fetchall()]


def as_customer(customer_id: UUID) -> Any:
    return api(actor=Actor(kind=ActorKind.CUSTOMER, id=customer_id))


def keep_address(customer_id: UUID, **changes: Any) -> dict[str, Any]:
    answer = as_customer(customer_id).post("/api/v1/me/addresses", FRITH_STREET | changes)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())
