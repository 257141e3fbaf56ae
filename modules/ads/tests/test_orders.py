"""Ads bring orders, which may be what is paid for; and what should not have cost anything is given back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models import Sum

from modules.ads import services
from modules.ads.engine.prediction import PRIOR_ORDER
from modules.ads.errors import ReasonMissing
from modules.ads.interface import Ad, Pricing
from modules.ads.models import AdEvent, Campaign, CampaignDay, Figure, Posting, Viewer
from modules.ads.selectors.viewers import read_habits
from modules.ads.services import attributing, habits, leasing
from modules.ads.services.attributing import attribute
from modules.ads.services.habits import Visit
from modules.ads.services.refunding import refund_event
from modules.ads.tests import scenes
from modules.restaurants.interface import RestaurantView
from tiffin import clock, db, ids

pytestmark = pytest.mark.usefixtures("database")
BID = 5 * scenes.POUND


@pytest.fixture
def noodles() -> RestaurantView:
    made = scenes.restaurant()
    scenes.running(scenes.advertiser(made.id), pricing_name=Pricing.CPA.value, bid=BID)
    scenes.open_for_ads()
    return made


def clicked(customer: UUID) -> Ad:
    (ad,) = scenes.ads(scenes.look(customer_id=customer))
    scenes.click(ad)
    return ad


def ordered(customer: UUID, at: RestaurantView) -> UUID:
    order = Visit(customer, at.id, "gb", clock.now(), 2_000, ids.new_id())
    with db.transaction(owner="ads"):
        habits.learn([order])
        attribute([order])
    scenes.settle()
    assert order.order_id is not None
    return order.order_id


def spent() -> int:
    return CampaignDay.objects.aggregate(all=Sum("spent"))["all"] or 0


def test_an_order_that_follows_a_click_is_what_is_paid_for(noodles: RestaurantView) -> None:
    customer = ids.new_id()
    clicked(customer)
    scenes.settle()
    assert spent() == 0
    ordered(customer, noodles)
    order = AdEvent.objects.get(kind="order")
    assert spent() == order.charged == order.price > 0
    assert Figure.objects.get().orders == 1


def test_a_click_brings_one_order(noodles: RestaurantView) -> None:
    customer = ids.new_id()
    clicked(customer)
    ordered(customer, noodles)
    once = spent()
    ordered(customer, noodles)
    assert spent() == once


def test_nobody_pays_for_an_order_of_somebody_else_or_elsewhere_or_later(noodles: RestaurantView) -> None:
    customer = ids.new_id()
    clicked(customer)
    ordered(ids.new_id(), noodles)
    ordered(customer, scenes.restaurant("other-bar"))
    with clock.shift(attributing.WINDOW + timedelta(minutes=1)):
        ordered(customer, noodles)
    assert not AdEvent.objects.filter(kind="order").exists()


def test_what_is_cancelled_is_given_back(noodles: RestaurantView) -> None:
    customer = ids.new_id()
    clicked(customer)
    order = ordered(customer, noodles)
    with db.transaction(owner="ads"):
        attributing.take_back(order)
        attributing.take_back(order)
    assert spent() == 0
    assert Posting.objects.count() == 4
    assert Posting.objects.aggregate(all=Sum("micros"))["all"] == 0
    assert Posting.objects.filter(account="owed").aggregate(all=Sum("micros"))["all"] == 0
    figure = Figure.objects.get()
    assert (figure.orders, figure.filtered, figure.spent) == (0, 1, 0)


def test_what_is_cancelled_before_it_is_settled_never_costs_anything(noodles: RestaurantView) -> None:
    customer = ids.new_id()
    clicked(customer)
    order = Visit(customer, noodles.id, "gb", clock.now(), 2_000, ids.new_id())
    with db.transaction(owner="ads"):
        attribute([order])
        attributing.take_back(order.order_id or ids.new_id())
    scenes.settle()
    assert spent() == 0
    assert not Posting.objects.exists()


def test_staff_give_back_a_click_and_say_why() -> None:
    scenes.running(scenes.advertiser())
    scenes.open_for_ads()
    scenes.click(scenes.ads(scenes.look())[0])
    scenes.settle()
    click = AdEvent.objects.get(kind="click")
    with pytest.raises(ReasonMissing):
        refund_event(event_id=click.id, note=" ")
    refund_event(event_id=click.id, note="A test of ours.")
    click.refresh_from_db()
    assert (click.verdict, click.note, spent()) == ("refunded", "A test of ours.", 0)


def test_habits_are_those_of_whoever_agreed(noodles: RestaurantView) -> None:
    agreed, other = ids.new_id(), ids.new_id()
    services.agree(agreed, personal=True, by_email=False)
    for customer in (agreed, other):
        ordered(customer, noodles)
    kept = read_habits(Viewer.objects.get(pk=agreed).habits)
    assert (kept.cuisines, kept.all_orders, list(kept.venues)) == ({"ramen": 1.0}, 1, [noodles.id])
    assert not Viewer.objects.filter(pk=other).exists()


def test_a_look_at_a_menu_says_a_little(noodles: RestaurantView) -> None:
    agreed = ids.new_id()
    services.agree(agreed, personal=True, by_email=False)
    scenes.look(customer_id=agreed, restaurant_id=noodles.id)
    scenes.settle()
    kept = read_habits(Viewer.objects.get(pk=agreed).habits)
    assert (kept.cuisines, kept.all_orders) == ({"ramen": habits.LOOK}, 0)


def test_an_order_that_came_to_nothing_leaves_its_click_to_the_next(noodles: RestaurantView) -> None:
    customer = ids.new_id()
    clicked(customer)
    declined = ordered(customer, noodles)
    once = spent()
    with db.transaction(owner="ads"):
        attributing.take_back(declined)
    assert spent() == 0

    ordered(customer, noodles)
    assert spent() == once
    ordered(customer, noodles)
    assert spent() == once
    assert sorted(AdEvent.objects.filter(kind="order").values_list("verdict", flat=True)) == [
        "refunded",
        "valid",
    ]


def test_money_is_kept_for_orders_that_clicks_may_still_bring(noodles: RestaurantView) -> None:
    campaign = Campaign.objects.get()
    before = promised(campaign.id)
    customer = ids.new_id()
    clicked(customer)
    scenes.settle()
    price = AdEvent.objects.get(kind="click").per_order
    assert promised(campaign.id) - before == price * PRIOR_ORDER

    ordered(customer, noodles)
    assert promised(campaign.id) == before
    with clock.shift(attributing.WINDOW):
        assert promised(campaign.id) == before


def promised(campaign_id: UUID) -> float:
    """Of clicks alone: chunks come and go."""
    (standing,) = leasing.standings([campaign_id], clock.now())
    return standing.promised - standing.reserved
