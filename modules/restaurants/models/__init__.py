"""The tables of restaurants: who cooks what, the orders on the counters, and how vendors are told of them."""

from modules.restaurants.models.deliverect import DeliverectLink, DeliverectMessage
from modules.restaurants.models.restaurants import (
    ItemUnavailable,
    MenuDraft,
    MenuVersion,
    Picture,
    Restaurant,
    Ticket,
)
from modules.restaurants.models.vendors import (
    DeliveryAttempt,
    SigningSecret,
    TicketStep,
    VendorCall,
    VendorConnection,
    VendorEvent,
)

__all__ = [
    "DeliverectLink",
    "DeliverectMessage",
    "DeliveryAttempt",
    "ItemUnavailable",
    "MenuDraft",
    "MenuVersion",
    "Picture",
    "Restaurant",
    "SigningSecret",
    "Ticket",
    "TicketStep",
    "VendorCall",
    "VendorConnection",
    "VendorEvent",
]
