"""Fixtures of the tests of orders."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from modules.orders.interface import OrderView
from modules.orders.policies import ClaimDecision, ClaimFacts, ClaimPolicy
from modules.orders.selectors import known
from modules.orders.selectors.tracking import forget_history
from modules.orders.tests import scenes
from tiffin import context, ids, regions


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    """Nothing that one test changes about who asks reaches another."""
    with context.use(context.current()):
        yield
    known.menu.cache_clear()
    forget_history()


@pytest.fixture
def kitchen(database: object) -> scenes.Kitchen:
    return scenes.open_kitchen()


@pytest.fixture
def customer() -> UUID:
    return ids.new_id()


@pytest.fixture
def dinner(kitchen: scenes.Kitchen, customer: UUID) -> OrderView:
    """Three ramen and two beers, 48.50 and 2.43 of service fee, with a tip of 3.00, at the door."""
    return scenes.deliver(kitchen, customer, kitchen.ramen(3), kitchen.line("Beer", quantity=2), tip=300)


@pytest.fixture
def carried(kitchen: scenes.Kitchen, customer: UUID) -> tuple[OrderView, UUID]:
    """An order with a beer in it and its courier, at the door."""
    return scenes.carry(kitchen, customer, kitchen.ramen(), kitchen.line("Beer"))


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region whose staff look at every claim."""

    class Strict(ClaimPolicy):
        def decision(self, facts: ClaimFacts) -> ClaimDecision:
            return ClaimDecision.ASK_STAFF

    monkeypatch.setitem(regions.get("gb")._policies, ClaimPolicy, Strict())
