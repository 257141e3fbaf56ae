"""What other modules may ask identity: who somebody is, and to read what a customer sealed."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, Interface, action, command, query

AccountId = NewType("AccountId", UUID)
CustomerId = NewType("CustomerId", UUID)


class AccountKind(Enum):
    CUSTOMER = "customer"
    RESTAURANT = "restaurant"
    COURIER = "courier"
    STAFF = "staff"


class AccountView(DTO):
    """One account. `erased` accounts have no e-mail address any more."""

    account_id: AccountId
    kind: AccountKind
    email: str
    active: bool
    erased: bool
    restaurants: tuple[UUID, ...] = ()
    roles: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class SealedAddress(DTO):
    """A customer's personal data as another module keeps it: base64 that only identity can open."""

    customer_id: CustomerId
    sealed: str


class AddressView(DTO):
    """An opened address: whom to ask for, how to reach them, and where."""

    customer_id: CustomerId
    name: str
    phone: str
    street: str
    city: str
    postcode: str
    notes: str
    lat: float
    lon: float


class StaffToken(DTO):
    """`access_token` is a JWT; `roles` and `regions` are what it claims."""

    access_token: str
    expires_at: datetime
    account_id: AccountId
    email: str
    roles: tuple[str, ...]
    regions: tuple[str, ...]


class SessionView(DTO):
    """A login: the access token goes with each request and is soon over, the refresh token draws new ones."""

    access_token: str
    access_seconds: int
    refresh_token: str
    refresh_seconds: int
    account_id: AccountId
    kind: AccountKind
    email: str


class ProfileView(DTO):
    """What a customer wants to be called, and where to be rung up."""

    name: str
    phone: str


class AddressForm(DTO):
    """An address as its customer writes it; `lat` and `lon` are WGS 84 degrees."""

    street: str
    city: str
    postcode: str
    notes: str
    lat: float
    lon: float


class KeptAddress(AddressForm):
    """A kept address with the `ticket` by which quotes and orders accept it."""

    address_id: UUID
    ticket: str


class SessionOver(DomainError, code="session_over", status=401):
    """The session is over."""

    detail = "You were logged out; log in again."


class PasswordTooWeak(DomainError, code="password_too_weak", status=422):
    """The password is too easy to guess."""

    detail = "{reason}"
    reason: str


class LoginRefused(DomainError, code="login_refused", status=401):
    """The login was refused."""

    detail = "The e-mail address and the password do not belong to an account that may log in here."


class TooManyAttempts(DomainError, code="too_many_attempts", status=429):
    """Too many failed logins."""

    detail = "Too many logins failed for this e-mail address; wait {minutes} minutes and try again."
    minutes: int


class EmailTaken(DomainError, code="email_taken", status=409):
    """The e-mail address has an account already."""

    detail = "There is an account for this e-mail address; log in, or use another address."


class RevealRefused(DomainError, code="reveal_refused", status=403):
    """Personal data is shown only to those who deliver, cook or help."""

    detail = "You may not read this customer's personal data."


class PersonalDataErased(DomainError, code="personal_data_erased", status=410):
    """The customer's personal data was erased."""

    detail = "The customer asked to be forgotten; the name, the address and the phone number are gone."


class SealUnreadable(DomainError, code="seal_unreadable", status=422):
    """The sealed data cannot be opened."""

    detail = "This sealed address was not made for this customer, or it was changed."


class Identity(Interface, module="identity", version=1):
    """Accounts, staff logins, and customers' personal data."""

    @query(timeout=0.5)
    def get_many(self, *, account_ids: list[UUID]) -> list[AccountView]:
        """The accounts that exist among `account_ids`, in no particular order."""
        ...

    @query(timeout=0.5, errors=(RevealRefused, PersonalDataErased, SealUnreadable))
    def reveal(self, *, customer_id: UUID, sealed: str) -> AddressView:
        """Open one sealed address for a restaurant, a courier, staff or a service."""
        ...

    @query(timeout=1.0, errors=(RevealRefused,))
    def reveal_many(self, *, addresses: list[SealedAddress]) -> list[AddressView | None]:
        """Open many, in the order given; None for what was erased or cannot be opened."""
        ...

    @query(timeout=0.5, errors=(RevealRefused, PersonalDataErased, SealUnreadable))
    def seal(self, *, customer_id: UUID, words: tuple[str, ...]) -> str:
        """Words that another module keeps for a customer, sealed with the customer's key: for the customer
        and for services. The text says whose it is, and opens with `open_many`."""
        ...

    @query(timeout=0.2, errors=(RevealRefused,))
    def open_many(self, *, sealed: tuple[str, ...]) -> tuple[tuple[str, ...] | None, ...]:
        """Open what `seal` gave, in the order given; None for what was erased or cannot be opened. For the
        customer, and for whom `reveal` is. Soon or not at all: who asks shows more than that."""
        ...

    @query(timeout=5.0, errors=(LoginRefused, TooManyAttempts))
    def staff_login(self, *, email: str, password: str) -> StaffToken:
        """A token for somebody of the staff; it lives as long as a working session."""
        ...

    @action(timeout=5.0, errors=(LoginRefused, TooManyAttempts))
    def log_in(self, *, email: str, password: str, kind: AccountKind) -> SessionView:
        """A session for an account of that kind. Of two asked for, both are good."""
        ...

    @action(timeout=2.0, errors=(SessionOver,))
    def renew(self, *, refresh_token: str) -> SessionView:
        """A new access token for the same session."""
        ...

    @action(timeout=2.0)
    def log_out(self, *, refresh_token: str) -> None:
        """End a session and void its access tokens; one that is over stays so."""
        ...

    @action(timeout=5.0, errors=(EmailTaken, PasswordTooWeak))
    def register(self, *, email: str, password: str, region: str) -> AccountId:
        """A customer's account. No command, because what is kept of a command would hold a quick hash of the
        password; asked again, the second finds the address taken."""
        ...

    @query(timeout=0.5, errors=(RevealRefused, PersonalDataErased))
    def profile(self, *, customer_id: UUID) -> ProfileView:
        """For the customer alone."""
        ...

    @command(timeout=2.0, errors=(RevealRefused, PersonalDataErased))
    def save_profile(self, *, key: CommandKey, customer_id: UUID, name: str, phone: str) -> None:
        """By the customer alone."""
        ...

    @query(timeout=0.5, errors=(RevealRefused, PersonalDataErased))
    def addresses(self, *, customer_id: UUID) -> list[KeptAddress]:
        """For the customer alone, the newest first."""
        ...

    @command(timeout=2.0, errors=(RevealRefused, PersonalDataErased))
    def keep_address(self, *, key: CommandKey, customer_id: UUID, address: AddressForm) -> UUID:
        """By the customer alone; answers the address's id."""
        ...

    @command(timeout=5.0, errors=(EmailTaken,))
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
        """An account of any kind, as staff and the demo make them; customers register by themselves."""
        ...
