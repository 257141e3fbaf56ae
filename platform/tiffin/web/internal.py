"""The door for other deployables of the platform: `POST /internal/v1/…`, each of `DOORS`.

It stands on the web processes, and the origin does not lead to it. Whatever comes is signed.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tiffin.audit import answer_check
from tiffin.interfaces.dispatch import dispatch
from tiffin.log import remote_feed
from tiffin.remote import NotHere
from tiffin.remote.peers import MEDIA_TYPE
from tiffin.remote.signing import HEADER, BadSignature, verify
from tiffin.web.answers import answer
from tiffin.web.joined_openapi import answer_openapi
from tiffin.web.problems import Problem

DOORS: dict[str, Callable[[bytes], bytes]] = {
    "call": dispatch,
    "feed": remote_feed.answer_read,
    "horizon": remote_feed.answer_horizon,
    "readers": remote_feed.answer_readers,
    "audit": answer_check,
    "openapi": answer_openapi,
}


@csrf_exempt
@require_POST
def internal(request: HttpRequest, what: str) -> HttpResponse:
    """Answer a message of another deployable in its own bytes; what cannot be answered is a problem."""
    try:
        verify(request.headers.get(HEADER, ""), request.path, request.body, key=settings.TIFFIN_INTERNAL_KEY)
    except BadSignature as error:
        return answer(Problem("bad_signature", detail=f"This was not accepted: {error}."), request)
    door = DOORS.get(what)
    if door is None:
        return answer(Problem("not_found"), request)
    try:
        return HttpResponse(door(request.body), content_type=MEDIA_TYPE)
    except NotHere as error:
        return answer(Problem("not_found", detail=f"{error}."), request)
    except msgspec.MsgspecError as error:
        return answer(Problem("bad_request", detail=f"The message cannot be read: {error}."), request)
