"""Sealing what vendors' messages are signed with, so that whoever reads the tables can sign nothing.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, under a key derived from the deployment's vendor key
(HKDF, RFC 5869). The connection is authenticated with it: a secret moved to another row does not open.
"""

from __future__ import annotations

import os
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12
SECRET_CHARACTERS = 32
FORMAT = b"\x01"  # the first byte of everything sealed: how the rest is to be read


class VendorKeyMissing(Exception):
    """This process was given no vendor key: it can neither seal nor open a vendor's secret."""


def seal(plain: bytes, *, connection_id: UUID) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(_key()).encrypt(nonce, plain, connection_id.bytes)


def unseal(sealed: bytes, *, connection_id: UUID) -> bytes:
    """Raises InvalidTag when the key or the connection is another one."""
    head = len(FORMAT) + NONCE_BYTES
    return AESGCM(_key()).decrypt(sealed[len(FORMAT) : head], sealed[head:], connection_id.bytes)


def _key() -> bytes:
    return _derived(settings.TIFFIN_VENDOR_KEY.strip())


@lru_cache(maxsize=2)
def _derived(secret: str) -> bytes:
    if len(secret) < SECRET_CHARACTERS:
        raise VendorKeyMissing(f"TIFFIN_VENDOR_KEY needs at least {SECRET_CHARACTERS} random characters")
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"tiffin vendor key").derive(secret.encode())
