"""Demand that is drawn can be met: baskets fit their menus, and a seed brings the same again."""

from __future__ import annotations

from random import Random

import pytest

from bench.report import Report
from bench.shapes import CITIES, Shapes, basket, table


def option(name: str, **changes):
    return {"id": name, "groups": [], **changes}


def group(name: str, *options, least: int = 0, most: int | None = None):
    return {"id": name, "min": least, "max": most, "options": list(options)}


def menu(*items, unavailable=()):
    return {
        "document": {"categories": [{"items": list(items)}]},
        "unavailable": [{"item_id": item} for item in unavailable],
    }


def item(name: str, *groups, price: int = 500):
    return {"id": name, "price": price, "groups": list(groups)}


def test_a_seed_brings_the_same_demand():
    first, second = (Shapes(7).demand(rate=5, seconds=60) for _ in range(2))

    assert first == second
    assert {wanted.city for wanted in first} == set(CITIES)


def test_orders_come_at_the_rate():
    assert 4_700 < len(list(Shapes(1).arrivals(rate=5, seconds=1000))) < 5_300


def test_dishes_follow_the_measured_shares():
    shapes = Shapes(1)
    counts = [shapes.item_count() for _ in range(10_000)]

    for row in table("items_per_order"):
        share = 100 * counts.count(int(row["items"])) / len(counts)
        assert share == pytest.approx(float(row["share_percent"]), abs=1.5)


def test_a_required_group_is_chosen_from_also_when_nested():
    sauces = group("sauces", option("garlic"), option("chili"), least=1)
    sizes = group("sizes", option("small", groups=[sauces]), option("large", groups=[sauces]), least=1)

    (line,) = basket(menu(item("pizza", sizes)), dishes=1, random=Random(3))

    (size,) = line["choices"]
    assert size["group_id"] == "sizes"
    assert [choice["group_id"] for choice in size["choices"]] == ["sauces"]


def test_what_is_sold_out_is_left_alone():
    sizes = group("sizes", option("small"), least=1)

    lines = basket(
        menu(item("pizza", sizes), item("soup"), item("cake"), unavailable=["small", "cake"]),
        dishes=5,
        random=Random(3),
    )

    assert {line["item_id"] for line in lines} == {"soup"}


def test_a_menu_with_nothing_left_gives_an_empty_basket():
    assert basket(menu(item("soup"), unavailable=["soup"]), dishes=2, random=Random(3)) == []


def test_the_minimum_order_is_met():
    lines = basket(menu(item("tea", price=300)), dishes=1, random=Random(3), min_order=1000)

    assert len(lines) == 4


def test_quantiles_are_by_nearest_rank():
    report = Report()
    for milliseconds in range(1, 101):
        report.took("place", milliseconds / 1000)

    assert report.milliseconds("place") == {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0}
    assert report.milliseconds("quote") == {"p50_ms": None, "p95_ms": None, "p99_ms": None}
