"""What stands behind the published interface."""

from __future__ import annotations

from uuid import UUID

from modules.identity import selectors, services, staff
from modules.identity.interface import (
    AccountKind,
    AccountView,
    AddressView,
    Identity,
    SealedAddress,
    StaffToken,
)
from tiffin.interfaces import CommandKey, provides


@provides(Identity)
class IdentityProvider(Identity):
    def get_many(self, *, account_ids: list[UUID]) -> list[AccountView]:
        return selectors.accounts(account_ids)

    def reveal(self, *, customer_id: UUID, sealed: str) -> AddressView:
        return selectors.reveal(customer_id, sealed)

    def reveal_many(self, *, addresses: list[SealedAddress]) -> list[AddressView | None]:
        return selectors.reveal_many(addresses)

    def staff_login(self, *, email: str, password: str) -> StaffToken:
        return staff.log_in(email=email, password=password)

    def create_account(
        self,
        *,
        key: CommandKey,
        email: str,
        password: str,
        kind: AccountKind,
        region: str = "",
        restaurants: tuple[UUID, ...] = (),
        roles: tuple[str, ...] = (),
        regions: tuple[str, ...] = (),
    ) -> AccountView:
        grants = services.grants_for(kind, restaurants=restaurants, roles=roles, regions=regions)
        account = services.create_account(
            email=email, password=password, kind=kind, region=region, grants=grants
        )
        return selectors.view_of(account)
