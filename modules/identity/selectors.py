"""What identity reads: accounts, what their tokens claim, and customers' personal data opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from modules.identity.contact import Contact, PlainAddress, PlainProfile
from modules.identity.interface import (
    AccountId,
    AccountKind,
    AccountView,
    AddressView,
    CustomerId,
    PersonalDataErased,
    RevealRefused,
    SealedAddress,
    SealUnreadable,
)
from modules.identity.models import Account, Address, DataKey, Profile
from modules.identity.roles import REVEALING
from modules.identity.sealing import CustomerKey, Purpose, from_text, to_text
from tiffin import db
from tiffin.context import EVERY_REGION, Actor, ActorKind, current
from tiffin.dto import DTO

_ID_BYTES = 16  # of the customer, before what is sealed


class Scopes(DTO):
    """What an account's grants come to: the claims of its tokens beside its kind."""

    restaurants: tuple[UUID, ...]
    roles: tuple[str, ...]
    regions: tuple[str, ...]


def scopes_of(account: Account) -> Scopes:
    """Staff and couriers without a grant have no region."""
    grants = sorted(account.grants.all(), key=lambda grant: (grant.role, grant.scope))
    scopes = list(dict.fromkeys(grant.scope for grant in grants))
    if account.kind == AccountKind.RESTAURANT.value:
        return Scopes(restaurants=tuple(UUID(scope) for scope in scopes if scope), roles=(), regions=())
    roles = dict.fromkeys(grant.role for grant in grants) if account.is_staff else ()
    regions = (EVERY_REGION,) if "" in scopes else tuple(scopes)
    return Scopes(restaurants=(), roles=tuple(roles), regions=regions)


def view_of(account: Account) -> AccountView:
    scopes = scopes_of(account)
    return AccountView(
        account_id=AccountId(account.id),
        kind=AccountKind(account.kind),
        email="" if account.erased_at else account.email,
        active=account.is_active,
        erased=account.erased_at is not None,
        restaurants=scopes.restaurants,
        roles=scopes.roles,
        regions=scopes.regions,
    )


def accounts(account_ids: Iterable[UUID]) -> list[AccountView]:
    found = Account.objects.filter(pk__in=list(account_ids)).prefetch_related("grants")
    return [view_of(account) for account in found]


def key_of(customer_id: UUID) -> CustomerKey:
    """Raises PersonalDataErased once the key was destroyed, SealUnreadable where there never was one."""
    row = next(iter(db.find(DataKey, customer_id=customer_id)), None)
    return _unwrapped(row, customer_id)


def profile_of(customer_id: UUID, key: CustomerKey) -> PlainProfile:
    row = Profile.objects.filter(account_id=customer_id).first()
    if row is None:
        return PlainProfile(name="", phone="")
    return PlainProfile(
        name=key.open(bytes(row.name_sealed), Purpose.NAME, str) if row.name_sealed else "",
        phone=key.open(bytes(row.phone_sealed), Purpose.PHONE, str) if row.phone_sealed else "",
    )


def addresses_of(customer_id: UUID) -> list[Address]:
    return list(Address.objects.filter(account_id=customer_id))


def plain_address(address: Address, key: CustomerKey) -> PlainAddress:
    return key.open(bytes(address.sealed), Purpose.ADDRESS, PlainAddress)


def reveal(customer_id: UUID, sealed: str) -> AddressView:
    """Open what `modules.identity.contact` sealed. Raises RevealRefused for customers and strangers."""
    _require_revealing(current().actor)
    return _opened(key_of(customer_id), sealed)


def reveal_many(addresses: Iterable[SealedAddress]) -> list[AddressView | None]:
    """Open many with one read; None for those that cannot be opened any more."""
    _require_revealing(current().actor)
    wanted = list(addresses)
    customers = [address.customer_id for address in wanted]
    rows = {row.customer_id: row for row in db.find(DataKey, customer_id=customers)}
    return [_opened_or_none(rows.get(address.customer_id), address) for address in wanted]


def _opened_or_none(row: DataKey | None, address: SealedAddress) -> AddressView | None:
    try:
        return _opened(_unwrapped(row, address.customer_id), address.sealed)
    except (PersonalDataErased, SealUnreadable):
        return None


def _opened(key: CustomerKey, sealed: str) -> AddressView:
    contact = key.open(from_text(sealed), Purpose.CONTACT, Contact)
    return AddressView(
        customer_id=CustomerId(key.customer_id),
        name=contact.name,
        phone=contact.phone,
        street=contact.address.street,
        city=contact.address.city,
        postcode=contact.address.postcode,
        notes=contact.address.notes,
        lat=contact.address.lat,
        lon=contact.address.lon,
    )


def seal(customer_id: UUID, words: tuple[str, ...]) -> str:
    """What a customer wrote, as another module may keep it. Raises RevealRefused, PersonalDataErased,
    SealUnreadable."""
    actor = current().actor
    if actor.kind is not ActorKind.SERVICE and not _is(customer_id, actor):
        raise RevealRefused()
    return to_text(customer_id.bytes + key_of(customer_id).seal(words, Purpose.WORDS))


def open_many(sealed: Sequence[str]) -> tuple[tuple[str, ...] | None, ...]:
    """Open many with one read; None for those that cannot be opened any more. Raises RevealRefused."""
    wanted = [_whose(text) for text in sealed]
    customers = {customer_id for customer_id, _ in wanted if customer_id}
    actor = current().actor
    if not all(_is(customer_id, actor) for customer_id in customers):
        _require_revealing(actor)
    rows = {row.customer_id: row for row in db.find(DataKey, customer_id=list(customers))}
    return tuple(_words(customer_id, rest, rows) for customer_id, rest in wanted)


def _whose(text: str) -> tuple[UUID | None, bytes]:
    """The customer whom a sealed text names, and what is sealed."""
    try:
        read = from_text(text)
        return UUID(bytes=read[:_ID_BYTES]), read[_ID_BYTES:]
    except (SealUnreadable, ValueError):
        return None, b""


def _words(customer_id: UUID | None, sealed: bytes, rows: dict[UUID, DataKey]) -> tuple[str, ...] | None:
    if customer_id is None:
        return None
    try:
        return _unwrapped(rows.get(customer_id), customer_id).open(sealed, Purpose.WORDS, tuple[str, ...])
    except (PersonalDataErased, SealUnreadable):
        return None


def _is(customer_id: UUID, actor: Actor) -> bool:
    return actor.kind is ActorKind.CUSTOMER and actor.id == customer_id


def _unwrapped(row: DataKey | None, customer_id: UUID) -> CustomerKey:
    if row is None:
        raise SealUnreadable()
    if row.wrapped is None:
        raise PersonalDataErased()
    return CustomerKey.unwrap(customer_id, bytes(row.wrapped))


def _require_revealing(actor: Actor) -> None:
    if actor.kind in {ActorKind.SERVICE, ActorKind.RESTAURANT, ActorKind.COURIER}:
        return
    if actor.kind is ActorKind.STAFF and REVEALING.intersection(actor.roles):
        return
    raise RevealRefused()
