"""Certain baskets cost in each region, to the unit, what somebody has checked by hand."""

from __future__ import annotations

import json

import pytest

from tests.regions.bills import BASKETS, GOLDEN, bills
from tests.regions.shapes import regions_under_test
from tiffin.regions import Region

ALL = pytest.mark.parametrize("region", regions_under_test(), ids=lambda region: region.code)


@ALL
def test_the_baskets_cost_what_they_cost(region: Region) -> None:
    golden = json.loads((GOLDEN / f"{region.code}.json").read_text(encoding="utf-8"))
    assert golden["currency"] == region.currency
    assert bills(region) == golden["bills"]


@ALL
def test_a_bill_is_the_same_each_time(region: Region) -> None:
    assert bills(region) == bills(region)


@ALL
def test_every_bill_adds_up(region: Region) -> None:
    for bill in bills(region).values():
        amounts = [int(line.split()[-4]) for line in bill["lines"]]
        taxes = [int(line.split()[-1]) for line in bill["lines"]]
        assert sum(amounts) == bill["total"]
        assert sum(taxes) == bill["tax"]


def test_every_basket_shows_something_else() -> None:
    assert len({name for name, *_ in BASKETS}) == len(BASKETS)
