"""What stands behind the interface `Subscriptions`."""

from __future__ import annotations

from uuid import UUID

from modules.subscriptions import selectors, services
from modules.subscriptions.interface import (
    ChangePreview,
    InvoiceView,
    MembershipView,
    PlanOffer,
    PlanView,
    Subscriptions,
)
from tiffin.interfaces import CommandKey, provides


@provides(Subscriptions)
class SubscriptionsProvider(Subscriptions):
    """Each method calls one service or selector."""

    def plans(self, *, region: str, customer_id: UUID | None = None) -> list[PlanView]:
        return selectors.plans(region, customer_id)

    def offer_shown(self, *, customer_id: UUID, region: str) -> None:
        services.offer_shown(customer_id=customer_id, region=region)

    def offer(self, *, key: CommandKey, plan: PlanOffer) -> UUID:
        return services.offer_new_plan(plan)

    def join(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        plan_id: UUID,
        method: str,
        known_by: tuple[str, ...] = (),
    ) -> MembershipView:
        joined = services.join(customer_id=customer_id, plan_id=plan_id, method=method, known_by=known_by)
        return selectors.view(joined)

    def pay(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, method: str) -> MembershipView:
        return selectors.view(
            services.pay(customer_id=customer_id, membership_id=membership_id, method=method)
        )

    def use_method(
        self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, method: str
    ) -> MembershipView:
        return selectors.view(
            services.use_method(customer_id=customer_id, membership_id=membership_id, method=method)
        )

    def cancel(
        self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, now: bool = False
    ) -> MembershipView:
        return selectors.view(services.cancel(customer_id=customer_id, membership_id=membership_id, now=now))

    def keep(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID) -> MembershipView:
        return selectors.view(services.keep(customer_id=customer_id, membership_id=membership_id))

    def take_back(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID) -> MembershipView:
        return selectors.view(services.take_back(customer_id=customer_id, membership_id=membership_id))

    def pause(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, days: int) -> MembershipView:
        return selectors.view(services.pause(customer_id=customer_id, membership_id=membership_id, days=days))

    def resume(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID) -> MembershipView:
        return selectors.view(services.resume(customer_id=customer_id, membership_id=membership_id))

    def preview_change(self, *, customer_id: UUID, membership_id: UUID, plan_id: UUID) -> ChangePreview:
        return services.preview_change(customer_id=customer_id, membership_id=membership_id, plan_id=plan_id)

    def change(
        self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, plan_id: UUID
    ) -> MembershipView:
        return selectors.view(
            services.change(customer_id=customer_id, membership_id=membership_id, plan_id=plan_id)
        )

    def memberships(self, *, customer_id: UUID) -> list[MembershipView]:
        return selectors.of_customer(customer_id)

    def membership(self, *, customer_id: UUID, membership_id: UUID) -> MembershipView:
        return selectors.membership(customer_id, membership_id)

    def invoices(self, *, customer_id: UUID) -> list[InvoiceView]:
        return selectors.invoices(customer_id)

    def charged(self, *, charge_ids: tuple[UUID, ...]) -> list[UUID]:
        return selectors.charged_for(charge_ids)

    def invoices_page(self, *, after: UUID | None = None, size: int = 200) -> list[InvoiceView]:
        return selectors.page(after=after, size=size)
