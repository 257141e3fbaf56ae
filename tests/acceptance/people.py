"""A customer and a kitchen, who know the public API and nothing else."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from tests.acceptance import asking

Answer = httpx.Response
PATIENCE_SECONDS = 30.0
PASSWORD = "a bowl of ramen, please"


class Place:
    """A restaurant with its menu, by title."""

    def __init__(self, made: dict[str, Any], menu: dict[str, Any]) -> None:
        self.id: str = made["id"]
        self.kitchen: str = made["kitchen"]
        self.lat: float = made["lat"]
        self.lon: float = made["lon"]
        self._dishes = {
            item["title"]: item for category in _document(menu)["categories"] for item in category["items"]
        }

    def line(self, title: str, *options: str, quantity: int = 1) -> dict[str, Any]:
        """`quantity` of a dish, with one of each of these options."""
        dish = self._dishes[title]
        choices = [
            {"group_id": group["id"], "option_id": option["id"]}
            for group in dish["groups"]
            for option in group["options"]
            if option["title"] in options
        ]
        return {"item_id": dish["id"], "quantity": quantity, "choices": choices}

    def ramen(self, quantity: int = 1) -> dict[str, Any]:
        return self.line("Ramen", "Miso", quantity=quantity)


def _document(menu: dict[str, Any]) -> dict[str, Any]:
    return dict(menu.get("document", menu))


class Person:
    """Somebody with an account, or nobody. Answers come back as they are, good or bad."""

    def __init__(self, base_url: str) -> None:
        self.http = asking.client(f"{base_url}/api/v1", timeout=PATIENCE_SECONDS)
        self.token = ""

    def enter(self, path: str, email: str, password: str) -> None:
        answer = self.http.post(path, json={"email": email, "password": password})
        assert answer.is_success, answer.text
        self.token = answer.json()["meta"]["access_token"]

    def get(self, path: str, **options: Any) -> Answer:
        return self.http.get(path, headers=self._headers(), **options)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        return self.http.post(path, json=body, headers=self._headers(key))

    def put(self, path: str, body: Any = None) -> Answer:
        return self.http.put(path, json=body, headers=self._headers())

    def _headers(self, key: str | None = None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**headers, "Idempotency-Key": key} if key else headers


class Customer(Person):
    """Somebody who has just registered, and lives a short walk from where `at` is."""

    def __init__(self, base_url: str, at: Place) -> None:
        super().__init__(base_url)
        self.email = f"{uuid4()}@example.com"
        self.enter("/auth/signup", self.email, PASSWORD)
        self.ticket = self.lives_at(at.lat + 0.01, at.lon + 0.01)

    def logs_in_again(self) -> None:
        self.enter("/auth/login", self.email, PASSWORD)

    @property
    def id(self) -> str:
        claims = self.token.split(".")[1]
        return str(json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])

    def lives_at(self, lat: float, lon: float) -> str:
        """The ticket of a new address."""
        self.http.patch(
            "/me", json={"name": "Ada Lovelace", "phone": "+442079460123"}, headers=self._headers()
        )
        address = {"street": "1 Short Walk", "city": "Anywhere", "postcode": "A1", "notes": ""}
        answer = self.post("/me/addresses", {**address, "lat": lat, "lon": lon})
        assert answer.is_success, answer.text
        return str(answer.json()["ticket"])

    def ask(self, place: Place, *lines: dict[str, Any], **changes: Any) -> Answer:
        """Ask for a quote: by default for one bowl of ramen."""
        wanted = {
            "restaurant_id": place.id,
            "lines": list(lines) or [place.ramen()],
            "address_ticket": self.ticket,
        }
        return self.post("/quotes", {**wanted, **changes})

    def quote(self, place: Place) -> dict[str, Any]:
        answer = self.ask(place)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def place(self, token: str, *, key: str | None = None, card: str = "pm_card_visa") -> Answer:
        return self.post(
            "/orders",
            {"quote": token, "payment_method": card, "age_confirmed": True},
            key=key or str(uuid4()),
        )

    def order(self, place: Place, *, card: str = "pm_card_visa") -> dict[str, Any]:
        """Quote and place."""
        answer = self.place(self.quote(place)["token"], card=card)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def order_with(self, place: Place, **wishes: Any) -> dict[str, Any]:
        """Four bowls with these wishes, quoted and placed."""
        quote = self.ask(place, place.ramen(quantity=4), **wishes)
        assert quote.is_success, quote.text
        answer = self.place(quote.json()["token"])
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def look(self, order: dict[str, Any]) -> dict[str, Any]:
        return dict(self.get(f"/orders/{order['id']}").json())

    def await_status(self, order: dict[str, Any], *statuses: str) -> dict[str, Any]:
        """The order once it has one of these statuses."""
        return until(lambda: self.look(order), lambda seen: seen["status"] in statuses)


class Kitchen(Person):
    """Whoever answers for one restaurant."""

    def accept(self, order: dict[str, Any]) -> None:
        """As soon as it lies on the counter."""
        until(
            lambda: self.post(f"/restaurant/tickets/{order['id']}/accept", {"ready_in_minutes": 10}),
            lambda answer: answer.is_success,
        )

    def hands_over(self, order: dict[str, Any]) -> None:
        """Accept what a customer fetches, cook it and hand it over, each as soon as it may be."""
        self.accept(order)
        for step in ("ready", "hand-over"):
            until(
                lambda step=step: self.post(f"/restaurant/tickets/{order['id']}/{step}", {}),
                lambda answer: answer.is_success,
            )

    def sells_out_of(self, line: dict[str, Any]) -> None:
        self._availability(line, available=False)

    def has_again(self, line: dict[str, Any]) -> None:
        self._availability(line, available=True)

    def _availability(self, line: dict[str, Any], *, available: bool) -> None:
        answer = self.http.put(
            f"/restaurant/items/{line['item_id']}/availability",
            json={"available": available},
            headers=self._headers(),
        )
        assert answer.is_success, answer.text


def until(look: Callable[[], Any], good: Callable[[Any], bool], *, seconds: float = 30) -> Any:
    """What `look` sees once it is good. Fails after `seconds`."""
    ends = time.monotonic() + seconds
    pause = 0.02  # most of it happens at once
    while not good(seen := look()):
        assert time.monotonic() < ends, f"not in {seconds} s; last: {getattr(seen, 'text', seen)}"
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return seen


def refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The problem, which has this status and code, and a sentence for a person."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    problem = dict(answer.json())
    assert problem["code"] == code, problem
    assert problem["detail"].endswith(".")
    assert len(problem["detail"].split()) >= 3
    assert problem["trace_id"]
    return problem
