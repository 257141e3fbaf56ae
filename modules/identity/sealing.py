"""Sealing: personal data is encrypted with a key per customer, and that key by the deployment's master key.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The customer and the purpose are authenticated with
each text, so that nothing sealed for one customer or one field opens as another's.
"""

from __future__ import annotations

import base64
import hmac
import os
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from modules.identity.interface import SealUnreadable

T = TypeVar("T")

KEY_BYTES = 32
NONCE_BYTES = 12
SECRET_CHARACTERS = 32
_WRAPPING, _MARKS = b"tiffin master key", b"tiffin phone marks"
FORMAT = b"\x01"  # the first byte of everything sealed: how the rest is to be read


class MasterKeyMissing(Exception):
    """This process was given no master key: it can neither seal nor open personal data."""


class Purpose(Enum):
    KEY = b"key"
    NAME = b"name"
    PHONE = b"phone"
    ADDRESS = b"address"
    CONTACT = b"contact"  # what leaves identity: a name, a phone number and an address together
    WORDS = b"words"  # what a customer wrote somewhere else


class CustomerKey:
    """One customer's key, unwrapped: it lives as long as a request needs it."""

    def __init__(self, customer_id: UUID, key: bytes) -> None:
        self.customer_id = customer_id
        self._key = key

    @classmethod
    def new(cls, customer_id: UUID) -> CustomerKey:
        return cls(customer_id, os.urandom(KEY_BYTES))

    @classmethod
    def unwrap(cls, customer_id: UUID, wrapped: bytes) -> CustomerKey:
        """Raises SealUnreadable when the master key is not the one that wrapped it."""
        return cls(customer_id, _open(_master_key(), wrapped, _bound_to(customer_id, Purpose.KEY)))

    def wrapped(self) -> bytes:
        return _seal(_master_key(), self._key, _bound_to(self.customer_id, Purpose.KEY))

    def seal(self, value: object, purpose: Purpose) -> bytes:
        return _seal(self._key, msgspec.json.encode(value), _bound_to(self.customer_id, purpose))

    def open(self, sealed: bytes, purpose: Purpose, type: type[T]) -> T:
        """Raises SealUnreadable when it is another customer's, for another purpose, or was changed."""
        plain = _open(self._key, sealed, _bound_to(self.customer_id, purpose))
        return msgspec.json.decode(plain, type=type)


def mark_of_phone(phone: str) -> str:
    """The same for the same number however it is written; who has no master key learns nothing of it. Empty
    for none."""
    number = "".join(character for character in phone if character.isdigit())
    if not number:
        return ""
    return hmac.digest(_derived(settings.TIFFIN_MASTER_KEY.strip(), _MARKS), number.encode(), sha256).hex()


def to_text(sealed: bytes) -> str:
    """Sealed bytes as other modules carry them."""
    return base64.urlsafe_b64encode(sealed).decode()


def from_text(text: str) -> bytes:
    """Raises SealUnreadable for what is not base64."""
    try:
        return base64.urlsafe_b64decode(text.encode())
    except ValueError:
        raise SealUnreadable() from None


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    head = len(FORMAT) + NONCE_BYTES
    if not sealed.startswith(FORMAT) or len(sealed) <= head:
        raise SealUnreadable()
    try:
        return AESGCM(key).decrypt(sealed[len(FORMAT) : head], sealed[head:], bound_to)
    except InvalidTag:
        raise SealUnreadable() from None


def _bound_to(customer_id: UUID, purpose: Purpose) -> bytes:
    return customer_id.bytes + purpose.value


def _master_key() -> bytes:
    return _derived(settings.TIFFIN_MASTER_KEY.strip())


@lru_cache(maxsize=4)
def _derived(secret: str, what_for: bytes = _WRAPPING) -> bytes:
    """The key that a deployment's secret stands for (HKDF, RFC 5869), another for each use."""
    if len(secret) < SECRET_CHARACTERS:
        raise MasterKeyMissing(f"TIFFIN_MASTER_KEY needs at least {SECRET_CHARACTERS} random characters")
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=what_for).derive(secret.encode())
