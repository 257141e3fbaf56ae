"""What Stripe's library in the browser talks to, for tests: localstripe's own script and API under one
address, and what its script lacks of docs.stripe.com/js, as of October 2026:

- docs.stripe.com/js/payment_methods/create_payment_method: `createPaymentMethod` of a card Element; the API
  takes it with the publishable key.
- docs.stripe.com/js/payment_intents/handle_next_action: `handleNextAction`, which is what localstripe's
  `confirmCardPayment` does.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from modules.payments.tests.localstripe import LocalStripe
from tiffin.embedded.ports import LOOPBACK

PUBLISHABLE_KEY = "pk_test_of_the_tests"
PATH = "/js.stripe.com/v3/"
_LACKING = """
const ofLocalstripe = Stripe;
Stripe = (key) => {
  const known = ofLocalstripe(key);
  return {
    ...known,
    createPaymentMethod: async ({ type, card }) => {
      if (!card.value) return { error: { message: "Your card number is incomplete." } };
      const sent = new URLSearchParams({ type, key });
      for (const [name, value] of Object.entries(card.value.card)) sent.set(`card[${name}]`, value);
      const url = `${LOCALSTRIPE_BASE_API}/v1/payment_methods`;
      const answer = await fetch(url, { method: "POST", body: sent });
      const said = await answer.json();
      return said.error ? { error: said.error } : { paymentMethod: said };
    },
    handleNextAction: ({ clientSecret }) => known.confirmCardPayment(clientSecret),
  };
};
"""


class StripeJs:
    """Serves the script at `script`; `posted` is every path that a browser has sent something to."""

    def __init__(self, stripe: LocalStripe) -> None:
        self.stripe = stripe
        self.posted: list[str] = []
        self.server = ThreadingHTTPServer((LOOPBACK, 0), type("Front", (_Front,), {"library": self}))
        self.server.daemon_threads = True
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        self.origin = f"http://{LOOPBACK}:{self.server.server_port}"
        self.script = f"{self.origin}{PATH}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def source(self) -> str:
        return self.stripe.upstream.get(PATH).text + _LACKING

    def pass_on(self, path: str, body: bytes, kind: str) -> httpx.Response:
        self.posted.append(path)
        answer = self.stripe.upstream.post(path, content=body, headers={"Content-Type": kind})
        if answer.is_success and "/_authenticate" in path:
            self.stripe.tell_of(self.stripe.documented(answer.json()))
        return answer


class _Front(BaseHTTPRequestHandler):
    library: StripeJs
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == PATH:
            self._answer(200, "text/javascript", self.library.source().encode())
        else:
            self._answer(404, "text/plain", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.library.pass_on(self.path, body, self.headers.get("Content-Type") or "")
        self._answer(answer.status_code, "application/json", answer.content)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin") or "*")
        self.end_headers()
        self.wfile.write(content)
