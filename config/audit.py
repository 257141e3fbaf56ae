"""What must hold between modules, asked through their published interfaces wherever they run; and the audit
of everything: this, and what the kernel asks of each module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings

from config.audit_of_ads import ad_bills_are_collected, collections_have_ad_bills
from config.audit_of_memberships import charges_have_invoices, invoices_are_paid
from config.audit_of_transfers import (
    bills_are_collected,
    collections_have_bills,
    payouts_have_settlements,
    settlements_are_paid_out,
)
from config.modules import STATELESS
from modules.delivery.interface import Delivery, DeliveryState
from modules.orders.interface import ComponentKind, OrderMoney, Orders, OrderState, PointsState, Price
from modules.orders.interface import PaymentState as AxisState
from modules.payments.interface import (
    ORDER,
    LedgerKind,
    Party,
    PaymentLedger,
    Payments,
    PaymentState,
    PaymentView,
)
from modules.restaurants.interface import OrderId, Restaurants, TicketState
from modules.rewards.interface import HoldState, HoldView, Rewards
from tiffin.audit import Check, Inspection, Progress, check, inspected
from tiffin.interfaces import call
from tiffin.money import Money
from tiffin.remote import elsewhere

IDS_A_QUESTION = 500
ORDERS_A_PAGE = 200  # as many payments are asked for with them

# Nobody cooks, and nobody carries.
_OFF_THE_COUNTER = frozenset({TicketState.COLLECTED, TicketState.REJECTED, TicketState.WITHDRAWN})
_OFF_THE_ROAD = frozenset({DeliveryState.DELIVERED, DeliveryState.CANCELLED, DeliveryState.FAILED})

# Where the hold of its points is when an order is over and nothing is awaited any more; what is not here may
# not be.
_LET_GO = frozenset({HoldState.VOIDED, HoldState.EXPIRED})
_HOLDS: dict[tuple[OrderState, PointsState], frozenset[HoldState | None]] = {
    (OrderState.COMPLETED, PointsState.SPENT): frozenset({HoldState.POSTED}),
    (OrderState.COMPLETED, PointsState.LAPSED): _LET_GO,
    (OrderState.CANCELLED, PointsState.RELEASED): _LET_GO | {None},
    (OrderState.CANCELLED, PointsState.REFUSED): frozenset({None}),
    (OrderState.CANCELLED, PointsState.LAPSED): _LET_GO,
}

# The provider was asked and has not answered. The payment has a deadline; its sums are looked at afterwards.
_UNDER_WAY = frozenset(
    {
        PaymentState.PENDING,
        PaymentState.AUTHORISING,
        PaymentState.CAPTURING,
        PaymentState.VOIDING,
        PaymentState.REFUNDING,
    }
)


def audit(
    *, acknowledged: Path | None, tolerance: timedelta, progress: Progress | None = None
) -> Iterator[Check]:
    """Look at everything once; each Check as soon as it is done."""
    for invariant, (module, look) in _between_modules(acknowledged).items():
        yield inspected(Inspection(invariant, module, progress), look)
    for module in dict.fromkeys((*settings.TIFFIN_MODULES, *elsewhere())):
        if module in STATELESS:
            continue
        yield from check(module, tolerance=tolerance, progress=progress)


def _between_modules(
    acknowledged: Path | None,
) -> dict[str, tuple[str, Callable[[Inspection], None]]]:
    """The invariants by name, each with the module in whose name it speaks."""
    always: dict[str, tuple[str, Callable[[Inspection], None]]] = {
        "quotes": ("orders", one_order_a_quote),
        "money": ("orders", money_adds_up),
        "payments": ("payments", payments_have_orders),
        "ledger": ("payments", ledger_closes),
        "shares": ("payments", shares_are_the_bills),
        "reserved": ("orders", nothing_stays_reserved),
        "points": ("orders", points_are_as_held),
        "holds": ("rewards", holds_have_orders),
        "bills": ("rewards", bills_are_collected),
        "collections": ("payments", collections_have_bills),
        "ad_bills": ("ads", ad_bills_are_collected),
        "ad_collections": ("payments", collections_have_ad_bills),
        "settlements": ("rewards", settlements_are_paid_out),
        "payouts": ("payments", payouts_have_settlements),
        "charges": ("payments", charges_have_invoices),
        "invoices": ("subscriptions", invoices_are_paid),
    }
    if acknowledged is None:
        return always
    return {"acknowledged": ("orders", partial(acknowledged_exist, acknowledged)), **always}


def acknowledged_exist(file: Path, inspection: Inspection) -> None:
    """Every order whose id stands in `file` is there. Counts ids."""
    with file.open(encoding="ascii") as lines:
        ids = (word for line in lines for word in line.split())
        while page := list(islice(ids, IDS_A_QUESTION)):
            asked = {order_id for word in page if (order_id := _id(word, inspection)) is not None}
            for lost in asked - set(call(Orders).placed(order_ids=tuple(asked))):
                inspection.find(lost, "the order was acknowledged to its customer and is lost")
            inspection.looked(len(page))


def _id(word: str, inspection: Inspection) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        inspection.find(word, "the file of acknowledged orders holds what is no id")
        return None


def one_order_a_quote(inspection: Inspection) -> None:
    """A quote becomes at most one order. Counts orders."""
    for page in _orders():
        for order in page:
            if order.quote_shared:
                inspection.find(order.id, "another order was made from the same quote")
        inspection.looked(len(page))


def payments_have_orders(inspection: Inspection) -> None:
    """Whoever's money was asked for has an order, but for charges, which others account for. Counts
    payments."""
    for page in _payments():
        asked = {payment.order_id: payment for payment in page if payment.purpose == ORDER}
        known = set(call(Orders).placed(order_ids=tuple(asked)))
        for order_id, payment in asked.items():
            if order_id not in known:
                inspection.find(
                    payment.id, f"the payment over {payment.amount} is for order {order_id}, which is lost"
                )
        inspection.looked(len(page))


def ledger_closes(inspection: Inspection) -> None:
    """Of each payment at rest authorised = captured + voided, and captured = refunded + charged back +
    payable, party by party; the parties' shares are the amounts. Counts payments."""
    under_way = 0
    page = call(Payments).ledger()
    while page:
        for payment in page:
            under_way += not payment.at_rest
            for problem in (*payment.open, *_wrongly_shared(payment)):
                inspection.find(payment.id, problem)
        inspection.looked(len(page))
        page = call(Payments).ledger(after=page[-1].id)
    inspection.note = f"{under_way} under way" if under_way else ""


def _wrongly_shared(payment: PaymentLedger) -> Iterator[str]:
    for line in payment.lines:
        shared = sum(share.sale.amount + share.tax.amount for share in line.shares)
        if shared != line.amount.amount or any(
            share.sale.amount < 0 or share.tax.amount < 0 for share in line.shares
        ):
            yield f"{line.amount} were {line.kind.value}, of which the shares are {shared} smallest units"


def shares_are_the_bills(inspection: Inspection) -> None:
    """Of each payment at rest that was taken whole, what was taken for each party and its tax is what the
    order's bill says. Counts payments; of some payments was never told whose they are."""
    untold = 0
    page = call(Payments).ledger()
    while page:
        taken = {each.order_id: shares for each in page if each.at_rest and (shares := _taken(each))}
        untold += sum(Party.UNKNOWN in shares for shares in taken.values())
        told = {order_id: shares for order_id, shares in taken.items() if Party.UNKNOWN not in shares}
        for order in call(Orders).get_many(order_ids=tuple(told)):
            billed, shares = _billed(order.price), told[order.id]
            whole = sum(sum(each) for each in shares.values()) == order.total.amount
            if whole and shares != billed:
                inspection.find(order.id, f"its bill is {_said(billed)}, and taken were {_said(shares)}")
        inspection.looked(len(page))
        page = call(Payments).ledger(after=page[-1].id)
    inspection.note = f"{untold} of which nobody was told whose they are" if untold else ""


_Shares = dict[Party, tuple[int, int]]


def _taken(payment: PaymentLedger) -> _Shares:
    """What each party sold and the tax that it owes, as far as it was taken."""
    lines = [line for line in payment.lines if line.kind is LedgerKind.CAPTURED]
    return {share.party: (share.sale.amount, share.tax.amount) for line in lines for share in line.shares}


def _billed(price: Price) -> _Shares:
    """The same as the components of the bill have it. What rounding leaves below nothing is made up for by
    whoever has most."""
    sums: dict[tuple[Party, bool], int] = defaultdict(int)
    for component in price.components:
        seller = Party((component.party or component.liable).value)
        owing = Party(component.liable.value)
        if component.kind is ComponentKind.TAX:
            sums[seller, True] += component.amount.amount
            continue
        tax = component.tax.amount if price.includes_tax else 0
        sums[seller, False] += component.amount.amount - tax
        sums[owing, True] += tax
    missing = -sum(amount for amount in sums.values() if amount < 0)
    sums = defaultdict(int, {place: max(0, amount) for place, amount in sums.items()})
    for place in sorted(sums, key=lambda place: -sums[place]):
        made_up = min(missing, sums[place])
        missing, sums[place] = missing - made_up, sums[place] - made_up
    parties = {party for party, _ in sums}
    shares = {party: (sums[party, False], sums[party, True]) for party in parties}
    return {party: share for party, share in shares.items() if any(share)}


def _said(shares: _Shares) -> str:
    return ", ".join(
        f"{sale} and {tax} of tax for {party.value}" for party, (sale, tax) in sorted(shares.items(), key=str)
    )


def nothing_stays_reserved(inspection: Inspection) -> None:
    """Nobody cooks or carries for an order that is over. Counts orders that are."""
    for page in _orders():
        over = [order.id for order in page if order.final]
        if not over:
            continue
        for ticket in call(Restaurants).get_tickets(order_ids=[OrderId(each) for each in over]):
            if ticket.state not in _OFF_THE_COUNTER:
                inspection.find(ticket.order_id, f"it is over, and {ticket.state.value} at its restaurant")
        for delivery in call(Delivery).get_many(order_ids=list(over)):
            if delivery.state not in _OFF_THE_ROAD:
                inspection.find(delivery.order_id, f"it is over, and {delivery.state.value} by a courier")
        inspection.looked(len(over))


def points_are_as_held(inspection: Inspection) -> None:
    """Of an order that is over, the points that pay for it were spent when it was delivered and let go when
    it was not, and what refunds gave back came back. Counts orders with points; of those under way nothing
    can be said."""
    under_way = 0
    for page in _orders():
        paid = {order.hold_id: order for order in page if order.hold_id is not None}
        if not paid:
            continue
        holds = {hold.id: hold for hold in call(Rewards).holds(hold_ids=list(paid))}
        for hold_id, order in paid.items():
            under_way += not order.final
            for problem in _misheld(order, holds.get(hold_id)) if order.final else ():
                inspection.find(order.id, problem)
        inspection.looked(len(paid))
    inspection.note = f"{under_way} under way" if under_way else ""


def _misheld(order: OrderMoney, hold: HoldView | None) -> Iterator[str]:
    state = order.points_state or PointsState.NONE
    if (hold.state if hold else None) not in _HOLDS.get((order.order, state), frozenset()):
        held = f"their hold is {hold.state.value}" if hold else "there is no hold of them"
        yield f"it is {order.order.value} and its {order.points} points are {state.value}, but {held}"
    if hold is None:
        return
    if (hold.order_id, hold.points) != (order.id, order.points):
        yield f"of its {order.points} points {hold.points} are held, for order {hold.order_id}"
    given = order.points if state is PointsState.SPENT else 0, order.points_back
    if state is not PointsState.LAPSED and given != (hold.posted, hold.restored):
        yield (
            f"orders knows of {given[0]} points spent and {given[1]} given back, rewards of"
            f" {hold.posted} and {hold.restored}"
        )


def holds_have_orders(inspection: Inspection) -> None:
    """Whoever's points are held has an order. Counts holds."""
    page = call(Rewards).holds_page()
    while page:
        known = set(call(Orders).placed(order_ids=tuple({hold.order_id for hold in page})))
        for hold in page:
            if hold.order_id not in known:
                problem = f"{hold.points} points are held for order {hold.order_id}, which is lost"
                inspection.find(hold.id, problem)
        inspection.looked(len(page))
        page = call(Rewards).holds_page(after=page[-1].id)


def money_adds_up(inspection: Inspection) -> None:
    """Captured minus refunded is the order's money. Counts orders; of those under way little can be said."""
    under_way = unpaid = 0
    for page in _orders():
        payments = {each.order_id: each for each in call(Payments).for_orders(order_ids=[o.id for o in page])}
        for order in page:
            payment = payments.get(order.id)
            if not order.final or (payment is not None and payment.state in _UNDER_WAY):
                under_way += 1
                problems = _wrong_meanwhile(order)
            else:
                unpaid += order.order is OrderState.COMPLETED and order.payment is AxisState.FAILED
                problems = _wrong_at_the_end(order, payment)
            for problem in problems:
                inspection.find(order.id, problem)
        inspection.looked(len(page))
    notes = (
        (under_way, "under way"),
        (unpaid, "delivered though the payment had failed: the platform's loss"),
    )
    inspection.note = ", ".join(f"{count} {what}" for count, what in notes if count)


def _wrong_meanwhile(order: OrderMoney) -> Iterator[str]:
    if not order.refunded.amount <= order.captured.amount <= order.total.amount:
        yield f"of {order.total}, {order.captured} were taken and {order.refunded} given back"


def _wrong_at_the_end(order: OrderMoney, payment: PaymentView | None) -> Iterator[str]:
    yield from _wrong_meanwhile(order)
    if payment is None:
        # One that was cancelled before payments was asked has none, and one that points pay whole.
        never_asked = order.payment is AxisState.VOIDED and order.payment_id is None
        if order.captured or not (never_asked or not order.total or order.payment is AxisState.FAILED):
            yield f"the order is over and {order.captured} were taken for it, but it has no payment"
        return
    if (order.captured, order.refunded) != (payment.captured, payment.refunded):
        yield (
            f"orders knows of {order.captured} taken and {order.refunded} given back, payments of"
            f" {payment.captured} and {payment.refunded}"
        )
    kept = payment.captured - payment.refunded
    if held := payment.authorised - payment.captured - payment.voided:
        yield f"the order is over, but {held} of its customer's money are still held"
    nothing = Money.zero(order.total.currency)
    # What was owed back and the customer's bank has taken already is not kept.
    ours, may_keep = kept - (order.charged_back or nothing), order.kept or nothing
    if order.order is OrderState.CANCELLED and ours != may_keep:
        yield f"the order was cancelled, but {ours} of its customer's money were kept and not {may_keep}"
    owed = order.owed_back or nothing
    if order.refunded != owed:
        yield f"the order is over, but of {owed} that it owes back {order.refunded} are back"
    if (
        order.order is OrderState.COMPLETED
        and order.payment is AxisState.CAPTURED
        and kept != order.total - owed
    ):
        yield f"the order was delivered for {order.total} less {owed}, of which {kept} were taken"


def _orders() -> Iterator[tuple[OrderMoney, ...]]:
    page = call(Orders).money(size=ORDERS_A_PAGE)
    while page:
        yield page
        page = call(Orders).money(after=page[-1].id, size=ORDERS_A_PAGE)


def _payments() -> Iterator[list[PaymentView]]:
    page = call(Payments).page()
    while page:
        yield page
        page = call(Payments).page(after=page[-1].id)
