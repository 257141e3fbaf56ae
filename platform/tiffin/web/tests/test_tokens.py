"""Tokens are verified by public key; a ticket for one purpose is good for no other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.web import auth, tokens
from tiffin.web.tokens import TokenExpired, TokenInvalid, sign, sign_access, verify

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())


def keys(folder: Path) -> tuple[str, str]:
    tokens.make_keys(folder / "private.pem", folder / "public.pem")
    return (folder / "private.pem").read_text(), (folder / "public.pem").read_text()


def test_what_was_signed_is_verified() -> None:
    ticket = sign({"address": "a1"}, "address", timedelta(minutes=5))

    assert verify(ticket, audience="address")["address"] == "a1"


@pytest.mark.parametrize("audience", ["refund", None])
def test_a_ticket_is_good_for_its_audience_only(audience: str | None) -> None:
    ticket = sign({}, "address")

    with pytest.raises(TokenInvalid):
        verify(ticket, audience=audience)


def test_an_access_token_is_no_ticket_and_a_ticket_no_access_token() -> None:
    with pytest.raises(TokenInvalid):
        verify(sign_access(CUSTOMER, session_id="s"), audience="address")
    with pytest.raises(TokenInvalid):
        auth.principal_of(sign({"sub": str(CUSTOMER.id), "token_use": "access"}, "address"))


def test_a_token_expires_by_the_platforms_clock() -> None:
    token = sign_access(CUSTOMER, session_id="s", expires_in=60)

    with clock.shift(timedelta(seconds=65)):
        verify(token)
    with clock.shift(timedelta(seconds=80)), pytest.raises(TokenExpired):
        verify(token)
    with clock.shift(timedelta(seconds=-60)), pytest.raises(TokenInvalid):
        verify(token)


def test_a_changed_or_foreign_token_is_refused(tmp_path: Path) -> None:
    head, body, signature = sign_access(CUSTOMER, session_id="s").split(".")
    foreign_key, _ = keys(tmp_path)
    claims = {"sub": "x", "exp": 9999999999, "token_use": "access"}
    for token in (
        f"{head}.{body}.{signature[::-1]}",
        jwt.encode(claims, foreign_key, algorithm="RS256"),
        jwt.encode(claims, foreign_key, algorithm="RS256", headers={"kid": "other"}),
        jwt.encode(claims, None, algorithm="none"),
        "",
        "a.b.c",
    ):
        with pytest.raises(TokenInvalid):
            verify(token)


def test_keys_are_rotated_by_adding_the_new_public_key(tmp_path: Path, settings: object) -> None:
    former = sign_access(CUSTOMER, session_id="s")
    private, public = keys(tmp_path)
    settings.TIFFIN_JWT_PRIVATE_KEY = private
    settings.TIFFIN_JWT_PUBLIC_KEY += public

    verify(former)
    verify(sign_access(CUSTOMER, session_id="s"))


def test_the_principal_is_what_the_token_says() -> None:
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("support",), regions=("pl",))

    assert auth.principal_of(sign_access(actor, session_id="s1")).actor == actor


def test_a_revoked_session_or_account_is_refused() -> None:
    soon = clock.now() + timedelta(hours=1)
    token = sign_access(CUSTOMER, session_id="gone")
    auth.principal_of(token)

    auth.revoke("gone", soon)
    with pytest.raises(TokenInvalid):
        auth.principal_of(token)

    other = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())
    before = sign_access(other, session_id="s2")
    auth.revoke(str(other.id), soon, issued_before=clock.now() + timedelta(seconds=30))
    with pytest.raises(TokenInvalid):
        auth.principal_of(before)
    with clock.shift(timedelta(minutes=1)):
        auth.principal_of(sign_access(other, session_id="s3"))


def test_a_token_that_names_an_issuer_or_no_kind_is_not_ours() -> None:
    claims = verify(sign_access(CUSTOMER, session_id="s"))

    for other in ({**claims, "iss": "elsewhere"}, {key: claims[key] for key in claims if key != "kind"}):
        with pytest.raises(TokenInvalid):
            auth.principal_of(sign(other))
