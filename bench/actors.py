"""Who takes part: a customer, a kitchen, a courier. Each knows the public API and nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

API = "/api/v1"
# Who works in the demo (`manage.py demo`): one account for every kitchen, and couriers in both cities.
DEMO_PASSWORD = "tiffin-demo-1"
DEMO_KITCHEN = "kitchen@example.com"
DEMO_COURIERS = tuple(f"courier{number}@example.com" for number in range(1, 41))
PATIENCE_SECONDS = 15.0
TRIES = 5
TRANSIENT = frozenset({429, 502, 503, 504})
STREAM_SILENCE_SECONDS = 40.0  # a heartbeat comes every 15 seconds


class Refused(Exception):
    """The platform said no: a problem with a stable code."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


class Unanswered(Exception):
    """The platform did not answer, however often it was asked."""


class StreamEvent(NamedTuple):
    """A server-sent event of an order, when it came, and since when somebody was listening."""

    id: str
    data: dict[str, Any]
    received_at: datetime
    opened_at: datetime

    @property
    def lag_seconds(self) -> float | None:
        """From what happened to hearing of it; None for what happened before anybody listened."""
        happened_at = datetime.fromisoformat(self.data["at"])
        return (self.received_at - happened_at).total_seconds() if happened_at > self.opened_at else None


def client(base_url: str) -> httpx.AsyncClient:
    """One pool of connections for all who take part; past any proxy, which would be measured too. aiohttp's,
    as httpx's own looks at every open stream before each call."""
    return httpx.AsyncClient(
        base_url=base_url,
        transport=AiohttpTransport(client=_session),
        timeout=PATIENCE_SECONDS,
        headers={"User-Agent": "tiffin-bench"},
        trust_env=False,
    )


def _session() -> aiohttp.ClientSession:
    """As many connections as are wanted, and cookies are left to httpx."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())


class Person:
    """Somebody with an account: logs in, and draws a new access token when the old one is over."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self._access = ""
        self._refresh = ""
        self._refreshing = asyncio.Lock()

    async def log_in(self, email: str, password: str) -> None:
        """Raises Refused."""
        self._keep(await self._send("POST", "/auth/login", {"email": email, "password": password}))

    async def get(self, path: str, **query: Any) -> Any:
        wanted = {name: value for name, value in query.items() if value is not None}
        return await self._with_token("GET", path, None, query=wanted)

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Send `body`; with an Idempotency-Key, which makes it harmless to repeat. Raises Refused."""
        return await self._with_token("POST", path, body, key=key)

    async def _with_token(self, verb: str, path: str, body: Any, **options: Any) -> Any:
        used = self._access
        try:
            return await self._send(verb, path, body, **options)
        except Refused as refused:
            if refused.status != httpx.codes.UNAUTHORIZED:
                raise
        await self._renew(used)
        return await self._send(verb, path, body, **options)

    async def _renew(self, used: str) -> None:
        async with self._refreshing:
            if self._access != used:
                return  # somebody who waited here before us has done it
            self._access = ""
            answer = await self._send("POST", "/auth/refresh", {"refresh_token": self._refresh})
            self._access = answer["data"]["access_token"]
            self._refresh = answer["data"].get("refresh_token") or self._refresh

    async def _send(
        self, verb: str, path: str, body: Any, *, key: str | None = None, query: Any = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._access}"} if self._access else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        for attempt in range(TRIES):
            try:
                answer = await self.http.request(
                    verb, API + path, json=body, headers=headers, params=query or None
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in TRANSIENT and not _is_running(answer):
                return _read(answer)
            asked_to_wait = float(answer.headers.get("Retry-After", 0)) if answer is not None else 0.0
            await asyncio.sleep(max(0.2 * 2**attempt, asked_to_wait))
        raise Unanswered(f"{verb} {path}: {answer.status_code if answer is not None else 'no answer'}")

    @property
    def access_token(self) -> str:
        return self._access

    @property
    def id(self) -> str:
        """Who one is, as the token says."""
        return str(self._claim("sub"))

    @property
    def regions(self) -> list[str]:
        """Where one works, as the token says."""
        return list(self._claim("regions"))

    @property
    def restaurants(self) -> list[str]:
        """The ids of those one may act for, as the token says."""
        return list(self._claim("restaurants"))

    def _claim(self, name: str) -> Any:
        claims = self._access.split(".")[1]
        return json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))[name]

    def _keep(self, answer: Any) -> None:
        self._access = answer["meta"]["access_token"]
        self._refresh = answer["meta"]["refresh_token"]


class Customer(Person):
    """Somebody who is hungry."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        super().__init__(http)
        self.ticket = ""
        self.address: dict[str, Any] = {}

    async def register(self, email: str, password: str) -> None:
        """Raises Refused, as when the address is taken."""
        self._keep(await self._send("POST", "/auth/signup", {"email": email, "password": password}))

    async def settle(self, *, name: str, phone: str, address: dict[str, Any]) -> None:
        """Say who one is and where one lives."""
        await self._with_token("PATCH", "/me", {"name": name, "phone": phone})
        self.address = await self.post("/me/addresses", address)
        self.ticket = self.address["ticket"]

    async def restaurants_nearby(self, region: str) -> list[dict[str, Any]]:
        """Open restaurants that deliver to the address, a page of them."""
        page = await self.get(
            "/restaurants",
            region=region,
            lat=self.address["lat"],
            lon=self.address["lon"],
            delivers_here="true",
            open="true",
            page_size=50,
        )
        return list(page["results"])

    async def menu(self, restaurant_id: str) -> dict[str, Any]:
        return dict(await self.get(f"/restaurants/{restaurant_id}/menu"))

    async def quote(
        self, restaurant_id: str, lines: list[dict[str, Any]], *, points: int | None = None
    ) -> dict[str, Any]:
        """Raises Refused."""
        wanted = {"restaurant_id": restaurant_id, "lines": lines, "address_ticket": self.ticket}
        return dict(await self.post("/quotes", wanted if points is None else {**wanted, "points": points}))

    async def place(self, quote: dict[str, Any], card: str) -> dict[str, Any]:
        """Raises Refused; asks again under the same key when no answer comes."""
        order = {"quote": quote["token"], "payment_method": card, "age_confirmed": True}
        return dict(await self.post("/orders", order, key=str(uuid4())))

    async def order(self, order_id: str) -> dict[str, Any]:
        return dict(await self.get(f"/orders/{order_id}"))

    async def handover_code(self, order_id: str) -> str:
        return str((await self.get(f"/orders/{order_id}/handover"))["code"])

    async def timeline(self, order_id: str) -> list[dict[str, Any]]:
        return list((await self.get(f"/orders/{order_id}/timeline"))["entries"])

    async def cancel(self, order_id: str) -> None:
        """Raises Refused when it is too late."""
        await self.post(f"/orders/{order_id}/cancel", key=str(uuid4()))

    async def confirm_payment(self, action_url: str) -> None:
        """Do on the provider's page what a cardholder does: read the question and say yes."""
        page = await self.http.get(action_url)
        page.raise_for_status()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"answer": "approve", "csrfmiddlewaretoken": token.group(1) if token else ""}
        headers = {"Referer": str(page.url), "Cookie": _cookies(page)}
        answer = await self.http.post(page.url, data=form, headers=headers)
        if answer.is_error:
            raise Refused(answer.status_code, "confirmation_failed", "the provider's page refused the answer")

    async def follow(self, order_id: str) -> AsyncIterator[StreamEvent]:
        """The order's live stream, taken up again where it broke off, until nothing more can come."""
        last_id = ""
        while True:
            try:
                async with self._stream(order_id, last_id) as answer:
                    if answer.status_code == httpx.codes.NO_CONTENT:
                        return
                    async for event in _events(answer.aiter_lines(), opened_at=now()):
                        last_id = event.id or last_id
                        yield event
            except (httpx.TransportError, Unanswered):
                await asyncio.sleep(0.5)

    @asynccontextmanager
    async def _stream(self, order_id: str, last_id: str) -> AsyncIterator[httpx.Response]:
        used = self._access
        headers = {"Authorization": f"Bearer {used}", "Accept": "text/event-stream"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        timeout = httpx.Timeout(PATIENCE_SECONDS, read=STREAM_SILENCE_SECONDS)
        path = f"{API}/orders/{order_id}/stream"
        async with self.http.stream("GET", path, headers=headers, timeout=timeout) as answer:
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                await self._renew(used)
                raise Unanswered("the access token was over")
            if answer.status_code in TRANSIENT:
                raise Unanswered(f"the stream answered {answer.status_code}")
            if answer.is_error:
                await answer.aread()
                _read(answer)
            yield answer


class Kitchen(Person):
    """Somebody who takes orders for one restaurant or for many."""

    async def tickets(self, *states: str) -> list[dict[str, Any]]:
        """Orders on the counter in these states."""
        return list((await self.get("/restaurant/tickets", state=states, page_size=200))["results"])

    async def accept(self, order_id: str, *, ready_in_minutes: int) -> None:
        await self.post(f"/restaurant/tickets/{order_id}/accept", {"ready_in_minutes": ready_in_minutes})

    async def reject(self, order_id: str, *, reason: str = "too_busy") -> None:
        await self.post(f"/restaurant/tickets/{order_id}/reject", {"reason": reason})

    async def ready(self, order_id: str) -> None:
        await self.post(f"/restaurant/tickets/{order_id}/ready")


class Courier(Person):
    """Somebody with a bag."""

    async def start_shift(self, region: str, lat: float, lon: float) -> None:
        await self.post("/courier/shift", {"region": region, "position": {"lat": lat, "lon": lon}})

    async def end_shift(self) -> None:
        await self._with_token("DELETE", "/courier/shift", None)

    async def report_position(self, region: str, lat: float, lon: float) -> None:
        await self.post("/courier/position", {"region": region, "lat": lat, "lon": lon})

    async def offers(self) -> list[dict[str, Any]]:
        return list((await self.get("/courier/offers"))["offers"])

    async def accept(self, offer_id: str) -> dict[str, Any]:
        """Raises Refused when it is gone."""
        return dict(await self.post(f"/courier/offers/{offer_id}/accept"))

    async def finish_what_is_left(self) -> None:
        """Bring what one was carrying when one stopped last time."""
        for delivery in (await self.get("/courier/deliveries"))["deliveries"]:
            await self.pick_up(delivery["order_id"])
            await self.drop_off(delivery["order_id"])

    async def pick_up(self, order_id: str) -> None:
        await self.post(f"/courier/deliveries/{order_id}/pick-up")

    async def drop_off(self, order_id: str, customer: Customer | None = None) -> None:
        """Of whoever must be of age the card is looked at. Whoever pays much has a code and says it; where
        nobody is there to say it, it is left at the door."""
        path = f"/courier/deliveries/{order_id}/drop-off"
        proofs: list[dict[str, str]] = []
        while True:
            try:
                await self.post(path, {"proof": proofs} if proofs else None)
            except Refused as refused:
                proof = await _proof(refused, order_id, customer)
                if proof is None or proof in proofs:
                    raise
                proofs.append(proof)
            else:
                return


async def _proof(refused: Refused, order_id: str, customer: Customer | None) -> dict[str, str] | None:
    """What a courier says when more is asked than that it is there; None when it is something else."""
    match refused.code:
        case "age_check_missing":
            return {"kind": "age_checked"}
        case "handover_proof_missing" if customer is not None:
            return {"kind": "code", "code": await customer.handover_code(order_id)}
        case "handover_proof_missing":
            return {"kind": "left_at_door", "reason": "customer_asked"}
    return None


async def _events(lines: AsyncIterator[str], *, opened_at: datetime) -> AsyncIterator[StreamEvent]:
    """Server-sent events (WHATWG HTML §9.2.6) out of the lines of a body; comments are passed over."""
    fields: dict[str, str] = {}
    async for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            data = json.loads(fields["data"])
            if fields.get("event") == "progress":
                fields = {}
                continue
            yield StreamEvent(fields.get("id", ""), data, received_at=now(), opened_at=opened_at)
            fields = {}


def now() -> datetime:
    return datetime.now(UTC)


def _read(answer: httpx.Response) -> Any:
    body = _json(answer)
    if answer.is_success:
        return body
    problem = body if isinstance(body, dict) else {}
    if problem.get("errors") and "code" not in problem:  # django-allauth's own form
        problem = problem | problem["errors"][0] | {"detail": problem["errors"][0].get("message", "")}
    raise Refused(answer.status_code, str(problem.get("code", "")), str(problem.get("detail", "")))


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None


def _is_running(answer: httpx.Response) -> bool:
    """Our own request under this key is still at work: wait for its answer."""
    body = _json(answer) if answer.status_code == httpx.codes.CONFLICT else None
    return isinstance(body, dict) and body.get("code") == "request_in_progress"


def _cookies(page: httpx.Response) -> str:
    return "; ".join(f"{name}={value}" for name, value in page.cookies.items())
