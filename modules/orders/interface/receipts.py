"""What customers get in writing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NewType
from uuid import UUID

from modules.orders.interface.bills import Party
from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

ReceiptId = NewType("ReceiptId", UUID)


class ReceiptKind(OpenEnum):
    """A receipt, or what takes some of one back."""

    RECEIPT = "receipt"
    CORRECTION = "correction"
    UNKNOWN = "unknown"


class ReceiptLineView(DTO):
    """One amount. `tax` is contained in it, or stands on a line of its own that `is_tax`."""

    label: str
    amount: Money
    tax: Money
    tax_rate: Decimal
    is_tax: bool


class ReceiptTaxView(DTO):
    """What one rate comes to. `base` is net; None where areas tax the same thing at rates of their own."""

    rate: Decimal
    base: Money | None
    tax: Money


class ReceiptView(DTO):
    """One document of an order, with nobody's name in it. `issuer` is who owes it to the customer; the lines
    sum to `total`, the taxes to `tax`, which is contained in it. Amounts of a correction are negative, and
    `corrects` is the number of the receipt that it takes back of."""

    id: ReceiptId
    number: str
    kind: ReceiptKind
    issuer: Party
    issuer_name: str
    issuer_tax_id: str
    issuer_address: str
    order_id: UUID
    order_code: str
    issued_at: datetime
    supplied_at: datetime | None
    total: Money
    tax: Money
    lines: tuple[ReceiptLineView, ...]
    taxes: tuple[ReceiptTaxView, ...]
    corrects: str | None = None


class ReceiptPage(DTO):
    """A document as a page that can be printed, with whom it is for."""

    number: str
    html: str


class ReceiptUnknown(DomainError, code="receipt_unknown", status=404):
    """There is no such receipt."""

    detail = "The order has no receipt with this id; one is written within minutes after it was delivered."
