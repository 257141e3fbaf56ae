"""Reads."""

from modules.restaurants.selectors.connections import (
    connections_of,
    deliveries,
    good_secrets,
    messages,
    own_connection,
)
from modules.restaurants.selectors.counter import get_tickets, ticket_answer, ticket_view, tickets
from modules.restaurants.selectors.menus import menu_difference, menu_preview, menu_versions
from modules.restaurants.selectors.ownership import require_own
from modules.restaurants.selectors.reads import (
    get_many,
    menu,
    menu_state,
    one,
    picture,
    picture_of,
    unavailable,
    with_slugs,
    working,
)
from modules.restaurants.selectors.search import search, search_text_of

__all__ = [
    "connections_of",
    "deliveries",
    "get_many",
    "get_tickets",
    "good_secrets",
    "menu",
    "menu_difference",
    "menu_preview",
    "menu_state",
    "menu_versions",
    "messages",
    "one",
    "own_connection",
    "picture",
    "picture_of",
    "require_own",
    "search",
    "search_text_of",
    "ticket_answer",
    "ticket_view",
    "tickets",
    "unavailable",
    "with_slugs",
    "working",
]
