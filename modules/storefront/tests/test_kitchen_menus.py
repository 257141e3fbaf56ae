"""A restaurant's people publish a menu on the counter's pages."""

from __future__ import annotations

import copy
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from modules.restaurants.interface import Restaurants
from modules.storefront.tests.people import MENU, kitchen, open_noodle_bar
from tiffin.interfaces import call

pytestmark = pytest.mark.database


def dearer() -> dict[str, Any]:
    made = copy.deepcopy(MENU)
    made["items"][0]["price_info"]["price"] += 100
    return made


def upload(browser: Any, restaurant: Any, content: bytes) -> Any:
    file = SimpleUploadedFile("menu.json", content, content_type="application/json")
    url = reverse("kitchen-menu-upload", args=[restaurant.id])
    return browser.post(url, {"document": file}, follow=True)


def version(restaurant: Any) -> int:
    return call(Restaurants).menu(restaurant_id=restaurant.id).version


def test_a_new_menu_is_seen_then_published_then_taken_back() -> None:
    noodle_bar = open_noodle_bar()
    cook = kitchen(noodle_bar.id)

    seen = upload(cook, noodle_bar, json.dumps(dearer()).encode())
    page = seen.content.decode()
    assert all(words in page for words in ("<del>", "<ins>", "Publish it"))
    assert version(noodle_bar) == 1

    preview = seen.redirect_chain[-1][0]
    published = cook.post(f"{preview}publish", follow=True).content.decode()
    assert "Version 2 is published." in published
    assert version(noodle_bar) == 2

    older = reverse("kitchen-menu-version", args=[noodle_bar.id, 1])
    assert 'name="instead_of" value="2"' in cook.get(older).content.decode()
    again = reverse("kitchen-menu-publish-again", args=[noodle_bar.id])
    form = {"version": "1", "instead_of": "2"}
    back = cook.post(again, form, follow=True).content.decode()
    assert "published again, as version 3" in back
    late = cook.post(again, form, follow=True).content.decode()
    assert "Version 3 of the menu is published by now" in late


def test_what_is_wrong_with_a_file_is_told_with_its_place() -> None:
    noodle_bar = open_noodle_bar()
    cook = kitchen(noodle_bar.id)
    made = dearer()
    made["items"][0]["price_info"]["price"] = "<b>"

    page = upload(cook, noodle_bar, json.dumps(made).encode()).content.decode()
    assert "items[0].price_info.price: expected int" in page
    assert "not UTF-8" in upload(cook, noodle_bar, b"\xff\xfe").content.decode()
    assert version(noodle_bar) == 1


def test_a_kitchen_publishes_only_its_own_menu() -> None:
    noodle_bar = open_noodle_bar()
    stranger = kitchen()

    for url in (
        reverse("kitchen-menus", args=[noodle_bar.id]),
        reverse("kitchen-menu-version", args=[noodle_bar.id, 1]),
        reverse("kitchen-menu-preview", args=[noodle_bar.id, uuid4()]),
    ):
        assert stranger.get(url)["Location"] == reverse("kitchen")
    upload(stranger, noodle_bar, json.dumps(dearer()).encode())
    stranger.post(reverse("kitchen-menu-publish-again", args=[noodle_bar.id]), {"version": "1"})
    assert version(noodle_bar) == 1
