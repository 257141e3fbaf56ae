"""Knows the staff by the token in their cookie, on the staff's pages only."""

from __future__ import annotations

from django.http import HttpRequest

from tiffin import context
from tiffin.admin.staff import user_of
from tiffin.web.middleware import Before

PREFIX = "/admin/"
STAFF_COOKIE = "tiffin_staff"


class StaffAuthentication(Before):
    """Sets `request.user` to a StaffUser under /admin/. The token is signed itself and needs no session, so
    the pages work the same in a module that runs without identity's database."""

    def before(self, request: HttpRequest) -> None:
        if not request.path.startswith(PREFIX):
            return
        user = user_of(request.COOKIES.get(STAFF_COOKIE, ""))
        request.user = user  # type: ignore[assignment]  # a StaffUser stands where Django expects its model
        context.change(actor=user.actor)
