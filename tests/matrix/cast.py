"""Everybody who asks: an actor of each kind and, where things can be somebody else's, another of it."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

import httpx
import jwt

from tests.acceptance.people import Customer, Kitchen, Person, Place
from tests.matrix import world
from tiffin.testing.running import Platform

# The columns of the tables. `staff` stands for everyone of the staff, whatever their role and region.
COLUMNS = (
    "anonymous",
    "customer",
    "customer2",
    "restaurant",
    "restaurant2",
    "courier",
    "courier2",
    "staff",
    "service",
)
ACCESS_SECONDS = 15 * 60
LASTING_SECONDS = 2 * 60 * 60
SECRET = "m" * 32  # that a form brings along, and a cookie too, so that no other site can send it (CSRF)
Someone = TypeVar("Someone", bound=Person)


class Asker(NamedTuple):
    """Somebody with a token, or nobody."""

    name: str
    token: str = ""

    @property
    def id(self) -> str:
        return str(claims_of(self.token)["sub"])


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))))


class Cast:
    """The people of the matrix, all logged in as themselves, and their restaurants."""

    def __init__(self, platform: Platform, places: dict[str, Place], made: dict[str, Any]) -> None:
        self.platform = platform
        self.gb, self.pl = places["matrix-gb"], places["matrix-pl"]
        self.made = made
        self.http = httpx.Client(base_url=platform.base_url, timeout=30)
        secrets = platform.home_of("identity").secrets
        self.key = (secrets / "jwt-private.pem").read_text()
        self.public_key = (secrets / "jwt-public.pem").read_text()
        self.customer = Customer(platform.base_url, self.gb)
        self.customer2 = Customer(platform.base_url, self.pl)
        self.kitchen = self.worker("kitchen matrix-gb", Kitchen)
        self.kitchen2 = self.worker("kitchen matrix-pl", Kitchen)
        self.rider = self.worker("courier gb")
        self.rider2 = self.worker("courier pl")
        for person in (self.customer, self.customer2, self.kitchen, self.kitchen2, self.rider, self.rider2):
            person.token = self.lasting(person.token)
        self.staff = {name: Asker(name, self.lasting(self.staff_token(name))) for name in world.staff_names()}
        self.service = Asker("service", self.lasting(self.signed(kind="service", sub=str(uuid4()))))

    def everybody(self) -> dict[str, list[Asker]]:
        """Who asks, by column."""
        return {
            "anonymous": [Asker("anonymous")],
            "customer": [Asker("customer", self.customer.token)],
            "customer2": [Asker("customer2", self.customer2.token)],
            "restaurant": [Asker("restaurant", self.kitchen.token)],
            "restaurant2": [Asker("restaurant2", self.kitchen2.token)],
            "courier": [Asker("courier", self.rider.token)],
            "courier2": [Asker("courier2", self.rider2.token)],
            "staff": list(self.staff.values()),
            "service": [self.service],
        }

    def worker(self, name: str, kind: type[Someone] = Person) -> Someone:
        """Whoever works at a restaurant or on the road, logged in just now."""
        person = kind(self.platform.base_url)
        person.enter("/auth/login", world.email_of(name), world.PASSWORD)
        return person

    def new_customer(self) -> Customer:
        return Customer(self.platform.base_url, self.gb)

    def new_courier(self, region: str = "gb") -> Person:
        """A courier with a token and no account: delivery asks for no more."""
        person = Person(self.platform.base_url)
        person.token = self.signed(kind="courier", sub=str(uuid4()), regions=[region])
        return person

    def signed(self, *, headers: dict[str, str] | None = None, key: Any = None, **claims: Any) -> str:
        """An access token as identity signs it, with these claims."""
        now = int(time.time())
        usual = {
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "sid": str(uuid4()),
            "jti": str(uuid4()),
            "token_use": "access",
        }
        kid = jwt.get_unverified_header(self.customer.token)["kid"]
        return jwt.encode(
            {**usual, **claims}, key or self.key, algorithm="RS256", headers=headers or {"kid": kid}
        )

    def lasting(self, token: str) -> str:
        """The same token, but for as long as the matrix takes on a slow machine."""
        return self.signed(**{**claims_of(token), "exp": int(time.time()) + LASTING_SECONDS})

    def staff_token(self, name: str) -> str:
        """As the staff's own page hands it out."""
        form = {"username": world.email_of(name), "password": world.PASSWORD}
        answer = self.http.post("/admin/login/", data=form, headers=as_browser({}))
        assert answer.status_code == 302, answer.text
        return str(answer.cookies["tiffin_staff"])

    def as_staff(self, name: str, path: str, form: dict[str, Any] | None = None) -> httpx.Response:
        """What somebody of the staff is answered at one of their pages, or to a form."""
        headers = as_browser({"tiffin_staff": self.staff[name].token})
        return self.http.request("POST" if form else "GET", path, data=form, headers=headers)

    def cancel_by_staff(self, name: str, *orders: str) -> httpx.Response:
        """Somebody of the staff has seen that nothing would be kept of these, and confirms."""
        seen = {f"keeps-{order}": "0" for order in orders}
        form = {"action": "cancel", "_selected_action": list(orders), "confirmed": "yes", **seen}
        return self.as_staff(name, "/admin/orders/order/", form)


def as_browser(tokens: dict[str, str]) -> dict[str, str]:
    """Headers of a browser that holds these cookies, and whose forms are protected as ours are."""
    cookies = {**tokens, "csrftoken": SECRET}
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": SECRET,
    }
