"""Being forgotten: the key is destroyed, and with it everything that was sealed, wherever it lies."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from modules.identity import services
from modules.identity.interface import (
    Identity,
    PersonalDataErased,
    RevealRefused,
    SealedAddress,
    SealUnreadable,
)
from modules.identity.models import Account, Address, DataKey, Profile, Session
from modules.identity.tests.people import (
    PASSWORD,
    a_customer,
    as_customer,
    events_of,
    keep_address,
    log_in,
    post,
    sign_up,
    staff,
)
from tiffin.context import Actor, ActorKind, current, use
from tiffin.ids import new_id
from tiffin.interfaces import call
from tiffin.web.tokens import verify

pytestmark = pytest.mark.database


def acting_as(actor: Actor):
    import msgspec

    return use(msgspec.structs.replace(current(), actor=actor))


def sealed_of(customer_id) -> str:
    """What another module keeps of a customer's address."""
    return verify(keep_address(customer_id)["ticket"], audience="address")["sealed"]


def test_a_courier_opens_an_address():
    customer = a_customer()
    as_customer(customer.id).patch("/api/v1/me", {"name": "Zofia", "phone": "+48 600 100 200"})
    sealed = sealed_of(customer.id)

    with acting_as(Actor(kind=ActorKind.COURIER, id=new_id())):
        address = call(Identity).reveal(customer_id=customer.id, sealed=sealed)

    assert (address.name, address.street, address.lat) == ("Zofia", "12 Frith Street", 51.513746)


@pytest.mark.parametrize(
    "actor",
    [
        Actor(kind=ActorKind.ANONYMOUS),
        Actor(kind=ActorKind.CUSTOMER, id=new_id()),
        Actor(kind=ActorKind.STAFF, id=new_id(), roles=("finance",)),
    ],
)
def test_strangers_open_nothing(actor):
    customer = a_customer()
    sealed = sealed_of(customer.id)

    with acting_as(actor), pytest.raises(RevealRefused):
        call(Identity).reveal(customer_id=customer.id, sealed=sealed)


def test_a_sealed_address_opens_for_its_customer_only():
    sealed = sealed_of(a_customer().id)
    other = a_customer("other@example.com")

    with pytest.raises(SealUnreadable):
        call(Identity).reveal(customer_id=other.id, sealed=sealed)


def test_after_erasure_nothing_can_be_read_anywhere():
    customer = a_customer()
    as_customer(customer.id).patch("/api/v1/me", {"name": "Zofia", "phone": "+48 600 100 200"})
    sealed = sealed_of(customer.id)

    answer = as_customer(customer.id).delete("/api/v1/me", {"password": PASSWORD})

    assert answer.status_code == 204
    assert DataKey.objects.get().wrapped is None
    with pytest.raises(PersonalDataErased):
        call(Identity).reveal(customer_id=customer.id, sealed=sealed)
    assert not Profile.objects.exists()
    assert not Address.objects.exists()
    assert as_customer(customer.id).get("/api/v1/me").status_code == 410


def test_after_erasure_the_address_of_the_account_is_gone_and_free_again():
    sign_up("zofia@example.com")
    customer = Account.objects.get()
    services.forget_customer(customer_id=customer.id)

    customer.refresh_from_db()
    assert "zofia" not in customer.email
    assert not EmailAddress.objects.exists()
    assert call(Identity).get_many(account_ids=[customer.id])[0].erased
    assert log_in().status_code == 401
    assert sign_up("zofia@example.com").status_code == 200


def test_erasure_ends_every_session_and_is_announced_once():
    sign_up("zofia@example.com")
    customer, refresh = Account.objects.get(), log_in().json()["meta"]["refresh_token"]

    services.forget_customer(customer_id=customer.id)
    services.forget_customer(customer_id=customer.id)

    assert not Session.objects.exists()
    assert post("/api/v1/auth/refresh", {"refresh_token": refresh}).status_code == 401
    names = [event.name for event in events_of(customer)]
    assert names.count("identity.customer_erased.v1") == names.count("identity.session_revoked.v1") == 1


def test_erasure_asks_for_the_password():
    customer = a_customer()

    answer = as_customer(customer.id).delete("/api/v1/me", {"password": "a guess"})

    assert (answer.status_code, answer.json()["code"]) == (403, "password_wrong")
    assert DataKey.objects.get().wrapped


def test_revealing_many_leaves_out_what_is_gone():
    here, gone = a_customer(), a_customer("gone@example.com")
    wanted = [SealedAddress(customer_id=c.id, sealed=sealed_of(c.id)) for c in (gone, here)]
    services.forget_customer(customer_id=gone.id)

    opened = call(Identity).reveal_many(addresses=wanted)

    assert opened[0] is None
    assert opened[1] is not None
    assert opened[1].street == "12 Frith Street"


def test_an_export_holds_all_that_identity_knows():
    customer = a_customer()
    as_customer(customer.id).patch("/api/v1/me", {"name": "Zofia"})
    keep_address(customer.id)

    export = as_customer(customer.id).get("/api/v1/me/export").json()

    assert export["email"] == "zofia@example.com"
    assert export["profile"]["name"] == "Zofia"
    assert [address["street"] for address in export["addresses"]] == ["12 Frith Street"]


def test_staff_who_help_may_open_an_address():
    sam, customer = staff(), a_customer()
    sealed = sealed_of(customer.id)

    with acting_as(Actor(kind=ActorKind.STAFF, id=sam.id, roles=("support",))):
        assert call(Identity).reveal(customer_id=customer.id, sealed=sealed).city == "London"
