"""Menus looked at before they are published, and older ones published again."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from modules.restaurants import selectors, services
from modules.restaurants.events import AvailabilityChanged
from modules.restaurants.interface import MenuFormat, MenuMoved, MenuPreview, MenuUnknown, PreviewUnknown
from modules.restaurants.models import MenuDraft, Restaurant
from modules.restaurants.tests.deliverect_documents import menu, pushed
from modules.restaurants.tests.documents import SVG, as_text, document, item
from modules.restaurants.tests.scenes import acting_as, cook_of, kinds, last, open_restaurant, publish, told
from tiffin import clock
from tiffin.testing import api

pytestmark = pytest.mark.database

PREVIEWS = "/api/v1/restaurant/menu/previews"
VERSIONS = "/api/v1/restaurant/menu/versions"


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    return open_restaurant()


@pytest.fixture
def cook(restaurant: Restaurant) -> APIClient:
    return api(cook_of(restaurant))


def dearer(price: int = 750) -> dict[str, Any]:
    made = document()
    made["items"][2]["price_info"]["price"] = price
    return made


def preview(restaurant: Restaurant, made: dict[str, Any] | None = None) -> MenuPreview:
    return services.preview_menu(
        restaurant_id=restaurant.id, document=as_text(made or dearer()), picture_files={}
    )


def test_a_preview_publishes_nothing_until_it_is_published(restaurant: Restaurant) -> None:
    seen = preview(restaurant)
    assert (seen.based_on, seen.differs, seen.difference.items.changed) == (1, True, 1)
    assert selectors.menu(restaurant.id).version == 1

    services.publish_preview(restaurant_id=restaurant.id, preview_id=seen.id)

    published = selectors.menu(restaurant.id)
    assert (published.version, published.hash) == (2, seen.hash)
    assert kinds(restaurant.id)[2:] == ["menu_published", "restaurant_changed"]


def test_publishing_a_preview_twice_publishes_once(restaurant: Restaurant) -> None:
    seen = preview(restaurant)

    versions = {
        services.publish_preview(restaurant_id=restaurant.id, preview_id=seen.id).version for _ in range(2)
    }

    assert versions == {2}
    assert selectors.menu(restaurant.id).version == 2
    assert selectors.menu_preview(restaurant.id, seen.id).published_version == 2


def test_a_preview_of_what_is_no_more_published_is_a_conflict(restaurant: Restaurant) -> None:
    seen = preview(restaurant)
    publish(restaurant, dearer(800))

    with pytest.raises(MenuMoved) as moved:
        services.publish_preview(restaurant_id=restaurant.id, preview_id=seen.id)

    assert (moved.value.data.expected, moved.value.data.published) == (1, 2)
    assert selectors.menu(restaurant.id).document.categories[1].items[0].price == 800


def test_the_last_few_previews_are_kept(restaurant: Restaurant) -> None:
    seen = [preview(restaurant, dearer(800 + number)) for number in range(6)]

    assert MenuDraft.objects.filter(restaurant=restaurant).count() == services.menus.KEPT_DRAFTS == 5
    with pytest.raises(PreviewUnknown):
        services.publish_preview(restaurant_id=restaurant.id, preview_id=seen[0].id)
    services.publish_preview(restaurant_id=restaurant.id, preview_id=seen[1].id)


def test_a_preview_is_its_restaurants_own(restaurant: Restaurant) -> None:
    seen, other = preview(restaurant), open_restaurant("other")

    with pytest.raises(PreviewUnknown):
        services.publish_preview(restaurant_id=other.id, preview_id=seen.id)
    with acting_as(cook_of(other)), pytest.raises(Exception, match="may not act"):
        selectors.menu_preview(restaurant.id, seen.id)


def test_an_older_version_is_published_again_as_a_new_one(restaurant: Restaurant) -> None:
    publish(restaurant, dearer())

    told_ = services.publish_version(restaurant_id=restaurant.id, version=1, instead_of=2)

    assert (told_.version, told_.changed) == (3, ("Sandwich",))
    first, third = (selectors.menu(restaurant.id, version=number) for number in (1, 3))
    assert first.document == third.document
    versions = selectors.menu_versions(restaurant.id).versions
    assert [(each.version, each.source) for each in versions] == [
        (3, "version 1"),
        (2, "ubereats_v2"),
        (1, "ubereats_v2"),
    ]


def test_publishing_again_is_refused_when_another_one_is_published(restaurant: Restaurant) -> None:
    publish(restaurant, dearer())

    with pytest.raises(MenuMoved):
        services.publish_version(restaurant_id=restaurant.id, version=1, instead_of=1)
    with pytest.raises(MenuUnknown):
        services.publish_version(restaurant_id=restaurant.id, version=9)
    assert services.publish_version(restaurant_id=restaurant.id, version=2).published is False


def test_a_deliverect_menu_is_published_with_what_is_snoozed(restaurant: Restaurant) -> None:
    soon, past = clock.now() + timedelta(hours=3), clock.now() - timedelta(hours=3)
    made = menu(snoozedProducts={
        "STK-01": {"snoozeEnd": soon.isoformat()}, "P-SATE": {"snoozeEnd": past.isoformat()},
    })  # fmt: skip
    for key in ("p1", "p2"):
        made["products"][key]["snoozed"] = True

    seen = services.preview_menu(restaurant_id=restaurant.id, document=pushed(made), picture_files={})
    assert seen.format is MenuFormat.DELIVERECT
    assert selectors.menu(restaurant.id).unavailable == ()
    services.publish_preview(restaurant_id=restaurant.id, preview_id=seen.id)

    (gone,) = selectors.menu(restaurant.id).unavailable
    steak = selectors.menu(restaurant.id).document.categories[0].items[0]
    assert (gone.item_id, gone.until, steak.code) == (steak.id, soon, "STK-01")
    assert [kind for kind, _ in told(restaurant.id)][2:] == [
        "menu_published", "restaurant_changed", "availability_changed",
    ]  # fmt: skip
    assert last(restaurant.id, AvailabilityChanged).item_id == steak.id


def test_a_restaurants_people_look_and_publish_over_http(cook: APIClient, restaurant: Restaurant) -> None:
    made = cook.post(PREVIEWS, {"document": dearer()}, format="json")
    assert made.status_code == 201, made.content
    (change,) = made.json()["difference"]["changes"]
    assert change["fields"] == [{"field": "price", "before": "700", "after": "750"}]

    url = f"{PREVIEWS}/{made.json()['id']}"
    assert cook.get(url).json()["published_version"] is None
    published = cook.post(f"{url}/publish", {}, format="json").json()
    assert (published["version"], published["changed"]) == (2, ["Sandwich"])

    versions = cook.get(VERSIONS).json()
    assert [each["version"] for each in versions["versions"]] == [2, 1]
    compared = cook.get(f"{VERSIONS}/2").json()
    assert (compared["compared_to"], compared["difference"]["items"]["changed"]) == (1, 1)
    assert cook.get(f"{VERSIONS}/2", {"compared_to": 0}).json()["difference"]["items"]["added"] == 4
    for unknown in ("7", "x", "9" * 30):
        assert cook.get(f"{VERSIONS}/{unknown}").json()["code"] == "menu_unknown"

    again = cook.post(f"{VERSIONS}/1/publish", {"instead_of": 2}, format="json").json()
    assert again["version"] == 3
    moved = cook.post(f"{VERSIONS}/1/publish", {"instead_of": 2}, format="json")
    assert (moved.status_code, moved.json()["code"]) == (409, "menu_moved")


def test_every_problem_is_answered_with_its_path(cook: APIClient) -> None:
    broken = document()
    broken["items"][3]["price_info"]["price"] = "9"
    broken["items"][2].pop("title")

    answer = cook.post(PREVIEWS, {"document": broken}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (422, "menu_refused")
    assert [problem.partition(":")[0] for problem in answer.json()["problems"]] == [
        "items[2]",
        "items[3].price_info.price",
    ]


@pytest.mark.parametrize(
    "made", [3, "text", {}, [], [1], {"body": 3}, {"items": [{}]}, {"products": {"x": 1}}]
)
def test_what_is_no_menu_is_refused_and_breaks_nothing(cook: APIClient, made: Any) -> None:
    answer = cook.post(PREVIEWS, {"document": made}, format="json")

    assert answer.status_code == 422, answer.content


def test_pictures_come_along_and_the_format_may_be_named(cook: APIClient, restaurant: Restaurant) -> None:
    made = dearer()
    made["items"][2]["image_url"] = "sandwich.svg"
    body = {"document": made, "pictures": {"sandwich.svg": SVG}, "format": "ubereats_v2"}

    assert cook.post(PREVIEWS, body, format="json").status_code == 201
    misnamed = cook.post(PREVIEWS, {"document": made, "format": "deliverect"}, format="json")
    assert misnamed.status_code == 422


def test_a_large_menu_is_taken(cook: APIClient) -> None:
    """Three megabytes: more than other bodies may have."""
    made = document()
    made["items"] += [item(f"dish-{number}", number, description={"translations": {"en": "x" * 900}})
                      for number in range(3_000)]  # fmt: skip
    assert len(json.dumps(made)) > 3_000_000

    assert cook.post(PREVIEWS, {"document": made}, format="json").status_code == 201


def test_others_see_and_publish_nothing(restaurant: Restaurant) -> None:
    other = api(cook_of(open_restaurant("other")))
    seen = preview(restaurant)
    named = {"restaurant_id": str(restaurant.id)}

    assert other.post(PREVIEWS, {"document": dearer(), **named}, format="json").status_code == 403
    assert other.get(f"{PREVIEWS}/{seen.id}").json()["code"] == "preview_unknown"
    assert other.get(f"{PREVIEWS}/{seen.id}", named).status_code == 403
    assert other.post(f"{PREVIEWS}/{seen.id}/publish", named, format="json").status_code == 403
    assert other.get(VERSIONS, named).status_code == 403
    assert other.post(f"{VERSIONS}/1/publish", named, format="json").status_code == 403
    assert selectors.menu(restaurant.id).version == 1


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("menu", *arguments, "--restaurant", "corner", stdout=said)
    return said.getvalue()


def test_the_command_tells_what_a_document_changes(restaurant: Restaurant, tmp_path: Path) -> None:
    file = tmp_path / "menu.json"
    file.write_text(as_text(dearer()))

    assert "~ item Sandwich (Food): price 7.00 GBP → 7.50 GBP" in run("import", str(file), "--dry-run")
    assert "published as version 2" in run("import", str(file))


def test_the_command_lists_compares_and_publishes_versions(restaurant: Restaurant) -> None:
    publish(restaurant, dearer())

    assert [line.split()[0] for line in run("versions").splitlines()] == ["2", "1"]
    assert "~ item Sandwich (Food): price 7.00 GBP → 7.50 GBP" in run("diff", "1", "2")
    assert "published as version 3" in run("publish", "1")
    with pytest.raises(CommandError, match="not published that version"):
        run("publish", "9")
    with pytest.raises(CommandError, match="not published that version"):
        run("diff", "1", "9")


def test_the_command_reads_deliverects_documents(restaurant: Restaurant, tmp_path: Path) -> None:
    file = tmp_path / "menu.json"
    file.write_text(pushed())

    assert "published as version 2" in run("import", str(file), "--format", "deliverect")
    assert selectors.menu_versions(restaurant.id).versions[0].source == "deliverect"
    with pytest.raises(CommandError, match="not a JSON object, which an Uber Eats"):
        run("import", str(file), "--format", "ubereats_v2")
