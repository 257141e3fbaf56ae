"""Whom dishes are for: names are personal data, and leave the quote only sealed with their customer's key."""

from __future__ import annotations

from uuid import UUID

import msgspec

from modules.identity.interface import Identity, PersonalDataErased, RevealRefused, SealUnreadable
from modules.orders.interface import OrderLineView, PlacingRefused
from tiffin.interfaces import call


def seal_names(lines: tuple[OrderLineView, ...], customer_id: UUID) -> tuple[tuple[OrderLineView, ...], str]:
    """The lines without names, and the names by their number, sealed; empty where nobody is named.

    Raises PlacingRefused for an account that has no key (any more), and ModuleUnavailable.
    """
    names = {line.person: line.for_person for line in lines if line.person is not None}
    if not names:
        return lines, ""
    try:
        sealed = call(Identity).seal(customer_id=customer_id, words=tuple(names.values()))
    except (RevealRefused, PersonalDataErased, SealUnreadable):
        raise PlacingRefused(reason="Names cannot be kept for this account; order without them.") from None
    return tuple(msgspec.structs.replace(line, for_person="") for line in lines), sealed
