"""Which way is used: a charity says it, and each settlement remembers it."""

from __future__ import annotations

from modules.rewards.charities.port import CharityProvider
from modules.rewards.models import SettlesBy


def provider(way: str) -> CharityProvider:
    """The way of that name."""
    if way == SettlesBy.GOODSTACK.value:
        from modules.rewards.charities.goodstack import Goodstack

        return Goodstack()
    from modules.rewards.charities.bank import BankTransfer

    return BankTransfer()
