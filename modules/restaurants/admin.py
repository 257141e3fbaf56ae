"""Staff pages over restaurants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from modules.restaurants import selectors, services
from modules.restaurants.interface import MenuDifference
from modules.restaurants.models import (
    DeliverectLink,
    DeliverectMessage,
    DeliveryAttempt,
    ItemUnavailable,
    MenuDraft,
    MenuVersion,
    Restaurant,
    Ticket,
    TicketStep,
    VendorCall,
    VendorConnection,
    VendorEvent,
)
from modules.restaurants.models.deliverect import Heard
from modules.restaurants.models.vendors import OPEN_CALLS, EventState
from tiffin import clock
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue

STAFF_PAUSE = timedelta(hours=2)


class UnavailableInline(ReadOnlyInline):
    model = ItemUnavailable
    show_change_link = False
    fields = ("item_id", "until", "since")
    verbose_name_plural = "sold out"


@register(Restaurant)
class RestaurantAdmin(ModuleAdmin):
    list_display = (
        "name",
        "region",
        "city",
        "area",
        "cuisine",
        "menu_version",
        "paused_until",
        "pause_reason",
    )
    list_filter = ("region", "pause_reason", "city", "cuisine")
    search_fields = ("name", "slug", "search_text")
    ordering = ("name",)
    exclude = ("picture", "search_text", "zone", "west", "south", "east", "north", "log_txid")
    inlines = (UnavailableInline,)
    actions = ("pause", "resume")

    @admin.action(description="Pause for two hours", permissions=["act"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Restaurant]) -> None:
        until = clock.now() + STAFF_PAUSE
        for restaurant in queryset:
            services.pause(restaurant_id=restaurant.id, until=until)
        self.message_user(request, "They take no orders for two hours.", messages.SUCCESS)

    @admin.action(description="Take orders again", permissions=["act"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Restaurant]) -> None:
        for restaurant in queryset:
            services.resume(restaurant_id=restaurant.id)
        self.message_user(request, "They take orders again.", messages.SUCCESS)


@register(MenuVersion)
class MenuVersionAdmin(ModuleAdmin):
    list_display = ("restaurant", "number", "published_at", "source", "hash")
    list_filter = ("restaurant__region", "source")
    region_field = "restaurant__region"
    search_fields = ("restaurant__name", "restaurant__slug")
    list_select_related = ("restaurant",)
    fields = ("restaurant", "number", "published_at", "source", "hash", "changes", "document")
    readonly_fields = ("changes",)
    actions = ("publish_again",)

    @admin.display(description="What it does differently from the version before it")
    def changes(self, menu: MenuVersion) -> str:
        return _written(
            selectors.menu_difference(menu.restaurant_id, before=menu.number - 1, after=menu.number)
        )

    @admin.action(description="Publish again, as a new version", permissions=["act"])
    def publish_again(self, request: HttpRequest, queryset: QuerySet[MenuVersion]) -> None:
        for menu in queryset:
            services.publish_version(restaurant_id=menu.restaurant_id, version=menu.number)
        self.message_user(request, "They are published again.", messages.SUCCESS)


@register(MenuDraft)
class MenuDraftAdmin(ModuleAdmin):
    list_display = ("restaurant", "made_at", "format", "based_on", "differs", "published_version")
    list_filter = ("restaurant__region", "format")
    region_field = "restaurant__region"
    search_fields = ("restaurant__name", "restaurant__slug")
    list_select_related = ("restaurant",)
    fields = ("restaurant", "made_at", "format", "based_on", "differs", "published_version", "changes")
    readonly_fields = ("changes",)

    @admin.display(description="What it would change")
    def changes(self, draft: MenuDraft) -> str:
        return _written(selectors.menu_preview(draft.restaurant_id, draft.id).difference)


def _written(differing: MenuDifference) -> str:
    """One line a change, as staff read it on a page; prices in minor units."""
    lines = []
    for change in differing.changes:
        fields = "; ".join(f"{each.field} {each.before!r} → {each.after!r}" for each in change.fields)
        price = "" if change.price is None else f" at {change.price}"
        lines.append(f"{change.part.value} {change.title}{price} {change.kind.value} {fields}".rstrip())
    return "\n".join(lines) or "Nothing."


class StepInline(ReadOnlyInline):
    model = TicketStep
    show_change_link = False
    fields = ("at", "what", "actor", "cause")
    verbose_name_plural = "how it was brought to an answer"


@register(Ticket)
class TicketAdmin(Exported, ModuleAdmin):
    list_display = ("reference", "restaurant", "state_name", "rung_name", "placed_at", "ready_at", "reason")
    list_filter = (Made, "region", "state_name", "rung_name", "fulfilment")
    search_fields = ("reference", "=id", "restaurant__name")
    list_select_related = ("restaurant",)
    exclude = ("log_txid", "names")
    inlines = (StepInline,)
    actions = ("withdraw",)
    export_columns = (
        "id", "reference", "region", "restaurant_id", "restaurant", "state", "rung", "reason", "fulfilment",
        "total_minor", "total", "currency", "time_zone", "placed_at", "accept_by", "ready_at",
    )  # fmt: skip

    def export_row(self, row: Ticket) -> Iterable[Cell]:
        return (
            str(row.id), row.reference, row.region, str(row.restaurant_id), row.restaurant.name,
            row.state_name, row.rung_name, row.reason, row.fulfilment,
            *money_cells(row.total, row.currency), zone_cell(row.region),
            *(time_cell(at, row.region) for at in (row.placed_at, row.accept_by, row.ready_at)),
        )  # fmt: skip

    @admin.action(description="Take back from the restaurant", permissions=["act"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        for ticket in queryset:
            services.withdraw_order(order_id=ticket.id, reason="staff")
        self.message_user(request, "They left the counter.", messages.SUCCESS)


class CallForm(ActionForm):  # type: ignore[misc]  # unfold has no types
    """What was said, beside the action that is chosen."""

    note = forms.CharField(max_length=200, required=False, label="", widget=UnfoldAdminTextInputWidget())


class OnTheList(admin.SimpleListFilter):
    """Whether somebody is still to be called."""

    title = "still to be answered"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "yes"), ("no", "no")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[VendorCall]) -> QuerySet[VendorCall]:
        states = [state.value for state in OPEN_CALLS]
        match self.value():
            case "yes":
                return queryset.filter(state_name__in=states)
            case "no":
                return queryset.exclude(state_name__in=states)
        return queryset


@register(VendorCall)
class VendorCallAdmin(ModuleAdmin):
    """The call list: orders that nobody has answered, the ones with the least time left first. Write no names
    of customers into a note."""

    list_display = ("ticket", "restaurant", "phone", "answer_by", "state_name", "calls", "called_at", "note")
    list_filter = (OnTheList, "ticket__region", "state_name")
    region_field = "ticket__region"
    search_fields = ("=ticket__id", "ticket__reference", "ticket__restaurant__name")
    list_select_related = ("ticket__restaurant",)
    ordering = ("ticket__accept_by",)
    action_form = CallForm
    actions = ("called", "unreachable", "accept", "reject")

    @admin.display(description="Restaurant", ordering="ticket__restaurant__name")
    def restaurant(self, call: VendorCall) -> str:
        return call.ticket.restaurant.name

    @admin.display(description="Telephone")
    def phone(self, call: VendorCall) -> str:
        return call.ticket.restaurant.phone

    @admin.display(description="Answer by", ordering="ticket__accept_by")
    def answer_by(self, call: VendorCall) -> datetime:
        return call.ticket.accept_by

    @admin.action(description="Called: they will answer", permissions=["act"])
    def called(self, request: HttpRequest, queryset: QuerySet[VendorCall]) -> None:
        for call in queryset:
            services.note_call(order_id=call.ticket_id, reached=True, note=_note(request))

    @admin.action(description="Called: nobody there", permissions=["act"])
    def unreachable(self, request: HttpRequest, queryset: QuerySet[VendorCall]) -> None:
        for call in queryset:
            services.note_call(order_id=call.ticket_id, reached=False, note=_note(request))

    @admin.action(description="Accepted on the telephone", permissions=["act"])
    def accept(self, request: HttpRequest, queryset: QuerySet[VendorCall]) -> None:
        for call in queryset:
            services.accept_by_phone(order_id=call.ticket_id, note=_note(request))

    @admin.action(description="Rejected on the telephone", permissions=["act"])
    def reject(self, request: HttpRequest, queryset: QuerySet[VendorCall]) -> None:
        for call in queryset:
            services.reject_by_phone(order_id=call.ticket_id, note=_note(request))


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "").replace("\x00", "")


class ConnectedInline(ReadOnlyInline):
    model = Restaurant
    fields = ("name", "city", "area")
    verbose_name_plural = "restaurants"


@register(VendorConnection)
class VendorConnectionAdmin(ModuleAdmin):
    """How vendors' own systems do. What failed for too long is disabled until somebody enables it."""

    list_display = (
        "name",
        "region",
        "channel_name",
        "delivered_at",
        "polled_at",
        "failing_since",
        "failures",
        "disabled_because",
    )
    list_filter = (
        "region",
        "channel_name",
        "disabled_because",
        ("failing_since", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "=id", "url", "restaurants__name")
    ordering = ("name",)
    exclude = ("log_txid",)
    inlines = (ConnectedInline,)
    actions = ("enable", "disable", "send_test")

    @admin.action(description="Enable: begin anew", permissions=["act"])
    def enable(self, request: HttpRequest, queryset: QuerySet[VendorConnection]) -> None:
        for connection in queryset:
            services.switch(connection_id=connection.id, on=True)

    @admin.action(description="Disable: orders are on the tablets only", permissions=["act"])
    def disable(self, request: HttpRequest, queryset: QuerySet[VendorConnection]) -> None:
        for connection in queryset:
            services.switch(connection_id=connection.id, on=False)

    @admin.action(description="Send an event to try it", permissions=["act"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[VendorConnection]) -> None:
        for connection in queryset:
            services.send_test(connection_id=connection.id)
        self.message_user(request, "It is on its way: look at what was told.", messages.SUCCESS)


class AttemptInline(ReadOnlyInline):
    model = DeliveryAttempt
    show_change_link = False
    fields = ("at", "taken", "status", "milliseconds", "answer")
    verbose_name_plural = "tries"


@register(VendorEvent)
class VendorEventAdmin(ModuleAdmin):
    """What vendors' systems were told, and what they answered."""

    list_display = ("kind", "connection", "ticket", "at", "state_name", "attempts", "taken_at", "seq")
    list_filter = ("connection__region", "state_name", "kind")
    region_field = "connection__region"
    search_fields = ("=id", "=ticket__id", "ticket__reference", "=connection__id", "connection__name")
    list_select_related = ("connection", "ticket")
    ordering = ("-at",)
    inlines = (AttemptInline,)
    actions = ("replay",)

    @admin.action(description="Tell it again", permissions=["act"])
    def replay(self, request: HttpRequest, queryset: QuerySet[VendorEvent]) -> None:
        for event in queryset:
            services.replay(connection_id=event.connection_id, event_id=event.id)


@register(DeliverectLink)
class DeliverectLinkAdmin(ModuleAdmin):
    list_display = ("connection", "name", "channel_link", "active", "registered_at")
    list_filter = ("connection__region", "active")
    region_field = "connection__region"
    search_fields = ("=channel_link", "name", "connection__name")
    list_select_related = ("connection",)


@register(DeliverectMessage)
class DeliverectMessageAdmin(ModuleAdmin):
    """What is signed by nobody or belongs to nobody has no region: those who work everywhere see it."""

    list_display = ("at", "topic_name", "connection", "order_id", "status", "state_name", "reason")
    list_filter = ("connection__region", "topic_name", "state_name")
    region_field = "connection__region"
    search_fields = ("=order_id", "connection__name", "reason")
    list_select_related = ("connection",)
    actions = ("do_again",)

    @admin.action(description="Process again", permissions=["act"])
    def do_again(self, request: HttpRequest, queryset: QuerySet[DeliverectMessage]) -> None:
        for message in queryset:
            services.do_again(message_id=message.id)
        self.message_user(request, "They are processed again.", messages.SUCCESS)


RECENT = timedelta(days=1)
GIVEN_UP = ("failing", "gone")

queue(
    "Restaurants to call",
    VendorCall,
    lambda: {"state_name__in": ",".join(state.value for state in OPEN_CALLS)},
    why="Orders that nobody there has answered: the ones with the least time left come first.",
)
queue(
    "Vendor connections failing",
    VendorConnection,
    lambda: {"failing_since__isnull": "0", "disabled_at__isnull": "1"},
    why="They are disabled when it goes on; then their orders are on the tablets only.",
)
queue(
    "Vendor connections disabled",
    VendorConnection,
    lambda: {"disabled_because__in": ",".join(GIVEN_UP)},
    why="Because their addresses failed or said that they are gone: talk to the vendor, then enable them.",
)
queue(
    "Vendor events failed",
    VendorEvent,
    lambda: {"state_name": EventState.FAILED.value, "at__gte": (clock.now() - RECENT).isoformat()},
    why="In the last day, after their last try. Tell them again once the vendor's system is back.",
)
queue(
    "Deliverect messages refused",
    DeliverectMessage,
    lambda: {"state_name": Heard.REFUSED.value, "at__gte": (clock.now() - RECENT).isoformat()},
    why="In the last day. Their reason says what could not be done.",
)
