"""Choosing what to eat on the start page: by cuisine."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from modules.restaurants.interface import RestaurantView
from modules.storefront.pages import finding
from modules.storefront.tests.people import found, open_noodle_bar

pytestmark = pytest.mark.database


@pytest.fixture
def pierogi(noodle_bar: RestaurantView) -> RestaurantView:
    return open_noodle_bar(slug="pierogi", name="Pierogarnia", cuisine="polish")


def page(query: str) -> str:
    return str(Client().get(f"/?city=london&{query}").content.decode())


def offered(html: str) -> list[tuple[str, bool]]:
    """The cuisines to choose from, and whether each is chosen."""
    select = found(r'(?s)<select name="cuisine"[^>]*>(.*?)</select>', html)
    options = re.findall(r'<option value="([^"]*)"( selected)?>', select)
    return [(cuisine, bool(chosen)) for cuisine, chosen in options]


def shown(html: str) -> list[str]:
    return re.findall(r"<h2>(Noodle Bar|Soba Bar|Pierogarnia)</h2>", html)


def test_a_cuisine_is_chosen_of_those_that_are_cooked_in_the_city(pierogi: RestaurantView) -> None:
    everything, ramen = page("area=Soho"), page("area=Soho&cuisine=ramen")

    assert offered(everything) == [("", False), ("polish", False), ("ramen", False)]
    assert sorted(shown(everything)) == ["Noodle Bar", "Pierogarnia"]
    assert offered(ramen) == [("", False), ("polish", False), ("ramen", True)]
    assert shown(ramen) == ["Noodle Bar"]


def test_the_choice_holds_on_the_next_page(pierogi: RestaurantView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PAGE_SIZE", 1)
    open_noodle_bar(slug="soba-bar", name="Soba Bar")
    first = page("cuisine=ramen")

    query = found(r'href="\?([^"]*)">More restaurants', first).replace("&amp;", "&")
    second = str(Client().get(f"/?{query}").content.decode())

    assert shown(first) + shown(second) == ["Noodle Bar", "Soba Bar"]
    assert ("ramen", True) in offered(second)
    assert "More restaurants" not in second


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("cuisine=thai", "No restaurant in London cooks “thai”."),
        ("cuisine=thai&area=Soho", "No restaurant in London cooks “thai” and delivers to Soho."),
        ("cuisine=%3Cb%3E&open=on", "No restaurant in London cooks “&lt;b&gt;” right now."),
        ("cuisine=thai&text=soup", "No restaurant in London has “soup” and cooks “thai”."),
        ("cuisine=%00tha%00i", "No restaurant in London cooks “tha i”."),
    ],
)
def test_a_cuisine_that_nobody_cooks_here_is_said_and_all_are_a_step_away(
    noodle_bar: RestaurantView, query: str, said: str
) -> None:
    html = page(query)

    assert said in re.sub(r"\s+", " ", html)
    assert shown(html) == []
    every = found(r'href="([^"]+)">See every cuisine', html)
    assert shown(str(Client().get(f"/{every}").content.decode())) == ["Noodle Bar"]


def test_what_no_keyboard_writes_is_not_looked_for(noodle_bar: RestaurantView) -> None:
    assert shown(page("cuisine=%00&text=%00ramen%00")) == ["Noodle Bar"]
