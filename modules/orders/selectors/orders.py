"""Orders as customers and other modules see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet, Sum

from modules.orders.interface import (
    Axes,
    ChosenOption,
    OrderId,
    OrderLineView,
    OrderPage,
    OrderSummary,
    OrderUnknown,
    OrderView,
    Price,
    RefundState,
    RefundView,
    Status,
    TimelineEntryView,
)
from modules.orders.models import Order, OrderLine, Rating, TimelineEntry
from modules.orders.policies import Canceller
from modules.orders.pricing import name_of, paid_with_points, shares_per_person
from modules.orders.selectors.bills import price_of
from modules.orders.selectors.cancelling import kept_parts, may_cancel
from modules.orders.selectors.names import names_of
from modules.orders.selectors.ratings import rating_view
from modules.orders.selectors.times import claim_obstacle, rating_obstacle
from modules.orders.selectors.tracking import course_of, tracking
from modules.orders.states import START
from tiffin import clock

MAXIMUM_PAGE_SIZE = 100


def get_order(*, customer_id: UUID, order_id: UUID) -> OrderView:
    """One order of this customer. Raises OrderUnknown, also for another customer's."""
    order = _with_parts(Order.objects.filter(pk=order_id, customer_id=customer_id)).first()
    if order is None:
        raise OrderUnknown()
    return view_of(order, names_of(order))


def get_many(order_ids: Iterable[UUID]) -> tuple[OrderView, ...]:
    """Those orders that exist, newest first."""
    orders = _with_parts(Order.objects.filter(pk__in=list(order_ids))).order_by("-id")
    return tuple(view_of(order) for order in orders)


def list_for_customer(*, customer_id: UUID, cursor: str | None = None, size: int = 20) -> OrderPage:
    """A page of the customer's orders, newest first; a cursor that we did not give begins at the newest."""
    size = max(1, min(size, MAXIMUM_PAGE_SIZE))
    orders = Order.objects.filter(customer_id=customer_id)
    before = _read_cursor(cursor)
    if before is not None:
        orders = orders.filter(pk__lt=before)
    found = list(summaries_of(orders.order_by("-id"))[: size + 1])
    more = len(found) > size
    return OrderPage(
        orders=tuple(summary_of(order) for order in found[:size]),
        next_cursor=found[size - 1].id.hex if more else None,
    )


def summaries_of(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with how many dishes each holds, without their parts."""
    return orders.annotate(item_count=Sum("lines__quantity")).defer("sealed", "pickup", "names")


def summary_of(order: Order) -> OrderSummary:
    """An order from `summaries_of`."""
    return OrderSummary(
        id=OrderId(order.id),
        code=order.code,
        region=order.region,
        restaurant_id=order.restaurant_id,
        restaurant_name=order.restaurant_name,
        status=order.status,
        placed_at=order.created_at,
        total=order.money(order.total),
        item_count=getattr(order, "item_count", 0) or 0,
        fulfilment=order.fulfilment,
    )


def timeline(*, customer_id: UUID, order_id: UUID, after: int = 0) -> tuple[TimelineEntryView, ...]:
    """What happened to this customer's order since entry `after`. Raises OrderUnknown."""
    if not Order.objects.filter(pk=order_id, customer_id=customer_id).exists():
        raise OrderUnknown()
    return entries_since(order_id, after)


def entries_since(order_id: UUID, after: int) -> tuple[TimelineEntryView, ...]:
    """The entries of an order from `after` on, each with the axes as they stood then."""
    entries = TimelineEntry.objects.filter(order_id=order_id).order_by("seq")
    return tuple(view for view in _with_axes(entries) if view.seq > after)


def view_of(order: Order, names: Sequence[str] = ()) -> OrderView:
    """The order with its parts, which are prefetched best; `names` of those whom its lines are for."""
    rating, price = _rating_of(order), price_of(order)
    lines = tuple(_line(order, line, names) for line in order.lines.all())
    return OrderView(
        id=OrderId(order.id),
        code=order.code,
        version=order.version,
        region=order.region,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        restaurant_name=order.restaurant_name,
        status=order.status,
        axes=order.axes,
        placed_at=order.created_at,
        changed_at=order.changed_at,
        total=order.money(order.total),
        refunded=order.money(order.refunded),
        lines=lines,
        price=price,
        payment_method=order.payment_method,
        courier_id=order.courier_id,
        ready_at=order.ready_at,
        waits_until=order.waits_until,
        action_url=order.action_url or None,
        cancel_reason=order.cancel_reason or None,
        may_cancel=may_cancel(order, Canceller.CUSTOMER),
        fulfilment=order.fulfilment,
        note=order.note,
        wanted_at=order.wanted_at,
        delivered_at=order.delivered_at,
        minimum_age=order.minimum_age,
        rating=rating_view(rating) if rating else None,
        kept=kept_parts(order),
        refunds=_refunds_of(order),
        claim_obstacle=claim_obstacle(order),
        rating_obstacle=rating_obstacle(order, rating),
        tracking=tracking(course_of(order), order.axes, now=clock.now()),
        **_besides(order, price, names),
    )


def _besides(order: Order, price: Price, names: Sequence[str]) -> dict[str, Any]:
    """Who pays what, what is paid other than with money, and what is given."""
    return {
        "per_person": shares_per_person(price, [line.person for line in order.lines.all()], names),
        "points": order.points,
        "points_worth": order.money(paid_with_points(price)) if order.points else None,
        "points_back": order.points_back,
        "donation": order.money(order.donation) if order.donation else None,
        "charity_id": order.charity_id,
    }


def _refunds_of(order: Order) -> tuple[RefundView, ...]:
    """Most orders have none, and are not asked for any."""
    if order.refund_state == RefundState.NONE.value and not order.points:
        return ()
    return tuple(
        RefundView(
            amount=order.money(refund.amount),
            reason=refund.reason,
            owed_at=refund.owed_at,
            done_at=refund.done_at,
            charged_back_at=refund.charged_back_at,
            points=refund.points,
            points_done_at=refund.points_done_at,
        )
        for refund in order.refunds.all()
    )


def answer_of(order: Order) -> OrderView:
    """The order as commands answer it. Those answers are kept: what its customer wrote is in none."""
    view = view_of(order)
    lines = tuple(msgspec.structs.replace(line, note="") if line.note else line for line in view.lines)
    bare: OrderView = msgspec.structs.replace(view, note="", lines=lines)
    return bare


def _rating_of(order: Order) -> Rating | None:
    """Nobody rates what has not come."""
    return None if order.delivered_at is None else getattr(order, "rating", None)


def _with_parts(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.select_related("rating").prefetch_related("lines", "components")


def _line(order: Order, line: OrderLine, names: Sequence[str]) -> OrderLineView:
    return OrderLineView(
        item_id=line.item_id,
        title=line.title,
        quantity=line.quantity,
        unit_price=order.money(line.unit_price),
        total=order.money(line.unit_price * line.quantity),
        options=msgspec.convert(line.options, tuple[ChosenOption, ...]),
        person=line.person,
        for_person=name_of(line.person, names),
        note=line.note,
    )


def _with_axes(entries: Sequence[TimelineEntry] | QuerySet[TimelineEntry]) -> list[TimelineEntryView]:
    """Each entry moves one axis, so that the axes after it follow from those before."""
    states, views = msgspec.to_builtins(START), []
    for entry in entries:
        states[entry.axis] = entry.to_state
        views.append(
            TimelineEntryView(
                seq=entry.seq,
                at=entry.at,
                axis=entry.axis,
                from_state=entry.from_state,
                to_state=entry.to_state,
                status=Status(entry.status_name),
                axes=msgspec.convert(states, Axes),
                actor=entry.actor.partition(":")[0],
                cause=entry.cause,
                note=entry.note or None,
            )
        )
    return views


def _read_cursor(cursor: str | None) -> UUID | None:
    try:
        return UUID(hex=cursor) if cursor else None
    except ValueError:
        return None
