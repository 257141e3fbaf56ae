"""Messages on the staff's pages, and what each of them looks like in each language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from modules.notifications import services
from modules.notifications.kinds import KINDS, TRIED_FOR
from modules.notifications.models import Message, State
from modules.notifications.wording import languages, write
from tiffin import clock
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue

# As long as anything is tried, and a day for somebody to look.
RECENT = max(TRIED_FOR.values()) + timedelta(days=1)
# Facts for a look at the templates.
SAMPLE = {
    "total": "23.50 EUR",
    "amount": "5.77 EUR",
    "granted": "5.77 EUR",
    "ready_at": "2026-03-02T18:40:00+00:00",
    "reason": "restaurant_rejected",
    "points": 1200,
    "available": 20,
    "last_day": "2026-03-31",
    "tier": "Gold",
}


@register(Message)
class MessageAdmin(ModuleAdmin):
    list_display = (
        "kind",
        "channel",
        "state",
        "region",
        "order_id",
        "attempts",
        "cause",
        "created_at",
        "sent_at",
    )
    list_filter = (Made, "state", "channel", "kind", "region")
    search_fields = ("=id", "=order_id", "=customer_id", "=provider_id")
    actions = ("send_again",)
    list_before_template = "notifications/list_before.html"

    @admin.action(description="Send again", permissions=["act"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        for message in queryset:
            services.send_again(message_id=message.pk)
        self.message_user(request, "It goes out in a moment.", messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        looks = self.admin_site.admin_view(self.templates)
        return [path("templates/", looks, name="notifications_templates"), *super().get_urls()]

    def templates(self, request: HttpRequest) -> HttpResponse:
        """Every kind in every language, with facts that are made up."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = {
            **self.admin_site.each_context(request),
            "title": "Messages in words",
            "looks": [
                (kind, [_look(kind.code, language) for language in languages()]) for kind in KINDS.values()
            ],
        }
        return TemplateResponse(request, "notifications/templates.html", page)


queue(
    "Messages that failed",
    Message,
    lambda: {"state": State.FAILED.value, "created_at__gte": (clock.now() - RECENT).isoformat()},
    why=f"In the last {RECENT.days} days. Many with one cause mean that a carrier takes none: once it does, "
    "send them again.",
)


def _look(kind: str, language: str) -> dict[str, Any]:
    """A template as it comes out, or what is wrong with it."""
    try:
        written = write(kind, SAMPLE, language=language, link="https://tiffin.example/orders/…")
    except Exception as error:  # a bad template is shown, whatever it raises
        return {"language": language, "wrong": repr(error)}
    return {"language": language, "written": written}
