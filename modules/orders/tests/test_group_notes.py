"""People who order together: each dish says whom it is for and what the kitchen should know about it."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import OperationalError, connections

from modules.identity.interface import Identity
from modules.orders.interface import Orders, PlacingRefused
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_forgetting import Person
from modules.orders.tests.test_journey import ticket_of
from modules.restaurants.interface import TicketState
from tiffin.context import Actor, ActorKind
from tiffin.ids import new_id
from tiffin.interfaces import call, provided
from tiffin.interfaces.registry import contract_of, provider_of
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

JUREK = "Jerzy Wawrzyniec"
NOTE = "Without spring onions"


@pytest.fixture
def zofia(database: object) -> Person:
    return Person()


@pytest.fixture
def basket(kitchen: scenes.Kitchen) -> list[dict[str, Any]]:
    """Two ramen for two people, gyoza for the first of them, and gyoza for whoever likes."""
    ramen, gyoza = msgspec.to_builtins((kitchen.ramen(), kitchen.line("Gyoza")))
    return [
        ramen | {"for_person": "Zofia", "note": NOTE},
        ramen | {"for_person": JUREK},
        gyoza | {"for_person": " zofia  "},
        gyoza,
    ]


def quoted(client: Any, kitchen: scenes.Kitchen, lines: list[dict[str, Any]]) -> Any:
    """Fetched, so that nobody's address is needed."""
    body = {"restaurant_id": str(kitchen.id), "lines": lines, "fulfilment": "pickup"}
    return client.post("/api/v1/quotes", body)


@pytest.fixture
def placed(zofia: Person, kitchen: scenes.Kitchen, basket: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to the order of the basket, which has reached the counter."""
    body = {"quote": quoted(zofia.client, kitchen, basket).json()["token"], "payment_method": scenes.VISA}
    answer = zofia.client.post("/api/v1/orders", body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201
    settle()
    return answer.json()


@pytest.fixture
def order(placed: dict[str, Any]) -> Any:
    return scenes.view(placed["id"])


def seen(zofia: Person, order: Any) -> dict[str, Any]:
    return zofia.client.get(f"/api/v1/orders/{order.id}").json()


def tables_with(text: str) -> set[str]:
    """Where anybody could read a text who has nothing but the databases."""
    found = set()
    for alias in set(connections) - {"default"}:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(
                    f'SELECT EXISTS (SELECT 1 FROM "{table}" AS t WHERE t::text LIKE %s OR t::text LIKE %s)',
                    [f"%{text}%", f"%{text.encode().hex()}%"],
                )
                if cursor.fetchone() == (True,):
                    found.add(table)
    return found


def test_equal_dishes_for_two_stay_apart_and_cost_the_same(zofia, kitchen, basket) -> None:
    named = quoted(zofia.client, kitchen, basket).json()
    bare = quoted(zofia.client, kitchen, [line | {"for_person": "", "note": ""} for line in basket]).json()

    assert named["price"] == bare["price"]
    assert [(line["person"], line["for_person"], line["note"]) for line in named["lines"]] == [
        (1, "Zofia", NOTE),
        (2, JUREK, ""),
        (1, "Zofia", ""),
        (None, "", ""),
    ]


def test_a_customer_sees_whom_each_dish_is_for_and_what_each_pays(zofia, order) -> None:
    found = seen(zofia, order)

    assert [line["for_person"] for line in found["lines"]] == ["Zofia", JUREK, "Zofia", ""]
    assert [line["note"] for line in found["lines"]] == [NOTE, "", "", ""]
    # Dishes for 38.00, of which 5 % service, 1.90, in three.
    shares = found["per_person"]
    assert [(share["name"], share["lines"], share["total"]["amount"]) for share in shares] == [
        ("Zofia", [0, 2], 1250 + 650 + 64),
        (JUREK, [1], 1250 + 63),
        ("", [3], 650 + 63),
    ]
    assert sum(share["total"]["amount"] for share in shares) == found["total"]["amount"]
    assert sum(share["tax"]["amount"] for share in shares) == found["price"]["tax"]["amount"]


def test_an_order_for_nobody_in_particular_has_one_bill(zofia, kitchen) -> None:
    order = scenes.place(kitchen, zofia.id)
    assert seen(zofia, order)["per_person"] == []


def test_what_is_kept_of_the_answer_names_nobody(placed) -> None:
    assert [line["for_person"] + line["note"] for line in placed["lines"]] == ["", "", "", ""]
    assert [share["name"] for share in placed["per_person"]] == ["", "", ""]


def test_the_kitchen_labels_each_bag_until_it_is_gone(order, kitchen) -> None:
    cook = api(Actor(kind=ActorKind.RESTAURANT, id=new_id(), restaurants=(kitchen.id,)))

    (listed,) = cook.get("/api/v1/restaurant/tickets").json()["results"]
    accepted = cook.post(f"/api/v1/restaurant/tickets/{order.id}/accept", {"ready_in_minutes": 20}).json()
    for ticket in (listed, accepted):
        lines = [(line["person"], line["for_person"], line["note"]) for line in ticket["lines"]]
        assert lines == [(1, "Zofia", NOTE), (2, JUREK, ""), (1, "Zofia", ""), (None, "", "")]

    settle()
    scenes.ready(order)
    scenes.hand_over(order)
    closed = ticket_of(order)
    assert closed.state is TicketState.COLLECTED
    assert [(line.bag, line.note) for line in closed.lines] == [
        ("Person 1", ""),
        ("Person 2", ""),
        ("Person 1", ""),
        ("", ""),
    ]


def test_names_are_sealed_wherever_they_lie(zofia, kitchen, basket, order, caplog) -> None:
    scenes.accept(order)
    scenes.cancel_by_staff(order)
    settle()

    assert tables_with(JUREK) == set()
    assert "orders_orderline" in tables_with(NOTE)
    token = quoted(zofia.client, kitchen, basket).json()["token"].removeprefix("q1.")
    packed = urlsafe_b64decode(token + "=" * (-len(token) % 4))[32:]
    assert NOTE.encode() in zlib.decompress(packed)
    assert JUREK.encode() not in zlib.decompress(packed)
    logged = [*caplog.get_records("setup"), *caplog.records]
    assert logged
    assert JUREK not in repr([(record.msg, record.args) for record in logged])


def test_who_ate_together_is_forgotten_and_what_each_paid_is_not(zofia, order) -> None:
    sealed = order_of(order).names
    assert call(Identity).open_many(sealed=(sealed,)) == (("Zofia", JUREK),)
    before = seen(zofia, order)["per_person"]

    zofia.goes()

    assert order_of(order).names == ""
    assert call(Identity).open_many(sealed=(sealed,)) == (None,)
    assert tables_with(NOTE) == set()
    after = msgspec.json.decode(msgspec.json.encode(scenes.view(str(order.id)).per_person))
    assert after == [share | {"name": ""} for share in before]


@pytest.mark.parametrize(
    "spoil",
    [
        {"for_person": "Z" * 41},
        {"note": "n" * 141},
        {"for_person": "Zofia\nJurek"},
        {"note": "no\tonions"},
        {"note": "\x00"},
        {"for_person": "\x9b31mZofia"},
        {"for_person": "\u202eaifoZ"},
        {"note": "no\u2028onions"},
    ],
    ids=["long name", "long note", "line break", "tab", "nul", "escape", "backwards", "line separator"],
)
def test_what_a_ticket_cannot_print_is_refused(zofia, kitchen, basket, spoil) -> None:
    answer = quoted(zofia.client, kitchen, [*basket, basket[3] | spoil])
    assert (answer.status_code, answer.json()["code"]) == (422, "line_text_wrong")
    assert "Gyoza: write the" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("line", "path"),
    [({"for_person": 3}, "/lines/0/for_person"), ({"note": {"not": "text"}}, "/lines/0/note")],
)
def test_what_is_no_text_is_refused_where_it_stands(zofia, kitchen, basket, line, path) -> None:
    answer = quoted(zofia.client, kitchen, [basket[0] | line])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["path"] for error in answer.json()["errors"]] == [path]


@pytest.mark.parametrize("name", ["Żaneta 👩‍👩‍👧", "ก" * 40, "O'Brien & <b>Sons</b>"])
def test_a_name_is_whatever_people_are_called(zofia, kitchen, basket, name) -> None:
    answer = quoted(zofia.client, kitchen, [basket[0] | {"for_person": name}])
    assert answer.json()["lines"][0]["for_person"] == name


def test_there_are_no_more_people_than_dishes_in_an_order(zofia, kitchen, basket) -> None:
    crowd = [basket[0] | {"for_person": f"Guest {number}"} for number in range(200)]
    answer = quoted(zofia.client, kitchen, crowd)
    assert (answer.status_code, answer.json()["code"]) == (422, "basket_too_large")


def test_callers_of_the_last_release_hear_a_refusal_that_they_know(kitchen, customer) -> None:
    named = msgspec.structs.replace(kitchen.ramen(), for_person="Zofia")
    with pytest.raises(PlacingRefused, match="at most 140 characters"):
        scenes.quote(kitchen, customer, msgspec.structs.replace(named, note="n" * 141))
    with pytest.raises(PlacingRefused, match="order without them"):
        scenes.quote(kitchen, customer, named)  # of whom identity knows nothing


def test_anybody_has_a_preview_with_names(kitchen, basket) -> None:
    body = {"restaurant_id": str(kitchen.id), "lines": basket, "point": {"lat": 51.52, "lon": -0.12}}
    answer = api().post("/api/v1/quotes", body)
    assert (answer.status_code, answer.json()["token"]) == (200, None)
    assert answer.json()["lines"][1]["for_person"] == JUREK


def test_without_identity_numbers_stand_for_names_and_nothing_waits(zofia, kitchen, basket) -> None:
    class OutOfOrder(type(provider_of(contract_of(Identity).wire_name))):
        def seal(self, *, customer_id: UUID, words: tuple[str, ...]) -> str:
            raise OperationalError

        def open_many(self, *, sealed: tuple[str, ...]) -> tuple[tuple[str, ...] | None, ...]:
            raise OperationalError

    token = quoted(zofia.client, kitchen, basket).json()["token"]
    with provided(Identity, OutOfOrder()):
        order = scenes.place_token(zofia.id, token)
        settle()
        assert [line.bag for line in ticket_of(order).lines] == ["Person 1", "Person 2", "Person 1", ""]
        assert [share["name"] for share in seen(zofia, order)["per_person"]] == ["", "", ""]
        # An answer without the names is none to be held.
        nameless = zofia.client.get(f"/api/v1/orders/{order.id}")
        assert (nameless["Cache-Control"], "ETag" in nameless) == ("no-store", False)
        refused = quoted(zofia.client, kitchen, basket)
        assert (refused.status_code, refused.json()["code"]) == (503, "module_unavailable")
    assert [line.bag for line in ticket_of(order).lines] == ["Zofia", JUREK, "Zofia", ""]


def test_the_same_again_keeps_how_a_dish_is_wanted_and_not_for_whom(zofia, order) -> None:
    again = call(Orders).reorder(customer_id=zofia.id, order_id=order.id)
    assert again.changes == ()
    assert [(line.for_person, line.note) for line in again.lines] == [
        ("", NOTE),
        ("", ""),
        ("", ""),
        ("", ""),
    ]
