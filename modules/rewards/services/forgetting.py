"""A customer who was forgotten: nothing is earned any more, and what is left goes to breakage."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Sum

from modules.rewards.models import ForgottenCustomer, Lot
from modules.rewards.services.expiring import expire_lots
from modules.rewards.services.tiers import end_tiers
from tiffin import clock, db

LOOKED_AT_ONCE = 200
# What is pending or promised to an order goes once it is free.
LOOKED_AGAIN_AFTER = timedelta(hours=1)
FORGOTTEN = "forgotten"
NOBODY = UUID(int=0)
LOOKED_THROUGH_AT_ONCE = 10_000

_PAGE = (
    "SELECT customer_id FROM rewards_forgottencustomer WHERE customer_id > %s ORDER BY customer_id LIMIT %s"
)
_HAVE_SOMETHING = """
UPDATE rewards_forgottencustomer AS forgotten SET due_at = %(now)s
WHERE customer_id > %(after)s AND customer_id <= %(last)s AND due_at IS NULL AND EXISTS (
    SELECT FROM rewards_lot AS lot WHERE lot.customer_id = forgotten.customer_id AND is_open
)
RETURNING 1
"""


@db.transaction_required
def note_forgotten(customer_id: UUID, *, region: str) -> None:
    """Their points are looked at from now on, and they are in no programme any more."""
    db.insert(ForgottenCustomer(customer_id=customer_id, region=region), unless_taken=("customer_id",))
    end_tiers(customer_id)


def look_again_at_forgotten() -> int:
    """Whoever has nothing left is looked at again where something came later: a refund gave points back, an
    order was reckoned in the very moment. Returns how many there are."""
    after, found = NOBODY, 0
    while page := db.select(_PAGE, after, LOOKED_THROUGH_AT_ONCE):
        with db.transaction():
            found += len(db.select(_HAVE_SOMETHING, now=clock.now(), after=after, last=page[-1][0]))
        after = page[-1][0]
    return found


def forget_batch() -> int:
    """Let the points of forgotten customers expire, as far as they are free; returns how many customers have
    nothing left."""
    now = clock.now()
    due = list(ForgottenCustomer.objects.filter(due_at__lte=now).order_by("due_at")[:LOOKED_AT_ONCE])
    for forgotten in due:
        lots = Lot.objects.filter(customer_id=forgotten.customer_id, is_open=True)
        expire_lots(list(lots), reason=FORGOTTEN)
        left = lots.aggregate(points=Sum(F("pending") + F("available") + F("held")))["points"]
        forgotten.due_at = now + LOOKED_AGAIN_AFTER if left else None
    db.update(*due, fields=("due_at",))
    return sum(forgotten.due_at is None for forgotten in due)
