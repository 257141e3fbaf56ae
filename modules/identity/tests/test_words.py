"""What a customer wrote elsewhere is sealed for the module that keeps it, and opened for who may read it."""

from __future__ import annotations

import msgspec
import pytest

from modules.identity import services
from modules.identity.interface import Identity, PersonalDataErased, RevealRefused, SealUnreadable
from modules.identity.tests.people import a_customer, as_customer, keep_address
from tiffin.context import SERVICE, Actor, ActorKind, current, use
from tiffin.ids import new_id
from tiffin.interfaces import call
from tiffin.web.tokens import verify

pytestmark = pytest.mark.database

ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
STRANGER = Actor(kind=ActorKind.CUSTOMER, id=new_id())
COOK = Actor(kind=ActorKind.RESTAURANT, id=new_id())
FINANCE = Actor(kind=ActorKind.STAFF, id=new_id(), roles=("finance",))
SUPPORT = Actor(kind=ActorKind.STAFF, id=new_id(), roles=("support",))


def acting_as(actor):
    return use(msgspec.structs.replace(current(), actor=actor))


def sealed_for(customer_id, *words):
    with acting_as(Actor(kind=ActorKind.CUSTOMER, id=customer_id)):
        return call(Identity).seal(customer_id=customer_id, words=words)


def opened(*sealed):
    return call(Identity).open_many(sealed=sealed)


@pytest.mark.parametrize("reader", [COOK, SUPPORT, SERVICE])
def test_words_are_opened_for_those_who_cook_or_help(reader):
    sealed = sealed_for(a_customer().id, "Zofia", "Jurek")

    assert "Zofia" not in sealed
    with acting_as(reader):
        assert opened(sealed) == (("Zofia", "Jurek"),)


def test_a_customer_reads_ones_own_words_and_no_others():
    here, other = a_customer(), a_customer("other@example.com")
    mine, theirs = sealed_for(here.id, "Zofia"), sealed_for(other.id, "Jurek")

    with acting_as(Actor(kind=ActorKind.CUSTOMER, id=here.id)):
        assert opened(mine) == (("Zofia",),)
        with pytest.raises(RevealRefused):
            opened(mine, theirs)


@pytest.mark.parametrize("stranger", [ANONYMOUS, STRANGER, FINANCE])
def test_strangers_seal_and_open_nothing(stranger):
    customer = a_customer()
    sealed = sealed_for(customer.id, "Zofia")

    with acting_as(stranger):
        with pytest.raises(RevealRefused):
            opened(sealed)
        with pytest.raises(RevealRefused):
            call(Identity).seal(customer_id=customer.id, words=("Zofia",))


def test_what_was_erased_or_is_none_of_ours_is_left_out():
    here, gone = a_customer(), a_customer("gone@example.com")
    kept, lost = sealed_for(here.id, "Zofia"), sealed_for(gone.id, "Jurek")
    services.forget_customer(customer_id=gone.id)

    assert opened(lost, "not base64 é", "c2hvcnQ=", kept, kept[:-8]) == (None, None, None, ("Zofia",), None)
    with pytest.raises(PersonalDataErased):
        call(Identity).seal(customer_id=gone.id, words=("Jurek",))
    with pytest.raises(SealUnreadable):
        call(Identity).seal(customer_id=new_id(), words=("Nobody",))


def test_an_address_does_not_open_as_words():
    customer = a_customer()
    as_customer(customer.id).patch("/api/v1/me", {"name": "Zofia"})
    address = verify(keep_address(customer.id)["ticket"], audience="address")["sealed"]

    with pytest.raises(SealUnreadable):
        call(Identity).reveal(customer_id=customer.id, sealed=sealed_for(customer.id, "Zofia"))
    assert opened(address) == (None,)
