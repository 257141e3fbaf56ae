"""Logging in and keeping addresses by the published interface, as our own pages do."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache

from modules.identity.interface import (
    AccountKind,
    AddressForm,
    EmailTaken,
    Identity,
    LoginRefused,
    PasswordTooWeak,
    RevealRefused,
    SessionOver,
    TooManyAttempts,
)
from modules.identity.tests.people import FRITH_STREET, PASSWORD, a_customer, staff
from tiffin import clock, context
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.web.auth import principal_of
from tiffin.web.tokens import verify

pytestmark = pytest.mark.database

EMAIL = "zofia@example.com"


@pytest.fixture(autouse=True)
def _no_failures_counted():
    cache.clear()


@contextmanager
def acting_as(customer_id):
    before = context.current()
    with context.use(before):
        context.change(actor=Actor(kind=ActorKind.CUSTOMER, id=customer_id))
        yield


def log_in(password=PASSWORD, kind=AccountKind.CUSTOMER):
    return call(Identity).log_in(email=EMAIL, password=password, kind=kind)


def test_registering_and_logging_in():
    account_id = call(Identity).register(email=EMAIL, password=PASSWORD, region="gb")

    session = log_in()

    assert session.account_id == account_id
    assert principal_of(session.access_token).actor == Actor(kind=ActorKind.CUSTOMER, id=account_id)


def test_what_registering_refuses():
    a_customer()

    with pytest.raises(EmailTaken):
        call(Identity).register(email=EMAIL.upper(), password=PASSWORD, region="gb")
    with pytest.raises(PasswordTooWeak, match="too common"):
        call(Identity).register(email="new@example.com", password="password1", region="gb")


def test_a_session_draws_new_access_tokens():
    a_customer()
    session = log_in()

    with clock.shift(timedelta(minutes=20)):
        renewed = call(Identity).renew(refresh_token=session.refresh_token)

        assert principal_of(renewed.access_token).actor.id == session.account_id


def test_logging_out_ends_the_session():
    a_customer()
    session = log_in()

    call(Identity).log_out(refresh_token=session.refresh_token)
    call(Identity).log_out(refresh_token=session.refresh_token)

    with pytest.raises(SessionOver):
        call(Identity).renew(refresh_token=session.refresh_token)
    with pytest.raises(SessionOver):
        call(Identity).renew(refresh_token="not a token")


def test_each_door_is_for_its_own_kind():
    staff(EMAIL)

    with pytest.raises(LoginRefused):
        log_in()


def test_guessing_a_password_is_slow():
    a_customer()
    for _ in range(5):
        with pytest.raises(LoginRefused):
            log_in(password="a wrong one")

    with pytest.raises(TooManyAttempts):
        log_in()


def test_addresses_are_their_customers_alone():
    customer_id = a_customer().id
    with acting_as(customer_id):
        call(Identity).save_profile(key=str(uuid4()), customer_id=customer_id, name="Zofia", phone="+48 600")
        kept = call(Identity).keep_address(
            key=str(uuid4()), customer_id=customer_id, address=AddressForm(**FRITH_STREET)
        )
        (address,) = call(Identity).addresses(customer_id=customer_id)
        assert call(Identity).profile(customer_id=customer_id).name == "Zofia"

    assert (address.address_id, address.street) == (kept, "12 Frith Street")
    assert verify(address.ticket, audience="address")["sub"] == str(customer_id)
    with acting_as(uuid4()), pytest.raises(RevealRefused):
        call(Identity).addresses(customer_id=customer_id)
    with pytest.raises(RevealRefused):
        call(Identity).profile(customer_id=customer_id)
