"""Every process of payments' group is killed at once, its database too: orders are taken meanwhile, and paid
once it is back."""

from __future__ import annotations

import pytest

from tiffin.testing.running import Platform

pytestmark = [pytest.mark.platform, pytest.mark.full]
GROUP = ("payments-web", "payments-worker", "payments-beat", "payments-postgres")


def test_orders_go_on_while_a_killed_group_comes_back(customer, places, platform: Platform, books) -> None:
    quote = customer.quote(places.open)
    before = customer.order(places.open)
    former = {name: platform.kill(name) for name in GROUP}

    meanwhile = customer.place(quote["token"])
    assert meanwhile.status_code == 201, meanwhile.text

    for name, pid in former.items():
        platform.await_restart(name, pid, seconds=60)
    for order in (before, meanwhile.json()):
        customer.await_status(order, "waiting_for_restaurant")
        books.whole(order)
        assert books.money(order) == {"authorised": order["total"]["amount"]}
    assert books.orders_of(customer) == books.payments_of(customer) == 2
