"""Clients of the public HTTP API that carry a real, signed token."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client
from rest_framework.test import APIClient

from tiffin import ids
from tiffin.context import Actor
from tiffin.web.tokens import sign_access


def token(actor: Actor) -> str:
    """An access token as identity would give it to `actor`."""
    return sign_access(actor, session_id=str(ids.new_id()))


def api(actor: Actor | None = None) -> APIClient:
    """A client for `/api/v1/…`, signed in as `actor`, or as nobody."""
    client = APIClient()
    if actor is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token(actor)}")
    return client


def waiting(staff: Client) -> dict[str, tuple[str, str]]:
    """What waits for this person on the staff's pages: how many and the link to them, by module and title."""
    page = staff.get("/admin/queues/").content.decode()
    rows = re.findall(
        r"<td>(?:<strong>)?([^<]+)(?:</strong>)?</td>\s*<td><a[^>]*href=\"([^\"]+)\">([^<]+)</a></td>\s*<td>(\w+)",
        page,
    )
    return {f"{module}: {title}": (count, unescape(link)) for count, link, title, module in rows}
