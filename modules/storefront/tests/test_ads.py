"""Ads on our pages: marked as such, explained, below what members have; and pages without them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from modules.ads.interface import Ad, Ads, AdvertiserKind, Decision, Filled, PageView, Place, Why
from modules.restaurants.interface import RestaurantView
from modules.storefront.tests.people import Customer, a_plan, basket
from modules.storefront.tests.test_membership import PAGE, joins
from tiffin import clock, ids
from tiffin.interfaces import ModuleUnavailable, call

pytestmark = pytest.mark.usefixtures("database")


def an_ad(slot: int = 0) -> Ad:
    return Ad(
        slot=slot,
        token=f"token{slot}",
        click=f"/api/v1/ads/clicks/token{slot}",
        kind=AdvertiserKind.BRAND,
        advertiser="Cola & Sons",
        headline="Drink <cola>",
        text="Cold.",
        picture="",
        why="Cola & Sons pays for this ad. You see it because you order in this region.",
        reasons=(Why.REGION,),
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[PageView, list[Place]]]:
    """Every slot is filled, whoever asks; what was asked for."""
    found: list[tuple[PageView, list[Place]]] = []

    def decide(self: Any, *, view: PageView, places: list[Place]) -> Decision:
        found.append((view, places))
        filled = [
            Filled(placement=each.placement, ads=tuple(an_ad(slot) for slot in range(each.slots)))
            for each in places
        ]
        return Decision(id=ids.new_id(), places=tuple(filled), expires_at=clock.now())

    monkeypatch.setattr(type(call(Ads)), "decide", decide, raising=False)
    return found


def page(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_ad_says_that_it_is_one_who_pays_and_why(
    noodle_bar: RestaurantView, asked: list[tuple[PageView, list[Place]]]
) -> None:
    html = page("/?city=london")
    assert html.count('data-ad="') == 5
    assert "Ad · Cola &amp; Sons" in html
    assert "You see it because you order in this region." in html
    assert "Drink &lt;cola&gt;" in html
    assert 'rel="sponsored nofollow"' in html


def test_a_search_asks_for_what_is_searched_and_a_menu_for_its_restaurant(
    noodle_bar: RestaurantView, asked: list[tuple[PageView, list[Place]]]
) -> None:
    page("/?city=london&text=ramen")
    page(f"/r/{noodle_bar.slug}/")
    (search, listing), (menu, banner) = asked
    assert (search.text, listing[0].placement.value, listing[0].slots) == ("ramen", "search_listing", 2)
    assert (menu.restaurant_id, banner[0].placement.value) == (noodle_bar.id, "menu_banner")
    assert search.customer_id is None


def test_a_page_about_a_cuisine_asks_for_what_goes_with_it_instead_of_the_carousel(
    noodle_bar: RestaurantView, asked: list[tuple[PageView, list[Place]]]
) -> None:
    html = page("/?city=london&cuisine=ramen")
    page("/?city=london&cuisine=ramen&text=gyoza")
    (category, listing), (search, found) = asked
    assert (category.cuisine, category.text) == ("ramen", "")
    assert [(each.placement.value, each.slots) for each in listing] == [("category_listing", 2)]
    assert html.count('data-ad="') == 2
    assert (search.cuisine, search.text) == ("ramen", "gyoza")
    assert [each.placement.value for each in found] == ["search_listing"]


def stands_above_ads(html: str, *brought: str) -> bool:
    """Whether all of that is on the page, and nothing of it below the first ad."""
    return all(0 <= html.rfind(each) < html.index('data-ad="') for each in brought)


def test_an_ad_stands_below_what_a_membership_brings(
    noodle_bar: RestaurantView, asked: list[tuple[PageView, list[Place]]]
) -> None:
    """What a member saves is in the basket, as soon as there is something in it."""
    html = page(f"/r/{noodle_bar.slug}/")

    assert stands_above_ads(html, "data-basket-price")


def test_no_ad_stands_above_a_members_way_to_the_benefits_on_the_start_page(
    zofia: Customer, asked: list[tuple[PageView, list[Place]]]
) -> None:
    joins(zofia, a_plan())

    for query in ("city=london", "city=london&text=ramen", "city=london&cuisine=ramen"):
        html = zofia.browser.get(f"/?{query}").content.decode()
        assert stands_above_ads(html, f'href="{PAGE}"'), query


def test_no_ad_stands_above_what_a_member_saved_on_the_page_of_an_order(
    zofia: Customer, asked: list[tuple[PageView, list[Place]]]
) -> None:
    joins(zofia, a_plan())
    html = zofia.sees(zofia.orders(basket=basket(quantity=2)))

    assert stands_above_ads(html, "<dt>Free delivery</dt>")


def test_pages_are_whole_without_ads(noodle_bar: RestaurantView, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Any, **_: Any) -> Decision:
        raise ModuleUnavailable(maybe_executed=False, method="decide")

    monkeypatch.setattr(type(call(Ads)), "decide", gone, raising=False)
    home = "/?city=london"
    for path in (home, f"{home}&text=ramen", f"{home}&cuisine=ramen", f"/r/{noodle_bar.slug}/"):
        html = page(path)
        assert noodle_bar.name in html
        assert not re.search("data-ad=", html)
