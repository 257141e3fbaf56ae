"""What may be done with restaurants: one function a use case."""

from modules.restaurants.services.availability import set_availability
from modules.restaurants.services.calls import accept_by_phone, note_call, reject_by_phone
from modules.restaurants.services.connections import (
    change_connection,
    connect,
    disconnect,
    replay,
    rotate_secret,
    send_test,
    switch,
)
from modules.restaurants.services.counter import (
    accept,
    cancel,
    collect,
    hand_over,
    mark_ready,
    offer_order,
    overdue,
    postpone,
    reject,
    start_preparing,
    withdraw_order,
)
from modules.restaurants.services.deliverect import (
    do_again,
    do_what_was_heard,
    hear,
    register_link,
    tidy_heard,
)
from modules.restaurants.services.feed import acknowledge, feed_state, read_feed
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
from modules.restaurants.services.telling import tell_of_order, tell_otherwise, tidy_told
from modules.restaurants.services.throttling import weigh_load
from modules.restaurants.services.working import set_working

__all__ = [
    "accept",
    "accept_by_phone",
    "acknowledge",
    "cancel",
    "change_connection",
    "collect",
    "connect",
    "disconnect",
    "do_again",
    "do_what_was_heard",
    "end_busy",
    "feed_state",
    "hand_over",
    "hear",
    "import_menu",
    "mark_ready",
    "note_call",
    "offer_order",
    "overdue",
    "pause",
    "postpone",
    "preview_menu",
    "publish_preview",
    "publish_version",
    "read_feed",
    "register",
    "register_link",
    "reject",
    "reject_by_phone",
    "replay",
    "resume",
    "rotate_secret",
    "send_test",
    "set_availability",
    "set_busy",
    "set_capacity",
    "set_working",
    "start_preparing",
    "switch",
    "tell_of_order",
    "tell_otherwise",
    "tidy_heard",
    "tidy_told",
    "weigh_load",
    "withdraw_order",
]
