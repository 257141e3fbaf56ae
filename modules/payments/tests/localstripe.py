"""Stripe for tests: `localstripe` as a process, behind a front that adds what it lacks of Stripe's wire.

localstripe 1.15.10 remembers intents, cards and refunds, and signs webhooks. The front follows Stripe's
documents as of API version 2026-10-28.endive:

- docs.stripe.com/api/idempotent_requests: a key's first answer comes again, 500s too; with other parameters
  under it, a 400 `idempotency_error`.
- docs.stripe.com/changelog/endive/2026-09-30: `payment_method_types` is refused,
  `allowed_payment_method_types` taken.
- docs.stripe.com/payments/3d-secure: `return_url` leads to `next_action.redirect_to_url`, and with
  `use_stripe_sdk` (docs.stripe.com/api/payment_intents/confirm) to one for Stripe's library.
- docs.stripe.com/api/payment_intents/confirm (`off_session`) and docs.stripe.com/declines/codes: without its
  owner a card that asks for them is refused with `authentication_required`; confirmed once more by its method
  as if they were there, the intent waits for them.
- docs.stripe.com/error-codes: `payment_intent_unexpected_state`; a card that is declined is a `card_error`.
- docs.stripe.com/api/payment_intents/object: `amount_received`.
- docs.stripe.com/changelog/basil/2025-03-31: a partial capture makes no refund.
- docs.stripe.com/api/disputes/object: disputes, which localstripe does not know at all.
- docs.stripe.com/api/events/list and docs.stripe.com/api/events/types: the list of what happened.
- docs.stripe.com/testing: the test cards by token.

It also loses requests and answers, as lines do.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from django.db import connections

from tiffin import clock
from tiffin.embedded.ports import LOOPBACK, free_port

# The ends of the addresses at which an operation is asked for.
CREATE, CONFIRM, CAPTURE, CANCEL, REFUND = (
    "/payment_intents",
    "/confirm",
    "/capture",
    "/cancel",
    "/refunds",
)
VISA, NEEDS_OWNER, FAILS_WHEN_CHARGED = "4242424242424242", "4000002500003155", "4000000000000341"
TOKENS = {
    "pm_card_visa": VISA,
    "pm_card_mastercard": VISA,
    "pm_card_chargeDeclined": FAILS_WHEN_CHARGED,
    "pm_card_authenticationRequired": NEEDS_OWNER,
}
# By kind of object and its status: the event that tells of it.
EVENTS = {
    ("payment_intent", "requires_capture"): "payment_intent.amount_capturable_updated",
    ("payment_intent", "succeeded"): "payment_intent.succeeded",
    ("payment_intent", "canceled"): "payment_intent.canceled",
    ("refund", "succeeded"): "refund.created",
}
SECRET_KEY = "sk_test_of_the_tests"
# localstripe listens everywhere by itself; here on this machine only.
_PROGRAM = """
import sys
from aiohttp import web
from localstripe.server import app
web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), print=None)
"""
_UNKNOWN_TO_LOCALSTRIPE = (
    "return_url", "use_stripe_sdk", "allowed_payment_method_types[", "expand[", "off_session",
)  # fmt: skip
# What failed before the work began (a key that is not known, parameters that are not valid) is not kept.
_SAVED = frozenset({200, 402, 500})
MOST_ON_A_PAGE = 3  # Stripe gives up to a hundred; so that tests see more than one page
STARTS_WITHIN_SECONDS = 20


class LocalStripe:
    """The process, and the front that the SDK talks to at `address`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.upstream = httpx.Client(
            base_url=f"http://{LOOPBACK}:{self.port}", auth=(SECRET_KEY, ""), timeout=10
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, LOOPBACK, str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.server = ThreadingHTTPServer((LOOPBACK, 0), type("Front", (_Front,), {"stripe": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://{LOOPBACK}:{self.server.server_port}"
        self.forget()

    def wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < until:
            try:
                self.upstream.get("/v1/customers")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("localstripe does not start")

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.process.terminate()
        self.process.wait(10)

    def forget(self) -> None:
        """All but where webhooks go, which localstripe cannot forget."""
        self.answers: dict[str, tuple[str, int, bytes]] = {}
        self.received: dict[str, int] = {}
        self.return_urls: dict[str, str] = {}
        self.by_library: set[str] = set()
        self.without_owner: set[str] = set()
        # Why a card is declined, as docs.stripe.com/declines/codes has it.
        self.decline_code = "generic_decline"
        self.faults: deque[tuple[str, str]] = deque()
        self.calls: list[str] = []
        self.meanwhiles: dict[str, Callable[[], object]] = {}
        self.disputes: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.slow_seconds = 0.0
        self.refund_status: list[str] = []
        if self.process.poll() is None:
            with suppress(httpx.TransportError):  # it has not started yet, and knows nothing
                self.upstream.delete("/_config/data")

    # What a test does to the line ------------------------------------------------------------------------

    def lose(self, what: str, *, of: str) -> None:
        """Lose the next `request` or `answer` (or answer it 500: `error`) of a POST whose path ends so."""
        self.faults.append((what, of))

    def meanwhile(self, happens: Callable[[], object], *, of: str) -> None:
        """Have it happen while the answer to the next POST whose path ends so is on its way."""
        self.meanwhiles[of] = happens

    def let_it_happen(self, path: str) -> None:
        for of in [of for of in self.meanwhiles if path.endswith(of)]:
            self.meanwhiles.pop(of)()
            connections.close_all()  # those of this thread

    def pend_refunds(self) -> list[str]:
        """From now on refunds take their time (docs.stripe.com/refunds: `pending`), until this is cleared."""
        self.refund_status = ["pending"]
        return self.refund_status

    def fault_for(self, method: str, path: str) -> str:
        if method == "POST" and self.faults and path.endswith(self.faults[0][1]):
            return self.faults.popleft()[0]
        return ""

    # What the customer does ------------------------------------------------------------------------------

    def dispute(self, key: str, *, amount: int, status: str = "needs_response") -> dict[str, Any]:
        """The customer's bank disputes a charge: what the test changes of it, Stripe tells from then on."""
        (intent,) = self.intents(key)
        withdrawn = [] if status.startswith("warning_") else [_movement(-amount, intent)]
        self.disputes.append(
            {
                "id": f"du_{len(self.disputes)}_{intent['id']}",
                "object": "dispute",
                "amount": amount,
                "currency": intent["currency"],
                "charge": intent["latest_charge"]["id"],
                "payment_intent": intent["id"],
                "reason": "product_not_received",
                "status": status,
                "balance_transactions": withdrawn,
                "evidence_details": {"due_by": 1_800_000_000, "has_evidence": False, "past_due": False},
                "is_charge_refundable": False,
                "metadata": {},
            }
        )
        if withdrawn:
            self._tell("charge.dispute.funds_withdrawn", self.disputes[-1])
        return self.disputes[-1]

    def tell_of(self, thing: dict[str, Any]) -> None:
        """An event about what a POST has made of an object. It names the charge of an intent only."""
        kind = EVENTS.get((thing.get("object"), thing.get("status")))
        if kind is not None:
            charge = thing.get("latest_charge")
            self._tell(kind, {**thing, "latest_charge": charge and charge["id"]} if charge else thing)

    def _tell(self, kind: str, thing: dict[str, Any]) -> None:
        event = {"id": f"evt_{len(self.events)}", "object": "event", "type": kind, "data": {"object": thing}}
        self.events.insert(0, {**event, "created": int(clock.now().timestamp())})

    def decide(self, dispute: dict[str, Any], status: str) -> None:
        """The bank has decided; what is won is given back."""
        dispute["status"] = status
        if status == "won":
            dispute["balance_transactions"].append(_movement(dispute["amount"], dispute))

    def card(self, number: str) -> str:
        """The token that Stripe's library makes of a card in the customer's browser."""
        card = {"card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2030", "card[cvc]": "123"}
        return str(self.upstream.post("/v1/payment_methods", data={"type": "card", **card}).json()["id"])

    def enter_card(self, secret: str, number: str) -> None:
        """As Stripe's library in the browser does it."""
        entered = {"client_secret": secret, "payment_method": self.card(number)}
        self.upstream.post(f"/v1/setup_intents/{secret.partition('_secret_')[0]}/confirm", data=entered)

    def answer_action(self, page: str, *, approved: bool) -> None:
        """On the page to which the customer was sent."""
        intent = self.upstream.get(f"/v1/payment_intents/{page.rpartition('/')[2]}").json()
        answer = {"client_secret": intent["client_secret"], "success": str(approved).lower()}
        told = self.upstream.post(f"/v1/payment_intents/{intent['id']}/_authenticate", data=answer)
        if told.is_success:
            self.tell_of(self.documented(told.json()))

    # What Stripe knows -----------------------------------------------------------------------------------

    def intents(self, key: str) -> list[dict[str, Any]]:
        """Those made under our key, as the API shows them."""
        found = self.upstream.get("/v1/payment_intents", params={"limit": 100}).json()["data"]
        return [self.documented(each) for each in found if each["metadata"].get("tiffin_key") == key]

    def send_webhooks_to(self, url: str, secret: str) -> None:
        self.upstream.post("/_config/webhooks/tests", json={"url": url, "secret": secret})

    def documented(self, thing: dict[str, Any]) -> dict[str, Any]:
        """An intent, a refund or a list of them as the document describes it."""
        match thing.get("object"):
            case "list":
                thing["data"] = [self.documented(each) for each in thing["data"] if _is_shown(each)]
            case "payment_intent":
                self._complete(thing)
            case "refund" if self.refund_status:
                thing["status"] = self.refund_status[0]
        return thing

    def _complete(self, intent: dict[str, Any]) -> None:
        intent.pop("charges", None)
        taken = self.received.get(intent["id"], intent["amount"])
        intent["amount_received"] = taken if intent["status"] == "succeeded" else 0
        intent["amount_capturable"] = intent["amount"] if intent["status"] == "requires_capture" else 0
        if intent["id"] in self.without_owner:
            intent["status"], intent["next_action"] = "requires_payment_method", None
            intent["last_payment_error"] = {"type": "card_error", "code": "authentication_required"}
        if intent["next_action"] and intent["id"] not in self.by_library:
            back = self.return_urls.get(intent["id"])
            page = {"url": f"{self.address}/3ds/{intent['id']}", "return_url": back}
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": page}


def _movement(amount: int, of: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "balance_transaction",
        "amount": amount,
        "currency": of["currency"],
        "type": "adjustment",
    }


def _is_shown(each: dict[str, Any]) -> bool:
    """A refund that nobody asked for is what localstripe makes of the rest of a partial capture."""
    return each["object"] != "refund" or bool(each["metadata"])


class _Front(BaseHTTPRequestHandler):
    stripe: LocalStripe
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = self.path.partition("?")[0]
        self.stripe.calls.append(f"{method} {path}")
        fault = self.stripe.fault_for(method, path)
        if fault == "request":
            return self._hang_up()
        if fault == "error":
            answer = 500, json.dumps({"error": {"type": "api_error", "message": "An error"}}).encode()
            self._remember(body, *answer)
        else:
            answer = self._once(method, path, body)
        self.stripe.let_it_happen(path)
        time.sleep(self.stripe.slow_seconds)
        return self._hang_up() if fault == "answer" else self._answer(*answer)

    def _once(self, method: str, path: str, body: str) -> tuple[int, bytes]:
        key = self.headers.get("Idempotency-Key") if method == "POST" else None
        known = self.stripe.answers.get(key) if key else None
        if known is None:
            return self._remember(body, *self._ask(method, path, body))
        if known[0] != body:
            return _refusal(400, {"type": "idempotency_error", "message": "Keys are for one request"})
        return known[1:]

    def _remember(self, body: str, status: int, content: bytes) -> tuple[int, bytes]:
        key = self.headers.get("Idempotency-Key")
        if key and status in _SAVED:
            self.stripe.answers[key] = (body, status, content)
        return status, content

    def _ask(self, method: str, path: str, body: str) -> tuple[int, bytes]:
        form = parse_qsl(body)
        if any(name.startswith("payment_method_types") for name, _ in form):
            code = "payment_method_types_no_longer_supported"
            return _refusal(400, {"type": "invalid_request_error", "code": code})
        if path in {"/v1/disputes", "/v1/events"}:
            return self._listed(path, dict(parse_qsl(self.path.partition("?")[2])))
        self._note(path, dict(form))
        if path.endswith(CONFIRM) and self._asks_again(path, dict(form)):
            return self._documented(path, self.stripe.upstream.get(path.removesuffix(CONFIRM)))
        if path.endswith("/capture") and self._status_of(path) != "requires_capture":
            return _unexpected_state()
        sent = [(name, self._value(name, value)) for name, value in form]
        answer = self.stripe.upstream.request(
            method,
            self.path,
            content=urlencode(
                [each for each in sent if not each[0].startswith(_UNKNOWN_TO_LOCALSTRIPE)]
            ).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": self.headers["Authorization"],
            },
            auth=None,
        )
        if dict(form).get("off_session") == "true" and answer.is_success:
            return self._answered_without_owner(path, answer)
        return self._documented(path, answer)

    def _asks_again(self, path: str, form: dict[str, str]) -> bool:
        """What was refused without its owner is confirmed as if they were there."""
        intent = path.split("/")[3]
        again = intent in self.stripe.without_owner and "payment_method" in form
        if again and form.get("off_session") != "true":
            self.stripe.without_owner.remove(intent)
        return again

    def _answered_without_owner(self, path: str, answer: httpx.Response) -> tuple[int, bytes]:
        intent = answer.json()
        if intent["status"] != "requires_action":
            return self._documented(path, answer)
        self.stripe.without_owner.add(intent["id"])
        error = {"type": "card_error", "code": "authentication_required"}
        return _refusal(402, {**error, "payment_intent": self.stripe.documented(intent)})

    def _listed(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        """A page of those that are wanted, as all lists of Stripe's are: after the last one that was seen."""
        if path == "/v1/disputes":
            found = [
                each for each in self.stripe.disputes if each["payment_intent"] == query["payment_intent"]
            ]
        else:
            types = {value for name, value in query.items() if name.startswith("types[")}
            since, until = int(query["created[gte]"]), int(query["created[lt]"])
            found = [each for each in self.stripe.events if each["type"] in types]
            found = [each for each in found if since <= each["created"] < until]
        names = [each["id"] for each in found]
        start = names.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        page = found[start : start + MOST_ON_A_PAGE]
        more = start + MOST_ON_A_PAGE < len(found)
        answer = {"object": "list", "url": path, "has_more": more, "data": page}
        return 200, json.dumps(answer).encode()

    def _value(self, name: str, value: str) -> str:
        if name == "payment_method" and value in TOKENS:
            return self.stripe.card(TOKENS[value])
        return value

    def _note(self, path: str, form: dict[str, str]) -> None:
        intent = path.split("/")[3] if path.startswith("/v1/payment_intents/") else ""
        if "return_url" in form:
            self.stripe.return_urls[intent] = form["return_url"]
        if form.get("use_stripe_sdk") == "true":
            self.stripe.by_library.add(intent)
        if "amount_to_capture" in form:
            self.stripe.received[intent] = int(form["amount_to_capture"])

    def _status_of(self, path: str) -> str:
        found = self.stripe.upstream.get(path.removesuffix("/capture")).json()
        return str(found.get("status", ""))

    def _documented(self, path: str, answer: httpx.Response) -> tuple[int, bytes]:
        content = answer.json()
        if answer.status_code == 402:
            content["error"] |= {"type": "card_error", "decline_code": self.stripe.decline_code}
        elif answer.status_code == 400 and path.endswith(("/confirm", "/cancel", "/capture")):
            return _unexpected_state()
        elif answer.is_success:
            content = self.stripe.documented(content)
            if self.command == "POST":
                self.stripe.tell_of(content)
        return answer.status_code, json.dumps(content).encode()

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(BrokenPipeError):  # nobody waits for it any more
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True


def _refusal(status: int, error: dict[str, Any]) -> tuple[int, bytes]:
    return status, json.dumps({"error": error}).encode()


def _unexpected_state() -> tuple[int, bytes]:
    return _refusal(400, {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"})
