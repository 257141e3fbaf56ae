"""A customer's contact: what is opened inside identity, and how it leaves it, sealed in a signed ticket."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.identity.sealing import CustomerKey, Purpose, to_text
from tiffin.dto import DTO
from tiffin.web.tokens import sign

TICKET_AUDIENCE = "address"
TICKET_LIFE = timedelta(hours=12)
# Three decimals are about 110 m by 70 m in our latitudes: enough to choose a zone and a fee, too little to
# tell a door. The exact point is sealed.
COARSE_DECIMALS = 3


class PlainProfile(DTO):
    name: str
    phone: str


class PlainAddress(DTO):
    """`lat` and `lon` are WGS 84 degrees."""

    street: str
    city: str
    postcode: str
    notes: str
    lat: float
    lon: float


class Contact(DTO):
    """What somebody at the door needs."""

    name: str
    phone: str
    address: PlainAddress


def ticket_for(key: CustomerKey, address_id: UUID, profile: PlainProfile, address: PlainAddress) -> str:
    """A signed ticket with which the customer shows an address to other modules, who need not ask identity.

    It claims whose it is, the coarse place in plain and the contact sealed; audience "address".
    """
    contact = Contact(name=profile.name, phone=profile.phone, address=address)
    claims = {
        "sub": str(key.customer_id),
        "address_id": str(address_id),
        "lat": round(address.lat, COARSE_DECIMALS),
        "lon": round(address.lon, COARSE_DECIMALS),
        "area": address.city,
        "sealed": to_text(key.seal(contact, Purpose.CONTACT)),
    }
    return sign(claims, audience=TICKET_AUDIENCE, expires_in=TICKET_LIFE)
