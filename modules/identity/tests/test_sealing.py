"""What is sealed for one customer and one purpose opens as nothing else."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.identity.interface import SealUnreadable
from modules.identity.sealing import CustomerKey, MasterKeyMissing, Purpose, from_text, to_text
from tiffin import ids


@pytest.fixture(autouse=True)
def _master_key(settings):
    settings.TIFFIN_MASTER_KEY = "a secret of the deployment, long enough to derive from"


def new_key() -> CustomerKey:
    return CustomerKey.new(ids.new_id())


def test_what_is_sealed_opens_again():
    key = new_key()

    sealed = key.seal("Zofia Nowak", Purpose.NAME)

    assert b"Zofia" not in sealed
    assert key.open(sealed, Purpose.NAME, str) == "Zofia Nowak"


def test_sealing_twice_gives_different_texts():
    key = new_key()

    assert key.seal("Zofia", Purpose.NAME) != key.seal("Zofia", Purpose.NAME)


def test_a_name_does_not_open_as_a_phone_number():
    key = new_key()

    with pytest.raises(SealUnreadable):
        key.open(key.seal("Zofia", Purpose.NAME), Purpose.PHONE, str)


def test_the_same_key_under_another_customer_opens_nothing():
    key = new_key()
    thief = CustomerKey.unwrap(key.customer_id, key.wrapped())
    thief.customer_id = ids.new_id()

    with pytest.raises(SealUnreadable):
        thief.open(key.seal("Zofia", Purpose.NAME), Purpose.NAME, str)


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_changed_byte_is_noticed(place):
    key = new_key()
    sealed = bytearray(key.seal("Zofia", Purpose.NAME))
    sealed[place] ^= 1

    with pytest.raises(SealUnreadable):
        key.open(bytes(sealed), Purpose.NAME, str)


def test_a_wrapped_key_belongs_to_its_customer():
    key = new_key()

    assert CustomerKey.unwrap(key.customer_id, key.wrapped()).open(
        key.seal(1, Purpose.NAME), Purpose.NAME, int
    )
    with pytest.raises(SealUnreadable):
        CustomerKey.unwrap(ids.new_id(), key.wrapped())


def test_another_master_key_opens_no_key(settings):
    key = new_key()
    wrapped = key.wrapped()
    settings.TIFFIN_MASTER_KEY = "another secret, of another deployment of the platform"

    with pytest.raises(SealUnreadable):
        CustomerKey.unwrap(key.customer_id, wrapped)


def test_a_short_master_key_is_refused(settings):
    settings.TIFFIN_MASTER_KEY = "short"

    with pytest.raises(MasterKeyMissing):
        new_key().wrapped()


@pytest.mark.parametrize("text", ["", "%%%", "é", "AAAA"])
def test_what_was_never_sealed_is_unreadable(text):
    key = CustomerKey.new(UUID(int=7))

    with pytest.raises(SealUnreadable):
        key.open(from_text(text), Purpose.CONTACT, str)


def test_sealed_bytes_survive_as_text():
    sealed = new_key().seal("Zofia", Purpose.NAME)

    assert from_text(to_text(sealed)) == sealed
