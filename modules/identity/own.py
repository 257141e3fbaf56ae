"""What customers may see and change of themselves through pages of ours; nobody may do it for them."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from modules.identity import selectors, services
from modules.identity.contact import PlainAddress, PlainProfile, ticket_for
from modules.identity.interface import (
    AccountId,
    AccountKind,
    AddressForm,
    KeptAddress,
    PasswordTooWeak,
    ProfileView,
    RevealRefused,
)
from tiffin.context import ActorKind, current


def register(*, email: str, password: str, region: str) -> AccountId:
    """Raises EmailTaken, PasswordTooWeak."""
    try:
        validate_password(password)
    except ValidationError as error:
        raise PasswordTooWeak(reason=" ".join(error.messages)) from error
    account = services.create_account(
        email=email, password=password, kind=AccountKind.CUSTOMER, region=region
    )
    return AccountId(account.id)


def profile(customer_id: UUID) -> ProfileView:
    _require_self(customer_id)
    plain = selectors.profile_of(customer_id, selectors.key_of(customer_id))
    return ProfileView(name=plain.name, phone=plain.phone)


def save_profile(customer_id: UUID, wanted: ProfileView) -> None:
    _require_self(customer_id)
    services.save_profile(customer_id=customer_id, profile=PlainProfile(name=wanted.name, phone=wanted.phone))


def addresses(customer_id: UUID) -> list[KeptAddress]:
    """With fresh tickets, the newest first."""
    _require_self(customer_id)
    key = selectors.key_of(customer_id)
    plain_profile = selectors.profile_of(customer_id, key)
    kept = sorted(selectors.addresses_of(customer_id), key=lambda row: row.id, reverse=True)
    plain = [(row.id, selectors.plain_address(row, key)) for row in kept]
    return [
        KeptAddress(
            address_id=address_id,
            ticket=ticket_for(key, address_id, plain_profile, address),
            **msgspec.structs.asdict(address),
        )
        for address_id, address in plain
    ]


def keep_address(customer_id: UUID, address: AddressForm) -> UUID:
    _require_self(customer_id)
    plain = PlainAddress(**msgspec.structs.asdict(address))
    kept = services.add_address(customer_id=customer_id, address=plain)
    return kept.id


def _require_self(customer_id: UUID) -> None:
    actor = current().actor
    if actor.kind is not ActorKind.CUSTOMER or actor.id != customer_id:
        raise RevealRefused()
