"""Sealing what a module must be able to read again, so that whoever reads its tables alone can use nothing.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, under a key derived from a secret of the deployment
(HKDF, RFC 5869). The row that it belongs to is authenticated with it: moved to another, it does not open.
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


class SealingKeyMissing(Exception):
    """This process was not given the secret: it can neither seal nor open."""


class SealingKey:
    """The key of one kind of thing: `setting` names the deployment's secret, `purpose` keeps keys apart."""

    def __init__(self, setting: str, *, purpose: str) -> None:
        self._setting, self._purpose = setting, purpose

    def seal(self, plain: bytes, *, row: UUID) -> bytes:
        """Raises SealingKeyMissing."""
        nonce = os.urandom(NONCE_BYTES)
        return FORMAT + nonce + self._cipher().encrypt(nonce, plain, row.bytes)

    def unseal(self, sealed: bytes, *, row: UUID) -> bytes:
        """Raises InvalidTag when the key or the row is another one; SealingKeyMissing."""
        head = len(FORMAT) + NONCE_BYTES
        return self._cipher().decrypt(sealed[len(FORMAT) : head], sealed[head:], row.bytes)

    def _cipher(self) -> AESGCM:
        secret = getattr(settings, self._setting).strip()
        if len(secret) < SECRET_CHARACTERS:
            raise SealingKeyMissing(f"{self._setting} needs at least {SECRET_CHARACTERS} random characters")
        return AESGCM(_derived(secret, self._purpose))


@lru_cache(maxsize=8)
def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())
