"""The times that are ordered for beforehand, on the staff's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from modules.orders.models import SlotUse
from modules.orders.tests import scenes
from modules.orders.tests.test_slots import NOON, place, takes
from modules.orders.tests.test_staff_pages import person
from modules.orders.tests.test_staff_work import exported
from tiffin import clock, ids

pytestmark = pytest.mark.database

LIST = "/admin/orders/slotuse/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.hold(NOON):
        yield


@pytest.fixture
def evening(kitchen):
    """Two of three places at seven are taken, all three at eight, and one tomorrow."""
    takes(kitchen, 3)
    orders = [place(kitchen, ids.new_id(), "01 19:00") for _ in range(2)]
    orders += [place(kitchen, ids.new_id(), "01 20:00") for _ in range(3)]
    orders.append(place(kitchen, ids.new_id(), "02 13:00"))
    return orders


def shown(staff: Client, query: str = "") -> list[tuple[str, str]]:
    """The rows of the list: when, and how many are taken."""
    page = staff.get(f"{LIST}{query}").content.decode()
    return re.findall(r"(\d[^<]*?m\.|noon|midnight)</a>.*?>\s*(\d+(?: of \d+|, no limit))", page, re.S)


def taken(staff: Client, query: str = "") -> list[str]:
    return [row for _, row in shown(staff, query)]


def test_a_row_is_a_time_and_says_how_many_of_its_places_are_taken(evening, kitchen) -> None:
    assert taken(person("support")) == ["2 of 3", "3 of 3", "1 of 3"]
    takes(kitchen, None)
    assert taken(person("support")) == ["2, no limit", "3, no limit", "1, no limit"]


def test_a_place_given_back_counts_no_more(evening) -> None:
    SlotUse.objects.filter(order=evening[0]).delete()
    assert taken(person("support"))[0] == "1 of 3"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?day=today", ["2 of 3", "3 of 3"]),
        ("?day=tomorrow", ["1 of 3"]),
        ("?day=week", ["2 of 3", "3 of 3", "1 of 3"]),
        ("?day=past", []),
        ("?places=full", ["3 of 3"]),
        ("?places=free", ["2 of 3", "1 of 3"]),
        ("?day=today&places=free", ["2 of 3"]),
        ("?q=noodle", ["2 of 3", "3 of 3", "1 of 3"]),
        ("?q=nobody", []),
    ],
)
def test_staff_find_the_times_they_look_for(evening, query, rows) -> None:
    assert taken(person("support"), query) == rows


def test_an_order_is_found_whichever_place_of_its_time_it_has(evening) -> None:
    second = evening[1]
    assert taken(person("support"), f"?q={second.code.lower()}") == ["2 of 3"]
    assert taken(person("support"), f"?q={second.id}") == ["2 of 3"]


def test_what_is_over_is_for_whoever_asks_for_it(evening) -> None:
    with clock.hold(NOON + timedelta(hours=20)):
        assert taken(person("support")) == ["1 of 3"]
        assert taken(person("support"), "?day=past") == ["2 of 3", "3 of 3"]


def test_a_day_is_one_on_the_regions_clocks(evening) -> None:
    """At half past midnight in London it is still yesterday in Greenwich, in summer."""
    with clock.hold(scenes.london("2026-06-02 00:30")):
        assert taken(person("support"), "?day=today") == ["1 of 3"]
        assert taken(person("support"), "?day=past") == ["2 of 3", "3 of 3"]


def test_the_page_of_a_time_names_its_orders(evening) -> None:
    first = SlotUse.objects.order_by("slot_at", "number").first()
    page = person("support").get(f"{LIST}{first.pk}/change/").content.decode()
    assert [order.code in page for order in evening[:3]] == [True, True, False]


def test_the_times_in_a_file(evening, kitchen) -> None:
    rows = exported(person("finance"), "slotuse", "?day=today")
    assert [(row["starts_at"], row["ends_at"], row["taken"], row["places"]) for row in rows] == [
        ("2026-06-01T19:00:00+01:00", "2026-06-01T19:15:00+01:00", "2", "3"),
        ("2026-06-01T20:00:00+01:00", "2026-06-01T20:15:00+01:00", "3", "3"),
    ]
    assert {row["restaurant_id"] for row in rows} == {str(kitchen.id)}


def test_staff_of_another_region_see_none(evening) -> None:
    assert taken(person("support", region="pl")) == []
    assert exported(person("support", region="pl"), "slotuse") == []
    assert person().get(LIST).status_code == 403
