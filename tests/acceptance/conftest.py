"""Who and what the acceptance tests meet on the running platform."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from typing import NamedTuple
from uuid import uuid4

import pytest

from tests.acceptance import asking, world
from tests.acceptance.people import Customer, Kitchen, Place, until
from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT

# What was delivered and is not reckoned, what went back and is not taken back, and what is held.
POINTS_UNDER_WAY = (
    "SELECT state FROM rewards_earning WHERE id = %s AND state = 'new'",
    "SELECT id FROM rewards_earningrefund WHERE earning_id = %s AND taken_at IS NULL",
    "SELECT id FROM rewards_hold WHERE order_id = %s AND ended_at IS NULL",
)


class World(NamedTuple):
    open: Place
    closed: Place
    hurried: Place


@pytest.fixture(scope="session", autouse=True)
def _asking(pytestconfig: pytest.Config) -> None:
    asking.expect(pytestconfig.option.mode)


@pytest.fixture(scope="session")
def places(platform: Platform) -> World:
    """The restaurants of `world`, known to everybody.

    Each suite has its own: one where the suite before left orders unanswered is paused by and by.
    """
    return new_places(platform)


def new_places(platform: Platform) -> World:
    told = json.loads(run_program(platform, "tests.acceptance.world", uuid4().hex))
    return World(**{name: _place(platform, told[name]) for name in World._fields})


def give_points(platform: Platform, customer: Customer, points: int) -> None:
    run_program(platform, "tests.acceptance.points", customer.id, str(points))


def run_program(platform: Platform, module: str, *given: str) -> str:
    """What a program says that runs in the platform's environment: it does what no public API does, and is
    not disturbed, as it is not what is tested."""
    env = {name: value for name, value in platform.environment().items() if name != "TIFFIN_DISTURB"}
    done = subprocess.run(
        [sys.executable, "-m", module, *given],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _place(platform: Platform, made: dict) -> Place:
    with asking.client(platform.base_url) as browser:
        menu = browser.get(f"/api/v1/restaurants/{made['id']}/menu").json()
    query = "SELECT 1 FROM orders_knownrestaurant WHERE id = %s"
    platform.await_rows("orders", query, [made["id"]])
    return Place(made, menu)


@pytest.fixture
def customer(platform: Platform, places: World) -> Customer:
    return Customer(platform.base_url, places.open)


@pytest.fixture
def hurried_customer(platform: Platform, places: World) -> Customer:
    """A customer in the region where nobody waits long."""
    return Customer(platform.base_url, places.hurried)


@pytest.fixture
def kitchen_of(platform: Platform):
    """Signs in whoever answers for a restaurant."""

    return partial(sign_in, platform)


def sign_in(platform: Platform, place: Place) -> Kitchen:
    kitchen = Kitchen(platform.base_url)
    kitchen.enter("/auth/login", place.kitchen, world.PASSWORD)
    return kitchen


class Books:
    """What the database says, past every interface."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def orders_of(self, customer: Customer) -> int:
        ((count,),) = self._platform.sql(
            "orders", "SELECT count(*) FROM orders_order WHERE customer_id = %s", [customer.id]
        )
        return count

    def nothing_of(self, customer: Customer) -> None:
        """Not a row of an order, a payment, a ticket or a delivery."""
        assert self.orders_of(customer) == 0
        assert self.payments_of(customer) == 0

    def payments_of(self, customer: Customer) -> int:
        ((count,),) = self._platform.sql(
            "payments", "SELECT count(*) FROM payments_payment WHERE customer_id = %s", [customer.id]
        )
        return count

    def whole(self, order: dict) -> None:
        """An order is there with all that belongs to it, and its amounts add up."""
        ((total, lines, components),) = self._platform.sql(
            "orders",
            """
            SELECT total,
                   (SELECT count(*) FROM orders_orderline WHERE order_id = o.id),
                   (SELECT sum(amount) FROM orders_ordercomponent WHERE order_id = o.id)
            FROM orders_order o WHERE id = %s
            """,
            [order["id"]],
        )
        assert (total, lines, components) == (
            order["total"]["amount"],
            len(order["lines"]),
            order["total"]["amount"],
        )

    def money(self, order: dict) -> dict[str, int]:
        """What the provider confirmed, in minor units, by kind."""
        rows = self._platform.sql(
            "payments",
            """
            SELECT e.kind, sum(e.amount) FROM payments_paymententry e
            JOIN payments_payment p ON p.id = e.payment_id WHERE p.order_id = %s GROUP BY e.kind
            """,
            [order["id"]],
        )
        return {kind: int(amount) for kind, amount in rows}

    def await_money(self, order: dict, **expected: int) -> None:
        until(lambda: self.money(order), lambda seen: seen == expected)

    def await_quiet(self, order: dict) -> None:
        """Nothing is waited for any more, in any module; nor is what rewards does many at a time."""
        for module in ("orders", "payments", "restaurants", "delivery", "rewards"):
            self._await_nothing(module, "SELECT name FROM job WHERE key = %s", order)
        for query in POINTS_UNDER_WAY:
            self._await_nothing("rewards", query, order)

    def _await_nothing(self, module: str, query: str, order: dict) -> None:
        until(lambda: self._platform.sql(module, query, [order["id"]]), lambda rows: not rows)


@pytest.fixture
def books(platform: Platform) -> Books:
    return Books(platform)
