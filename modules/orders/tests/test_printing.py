"""What stands on a printed receipt is what its region asks for, in its language, and nothing else."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.identity.interface import Identity
from modules.orders.jobs import put_in_writing
from modules.orders.models import Receipt
from modules.orders.tests import scenes
from modules.orders.tests.scenes import acting
from modules.orders.tests.test_receipts import page_of
from tiffin.context import ActorKind
from tiffin.interfaces import call

pytestmark = pytest.mark.database

# Each of the things that a region may ask for, as a Polish receipt says it.
ALL = {
    "seller_address": "Soho",
    "seller_tax_id": "NIP",
    "tax_by_rate": "Stawka podatku",
    "supplied_at": "Data dostawy",
    "buyer_name": "Zofia Nowak",
}


@pytest.fixture
def customer(database: object) -> UUID:
    """Somebody who has a name."""
    return scenes.register()


@pytest.mark.parametrize("asked", [*((each,) for each in ALL), (), tuple(ALL)], ids=str)
def test_what_the_region_asks_for_stands_on_a_receipt_and_nothing_else(dinner, monkeypatch, asked) -> None:
    customer = dinner.customer_id
    scenes.rules(monkeypatch, "receipts.shows", {"value": list(asked)})
    scenes.rules(monkeypatch, "receipts.language", {"value": "pl"})
    put_in_writing()
    (food,) = Receipt.objects.filter(party_name="restaurant")
    with acting(ActorKind.CUSTOMER, customer):
        call(Identity).save_profile(
            key=scenes.new_key(), customer_id=customer, name="Zofia Nowak", phone="+48123456789"
        )
        html = page_of(dinner, food)

    assert {thing for thing, words in ALL.items() if words in html} == set(asked)
    assert [said for said in ("Potwierdzenie sprzedaży", "48,50 GBP") if said not in html] == []
