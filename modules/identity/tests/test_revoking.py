"""Tokens that are void before their time, and staff who log in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.identity import services
from modules.identity.events import SessionRevoked
from modules.identity.interface import AccountKind, EmailTaken, Identity, LoginRefused, TooManyAttempts
from modules.identity.models import Account, Grant
from modules.identity.tests.people import PASSWORD, a_customer, events_of, log_in, staff
from tiffin import clock
from tiffin.context import EVERY_REGION
from tiffin.interfaces import call
from tiffin.web.auth import principal_of, revoke, revoked
from tiffin.web.tokens import TokenExpired, TokenInvalid, verify

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _nothing_revoked():
    revoked.clear()
    yield
    revoked.clear()


def follow(account: Account) -> None:
    """What the tail in a web process does (config/following.py), at once."""
    for record in events_of(account):
        event = record.decode()
        if isinstance(event, SessionRevoked):
            revoke(event.sid, event.until)


def access_token() -> str:
    return log_in().json()["meta"]["access_token"]


def test_a_logout_voids_the_access_token(client):
    account = a_customer()
    token = access_token()

    answer = client.delete("/api/v1/auth/session", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 204
    follow(account)

    with pytest.raises(TokenInvalid):
        principal_of(token)
    assert principal_of(access_token()).pk == account.id


def test_a_closed_account_is_out_at_once_and_may_be_opened_again():
    account = a_customer()
    token = access_token()

    services.close_account(account_id=account.id)
    follow(account)

    with pytest.raises(TokenInvalid):
        principal_of(token)
    assert log_in().status_code == 401
    services.reopen_account(account_id=account.id)
    assert log_in().status_code == 200


def test_an_access_token_lives_a_quarter_of_an_hour():
    a_customer()
    token = access_token()

    with clock.shift(timedelta(minutes=16)), pytest.raises(TokenExpired):
        verify(token)


def test_staff_log_in_with_their_roles_and_regions():
    sam = staff(role="operations", region="pl")

    token = call(Identity).staff_login(email="SAM@example.com", password=PASSWORD)

    assert (token.account_id, token.roles, token.regions) == (sam.id, ("operations",), ("pl",))
    actor = principal_of(token.access_token).actor
    assert (actor.roles, actor.regions) == (("operations",), ("pl",))


def test_staff_without_a_region_work_in_every_one():
    staff(region="")

    assert call(Identity).staff_login(email="sam@example.com", password=PASSWORD).regions == (EVERY_REGION,)


def test_staff_without_a_grant_work_nowhere():
    services.create_account(email="sam@example.com", password=PASSWORD, kind=AccountKind.STAFF, region="")

    token = call(Identity).staff_login(email="sam@example.com", password=PASSWORD)

    assert (token.roles, token.regions) == ((), ())


def test_customers_are_no_staff():
    a_customer()

    with pytest.raises(LoginRefused):
        call(Identity).staff_login(email="zofia@example.com", password=PASSWORD)


def test_guessing_a_password_ends_after_five_tries():
    staff("guessed@example.com")
    for _ in range(5):
        with pytest.raises(LoginRefused):
            call(Identity).staff_login(email="guessed@example.com", password="a guess")

    with pytest.raises(TooManyAttempts):
        call(Identity).staff_login(email="guessed@example.com", password=PASSWORD)


def test_a_withdrawn_grant_voids_the_tokens_that_claim_it():
    sam = staff()
    token = call(Identity).staff_login(email="sam@example.com", password=PASSWORD).access_token

    services.withdraw_grant(grant_id=Grant.objects.get().id)
    follow(sam)

    with pytest.raises(TokenInvalid):
        principal_of(token)
    assert call(Identity).staff_login(email="sam@example.com", password=PASSWORD).roles == ()


def test_an_account_is_made_once_for_its_key():
    def make():
        return call(Identity).create_account(
            key="demo-courier-1",
            email="courier1@example.com",
            password=PASSWORD,
            kind=AccountKind.COURIER,
            region="pl",
            regions=("pl",),
        )

    assert make() == make()
    assert make().email == "", "it would be kept with the answer"
    assert Account.objects.count() == 1
    with pytest.raises(EmailTaken):
        call(Identity).create_account(
            key="another", email="courier1@example.com", password=PASSWORD, kind=AccountKind.COURIER
        )


def test_staff_who_log_out_void_their_token(client):
    account = staff()
    token = call(Identity).staff_login(email="sam@example.com", password=PASSWORD).access_token

    answer = client.delete("/api/v1/auth/session", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 204
    follow(account)
    with pytest.raises(TokenInvalid):
        principal_of(token)


def test_only_somebody_who_is_logged_in_logs_out(client):
    assert client.delete("/api/v1/auth/session").status_code == 401
