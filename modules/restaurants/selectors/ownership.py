"""Who may act for a restaurant."""

from __future__ import annotations

from uuid import UUID

from modules.restaurants.interface import NotYourRestaurant
from tiffin.context import ActorKind, current

# Staff come through the admin, which knows their roles and regions; the platform itself does its work.
_TRUSTED = frozenset({ActorKind.SERVICE, ActorKind.STAFF})


def require_own(restaurant_id: UUID) -> None:
    """Raises NotYourRestaurant unless the actor's token names this restaurant."""
    actor = current().actor
    if actor.kind in _TRUSTED:
        return
    if actor.kind is ActorKind.RESTAURANT and restaurant_id in actor.restaurants:
        return
    raise NotYourRestaurant(restaurant=str(restaurant_id))
