"""What others report reaches the figures as they tell it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from uuid import UUID

import pytest

from modules.experiments import handlers
from modules.experiments.models import Exposure, Forgotten, Outcome
from modules.experiments.tests import scenes
from modules.identity.events import CustomerErased
from modules.orders.events import OrderCancelled, OrderDelivered, OrderRefunded
from modules.subscriptions.events import MembershipChanged, Why
from modules.subscriptions.interface import MembershipState
from tiffin import clock, db, ids
from tiffin.log import Event, publish
from tiffin.money import Money
from tiffin.testing import things
from tiffin.testing.settling import settle

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("orders")]


@pytest.fixture
def orders(database: object) -> Iterator[None]:
    with things.tables():
        yield


@pytest.fixture
def somebody() -> UUID:
    """Who takes part in an experiment that runs."""
    scenes.running(scenes.flag())
    who = ids.new_id()
    scenes.expose([scenes.exposed("new", who)])
    return who


def orders_tell(*events: Event) -> None:
    """Over the log of orders."""
    about = things.new_thing()
    with db.transaction(owner="orders"):
        publish(things.Thing.lock(about.id), *events)
    settle()


def delivered(who: UUID, amount: int, currency: str) -> OrderDelivered:
    return OrderDelivered(
        order_id=ids.new_id(),
        customer_id=who,
        restaurant_id=ids.new_id(),
        courier_id=None,
        total=Money(amount=amount, currency=currency),
        delivered_at=clock.now(),
    )


def refunded(who: UUID, amount: int, points: int = 0) -> OrderRefunded:
    money = Money(amount=amount, currency="PLN")
    return OrderRefunded(order_id=ids.new_id(), customer_id=who, amount=money, points=points)


def membership(who: UUID, why: Why) -> MembershipChanged:
    return MembershipChanged(
        membership_id=ids.new_id(),
        customer_id=who,
        plan_code="plus",
        title="Plus",
        state=MembershipState.ACTIVE,
        why=why,
        benefits=(),
        valid_in=("pl",),
    )


def amounts() -> dict[str, int]:
    return dict(Outcome.objects.values_list("measure", "amount"))


def test_what_was_paid_is_counted_by_currency(somebody: UUID) -> None:
    orders_tell(
        delivered(somebody, 4_200, "PLN"),
        delivered(somebody, 800, "PLN"),
        delivered(somebody, 1_500, "GBP"),
        delivered(ids.new_id(), 9_900, "PLN"),
    )

    assert amounts() == {"orders": 3, "spend:PLN": 5_000, "spend:GBP": 1_500}


def test_a_cancelled_order_and_a_refund_are_counted_and_points_that_come_back_are_not(somebody: UUID) -> None:
    cancelled = OrderCancelled(
        order_id=ids.new_id(),
        customer_id=somebody,
        restaurant_id=ids.new_id(),
        reason="no_courier",
        by="staff",
    )

    orders_tell(cancelled, refunded(somebody, 900), refunded(somebody, 0, points=50))

    assert amounts() == {"cancelled": 1, "refunded": 1}


def test_a_membership_counts_when_it_is_joined(somebody: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [membership(somebody, why) for why in (Why.JOINED, Why.RENEWED, Why.ENDED)]
    records = [SimpleNamespace(occurred_at=clock.now()) for _ in events]
    monkeypatch.setattr(handlers, "current_events", lambda: records)

    with db.transaction(owner="experiments"):
        handlers.count_outcomes(events)

    assert amounts() == {"joined": 1}


def test_of_whoever_is_erased_the_figures_stay_and_what_comes_late_is_let_go(somebody: UUID) -> None:
    orders_tell(delivered(somebody, 4_200, "PLN"))

    with db.transaction(owner="experiments"):
        handlers.customer_erased(CustomerErased(customer_id=somebody))
    orders_tell(delivered(somebody, 4_200, "PLN"))

    assert amounts() == {"orders": 1, "spend:PLN": 4_200}
    assert not Exposure.objects.filter(unit=str(somebody)).exists()
    assert Forgotten.objects.get().pk == somebody
