"""Middleware that works under threads and in an event loop alike: what each of ours stands on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse


class EitherWay:
    """Asks whatever comes next; a subclass says in both of its ways what happens around that."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        return self._acall(request) if self.is_async else self._call(request)

    def _call(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    async def _acall(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = await self.get_response(request)
        return response


class Before(EitherWay):
    """Does something before anything else does, and may answer instead."""

    def before(self, request: HttpRequest) -> HttpResponse | None:
        """The answer, if nobody else is to be asked."""
        raise NotImplementedError

    def _call(self, request: HttpRequest) -> HttpResponse:
        return self.before(request) or super()._call(request)

    async def _acall(self, request: HttpRequest) -> HttpResponse:
        return self.before(request) or await super()._acall(request)


class After(EitherWay):
    """Has the last word about the answer."""

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer that goes out."""
        raise NotImplementedError

    def _call(self, request: HttpRequest) -> HttpResponse:
        return self.after(request, super()._call(request))

    async def _acall(self, request: HttpRequest) -> HttpResponse:
        return self.after(request, await super()._acall(request))
