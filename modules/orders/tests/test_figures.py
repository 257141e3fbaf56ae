"""What happened, counted by the hour, and how staff see it."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from modules.orders import services
from modules.orders.events import OrderPlaced
from modules.orders.interface import Fulfilment
from modules.orders.models import Figure, FigurePlace
from modules.orders.selectors.figures import ANSWERED, quantile
from modules.orders.services import figures
from modules.orders.tests import scenes
from modules.orders.tests.scenes import london, order_of
from modules.orders.tests.test_claims import claim
from modules.orders.tests.test_staff_pages import person
from tiffin import clock, db
from tiffin.log.feed import read
from tiffin.testing import settle

pytestmark = pytest.mark.database

NOON = london("2026-06-10 12:00")


def counted(*, hour: bool = False) -> dict[Any, tuple[int, int]]:
    """Count and amount by what and detail, and by the hour on London's clocks if asked for."""
    services.count_figures()
    found = {}
    for row in Figure.objects.all():
        at = (f"{row.hour.astimezone(NOON.tzinfo):%d %H:%M}",) if hour else ()
        place = (*at, row.what, row.detail)
        before = found.get(place, (0, 0))
        found[place] = before[0] + row.count, before[1] + row.amount
    return found


def page(staff: Any, region: str = "gb", period: str = "today") -> str:
    answer = staff.get(f"/admin/dashboard/?region={region}&period={period}")
    assert answer.status_code == 200
    return answer.content.decode()


def cards(text: str) -> dict[str, tuple[str, str]]:
    found = re.findall(
        r'<p class="text-sm">([^<]+)</p>\s*<p class="font[^>]*>([^<]+)</p>\s*<p[^>]*>before: ([^<]*?)\s*<',
        text,
    )
    return {title: (value, before) for title, value, before in found}


def charts(text: str) -> list[dict[str, Any]]:
    return [json.loads(html.unescape(data)) for data in re.findall(r'data-value="([^"]*)"', text)]


def test_what_happened_is_counted_in_the_hour_in_which_it_did(kitchen, customer) -> None:
    # Given one order that came, one that the restaurant rejected, and one that is never paid for
    with clock.hold(NOON):
        came = scenes.deliver(kitchen, customer, kitchen.ramen(2), kitchen.line("Gyoza"))
        rejected = scenes.place(kitchen, customer)
        settle()
        scenes.reject(rejected)
        scenes.place(kitchen, customer)
    # When the customer claims a dish after midnight
    with clock.hold(NOON + timedelta(hours=13)):
        claim(came, (1, 1))
        settle()
    # Then the refund is counted when it went back, and everything else when it happened
    found = counted(hour=True)
    back = order_of(came).refunded
    assert back > 0
    assert found == {
        ("10 12:00", "placed", ""): (3, 0),
        ("10 12:00", "accepted", ""): (1, 0),
        ("10 12:00", "answered", "15"): (1, 0),
        ("10 12:00", "delivered", ""): (1, 0),
        ("10 12:00", "arrived", "0"): (1, 0),
        ("10 12:00", "cancelled", "restaurant_rejected"): (1, 0),
        ("11 01:00", "cancelled", "payment_timeout"): (1, 0),
        ("11 01:00", "refunded", "claim_missing"): (1, back),
    }


def test_what_comes_late_and_is_answered_late_is_told_apart(kitchen, customer) -> None:
    with clock.hold(NOON):
        order = scenes.place(kitchen, customer)
        settle()
    with clock.hold(NOON + timedelta(seconds=100)):
        courier = scenes.courier_on_shift()
        scenes.accept(order)
        scenes.take_offer(courier)
        scenes.pick_up(courier, order)
    promised = order_of(order).promised_by
    assert promised is not None
    with clock.hold(promised + timedelta(minutes=7)):
        scenes.drop_off(courier, order)
    found = counted()
    assert found["answered", "120"] == (1, 0)
    assert found["arrived", "10"] == (1, 0)
    assert ("arrived", "0") not in found


def test_what_is_fetched_or_left_there_is_neither_on_time_nor_late(kitchen, customer) -> None:
    with clock.hold(NOON):
        fetched, left = (scenes.place(kitchen, customer, fulfilment=Fulfilment.PICKUP) for _ in range(2))
        settle()
        for order in (fetched, left):
            scenes.accept(order)
            scenes.ready(order)
        scenes.hand_over(fetched)
    with clock.hold(NOON + timedelta(hours=3)):
        settle()
    found = counted()
    assert found["delivered", ""] == (2, 0)
    assert not [place for place in found if place[0] == "arrived"]


def test_counting_again_counts_nothing_and_a_crash_loses_nothing(kitchen, customer, monkeypatch) -> None:
    for _ in range(3):
        scenes.place(kitchen, customer)
    settle()
    # Given a worker that dies when its figures are written, but not yet committed
    with monkeypatch.context() as dying:
        dying.setattr(db, "update", _die)
        with pytest.raises(SystemExit):
            services.count_figures()
    assert not Figure.objects.exists()
    # Then the next one counts each once, a page at a time or all at once
    seen = services.count_figures(at_once=1)
    assert seen > 0
    assert counted()["placed", ""] == (3, 0)
    assert services.count_figures() == 0
    scenes.place(kitchen, customer)
    assert counted()["placed", ""] == (4, 0)
    # And whoever begins anew comes to the same
    before = counted()
    Figure.objects.all().delete()
    FigurePlace.objects.all().delete()
    assert counted() == before


def _die(*args: object, **kwargs: object) -> None:
    raise SystemExit


def test_of_two_workers_one_counts(kitchen, customer) -> None:
    """A lease may run out while its holder still works."""
    scenes.place(kitchen, customer)
    places = figures._places()
    events = read(OrderPlaced.producer, places, figures.KINDS, limit=100).events
    assert services.count_figures() > 0
    assert figures._count(places, events) is False
    assert counted()["placed", ""] == (1, 0)


def test_an_order_under_way_is_not_passed_by(kitchen, customer) -> None:
    """What commits after a younger one was counted is counted all the same."""
    scenes.place(kitchen, customer)
    with connections["orders"].copy().cursor() as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT pg_current_xact_id()")
        scenes.place(kitchen, customer)
        assert counted().get(("placed", "")) in {None, (1, 0)}
        slow.execute("COMMIT")
        slow.connection.close()
    assert counted()["placed", ""] == (2, 0)


@pytest.mark.parametrize(("placed", "day"), [("2026-06-10 23:59", "10"), ("2026-06-11 00:00", "11")])
def test_a_day_is_that_of_the_regions_clocks(kitchen, customer, placed, day) -> None:
    """London is an hour ahead of UTC in June: its day begins when it is still yesterday there."""
    with clock.hold(london(placed)):
        scenes.place(kitchen, customer)
        services.count_figures()
    with clock.hold(london("2026-06-11 10:30")):
        today = cards(page(person("finance"))).get("Orders placed", ("0", "0"))[0]
        yesterday = cards(page(person("finance"), period="yesterday")).get("Orders placed", ("0", "0"))[0]
        assert (yesterday, today) == (("1", "0") if day == "10" else ("0", "1"))
        hours = charts(page(person("finance"), period="yesterday" if day == "10" else "today"))[0]
        assert hours["datasets"][0]["data"].index(1) == (23 if day == "10" else 0)
        assert len(hours["labels"]) == 24


def test_the_day_on_which_the_clocks_change_has_all_its_hours() -> None:
    with clock.hold(london("2026-10-25 12:00")):
        text = page(person("finance"))
    assert "Nothing happened in this time." in text
    Figure.objects.create(region="gb", hour=london("2026-10-25 23:00"), what="placed", count=2)
    with clock.hold(london("2026-10-25 23:30")):
        (orders, *_) = charts(page(person("finance")))
    assert len(orders["labels"]) == 25
    assert orders["datasets"][0]["data"][-1] == 2


def test_the_page_says_what_happened_and_how_it_was_before(kitchen, customer) -> None:
    with clock.hold(NOON - timedelta(days=1)):
        scenes.place(kitchen, customer)
    with clock.hold(NOON):
        came = scenes.deliver(kitchen, customer, kitchen.ramen(2), kitchen.line("Gyoza"))
        rejected = scenes.place(kitchen, customer)
        settle()
        scenes.reject(rejected)
        claim(came, (1, 1))
        settle()
        services.count_figures()
        text = page(person("support"))
        week = page(person("support"), period="7")
    shown = cards(text)
    assert shown["Orders placed"] == ("2", "1")
    assert shown["Delivered"] == ("1", "0")
    assert shown["On time, of those promised"] == ("100.0%", "–")
    assert "before: 1 <strong>+100.0%</strong>" in text
    assert shown["Refunds"] == ("1", "0")
    assert "Europe/London" in text
    refunds = next(each for each in charts(text) if each["datasets"][0]["label"] == "claim missing")
    worth = f"{order_of(came).refunded / 100:.2f}"
    assert refunds["datasets"][0]["data"][12] == worth
    assert f"<td>{worth}</td>" in text
    assert shown["Refunded"] == (f"{worth} GBP", "0.00 GBP")
    # What is still to come is not drawn as if nothing had happened
    assert charts(text)[0]["datasets"][0]["data"][11:14] == [0, 2, None]
    # Seven whole days end with yesterday
    assert cards(week)["Orders placed"] == ("1", "0")
    assert len(charts(week)[0]["labels"]) == 7


def test_staff_see_the_regions_in_which_they_work(kitchen, customer) -> None:
    scenes.place(kitchen, customer)
    services.count_figures()
    assert cards(page(person("finance", region="gb")))["Orders placed"][0] == "1"
    elsewhere = page(person("finance", region="pl"))
    assert cards(elsewhere) == {}
    assert 'value="gb"' not in elsewhere
    assert "Europe/Warsaw" in elsewhere
    nobody = page(person())
    assert cards(nobody) == {}
    assert "There is nothing for you to see here." in nobody


def test_the_page_reads_figures_and_no_orders(kitchen, customer) -> None:
    scenes.deliver(kitchen, customer)
    services.count_figures()
    staff = person("finance")
    for period in ("today", "28"):
        with CaptureQueriesContext(connections["orders"]) as asked:
            page(staff, period=period)
        said = [query["sql"] for query in asked.captured_queries if "orders_" in query["sql"]]
        assert len(said) == 2
        assert all("orders_figure" in sql and "orders_order" not in sql for sql in said)


def test_half_and_nine_tenths_lie_within_their_range() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({"30": 4}, 0.5) == 22.5
    assert quantile({"15": 1, "60": 8, "more": 1}, 0.5) == 45
    assert quantile({"15": 1, "more": 9}, 0.5) == ANSWERED[-1]
