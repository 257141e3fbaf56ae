"""How the sinks stand, what they refused, who agreed, and who is to be deleted there: on the staff's
pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.analytics import selectors, services
from modules.analytics.models import ConsentChange, Deletion, HeldMessage, Person, Sink
from modules.analytics.sinks import is_chosen
from tiffin import clock
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.queues import queue


@register(Sink)
class SinkAdmin(ModuleAdmin):
    """`waiting` are events of which something may be to be told; those of people who do not agree are among
    them."""

    list_display = (
        "name",
        "configured",
        "complete_at",
        "lag",
        "waiting",
        "sent",
        "sent_at",
        "held",
        "trouble",
        "trouble_since",
        "retry_at",
    )
    list_filter = (("trouble_since", admin.EmptyFieldListFilter),)
    search_fields = ("name",)
    ordering = ("name",)
    actions = ("try_now", "hold_refused")

    @admin.action(description="Try again now", permissions=["act"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[Sink]) -> None:
        for sink in queryset:
            services.try_now(name=sink.name)
        self.message_user(request, "It is tried in a moment.", messages.SUCCESS)

    @admin.action(description="Hold what it refuses, however much, and go on", permissions=["act"])
    def hold_refused(self, request: HttpRequest, queryset: QuerySet[Sink]) -> None:
        for sink in queryset:
            services.hold_refused(name=sink.name)
        self.message_user(request, "What it refuses is held until it has taken the rest.", messages.SUCCESS)

    @admin.display(boolean=True)
    def configured(self, sink: Sink) -> bool:
        return is_chosen(sink.name)

    @admin.display
    def lag(self, sink: Sink) -> timedelta | None:
        """Since the oldest event that it was not told of."""
        oldest = selectors.unread_of(sink.name).oldest if is_chosen(sink.name) else None
        return timedelta(seconds=int((clock.now() - oldest).total_seconds())) if oldest else timedelta(0)

    @admin.display
    def waiting(self, sink: Sink) -> str:
        if not is_chosen(sink.name):
            return "–"
        unread = selectors.unread_of(sink.name)
        return f"more than {unread.number}" if unread.more else str(unread.number)

    @admin.display
    def held(self, sink: Sink) -> int:
        return HeldMessage.objects.filter(sink=sink.name).count()


@register(HeldMessage)
class HeldMessageAdmin(ModuleAdmin):
    list_display = ("name", "sink", "region", "occurred_at", "cause", "attempts", "held_at")
    list_filter = ("sink", "region", "name")
    search_fields = ("=message_id", "=event_id", "=customer_id")
    exclude = ("payload",)
    actions = ("try_again", "skip")

    @admin.action(description="Try again", permissions=["act"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[HeldMessage]) -> None:
        for row in queryset:
            services.retry_held(held_id=row.pk)
        self.message_user(request, "It was taken.", messages.SUCCESS)

    @admin.action(description="Skip for good", permissions=["act"])
    def skip(self, request: HttpRequest, queryset: QuerySet[HeldMessage]) -> None:
        for row in queryset:
            services.skip_held(held_id=row.pk)
        self.message_user(request, "It is told to nobody.", messages.SUCCESS)


@register(Person)
class PersonAdmin(ModuleAdmin):
    list_display = ("customer_id", "agreed", "changed_at")
    list_filter = ("agreed",)
    search_fields = ("=customer_id", "=person_id")
    ordering = ("-changed_at",)


@register(ConsentChange)
class ConsentChangeAdmin(ModuleAdmin):
    list_display = ("customer_id", "agreed", "at")
    list_filter = ("agreed",)
    search_fields = ("=customer_id",)


@register(Deletion)
class DeletionAdmin(ModuleAdmin):
    list_display = ("id", "sink", "asked_at", "due", "attempts", "cause", "done_at")
    list_filter = ("sink", ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("=id", "=person_id")
    actions = ("ask_again", "done")

    @admin.action(description="Ask again now", permissions=["act"])
    def ask_again(self, request: HttpRequest, queryset: QuerySet[Deletion]) -> None:
        for row in queryset:
            services.delete_again(deletion_id=row.pk)
        self.message_user(request, "It is asked within a minute.", messages.SUCCESS)

    @admin.action(description="It was done there by hand", permissions=["act"])
    def done(self, request: HttpRequest, queryset: QuerySet[Deletion]) -> None:
        for row in queryset:
            services.mark_deleted(deletion_id=row.pk)
        self.message_user(request, "It is done.", messages.SUCCESS)


def _all() -> dict[str, Any]:
    return {}


queue(
    "Messages that a sink refused",
    HeldMessage,
    _all,
    why="All others go on. Try them again once the cause is gone, or skip them.",
)
queue(
    "Sinks that take nothing",
    Sink,
    lambda: {"trouble_since__isnull": "0"},
    why="Nothing is lost: the log keeps what they do not take. The cause stands beside.",
)
queue(
    "Deletions that failed",
    Deletion,
    lambda: {"done_at__isnull": "1", "attempts__gte": "1"},
    why="Customers who were forgotten are known at a sink. It is asked again by itself, or you do it.",
)
