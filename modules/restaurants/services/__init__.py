"""What may be done with restaurants: one function a use case."""

from modules.restaurants.services.availability import set_availability
from modules.restaurants.services.counter import (
    accept,
    cancel,
    collect,
    hand_over,
    mark_ready,
    offer_order,
    overdue,
    reject,
    start_preparing,
    withdraw_order,
)
from modules.restaurants.services.menus import (
    import_menu,
    preview_menu,
    publish_preview,
    publish_version,
)
from modules.restaurants.services.profiles import (
    end_busy,
    pause,
    register,
    resume,
    set_busy,
    set_capacity,
)

__all__ = [
    "accept",
    "cancel",
    "collect",
    "end_busy",
    "hand_over",
    "import_menu",
    "mark_ready",
    "offer_order",
    "overdue",
    "pause",
    "preview_menu",
    "publish_preview",
    "publish_version",
    "register",
    "reject",
    "resume",
    "set_availability",
    "set_busy",
    "set_capacity",
    "start_preparing",
    "withdraw_order",
]
