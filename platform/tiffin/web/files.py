"""Files that people sent, given to a browser that is to draw or save them and do nothing else."""

from __future__ import annotations

from django.http import HttpResponse

_NOTHING = "default-src 'none'; sandbox"


def sent_file(content: bytes, media_type: str, *, name: str) -> HttpResponse:
    """An answer with a file as its sender made it: opened as a page of its own it is saved and not shown, no
    other kind is guessed, and no other site may show it."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = _NOTHING
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
