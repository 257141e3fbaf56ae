"""Knows the staff by the token in their cookie, on the staff's pages only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

from tiffin import context
from tiffin.admin.staff import user_of

PREFIX = "/admin/"
STAFF_COOKIE = "tiffin_staff"


class StaffAuthentication:
    """Sets `request.user` to a StaffUser under /admin/. The token is signed itself and needs no session, so
    the pages work the same in a module that runs without identity's database."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        _recognise(request)
        return self.get_response(request)  # type: ignore[no-any-return]  # whatever comes is passed on


def _recognise(request: HttpRequest) -> None:
    if not request.path.startswith(PREFIX):
        return
    user = user_of(request.COOKIES.get(STAFF_COOKIE, ""))
    request.user = user  # type: ignore[assignment]  # a StaffUser stands where Django expects its model
    context.change(actor=user.actor)
