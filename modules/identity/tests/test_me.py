"""What a customer keeps with us: a name, a phone number, addresses."""

from __future__ import annotations

import pytest

from modules.identity.models import Address, Profile
from modules.identity.tests.people import (
    FRITH_STREET,
    a_customer,
    as_customer,
    keep_address,
)
from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api
from tiffin.web.tokens import TokenInvalid, verify

pytestmark = pytest.mark.database


def test_a_profile_is_kept_sealed():
    customer = a_customer()

    answer = as_customer(customer.id).patch("/api/v1/me", {"name": "Zofia Nowak", "phone": "+48 600 100 200"})

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(customer.id),
        "email": "zofia@example.com",
        "name": "Zofia Nowak",
        "phone": "+48 600 100 200",
    }
    row = Profile.objects.get()
    assert b"Zofia" not in bytes(row.name_sealed)
    assert b"600" not in bytes(row.phone_sealed)


def test_changing_the_name_leaves_the_phone_number():
    me = as_customer(a_customer().id)
    me.patch("/api/v1/me", {"name": "Zofia", "phone": "+48 600 100 200"})

    me.patch("/api/v1/me", {"name": "Zofia Nowak"})

    assert me.get("/api/v1/me").json()["phone"] == "+48 600 100 200"


def test_an_address_is_kept_sealed_but_for_its_city():
    customer = a_customer()

    kept = keep_address(customer.id)

    row = Address.objects.get()
    assert row.area == "London"
    assert b"Frith" not in bytes(row.sealed)
    listed = as_customer(customer.id).get("/api/v1/me/addresses").json()["results"]
    assert [(a["id"], a["street"], a["lat"]) for a in listed] == [(kept["id"], "12 Frith Street", 51.513746)]


def test_a_ticket_tells_other_modules_the_place_and_nothing_more():
    customer = a_customer()

    kept = keep_address(customer.id)

    claims = verify(kept["ticket"], audience="address")
    assert claims["sub"] == str(customer.id)
    assert (claims["address_id"], claims["area"]) == (kept["id"], "London")
    assert (claims["lat"], claims["lon"]) == (51.514, -0.131)
    assert "Frith" not in str(claims)


def test_a_ticket_is_no_access_token_and_the_other_way_round():
    customer = a_customer()
    ticket = keep_address(customer.id)["ticket"]

    with pytest.raises(TokenInvalid):
        verify(ticket)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"lat": 91}, "lat"), ({"lon": "east"}, "lon"), ({"street": ""}, "street"), ({"city": None}, "city")],
)
def test_an_address_that_cannot_be_is_refused(changes, field):
    answer = as_customer(a_customer().id).post("/api/v1/me/addresses", FRITH_STREET | changes)

    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert not Address.objects.exists()


def test_an_address_is_replaced_and_removed():
    customer = a_customer()
    me, path = as_customer(customer.id), f"/api/v1/me/addresses/{keep_address(customer.id)['id']}"

    assert me.put(path, FRITH_STREET | {"notes": "Ring twice"}).json()["notes"] == "Ring twice"
    assert me.delete(path).status_code == 204
    assert me.get(path).status_code == 404


@pytest.mark.parametrize("verb", ["get", "put", "delete"])
def test_nobody_touches_anothers_address(verb):
    kept = keep_address(a_customer().id)
    other = a_customer("other@example.com")

    answer = getattr(as_customer(other.id), verb)(f"/api/v1/me/addresses/{kept['id']}", FRITH_STREET)

    assert answer.status_code == 404
    assert answer.json()["code"] == "address_unknown"
    assert Address.objects.get().area == "London"


def test_only_customers_have_a_profile():
    assert api(actor=Actor(kind=ActorKind.COURIER, id=ids.new_id())).get("/api/v1/me").status_code == 403
    assert api().get("/api/v1/me").status_code == 401
