"""What analytics does: one verb a use case."""

from modules.analytics.services.consenting import agree
from modules.analytics.services.forgetting import (
    delete_again,
    forget_customer,
    forward_deletions,
    mark_deleted,
    tidy,
)
from modules.analytics.services.holding import retry_held, skip_held
from modules.analytics.services.relaying import hold_refused, relay_to, try_now

__all__ = [
    "agree",
    "delete_again",
    "forget_customer",
    "forward_deletions",
    "hold_refused",
    "mark_deleted",
    "relay_to",
    "retry_held",
    "skip_held",
    "tidy",
    "try_now",
]
