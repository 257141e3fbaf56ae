"""Stands behind the interface Orders."""

from __future__ import annotations

from uuid import UUID

from modules.orders import selectors, services
from modules.orders.interface import (
    AgeNotConfirmed,
    BasketLine,
    CancellationPreview,
    ClaimLine,
    ClaimReason,
    ClaimView,
    DonationWrong,
    EvidenceFile,
    EvidenceView,
    Fulfilment,
    LineTextWrong,
    OrderId,
    OrderMoney,
    OrderPage,
    Orders,
    OrderView,
    PaymentMethodMissing,
    PlacingRefused,
    Point,
    QuoteView,
    RatingSummary,
    RatingView,
    ReceiptPage,
    ReceiptView,
    ReorderView,
    SlotView,
    TimelineEntryView,
    Wishes,
)
from tiffin.interfaces import CommandKey, provides


@provides(Orders)
class OrdersProvider(Orders):
    """Each method calls one service or selector."""

    def quote(
        self,
        *,
        restaurant_id: UUID,
        lines: tuple[BasketLine, ...],
        customer_id: UUID | None = None,
        address_ticket: str | None = None,
        point: Point | None = None,
        tip: int = 0,
        wishes: Wishes | None = None,
    ) -> QuoteView:
        try:
            return services.quote_basket(
                restaurant_id=restaurant_id,
                lines=lines,
                customer_id=customer_id,
                address_ticket=address_ticket,
                point=point,
                tip=tip,
                wishes=wishes,
            )
        except (LineTextWrong, DonationWrong) as refusal:
            # Callers of the last release know no such refusal.
            raise PlacingRefused(reason=refusal.sentence) from None

    def slots(
        self, *, restaurant_id: UUID, fulfilment: Fulfilment = Fulfilment.DELIVERY
    ) -> tuple[SlotView, ...]:
        return selectors.slots(restaurant_id=restaurant_id, fulfilment=fulfilment)

    def place(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        quote: str,
        payment_method: str,
        note: str = "",
        age_confirmed: bool = False,
    ) -> OrderView:
        try:
            order = services.place_order(
                customer_id=customer_id,
                quote=quote,
                payment_method=payment_method,
                note=note,
                age_confirmed=age_confirmed,
            )
        except (AgeNotConfirmed, PaymentMethodMissing) as refusal:
            # Callers of the last release know no such refusals.
            raise PlacingRefused(reason=refusal.sentence) from None
        return selectors.answer_of(order)

    def get(self, *, customer_id: UUID, order_id: UUID) -> OrderView:
        return selectors.get_order(customer_id=customer_id, order_id=order_id)

    def get_many(self, *, order_ids: tuple[UUID, ...]) -> tuple[OrderView, ...]:
        return selectors.get_many(order_ids)

    def placed(self, *, order_ids: tuple[UUID, ...]) -> tuple[OrderId, ...]:
        return selectors.placed(order_ids)

    def money(self, *, after: UUID | None = None, size: int = 500) -> tuple[OrderMoney, ...]:
        return selectors.money(after=after, size=size)

    def list_for_customer(self, *, customer_id: UUID, cursor: str | None = None, size: int = 20) -> OrderPage:
        return selectors.list_for_customer(customer_id=customer_id, cursor=cursor, size=size)

    def timeline(self, *, customer_id: UUID, order_id: UUID, after: int = 0) -> tuple[TimelineEntryView, ...]:
        return selectors.timeline(customer_id=customer_id, order_id=order_id, after=after)

    def rate(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        order_id: UUID,
        food: int,
        courier: int | None = None,
        words: str = "",
    ) -> RatingView:
        rating = services.rate_order(
            customer_id=customer_id, order_id=order_id, food=food, courier=courier, words=words
        )
        return selectors.rating_answer(rating)

    def ratings(self, *, restaurant_ids: list[UUID]) -> tuple[RatingSummary, ...]:
        return selectors.ratings(restaurant_ids)

    def reorder(self, *, customer_id: UUID, order_id: UUID) -> ReorderView:
        return selectors.reorder(customer_id=customer_id, order_id=order_id)

    def preview_cancellation(self, *, customer_id: UUID, order_id: UUID) -> CancellationPreview:
        return selectors.preview_cancellation(customer_id=customer_id, order_id=order_id)

    def claim(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        order_id: UUID,
        reason: ClaimReason,
        lines: tuple[ClaimLine, ...] = (),
        words: str = "",
    ) -> ClaimView:
        made = services.claim(
            customer_id=customer_id, order_id=order_id, reason=reason, lines=lines, words=words
        )
        return selectors.claim_answer(made, made.order)

    def add_evidence(
        self, *, key: CommandKey, customer_id: UUID, claim_id: UUID, content: bytes
    ) -> EvidenceView:
        added = services.add_evidence(customer_id=customer_id, claim_id=claim_id, content=content)
        return selectors.evidence_view(added)

    def evidence(self, *, customer_id: UUID, evidence_id: UUID) -> EvidenceFile:
        return selectors.evidence(customer_id=customer_id, evidence_id=evidence_id)

    def appeal(self, *, key: CommandKey, customer_id: UUID, claim_id: UUID, words: str) -> ClaimView:
        claim = services.appeal(customer_id=customer_id, claim_id=claim_id, words=words)
        return selectors.claim_answer(claim, claim.order)

    def claims(self, *, customer_id: UUID, order_id: UUID) -> tuple[ClaimView, ...]:
        return selectors.claims(customer_id=customer_id, order_id=order_id)

    def receipts(self, *, customer_id: UUID, order_id: UUID) -> tuple[ReceiptView, ...]:
        return selectors.receipts(customer_id=customer_id, order_id=order_id)

    def receipt_page(self, *, customer_id: UUID, order_id: UUID, receipt_id: UUID) -> ReceiptPage:
        return selectors.receipt_page(customer_id=customer_id, order_id=order_id, receipt_id=receipt_id)

    def cancel(self, *, key: CommandKey, customer_id: UUID, order_id: UUID) -> OrderView:
        return selectors.answer_of(services.cancel_order(customer_id=customer_id, order_id=order_id))

    def cancel_as_seen(self, *, key: CommandKey, customer_id: UUID, order_id: UUID, keeps: int) -> OrderView:
        order = services.cancel_order(customer_id=customer_id, order_id=order_id, keeps=keeps)
        return selectors.answer_of(order)

    def cancel_by_staff(self, *, key: CommandKey, order_id: UUID, note: str) -> OrderView:
        return selectors.answer_of(services.cancel_order_by_staff(order_id=order_id, note=note))
