"""Address tickets: a customer's address as identity hands it out, believed by its public key."""

from __future__ import annotations

from uuid import UUID

import msgspec

from modules.orders.interface import AddressTicketInvalid, Point
from tiffin.dto import DTO
from tiffin.web.tokens import TokenInvalid, verify

AUDIENCE = "address"


class AddressTicket(DTO):
    """The claims that matter here. `sealed` is opaque: it opens only with the customer's key."""

    sub: UUID
    lat: float
    lon: float
    sealed: str

    @property
    def point(self) -> Point:
        return Point(lat=self.lat, lon=self.lon)


def read_ticket(ticket: str, customer_id: UUID | None) -> AddressTicket:
    """The ticket, if identity made it for this customer and its time is not over.

    Raises AddressTicketInvalid.
    """
    try:
        read = msgspec.convert(verify(ticket, audience=AUDIENCE), AddressTicket)
    except (TokenInvalid, msgspec.ValidationError):
        raise AddressTicketInvalid() from None
    if read.sub != customer_id:
        raise AddressTicketInvalid()
    return read
