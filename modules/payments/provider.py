"""What stands behind the interface `Payments`."""

from __future__ import annotations

from uuid import UUID

from modules.payments import selectors, services
from modules.payments.interface import (
    Charge,
    CollectionView,
    KeptCardView,
    Payee,
    Payer,
    PaymentChoice,
    PaymentId,
    PaymentLedger,
    PaymentMethod,
    Payments,
    PaymentView,
    PayoutView,
    Share,
)
from tiffin.interfaces import CommandKey, provides
from tiffin.money import Money


@provides(Payments)
class PaymentsProvider(Payments):
    """Each method calls one service or selector."""

    def authorise(
        self,
        *,
        key: CommandKey,
        order_id: UUID,
        customer_id: UUID,
        amount: Money,
        method: str,
        region: str,
        shares: tuple[Share, ...] = (),
    ) -> PaymentView:
        payment = services.authorise(
            order_id=order_id,
            customer_id=customer_id,
            amount=amount,
            method=method,
            region=region,
            shares=shares,
        )
        return selectors.view(payment)

    def capture(
        self, *, key: CommandKey, payment_id: PaymentId, amount: Money, shares: tuple[Share, ...] = ()
    ) -> PaymentView:
        return selectors.view(services.capture(payment_id=payment_id, amount=amount, shares=shares))

    def void(self, *, key: CommandKey, payment_id: PaymentId) -> PaymentView:
        return selectors.view(services.void(payment_id=payment_id))

    def refund(
        self,
        *,
        key: CommandKey,
        payment_id: PaymentId,
        amount: Money,
        reason: str,
        shares: tuple[Share, ...] = (),
    ) -> PaymentView:
        return selectors.view(
            services.refund(
                payment_id=payment_id, amount=amount, reason=reason, reference=str(key), shares=shares
            )
        )

    def charge_many(
        self, *, key: CommandKey, region: str, purpose: str, charges: list[Charge], present: bool = False
    ) -> None:
        services.charge_many(region=region, purpose=purpose, charges=charges, present=present)

    def get_many(self, *, payment_ids: list[PaymentId]) -> list[PaymentView]:
        return selectors.get_many(payment_ids=payment_ids)

    def for_orders(self, *, order_ids: list[UUID]) -> list[PaymentView]:
        return selectors.for_orders(order_ids=order_ids)

    def page(self, *, after: PaymentId | None = None, size: int = 200) -> list[PaymentView]:
        return selectors.page(after=after, size=size)

    def ledger(self, *, after: PaymentId | None = None, size: int = 200) -> list[PaymentLedger]:
        return selectors.ledger(after=after, size=size)

    def methods(self, *, region: str) -> list[PaymentMethod]:
        return selectors.methods(region=region)

    def choice(self, *, region: str, customer_id: UUID) -> PaymentChoice:
        return selectors.choice(region=region, customer_id=customer_id)

    def kept_cards(self, *, customer_id: UUID) -> list[KeptCardView]:
        return selectors.kept_cards(customer_id=customer_id)

    def keep_card(self, *, key: CommandKey, customer_id: UUID, region: str) -> KeptCardView:
        return selectors.kept_card(services.keep_method(customer_id=customer_id, region=region))

    def card_entered(self, *, key: CommandKey, customer_id: UUID, card_id: UUID) -> None:
        services.card_entered(customer_id=customer_id, method_id=card_id)

    def remove_card(self, *, key: CommandKey, customer_id: UUID, card_id: UUID) -> None:
        services.remove_method(customer_id=customer_id, method_id=card_id)

    def keep_payee(self, *, key: CommandKey, payee: Payee) -> None:
        services.keep_payee(payee=payee)

    def pay_out(
        self,
        *,
        key: CommandKey,
        payout_id: UUID,
        payee: Payee,
        amount: Money,
        region: str,
        purpose: str,
        reference: str,
    ) -> PayoutView:
        return selectors.payout_view(
            services.pay_out(
                payout_id=payout_id,
                payee=payee,
                amount=amount,
                region=region,
                purpose=purpose,
                reference=reference,
            )
        )

    def collect(
        self,
        *,
        key: CommandKey,
        collection_id: UUID,
        payer: Payer,
        amount: Money,
        region: str,
        purpose: str,
        reference: str,
        due_days: int = 14,
    ) -> CollectionView:
        return selectors.collection_view(
            services.collect(
                collection_id=collection_id,
                payer=payer,
                amount=amount,
                region=region,
                purpose=purpose,
                reference=reference,
                due_days=due_days,
            )
        )

    def payouts(self, *, payout_ids: list[UUID]) -> list[PayoutView]:
        return selectors.payouts(payout_ids=payout_ids)

    def payouts_page(self, *, after: UUID | None = None, size: int = 200) -> list[PayoutView]:
        return selectors.payouts_page(after=after, size=size)

    def collections(self, *, collection_ids: list[UUID]) -> list[CollectionView]:
        return selectors.collections(collection_ids=collection_ids)

    def collections_page(self, *, after: UUID | None = None, size: int = 200) -> list[CollectionView]:
        return selectors.collections_page(after=after, size=size)
