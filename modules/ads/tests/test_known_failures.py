"""What went wrong in other ad servers, and must not here (docs/reference/known-failures.md)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.ads.interface import PageView, Place, Placement, Pricing
from modules.ads.models import AdEvent, Figure, Reservation
from modules.ads.services import leasing
from modules.ads.services.deciding import decide
from modules.ads.services.keeping import Keeper
from modules.ads.tests import scenes
from tiffin import clock

pytestmark = pytest.mark.usefixtures("database")

BID = scenes.POUND // 2


def processes(count: int) -> list[Keeper]:
    """Several, each of which knows what may be shown."""
    scenes.open_for_ads()
    kept = [Keeper() for _ in range(count)]
    for each in kept:
        each.load()
    return kept


def shown_by(kept: Keeper) -> list[object]:
    kept.refresh()
    leasing.lease(kept.snapshot.allowances)
    view = PageView(region="gb", point=scenes.SOHO, language="en")
    decision = decide(view, [Place(placement=Placement.HOME_CAROUSEL)], kept)
    return [ad for place in decision.places for ad in place.ads]


def test_nothing_is_overspent_while_logging_and_settling_lag() -> None:
    """Nothing is settled, nothing is written, and every impression is paid for: several processes together
    promise no more than there is, and in time all of it."""
    a_mille = 3 * scenes.POUND // 2  # what is paid at least
    budget = 40 * a_mille // 1000
    scenes.running(scenes.advertiser(), pricing_name=Pricing.CPM.value, bid=a_mille, budget=budget)
    kept, delivered = processes(3), []
    for minutes in range(0, 60, 6):
        with clock.shift(timedelta(minutes=minutes)):
            for number in range(60):
                for ad in shown_by(kept[number % 3]):
                    scenes.see(ad)
        delivered.append(sum(AdEvent.objects.values_list("price", flat=True)))
    assert max(delivered) <= budget
    assert delivered[-1] > 0.9 * budget


def test_what_a_process_that_died_had_promised_is_there_again_later() -> None:
    scenes.running(scenes.advertiser(), budget=BID, bid=BID)
    (dead,) = processes(1)
    assert shown_by(dead)
    (other,) = processes(1)
    while shown_by(other):
        pass
    with clock.shift(leasing.USABLE + leasing.RESERVED + timedelta(minutes=2)):
        (heir,) = processes(1)
        assert shown_by(heir)
        assert Reservation.objects.filter(until__gt=clock.now()).exists()


def test_caps_are_not_lost_with_a_process() -> None:
    scenes.running(scenes.advertiser(), cap=1)
    scenes.open_for_ads()
    browser = scenes.browser()
    scenes.see(*scenes.ads(scenes.look(device_id=browser)))
    scenes.open_for_ads()
    assert scenes.ads(scenes.look(device_id=browser)) == []


def test_no_click_rate_is_more_than_all() -> None:
    """Messages of impressions are lost, or come after the click, or twice."""
    scenes.running(scenes.advertiser())
    scenes.open_for_ads()
    for _ in range(4):
        (ad,) = scenes.ads(scenes.look())
        for _ in range(3):
            scenes.click(ad)
    scenes.settle()
    figure = Figure.objects.get()
    assert (figure.impressions, figure.clicks) == (4, 4)


def test_a_campaign_whose_time_is_over_is_not_shown() -> None:
    """Also before anybody has ended it, and by a process that nobody told."""
    scenes.running(scenes.advertiser())
    scenes.open_for_ads()
    assert scenes.ads(scenes.look())
    with clock.shift(timedelta(days=7)):
        assert scenes.ads(scenes.look()) == []


def test_a_first_time_visitor_sees_ads() -> None:
    """Of whom nothing is known, who has said no address, and who agreed to nothing."""
    scenes.running(scenes.advertiser(scenes.restaurant().id), cap=3)
    scenes.open_for_ads()
    assert scenes.ads(scenes.look(point=None, city="london"))
