"""What identity announces. Never a name, an address, a number or an e-mail: only that somebody came or went,
and that it is the same number."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tiffin.log import Event


class CustomerRegistered(Event, wire="identity.customer_registered.v1"):
    """Somebody became a customer. `region` is empty as long as it is not known."""

    customer_id: UUID
    region: str


class CustomerErased(Event, wire="identity.customer_erased.v1"):
    """A customer was forgotten: whatever is sealed for them can no longer be opened by anybody."""

    customer_id: UUID


class PhoneKept(Event, wire="identity.phone_kept.v1"):
    """The customer said how they are called. `mark` is the same for the same number, whoever has it, and
    tells nothing of it; empty for none."""

    customer_id: UUID
    mark: str


class SessionRevoked(Event, wire="identity.session_revoked.v1"):
    """Access tokens whose `session` claim is `sid` are void, although their signature holds. None of them
    lives past `until`."""

    account_id: UUID
    sid: str
    until: datetime
