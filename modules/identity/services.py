"""What identity does: accounts come, log in, change and are forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError

from modules.identity.contact import PlainAddress, PlainProfile
from modules.identity.errors import (
    AccountClosed,
    AddressUnknown,
    GrantRefused,
    GrantUnknown,
    PasswordWrong,
)
from modules.identity.events import CustomerErased, CustomerRegistered, PhoneKept, SessionRevoked
from modules.identity.interface import AccountKind, EmailTaken
from modules.identity.models import Account, Address, DataKey, Grant, Profile, Session
from modules.identity.roles import ROLES
from modules.identity.sealing import CustomerKey, Purpose, mark_of_phone
from modules.identity.selectors import key_of
from tiffin import clock, db, ids
from tiffin import regions as all_regions
from tiffin.context import ActorKind, current
from tiffin.log import publish
from tiffin.web.tokens import ACCESS_SECONDS, LONGEST_LIFE

STAFF_TOKEN_LIFE = LONGEST_LIFE  # a working day; revocable before
_LIVES = {AccountKind.STAFF.value: STAFF_TOKEN_LIFE}


def register_customer(*, email: str, password: str) -> Account:
    """Open a customer's account. Raises EmailTaken."""
    account = _new_account(email, password, AccountKind.CUSTOMER, region=current().region or "")
    with _refusing_taken_email(), db.transaction():
        account.save()
        _welcome(account)
    return account


def create_account(
    *, email: str, password: str, kind: AccountKind, region: str, grants: Iterable[tuple[str, str]] = ()
) -> Account:
    """Open an account of any kind with its grants, each a (role, scope). Raises EmailTaken."""
    account = _new_account(email, password, kind, region)
    with _refusing_taken_email(), db.transaction():
        account.save()
        Grant.objects.bulk_create(Grant(account=account, role=role, scope=scope) for role, scope in grants)
        if kind is AccountKind.CUSTOMER:
            _welcome(account)
    return account


def grants_for(
    kind: AccountKind, *, restaurants: Iterable[UUID], roles: Iterable[str], regions: Iterable[str]
) -> list[tuple[str, str]]:
    """The (role, scope) pairs that give an account these restaurants, or these roles in these regions; no
    region at all means every region."""
    scopes = list(regions) or [""]
    if kind is AccountKind.RESTAURANT:
        return [(kind.value, str(restaurant)) for restaurant in restaurants]
    if kind is AccountKind.STAFF:
        return [(role, scope) for role in roles for scope in scopes]
    return [(kind.value, scope) for scope in scopes] if kind is AccountKind.COURIER else []


def grant(*, account_id: UUID, role: str, scope: str) -> Grant:
    """Let an account do something more; tokens claim it from the next one on.

    A token claims all roles for all regions of an account, so that whoever works elsewhere too is given
    something only by those who may grant there. Raises GrantRefused, GrantUnknown.
    """
    with db.transaction():
        account = Account.lock(account_id)
        _require_granting({scope, *account.grants.values_list("scope", flat=True)})
        _require_known(account, role, scope)
        granted, _ = Grant.objects.get_or_create(account=account, role=role, scope=scope)
    return granted


def withdraw_grant(*, grant_id: UUID) -> None:
    """Take a grant back, at once: the tokens that claim it are revoked. Raises GrantRefused."""
    with db.transaction():
        withdrawn = Grant.objects.get(pk=grant_id)
        _require_granting({withdrawn.scope})
        account = Account.lock(withdrawn.account_id)
        withdrawn.delete()
        _revoke(account)


def close_account(*, account_id: UUID) -> None:
    """Keep somebody out from now on, without forgetting them."""
    with db.transaction():
        account = Account.lock(account_id)
        account.is_active = False
        account.save()
        _revoke(account)


def reopen_account(*, account_id: UUID) -> None:
    """Let somebody in again. Raises AccountClosed for those who were forgotten."""
    with db.transaction():
        account = Account.lock(account_id)
        if account.erased_at is not None:
            raise AccountClosed()
        account.is_active = True
        account.save()


def revoke_tokens(*, account_id: UUID) -> None:
    """End every session of an account: no token of it is accepted any more."""
    with db.transaction():
        _revoke(Account.lock(account_id))


def void_access_tokens(*, account_id: UUID) -> None:
    """Void the access tokens that are out, as a logout does: sessions of other devices draw new ones."""
    with db.transaction():
        _void_tokens(Account.lock(account_id))


def save_profile(*, customer_id: UUID, profile: PlainProfile) -> None:
    """Keep a customer's name and phone number. Raises PersonalDataErased."""
    key = key_of(customer_id)
    with db.transaction():
        account = Account.lock(customer_id)
        Profile.objects.update_or_create(
            account_id=customer_id,
            defaults={
                "name_sealed": key.seal(profile.name, Purpose.NAME),
                "phone_sealed": key.seal(profile.phone, Purpose.PHONE),
                "updated_at": clock.now(),
            },
        )
        publish(account, PhoneKept(customer_id=customer_id, mark=mark_of_phone(profile.phone)))


def add_address(*, customer_id: UUID, address: PlainAddress) -> Address:
    """Keep a new address of a customer. Raises PersonalDataErased."""
    sealed = key_of(customer_id).seal(address, Purpose.ADDRESS)
    with db.transaction():
        return Address.objects.create(account_id=customer_id, sealed=sealed, area=address.city)


def change_address(*, customer_id: UUID, address_id: UUID, address: PlainAddress) -> Address:
    """Replace an address. Tickets that were handed out before keep the old one. Raises AddressUnknown."""
    sealed = key_of(customer_id).seal(address, Purpose.ADDRESS)
    with db.transaction():
        row = Address.objects.select_for_update().filter(pk=address_id, account_id=customer_id).first()
        if row is None:
            raise AddressUnknown()
        row.sealed, row.area, row.updated_at = sealed, address.city, clock.now()
        row.save()
    return row


def remove_address(*, customer_id: UUID, address_id: UUID) -> None:
    """Forget one address. Raises AddressUnknown."""
    with db.transaction():
        removed, _ = Address.objects.filter(pk=address_id, account_id=customer_id).delete()
    if not removed:
        raise AddressUnknown()


def erase_customer(*, customer_id: UUID, password: str) -> None:
    """Forget a customer who asks for it and proves who they are. Raises PasswordWrong."""
    if not Account.objects.get(pk=customer_id).check_password(password):
        raise PasswordWrong()
    forget_customer(customer_id=customer_id)


def forget_customer(*, customer_id: UUID) -> None:
    """Destroy a customer's key and what identity knows of them. What other modules keep sealed can then be
    opened by nobody. May be repeated."""
    with db.transaction():
        account = Account.lock(customer_id)
        if account.erased_at is not None:
            return
        DataKey.objects.filter(customer_id=customer_id).update(wrapped=None, destroyed_at=clock.now())
        Profile.objects.filter(account=account).delete()
        Address.objects.filter(account=account).delete()
        EmailAddress.objects.filter(user=account).delete()
        account.email = f"{account.id.hex}@erased.invalid"
        account.set_unusable_password()
        account.is_active = False
        account.erased_at = clock.now()
        account.save()
        _revoke(account)
        publish(account, CustomerErased(customer_id=account.id))


def _new_account(email: str, password: str, kind: AccountKind, region: str) -> Account:
    # The password is hashed here, before any transaction: it takes a tenth of a second on purpose.
    return Account(
        email=email.strip().lower(), kind=kind.value, region=region, password=make_password(password)
    )


def _require_granting(scopes: set[str]) -> None:
    """Staff grant within their regions, if their role says so; services, such as a setup, everywhere."""
    actor = current().actor
    if actor.kind is ActorKind.SERVICE:
        return
    may = actor.kind is ActorKind.STAFF and any("grant" in ROLES.get(role, ()) for role in actor.roles)
    if not may or not all(actor.works_in(scope) for scope in scopes):
        raise GrantRefused()


def _require_known(account: Account, role: str, scope: str) -> None:
    roles = ROLES if account.is_staff else {account.kind} - {AccountKind.CUSTOMER.value}
    known = _is_id(scope) if account.kind == AccountKind.RESTAURANT.value else _is_region(scope)
    if role not in roles or not known:
        raise GrantUnknown(kind=account.kind, role=role, scope=scope or "every region")


def _is_id(scope: str) -> bool:
    try:
        return str(UUID(scope)) == scope
    except ValueError:
        return False


def _is_region(scope: str) -> bool:
    """A region's code, or empty for every region."""
    return not scope or any(region.code == scope for region in all_regions.all())


@contextmanager
def _refusing_taken_email() -> Iterator[None]:
    """Two may register one address at the same moment: the database decides, the second is told so."""
    try:
        yield
    except IntegrityError as error:
        if "account_email_unique" in str(error):
            raise EmailTaken() from error
        raise


@db.transaction_required
def _welcome(account: Account) -> None:
    key = CustomerKey.new(account.id)
    DataKey.objects.create(customer_id=account.id, wrapped=key.wrapped())
    publish(account, CustomerRegistered(customer_id=account.id, region=account.region))


@db.transaction_required
def _revoke(account: Account) -> None:
    Session.objects.filter(account_id=account.id).delete()
    _void_tokens(account)


@db.transaction_required
def _void_tokens(account: Account) -> None:
    life = _LIVES.get(account.kind, timedelta(seconds=ACCESS_SECONDS))
    voided, account.token_family = account.token_family, ids.new_id()
    account.save(update_fields=["token_family"])
    publish(account, SessionRevoked(account_id=account.id, sid=str(voided), until=clock.now() + life))
