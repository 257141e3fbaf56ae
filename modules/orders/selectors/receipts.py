"""Receipts as customers and staff see them, and as they are printed."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.template.loader import render_to_string

from modules.identity.interface import Identity, PersonalDataErased, RevealRefused, SealUnreadable
from modules.orders.interface import (
    OrderUnknown,
    ReceiptId,
    ReceiptLineView,
    ReceiptPage,
    ReceiptTaxView,
    ReceiptUnknown,
    ReceiptView,
)
from modules.orders.models import Order, Receipt
from modules.orders.pricing.receipts import WrittenLine, WrittenTax
from modules.orders.selectors.receipt_words import WORDS, ReceiptWords
from tiffin import context, regions
from tiffin.context import ActorKind
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call
from tiffin.money import Money


def receipts(*, customer_id: UUID, order_id: UUID) -> tuple[ReceiptView, ...]:
    """All of this customer's order, the oldest first. Raises OrderUnknown, also for another customer's."""
    order = Order.objects.filter(pk=order_id, customer_id=customer_id).first()
    if order is None:
        raise OrderUnknown()
    found = order.receipts.select_related("order", "corrects").order_by("pk")
    return tuple(receipt_view(receipt) for receipt in found)


def receipt_page(*, customer_id: UUID, order_id: UUID, receipt_id: UUID) -> ReceiptPage:
    """One of them, printed. Raises OrderUnknown, ReceiptUnknown."""
    if not Order.objects.filter(pk=order_id, customer_id=customer_id).exists():
        raise OrderUnknown()
    found = Receipt.objects.filter(pk=receipt_id, order_id=order_id)
    receipt = found.select_related("order", "corrects").first()
    if receipt is None:
        raise ReceiptUnknown()
    return printed(receipt)


def receipt_view(receipt: Receipt) -> ReceiptView:
    """A receipt with its order, and with what it corrects."""
    lines = msgspec.convert(receipt.lines, tuple[WrittenLine, ...])
    taxes = msgspec.convert(receipt.taxes, tuple[WrittenTax, ...])
    money = receipt.order.money
    return ReceiptView(
        id=ReceiptId(receipt.id),
        number=receipt.number,
        kind=receipt.kind,
        issuer=receipt.party,
        issuer_name=receipt.issuer["name"],
        issuer_tax_id=receipt.issuer["tax_id"],
        issuer_address=receipt.issuer["address"],
        order_id=receipt.order.id,
        order_code=receipt.order.code,
        issued_at=receipt.issued_at,
        supplied_at=receipt.order.delivered_at,
        total=money(receipt.total),
        tax=money(receipt.tax),
        lines=tuple(
            ReceiptLineView(
                label=line.label,
                amount=money(line.amount),
                tax=money(line.tax),
                tax_rate=line.tax_rate,
                is_tax=line.is_tax,
            )
            for line in lines
        ),
        taxes=tuple(
            ReceiptTaxView(
                rate=tax.rate, base=None if tax.base is None else money(tax.base), tax=money(tax.tax)
            )
            for tax in taxes
        ),
        corrects=receipt.corrects.number if receipt.corrects else None,
    )


def printed(receipt: Receipt) -> ReceiptPage:
    """As a page, in the language of its region and with the lines that must stand on it there, as it was when
    it was written. The customer's name is opened now, and is in no row."""
    region, view = regions.get(receipt.region), receipt_view(receipt)
    day = region.local(receipt.issued_at).date()
    shows = region.setting("receipts.shows", list[str], on=day)
    language = region.setting("receipts.language", str, on=day)
    words = WORDS[language]
    page = {
        "language": language,
        "words": words,
        "number": receipt.number,
        "title": words.correction if receipt.corrects_id else words.receipt,
        "corrects": view.corrects,
        "order_code": view.order_code,
        "issued": f"{region.local(receipt.issued_at):%Y-%m-%d}",
        "supplied": _day(receipt, shows),
        "seller": view.issuer_name or words.parties[view.issuer.value],
        "seller_address": view.issuer_address if "seller_address" in shows else "",
        "shows_tax_id": "seller_tax_id" in shows and bool(view.tax),
        "seller_tax_id": view.issuer_tax_id,
        "buyer": _buyer(receipt.order) if "buyer_name" in shows else "",
        "lines": [(line.label, _amount(line.amount, words)) for line in view.lines],
        "taxes": [_tax(tax, words) for tax in view.taxes] if "tax_by_rate" in shows else [],
        "total": f"{_amount(view.total, words)} {receipt.currency}",
        "tax": f"{_amount(view.tax, words)} {receipt.currency}",
    }
    return ReceiptPage(number=receipt.number, html=str.__str__(render_to_string("orders/receipt.html", page)))


def _day(receipt: Receipt, shows: list[str]) -> str:
    at = receipt.order.delivered_at
    if at is None or "supplied_at" not in shows:
        return ""
    return f"{regions.get(receipt.region).local(at):%Y-%m-%d}"


def _amount(money: Money, words: ReceiptWords) -> str:
    return str(money).partition(" ")[0].replace(".", words.decimal_mark)


def _tax(tax: ReceiptTaxView, words: ReceiptWords) -> tuple[str, str, str, str]:
    rate = f"{(tax.rate * 100).normalize():f} %".replace(".", words.decimal_mark)
    if tax.base is None:
        return rate, "", _amount(tax.tax, words), ""
    return rate, _amount(tax.base, words), _amount(tax.tax, words), _amount(tax.base + tax.tax, words)


def _buyer(order: Order) -> str:
    """Whom it is for, as whoever asks may read it; nothing for somebody who was forgotten."""
    try:
        if context.current().actor.kind is ActorKind.CUSTOMER:
            return call(Identity).profile(customer_id=order.customer_id).name
        if order.sealed:
            return call(Identity).reveal(customer_id=order.customer_id, sealed=order.sealed).name
    except (RevealRefused, PersonalDataErased, SealUnreadable, ModuleUnavailable, ModuleFault):
        pass  # the amounts stand without it
    return ""
