"""Writing down what happened to an order: the one way in which it is saved."""

from __future__ import annotations

from modules.orders.events import OrderMoved, TimelineMove
from modules.orders.interface import PointsState
from modules.orders.models import Order, OrderComponent, OrderLine, TimelineEntry
from modules.orders.models.order import Move
from modules.orders.selectors.tracking import course_of
from modules.orders.services.deadlines import deadline_of
from modules.orders.states import is_final, status_of
from tiffin import clock, context, db, jobs
from tiffin.log import Event, current_event, publish, publish_new


@db.transaction_required
def record(order: Order, *events: Event, cause: str = "") -> None:
    """Save the order as it stands: its row, a timeline entry for each move, the events, and the deadline that
    goes with its new state. `cause` names the use case; in a handler it is the event at hand.
    """
    order.changed_at = clock.now()
    entries = _entries(order, order.take_moves(), cause)
    if _name_deadline(order):
        _set_deadline(order)
    told = (*events, *_moved(order, entries))
    if told:
        publish(order, *told, saving=Order.CHANGING, parts=([entry for entry, _ in entries],))
    else:
        order.save(update_fields=Order.CHANGING)


@db.transaction_required
def record_first(
    order: Order, lines: list[OrderLine], components: list[OrderComponent], *events: Event, cause: str
) -> bool:
    """The same for a new order with its parts. False when its quote has become an order already: the
    transaction must be undone then."""
    first = Move("order", None, order.order_state, order.axes, "")
    if order.points:
        order.move(points=PointsState.PENDING)
    entries = _entries(order, [first, *order.take_moves()], cause)
    _name_deadline(order)
    parts = (lines, components, [entry for entry, _ in entries])
    told = (*events, *_moved(order, entries))
    if not publish_new(order, *told, parts=parts, unless_taken=("quote_id",)):
        return False
    order.has_parts(lines, components)
    _set_deadline(order)
    return True


def _entries(order: Order, moves: list[Move], cause: str) -> list[tuple[TimelineEntry, Move]]:
    actor, cause = _origin(cause)
    entries = []
    for move in moves:
        order.timeline_seq += 1
        entry = TimelineEntry(
            order=order,
            seq=order.timeline_seq,
            at=order.changed_at,
            axis=move.axis,
            from_state=move.before,
            to_state=move.after,
            status_name=status_of(move.axes).value,
            actor=actor,
            cause=cause,
            note=move.note,
        )
        entries.append((entry, move))
    return entries


def _origin(cause: str) -> tuple[str, str]:
    """Who did it and what caused it: the event at hand, or the one who asks."""
    if cause:
        return str(context.current().actor), cause
    event = current_event()
    return event.actor, event.name


def _moved(order: Order, entries: list[tuple[TimelineEntry, Move]]) -> list[OrderMoved]:
    if not entries:
        return []
    moves = tuple(
        TimelineMove(
            seq=entry.seq,
            at=entry.at,
            axis=entry.axis,
            from_state=entry.from_state,
            to_state=entry.to_state,
            status=status_of(move.axes),
            axes=move.axes,
            note=entry.note or None,
        )
        for entry, move in entries
    )
    return [
        OrderMoved(
            order_id=order.id,
            customer_id=order.customer_id,
            moves=moves,
            final=is_final(order.axes),
            course=course_of(order),
        )
    ]


def _name_deadline(order: Order) -> bool:
    """Note on the order what it waits for; whether that has changed."""
    before = order.waits_for, order.waits_until
    deadline = deadline_of(order)
    order.waits_for, order.waits_until = ("", None) if deadline is None else deadline
    return before != (order.waits_for, order.waits_until)


def _set_deadline(order: Order) -> None:
    if order.waits_until is None:
        jobs.clear_deadline(order)
    else:
        jobs.set_deadline(order, order.waits_for, due=order.waits_until)
