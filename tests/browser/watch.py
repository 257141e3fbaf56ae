"""What a page must never do, seen from the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

INLINE = {"data", "blob"}
LATE = 503


class Watch:
    """Notes what goes wrong on any page of a browser context.

    A part that is kept fresh may be told once, not twice in a row, that the platform is late (503): it shows
    what it has and asks again.
    """

    def __init__(self, context: BrowserContext, base_url: str, *elsewhere: str) -> None:
        """Pages may ask the origins `elsewhere` too; what goes wrong there is not noted."""
        self.complaints: list[str] = []
        self._parts: set[str] = set()
        self._late: set[str] = set()
        self._elsewhere = {urlsplit(origin)[:2] for origin in elsewhere}
        self._origins = {urlsplit(base_url)[:2], *self._elsewhere}
        context.on("console", self._console)
        context.on("weberror", self._thrown)
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        # The browser says it in its own words only, with no request to look at.
        of_a_part = "status of 503" in message.text and url in self._parts
        if message.type == "error" and urlsplit(url)[:2] not in self._elsewhere and not of_a_part:
            self.complaints.append(f"console: {message.text} ({url})")

    def _thrown(self, error: WebError) -> None:
        self.complaints.append(f"thrown: {error.error}")

    def _request(self, request: Request) -> None:
        if "x-fragment" in request.headers:
            self._parts.add(request.url)
        url = urlsplit(request.url)
        if url.scheme not in INLINE and url[:2] not in self._origins:
            self.complaints.append(f"another origin: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status != LATE:
            self._late.discard(response.url)
        elif response.url in self._late:
            self.complaints.append(f"late twice in a row: {response.url}")
        elif response.url in self._parts:
            self._late.add(response.url)
