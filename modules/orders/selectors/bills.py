"""What an order costs, line by line."""

from __future__ import annotations

from modules.orders.interface import ComponentKind, Party, Price, PriceComponent
from modules.orders.models import Order, OrderComponent


def price_of(order: Order) -> Price:
    """The bill as it was promised."""
    return Price(
        components=tuple(_component(order, component) for component in order.components.all()),
        subtotal=order.money(order.subtotal),
        tax=order.money(order.tax),
        total=order.money(order.total),
        includes_tax=order.includes_tax,
    )


def _component(order: Order, component: OrderComponent) -> PriceComponent:
    return PriceComponent(
        kind=ComponentKind(component.kind),
        code=component.component_code,
        label=component.label,
        amount=order.money(component.amount),
        tax_category=component.tax_category,
        tax_rate=component.tax_rate.normalize(),
        tax=order.money(component.tax),
        liable=Party(component.liable),
        line=component.line,
        party=Party(component.party) if component.party else None,
        funded_by=Party(component.funded_by) if component.funded_by else None,
        explanation=component.explanation,
    )
