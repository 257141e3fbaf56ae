"""Tokens that anybody can verify with the public key and no database, and only identity can make.

RS256 JSON Web Tokens (RFC 7519). A token with an `audience` is a ticket for one purpose; an access token has
none and says `token_use: access`, exactly as django-allauth's headless strategy writes it, so that tickets
and access tokens can never stand in for each other.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from django.conf import settings
from jwt.algorithms import RSAAlgorithm

from tiffin import clock
from tiffin.context import Actor

ALGORITHM = "RS256"
LEEWAY_SECONDS = 10
ACCESS_SECONDS = 15 * 60
TOKENS_REMEMBERED = 2_000
# No token of whatever kind lives longer; whoever follows revocations looks back as far.
LONGEST_LIFE = timedelta(hours=8)
_KEY_BITS = 2048
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


class TokenInvalid(Exception):
    """The token is not ours, not for this purpose, or damaged."""


class TokenExpired(TokenInvalid):
    """The token was good, but its time is over."""


class NoPrivateKey(Exception):
    """This process holds no private key: only identity signs."""


def sign(
    claims: Mapping[str, Any], audience: str | None = None, expires_in: timedelta | float = ACCESS_SECONDS
) -> str:
    """Sign `claims` for `audience`; good for `expires_in` (a timedelta, or seconds) from now.

    Raises NoPrivateKey in a process that may only verify.
    """
    seconds = expires_in.total_seconds() if isinstance(expires_in, timedelta) else expires_in
    issued_at = int(clock.now().timestamp())
    payload = {**claims, "iat": issued_at, "exp": issued_at + int(seconds)}
    if audience is not None:
        payload["aud"] = audience
    key, key_id = _private_key(_pem("TIFFIN_JWT_PRIVATE_KEY"))
    return jwt.encode(payload, key, algorithm=ALGORITHM, headers={"kid": key_id})


def sign_access(actor: Actor, *, session_id: str, expires_in: timedelta | float = ACCESS_SECONDS) -> str:
    """An access token for `actor`, with the claims that django-allauth's strategy and ours make together."""
    claims = {
        "sub": str(actor.id),
        "sid": session_id,
        "jti": str(uuid4()),
        "token_use": "access",
        **actor_claims(actor),
    }
    return sign(claims, expires_in=expires_in)


def actor_claims(actor: Actor) -> dict[str, Any]:
    """What our strategy's `get_claims()` adds to an access token."""
    return {
        "kind": actor.kind.value,
        "restaurants": [str(restaurant) for restaurant in actor.restaurants],
        "roles": list(actor.roles),
        "regions": list(actor.regions),
    }


def verify(token: str, *, audience: str | None = None) -> dict[str, Any]:
    """The claims of `token`, if we signed it for exactly this audience and its time is not over.

    Raises TokenExpired or TokenInvalid.
    """
    claims = _signed_claims(token, audience)
    if "iss" in claims:
        raise TokenInvalid("we name no issuer: whoever does made this token for somebody else")
    now = clock.now().timestamp()
    expires, issued = claims["exp"], claims.get("iat", 0)
    if not isinstance(expires, int | float) or not isinstance(issued, int | float):
        raise TokenInvalid("the times of the token are not numbers")
    if now > expires + LEEWAY_SECONDS:
        raise TokenExpired("the token has expired")
    if now < issued - LEEWAY_SECONDS:
        raise TokenInvalid("the token comes from the future")
    return claims


def make_keys(private_file: Path, public_file: Path) -> None:
    """Write a new pair of keys, unless there is one: the private one readable by its owner only."""
    if private_file.exists() and public_file.exists():
        return
    key = generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    private_file.parent.mkdir(parents=True, exist_ok=True)
    private_file.touch(mode=0o600)
    private_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public_file.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def _signed_claims(token: str, audience: str | None) -> dict[str, Any]:
    return dict(_checked(token, audience, _pem("TIFFIN_JWT_PUBLIC_KEY")))


@lru_cache(maxsize=TOKENS_REMEMBERED)
def _checked(token: str, audience: str | None, keys: str) -> dict[str, Any]:
    """A signature that was good stays good: people come again and again with one token."""
    # Times are checked against tiffin.clock by `verify`, not against the machine's clock here.
    options: Any = {
        "require": ["exp"] if audience is None else ["exp", "aud"],
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_sub": False,
    }
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        claims: dict[str, Any] = jwt.decode(
            token, _key_for(key_id, keys), algorithms=[ALGORITHM], audience=audience, options=options
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenInvalid(str(error)) from error
    return claims


def _key_for(key_id: object, pem: str) -> RSAPublicKey:
    keys = _public_keys(pem)
    key = keys.get(str(key_id)) if key_id is not None else next(iter(keys.values()))
    if key is None:
        raise TokenInvalid("the token is signed by a key that is not ours")
    return key


def _pem(name: str) -> str:
    """The key's text: from the setting `name`, or from the file that `name`_FILE points to."""
    text: str = getattr(settings, name, "") or ""
    file = getattr(settings, f"{name}_FILE", "") or ""
    return text or (_read(str(file)) if file else "")


@lru_cache(maxsize=8)
def _read(file: str) -> str:
    return Path(file).read_text()


@lru_cache(maxsize=4)
def _private_key(pem: str) -> tuple[RSAPrivateKey, str]:
    if not pem:
        raise NoPrivateKey("TIFFIN_JWT_PRIVATE_KEY is not set here: only identity makes tokens")
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise NoPrivateKey("TIFFIN_JWT_PRIVATE_KEY is not an RSA key")
    return key, _thumbprint(key.public_key())


@lru_cache(maxsize=4)
def _public_keys(pem: str) -> dict[str, RSAPublicKey]:
    """By key id. Several keys may stand one after another: that is how keys are rotated."""
    keys = {}
    for block in _PEM.findall(pem):
        key = serialization.load_pem_public_key(block.encode())
        if isinstance(key, RSAPublicKey):
            keys[_thumbprint(key)] = key
    if not keys:
        raise TokenInvalid("TIFFIN_JWT_PUBLIC_KEY holds no RSA public key")
    return keys


def _thumbprint(key: RSAPublicKey) -> str:
    """RFC 7638, as django-allauth names its keys."""
    members = RSAAlgorithm.to_jwk(key, as_dict=True)
    canonical = json.dumps({name: members[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return urlsafe_b64encode(sha256(canonical.encode()).digest()).rstrip(b"=").decode()
