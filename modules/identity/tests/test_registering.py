"""Customers register and log in, and their tokens say who they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from modules.identity.interface import AccountKind
from modules.identity.models import Account, DataKey, Session
from modules.identity.services import create_account
from modules.identity.tests.people import PASSWORD, a_customer, events_of, log_in, post, sign_up
from tiffin import ids
from tiffin.web.tokens import verify

pytestmark = pytest.mark.database


def test_a_new_customer_gets_tokens_a_key_and_is_announced():
    answer = sign_up("Zofia@Example.com")

    assert answer.status_code == 200
    account = Account.objects.get()
    assert account.email == "zofia@example.com"
    assert DataKey.objects.get().customer_id == account.id
    claims = verify(answer.json()["meta"]["access_token"])
    assert (claims["sub"], claims["kind"], claims["token_use"]) == (str(account.id), "customer", "access")
    assert answer.json()["meta"]["refresh_token"]
    assert [event.name for event in events_of(account)] == ["identity.customer_registered.v1"]


def test_an_event_of_identity_carries_no_personal_data():
    sign_up("zofia@example.com")

    assert all(b"zofia" not in event.payload for event in events_of(Account.objects.get()))


def test_an_address_registers_once_whatever_its_case():
    sign_up("zofia@example.com")

    answer = sign_up("ZOFIA@example.com")

    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert Account.objects.count() == 1


def test_two_at_the_same_moment_leave_one_account():
    def attempt(_):
        try:
            return sign_up("zofia@example.com").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, range(2)))

    assert answers == [200, 409]
    assert Account.objects.count() == DataKey.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "zofia@example.com"},
        {"email": "no", "password": PASSWORD},
        {"email": "z@example.com", "password": "12345678"},
    ],
)
def test_a_registration_that_cannot_be_is_refused(body):
    answer = post("/api/v1/auth/signup", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"]
    assert not Account.objects.exists()


def test_logging_in_needs_the_right_password():
    a_customer()

    refused = log_in(password="something else")

    assert (refused.status_code, refused.json()["code"]) == (401, "login_refused")
    assert log_in().status_code == 200


def test_a_refresh_token_draws_a_new_access_token_with_the_same_claims():
    account = a_customer()
    tokens = log_in().json()["meta"]

    answer = post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})

    assert answer.status_code == 200
    claims = verify(answer.json()["data"]["access_token"])
    assert (claims["sub"], claims["kind"]) == (str(account.id), "customer")


def test_a_refresh_token_that_is_none_is_refused():
    answer = post("/api/v1/auth/refresh", {"refresh_token": "none"})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_malformed_json_is_told_as_everywhere():
    answer = Client().post("/api/v1/auth/signup", b"{", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def test_guessing_a_customers_password_is_slowed_down():
    a_customer("guessed-customer@example.com")

    codes = [log_in("guessed-customer@example.com", "a guess").json()["code"] for _ in range(6)]

    assert codes == ["login_refused"] * 5 + ["too_many_attempts"]


def test_a_crowd_behind_one_address_is_told_when_to_ask_again(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "1/m/ip"}
    a_customer("one-of-many@example.com")
    log_in("one-of-many@example.com", PASSWORD)

    answer = log_in("one-of-many@example.com", PASSWORD)

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer["Retry-After"]) > 0


def test_a_restaurants_user_claims_their_restaurants():
    mine = ids.new_id()
    create_account(
        email="kitchen@example.com",
        password=PASSWORD,
        kind=AccountKind.RESTAURANT,
        region="gb",
        grants=[("restaurant", str(mine))],
    )

    claims = verify(log_in("kitchen@example.com").json()["meta"]["access_token"])

    assert (claims["kind"], claims["restaurants"]) == ("restaurant", [str(mine)])


def test_a_session_knows_whose_it_is():
    account = a_customer()

    log_in()

    assert Session.objects.get().account_id == account.id


def test_logging_in_again_with_a_token_that_is_still_good():
    token = sign_up().json()["meta"]["access_token"]
    body = {"email": "zofia@example.com", "password": PASSWORD}

    assert post("/api/v1/auth/login", body, Authorization=f"Bearer {token}").status_code == 200
