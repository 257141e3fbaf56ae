"""What is in writing of a donation, in the language in which the region writes."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from modules.rewards import policies
from modules.rewards.interface import DonationReceipt as ReceiptView
from modules.rewards.interface import DonationUnknown
from modules.rewards.models import Donation, DonationReceipt
from tiffin import regions
from tiffin.dto import DTO
from tiffin.money import Money


class ReceiptWords(DTO):
    title: str
    charity: str
    given: str
    issued: str
    amount: str
    points: str
    order: str
    taken_back: str
    decimal_mark: str


# Where the region's own is not written here yet.
ANY_LANGUAGE = "en"
WORDS = {
    "en": ReceiptWords(
        title="Donation receipt",
        charity="For",
        given="Given on",
        issued="Issued on",
        amount="Amount",
        points="Given as points",
        order="Given with order",
        taken_back="Refunded since",
        decimal_mark=".",
    ),
    "pl": ReceiptWords(
        title="Potwierdzenie darowizny",
        charity="Na rzecz",
        given="Data darowizny",
        issued="Data wystawienia",
        amount="Kwota",
        points="Przekazano jako punkty",
        order="Do zamówienia",
        taken_back="Później zwrócono",
        decimal_mark=",",
    ),
}


def donation_receipt(customer_id: UUID, donation_id: UUID) -> ReceiptView:
    """Raises DonationUnknown for another's, and for what is not in writing."""
    theirs = DonationReceipt.objects.select_related("donation__charity")
    receipt = theirs.filter(donation=donation_id, donation__customer_id=customer_id).first()
    if receipt is None:
        raise DonationUnknown(donation_id=donation_id)
    region = regions.get(receipt.region)
    rule = policies.donation_receipts(region, region.local(receipt.issued_at).date())
    words = WORDS.get(receipt.language, WORDS[ANY_LANGUAGE])
    return ReceiptView(
        id=receipt.id,
        donation_id=donation_id,
        number=receipt.number,
        language=receipt.language,
        title=words.title,
        lines=tuple(_lines(receipt, words)),
        notes=rule.notes if rule else (),
        issued_at=receipt.issued_at,
    )


def _lines(receipt: DonationReceipt, words: ReceiptWords) -> Iterator[tuple[str, str]]:
    donation: Donation = receipt.donation
    local = regions.get(receipt.region).local
    yield words.charity, donation.charity.name
    yield words.given, f"{local(donation.given_at):%Y-%m-%d}"
    yield words.issued, f"{local(receipt.issued_at):%Y-%m-%d}"
    yield words.amount, _shown(receipt.amount, donation.currency, words)
    if donation.points:
        yield words.points, str(donation.points)
    if donation.order_id is not None:
        yield words.order, str(donation.order_id)
    if since := receipt.amount - donation.left:
        yield words.taken_back, _shown(since, donation.currency, words)


def _shown(amount: int, currency: str, words: ReceiptWords) -> str:
    return str(Money(amount=amount, currency=currency)).replace(".", words.decimal_mark)
