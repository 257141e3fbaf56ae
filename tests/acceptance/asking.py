"""How everybody asks the platform: again after a moment, when it says so and its calls are disturbed.

Both tries of a call between modules may meet a fault. What is promised then is a 503 that says when to ask
again (`module_unavailable` in the catalogue of problems), and that asking again is harmless. Where nothing
disturbs the platform, nobody is told to, and an answer is taken as it is.
"""

from __future__ import annotations

import time
from typing import Any

import httpx

TRIES = 3
FAULTS = "faults"

_mode = ""


def expect(mode: str) -> None:
    """From now on the platform is disturbed in this way; see `tiffin.testing.topologies`."""
    global _mode
    _mode = mode


class _AsTold(httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        answer = super().handle_request(request)
        for _ in range(TRIES - 1):
            if _mode != FAULTS or answer.status_code != 503:
                break
            answer.close()
            time.sleep(float(answer.headers["Retry-After"]))
            answer = super().handle_request(request)
        return answer


def client(base_url: str, **options: Any) -> httpx.Client:
    """A client of its own, with its own connections and cookies."""
    return httpx.Client(base_url=base_url, transport=_AsTold(), **{"timeout": 20, **options})
