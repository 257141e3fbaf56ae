"""Tokens that are over, forged, or for something else: none of them opens anything."""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.acceptance.people import PASSWORD, until
from tests.matrix import table
from tests.matrix.cast import Cast, claims_of
from tests.matrix.table import Row

pytestmark = pytest.mark.platform
PREFIX = "/api/v1"
EXPIRED, INVALID = "token_expired", "token_invalid"
PROTECTED = [row for row in table.read("api.txt") if row.cells["anonymous"].status == 401]

ASKED_SO_OFTEN = 8  # more often than there are processes that could answer


@pytest.fixture(scope="session")
def bad_tokens(cast: Cast) -> dict[str, tuple[str, str]]:
    """Each with the code of its refusal. All but what is wrong is as in a good one."""
    good = cast.customer.token
    head, claims, signature = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]
    own, now = claims_of(good), int(time.time())
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    return {
        "expired": (cast.signed(**{**own, "iat": now - 3600, "exp": now - 60}), EXPIRED),
        "of the future": (cast.signed(**{**own, "iat": now + 3600, "exp": now + 7200}), INVALID),
        "without an end": (_without(cast, own, "exp"), INVALID),
        "of another signature": (f"{head}.{claims}.{signature[:10]}{'A' * len(signature[10:])}", INVALID),
        "of other claims": (f"{head}.{_part({**own, 'kind': 'staff'})}.{signature}", INVALID),
        "alg none": (f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{claims}.", INVALID),
        "signed by the public key": (_by_public_key(cast, claims, kid), INVALID),
        "of a stranger's key": (cast.signed(key=stranger, **own), INVALID),
        "of an unknown key id": (cast.signed(headers={"kid": "another"}, **own), INVALID),
        "of another issuer": (cast.signed(iss="https://elsewhere.example", **own), INVALID),
        "for an audience": (cast.signed(aud="quote", **own), INVALID),
        "of another use": (cast.signed(**{**own, "token_use": "refresh"}), INVALID),
        "of no kind": (_without(cast, own, "kind"), INVALID),
        "of an unknown kind": (cast.signed(**{**own, "kind": "superuser"}), INVALID),
        "of nobody": (_without(cast, own, "sub"), INVALID),
        "a refresh token": (_logged_in(cast)["refresh_token"], INVALID),
        "of a session that has ended": (_revoked(cast), INVALID),
        "no token at all": ("not-a-token", INVALID),
    }


def _part(content: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _without(cast: Cast, claims: dict[str, Any], name: str) -> str:
    kid = jwt.get_unverified_header(cast.customer.token)["kid"]
    kept = {key: value for key, value in claims.items() if key != name}
    return jwt.encode(kept, cast.key, algorithm="RS256", headers={"kid": kid})


def _by_public_key(cast: Cast, claims: str, kid: str) -> str:
    """HS256 with the public key as its secret, which everybody may know (RFC 8725 §2.1)."""
    from hashlib import sha256
    from hmac import digest

    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{claims}"
    mac = digest(cast.public_key.encode(), signed.encode(), sha256)
    return f"{signed}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _logged_in(cast: Cast) -> dict[str, str]:
    customer = cast.new_customer()
    credentials = {"email": customer.email, "password": PASSWORD}
    return dict(customer.http.post("/auth/login", json=credentials).json()["meta"])


def _revoked(cast: Cast) -> str:
    """Logged out, and known to be so by every process."""
    customer = cast.new_customer()
    assert customer.http.delete("/auth/session", headers=_bearer(customer.token)).status_code == 204
    until(
        lambda: {customer.get("/me").status_code for _ in range(ASKED_SO_OFTEN)}, lambda seen: seen == {401}
    )
    return cast.lasting(customer.token)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}


@pytest.mark.parametrize("row", PROTECTED, ids=lambda row: row.name)
def test_bad_tokens(row: Row, cast: Cast, bad_tokens: dict[str, tuple[str, str]]) -> None:
    """Refused for the token, before anything is read of what is asked."""
    wrong = []
    with httpx.Client(base_url=cast.platform.base_url, timeout=30) as http:
        for name, (token, code) in bad_tokens.items():
            answer = http.request(row.method, anywhere(row), headers=_bearer(token), content=b"{not json")
            got = (answer.status_code, answer.json().get("code"))
            if got != (401, code):
                wrong.append(f"{row.name}  with a token {name}: expected 401 {code}, got {got}")
            if "invalid_token" not in answer.headers.get("WWW-Authenticate", ""):
                wrong.append(f"{row.name}  with a token {name}: no WWW-Authenticate says why")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("row", PROTECTED, ids=lambda row: row.name)
def test_who_asks_matters_before_what_is_asked(row: Row, cast: Cast) -> None:
    """Nobody learns from a broken request, about things that are not, what only others may ask."""
    wrong = []
    with httpx.Client(base_url=cast.platform.base_url, timeout=30) as http:
        for column, askers in cast.everybody().items():
            cell = row.cells[column]
            if cell.code not in ("not_authenticated", "not_allowed"):
                continue
            headers = _bearer(askers[0].token) if askers[0].token else {}
            answer = http.request(row.method, anywhere(row), headers=headers, content=b"{not json")
            got = (answer.status_code, answer.json().get("code"))
            if got != (cell.status, cell.code):
                wrong.append(f"{row.name}  as {column}, malformed: expected {cell}, got {got}")
    assert not wrong, "\n" + "\n".join(wrong)


def anywhere(row: Row) -> str:
    """The row's path with ids of nothing."""
    path = row.path.partition("#")[0]
    path = re.sub(r"\{\w+_id\}", lambda _: str(uuid4()), path)
    return path if path.startswith(PREFIX) else f"{PREFIX}{path}"
