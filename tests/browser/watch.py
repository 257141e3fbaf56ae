"""What a page must never do, seen from the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

INLINE = {"data", "blob"}


class Watch:
    """Notes what goes wrong on any page of a browser context."""

    def __init__(self, context: BrowserContext, base_url: str, *elsewhere: str) -> None:
        """Pages may ask the origins `elsewhere` too; what goes wrong there is not noted."""
        self.complaints: list[str] = []
        self._elsewhere = {urlsplit(origin)[:2] for origin in elsewhere}
        self._origins = {urlsplit(base_url)[:2], *self._elsewhere}
        context.on("console", self._console)
        context.on("weberror", self._thrown)
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        there = urlsplit(message.location.get("url", ""))[:2] in self._elsewhere
        if message.type == "error" and not there:
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _thrown(self, error: WebError) -> None:
        self.complaints.append(f"thrown: {error.error}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in INLINE and url[:2] not in self._origins:
            self.complaints.append(f"another origin: {request.url}")
