"""What customers owe is repaid as soon as they have points, wherever those come from."""

from __future__ import annotations

from uuid import UUID

from modules.rewards.interface import Flow, Posting, Transfer
from modules.rewards.models import Debtor
from modules.rewards.selectors.earning import debtors, debts_of
from modules.rewards.services.posting import post_many
from tiffin import db, ids

REPAID_AT_ONCE = 500


@db.transaction_required
def note_debt(customer_id: UUID, *, region: str) -> None:
    """Somebody owes points from now on. Whoever finds nothing owed waits for this to be committed."""
    Debtor.objects.select_for_update().get_or_create(customer_id=customer_id, defaults={"region": region})


def repay_debts() -> int:
    """Returns how many customers repaid. Each time under new ids, and never more than is owed and there: what
    changes meanwhile is refused, and looked at again."""
    postings = [
        Posting(
            transfers=(
                Transfer(
                    id=ids.new_id(), flow=Flow.REPAY, amount=points, region=region, customer_id=customer_id
                ),
            )
        )
        for customer_id, points, region in debtors(REPAID_AT_ONCE)
    ]
    return len(postings) - len(post_many(postings).refused) if postings else 0


def forget_debts() -> int:
    """Whoever owes nothing any more is no debtor; returns how many."""
    with db.transaction():
        looked_at = list(
            Debtor.objects.order_by("since").select_for_update(skip_locked=True)[:REPAID_AT_ONCE]
        )
        owing = debts_of({debtor.customer_id for debtor in looked_at})
        free = [debtor.customer_id for debtor in looked_at if debtor.customer_id not in owing]
        Debtor.objects.filter(customer_id__in=free).delete()
    return len(free)
