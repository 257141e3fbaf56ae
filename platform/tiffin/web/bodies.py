"""A body that is too large is refused and never kept, whether its length is announced or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

from tiffin.web.answers import answer
from tiffin.web.middleware import Before
from tiffin.web.problems import CONTENT_TYPE, Problem

API_BYTES = 1024 * 1024
UPLOAD_BYTES = 8 * 1024 * 1024
UPLOAD_PREFIXES = ("/admin/", "/internal/")
DISCARDED_BYTES = 16 * 1024 * 1024
PIECE_BYTES = 64 * 1024

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyLimit(Before):
    """1 MiB, and 8 MiB where staff upload files and deployables speak to each other;
    `settings.TIFFIN_UPLOAD_PREFIXES` adds paths for the latter.

    Bodies sent in chunks are read up to the limit here, because Django reads none without a length.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        self.uploads = (*UPLOAD_PREFIXES, *getattr(settings, "TIFFIN_UPLOAD_PREFIXES", ()))

    def before(self, request: HttpRequest) -> HttpResponse | None:
        limit = UPLOAD_BYTES if request.path.startswith(self.uploads) else API_BYTES
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdigit():
            if int(length) <= limit:
                return None
            _discard(request, int(length))
            return too_large(request, limit)
        if isinstance(request, WSGIRequest) and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", ""):
            return _read_chunks(request, limit)
        return None


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    detail = f"The body may have at most {limit} bytes."
    return answer(Problem("body_too_large", detail=detail, extensions={"limit_bytes": limit}), request)


def _discard(request: HttpRequest, length: int) -> None:
    """Read on, up to `length`, and keep nothing: whoever is still sending when the connection ends may never
    see the answer."""
    if not isinstance(request, WSGIRequest):
        return
    left = min(length, DISCARDED_BYTES)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, PIECE_BYTES))):
        left -= len(piece)


def _read_chunks(request: WSGIRequest, limit: int) -> HttpResponse | None:
    body = request.environ["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        _discard(request, DISCARDED_BYTES)
        return too_large(request, limit)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)
    return None


def limit_streams(application: Application, *, limit: int = 64 * 1024) -> Application:
    """Wrap an ASGI application, which Django lets read a whole body first: the stream process takes none
    worth the name."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _announced(scope) <= limit:
            await application(scope, _counted(receive, limit), send)
            return
        problem = Problem("body_too_large", extensions={"limit_bytes": limit})
        headers = [(b"content-type", CONTENT_TYPE.encode())]
        await send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "http.response.body", "body": problem.encode(escape_uri_path(scope["path"]))})

    return limited


def _announced(scope: Scope) -> int:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if seen > limit else message

    return counted
