"""What stands behind the published interface."""

from __future__ import annotations

from uuid import UUID

import msgspec

from modules.identity import login, own, selectors, services, staff
from modules.identity.interface import (
    AccountId,
    AccountKind,
    AccountView,
    AddressForm,
    AddressView,
    Identity,
    KeptAddress,
    ProfileView,
    SealedAddress,
    SessionView,
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

    def seal(self, *, customer_id: UUID, words: tuple[str, ...]) -> str:
        return selectors.seal(customer_id, words)

    def open_many(self, *, sealed: tuple[str, ...]) -> tuple[tuple[str, ...] | None, ...]:
        return selectors.open_many(sealed)

    def staff_login(self, *, email: str, password: str) -> StaffToken:
        return staff.log_in(email=email, password=password)

    def log_in(self, *, email: str, password: str, kind: AccountKind) -> SessionView:
        return login.open_session(login.account_for(email, password, kind))

    def renew(self, *, refresh_token: str) -> SessionView:
        return login.renew_session(refresh_token)

    def log_out(self, *, refresh_token: str) -> None:
        login.end_session(refresh_token)

    def register(self, *, email: str, password: str, region: str) -> AccountId:
        return own.register(email=email, password=password, region=region)

    def profile(self, *, customer_id: UUID) -> ProfileView:
        return own.profile(customer_id)

    def save_profile(self, *, key: CommandKey, customer_id: UUID, name: str, phone: str) -> None:
        own.save_profile(customer_id, ProfileView(name=name, phone=phone))

    def addresses(self, *, customer_id: UUID) -> list[KeptAddress]:
        return own.addresses(customer_id)

    def keep_address(self, *, key: CommandKey, customer_id: UUID, address: AddressForm) -> UUID:
        return own.keep_address(customer_id, address)

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
        # The answer is kept for a week, so it does not repeat the address that the caller knows.
        return msgspec.structs.replace(selectors.view_of(account), email="")
