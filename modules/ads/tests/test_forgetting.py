"""Who is erased, or agrees no longer, leaves nothing behind; nor does what arrives of them later."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from modules.ads import services
from modules.ads.events import AdClicked, AdsShown
from modules.ads.interface import Ad
from modules.ads.models import AdEvent, DecisionRecord, Display, Exposure, Forgotten, Seen, Viewer
from modules.ads.services import forgetting, habits
from modules.ads.services.tidying import tidy
from modules.ads.tests import scenes
from tiffin import clock, db, ids

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def customer() -> UUID:
    scenes.running(scenes.advertiser(), cap=5)
    scenes.open_for_ads()
    someone = ids.new_id()
    services.agree(someone, personal=True, by_email=True)
    return someone


def shown(customer: UUID) -> Ad:
    (ad,) = scenes.ads(scenes.look(customer_id=customer))
    return ad


def erased(customer: UUID) -> None:
    with db.transaction(owner="ads"):
        forgetting.forget(customer)


def traces(of: UUID) -> int:
    kept = (Viewer.objects.filter(pk=of), Seen.objects.filter(viewer_id=of))
    kept += tuple(
        model.objects.filter(viewer_id=of) for model in (Display, AdEvent, DecisionRecord, Exposure)
    )
    return sum(rows.count() for rows in kept)


def test_what_they_saw_and_clicked_counts_on_as_nobodys(customer: UUID) -> None:
    scenes.click(shown(customer))
    scenes.settle()
    assert traces(customer) == 6  # a viewer, a sight, a page, two events and a decision
    erased(customer)
    assert traces(customer) == 0
    assert AdEvent.objects.filter(verdict="valid").count() == 2


def test_what_was_offered_before_names_nobody_afterwards(customer: UUID) -> None:
    early, late = shown(customer), shown(customer)
    scenes.see(early)
    erased(customer)
    for ad in (early, late):
        assert scenes.click(ad) == "https://cola.example/"
    scenes.writing.write()  # what was decided before
    tidy()
    assert traces(customer) == 0
    assert AdEvent.objects.filter(kind="click", verdict="valid").count() == 2
    told = [
        event.viewer_id
        for display in Display.objects.all()
        for kind in (AdsShown, AdClicked)
        for event in scenes.told(display.id, kind)
    ]
    assert sorted(told, key=str) == sorted([None, None, None, customer], key=str)


def test_an_offer_of_long_ago_names_nobody(customer: UUID) -> None:
    ad = shown(customer)
    with clock.shift(timedelta(days=9)):
        assert scenes.click(ad) == "https://cola.example/"
    assert Display.objects.get().viewer_id is None


def test_a_membership_that_ends_with_the_erasure_is_nobodys(customer: UUID) -> None:
    erased(customer)
    other = ids.new_id()
    with db.transaction(owner="ads"):
        habits.learn_memberships({customer: "", other: "2026-12-24T00:00:00Z"})
    assert list(Viewer.objects.values_list("id", flat=True)) == [other]


def test_who_they_were_is_forgotten_too(customer: UUID) -> None:
    erased(customer)
    tidy()
    assert Forgotten.objects.count() == 1
    with clock.shift(forgetting.REMEMBERED + timedelta(minutes=1)):
        tidy()
    assert not Forgotten.objects.exists()


def test_a_browser_that_agrees_no_longer_and_then_again() -> None:
    scenes.running(scenes.advertiser())
    scenes.open_for_ads()
    browser = scenes.browser()
    (ad,) = scenes.ads(scenes.look(device_id=browser))
    services.agree_as_browser(browser, personal=False)
    scenes.see(ad)
    scenes.settle()
    tidy()
    assert traces(browser) == 0

    services.agree_as_browser(browser, personal=True)
    scenes.see(*scenes.ads(scenes.look(device_id=browser)))
    tidy()
    assert Viewer.objects.filter(pk=browser).exists()
    assert Display.objects.filter(viewer_id=browser).exists()


def test_of_a_browser_that_never_agreed_not_even_that_is_kept() -> None:
    services.agree_as_browser(ids.new_id(), personal=False)
    assert not Forgotten.objects.exists()
