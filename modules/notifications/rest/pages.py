"""The way out of a kind of e-mail: a page for people, and one click for their mail programs (RFC 8058)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from modules.notifications import selectors, services


@csrf_exempt  # the signed link is the permission, and mail programs post without having seen the page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and with a POST do it. Nothing happens by looking: mail programs look at links too."""
    found = selectors.read_way_out(token)
    if found is None:
        return render(request, "notifications/unsubscribe.html", {"title": ""}, status=404)
    customer_id, kind, title = found
    if request.method == "POST":
        services.unsubscribe(customer_id=customer_id, kind=kind)
    page = {"title": title, "done": request.method == "POST"}
    return render(request, "notifications/unsubscribe.html", page)
