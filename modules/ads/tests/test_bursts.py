"""Too much at once from one browser, viewer or address, and clicks on what was not paid to be seen."""

from __future__ import annotations

from collections import Counter

import pytest

from modules.ads.interface import Pricing
from modules.ads.models import AdEvent, Arm, CampaignDay, EventKind
from modules.ads.services import recording
from modules.ads.services.recording import MAILED, Burst, Origin
from modules.ads.tests import scenes

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def few(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign, of which few looks and clicks at once are a burst."""
    bursts = {EventKind.CLICK: Burst(2, 4), EventKind.IMPRESSION: Burst(3, 6)}
    monkeypatch.setattr(recording, "BURSTS", bursts)
    scenes.running(scenes.advertiser(), pricing_name=Pricing.CPM.value, bid=10 * scenes.POUND)
    scenes.open_for_ads()


def browsers(count: int, *, address: str = "") -> list[Origin]:
    """Each calls itself something else; each with an address of its own unless one is given."""
    return [
        Origin(f"Mozilla/5.0 (X11; Linux x86_64) Firefox/{number}.0", address or f"203.0.113.{number}")
        for number in range(count)
    ]


def verdicts(kind: str) -> Counter[str]:
    return Counter(AdEvent.objects.filter(kind=kind).values_list("verdict", flat=True))


@pytest.mark.usefixtures("few")
class TestBursts:
    def clicked(self, *origins: Origin) -> None:
        for origin in origins:
            scenes.click(scenes.ads(scenes.look())[0], origin)

    def seen(self, *origins: Origin) -> None:
        for origin in origins:
            scenes.see(scenes.ads(scenes.look())[0], origin=origin)

    def test_a_browser_that_calls_itself_something_else_each_time(self) -> None:
        self.clicked(*browsers(7, address="203.0.113.7"))
        assert verdicts("click") == {"valid": 4, "burst": 3}

    def test_people_at_different_addresses(self) -> None:
        self.clicked(*browsers(7))
        assert verdicts("click") == {"valid": 7}

    def test_addresses_that_one_subscriber_has_plenty_of(self) -> None:
        home = [each._replace(address=f"2001:db8:1:2::{n}") for n, each in enumerate(browsers(6))]
        self.clicked(*home)
        assert verdicts("click") == {"valid": 4, "burst": 2}

    def test_impressions_by_one_browser_and_by_one_address(self) -> None:
        self.seen(*[scenes.PERSON] * 5)
        assert verdicts("impression") == {"valid": 3, "burst": 2}
        self.seen(*browsers(5, address=scenes.PERSON.address))
        assert verdicts("impression") == {"valid": 4, "burst": 6}
        scenes.settle()
        assert CampaignDay.objects.get().spent == 4 * 1_500

    def test_our_own_mail_comes_all_from_one_place(self) -> None:
        self.seen(*[MAILED] * 8)
        assert verdicts("impression") == {"valid": 8}


def test_a_click_on_what_was_shown_beyond_its_cap_costs_nothing() -> None:
    scenes.running(scenes.advertiser(), cap=1)
    scenes.open_for_ads()
    browser = scenes.browser()
    for ad in [scenes.ads(scenes.look(device_id=browser))[0] for _ in range(4)]:
        scenes.click(ad)
    scenes.settle()
    assert verdicts("impression") == verdicts("click") == {"valid": 1, "capped": 3}
    assert CampaignDay.objects.get().spent == 50_000
    assert (Arm.objects.get().shown, Arm.objects.get().clicked) == (1, 1)
