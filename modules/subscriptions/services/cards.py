"""Which tokens stand for the same card."""

from __future__ import annotations

from modules.subscriptions.models import KnownCard
from tiffin import db


@db.transaction_required
def know_card(method: str, mark: str) -> None:
    """Both as payments tells them."""
    db.insert(KnownCard(method=method, mark=mark), unless_taken=("method",))


@db.transaction_required
def forget_card(method: str) -> None:
    """It is kept no longer."""
    KnownCard.objects.filter(pk=method).delete()


def forget_cards() -> None:
    """All of them, so that they can be learned again from the log."""
    KnownCard.objects.all().delete()
