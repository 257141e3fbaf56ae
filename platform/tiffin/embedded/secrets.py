"""What only this installation knows, made once: the secret key, service passwords, the token key pair."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

_KEY_BITS = 2048
_MASTER_KEY_BYTES = 32


def secret(folder: Path, name: str) -> str:
    """The secret of that name, made at first use and readable by its owner alone."""
    path = folder / name
    if not path.exists():
        _write(path, secrets.token_urlsafe(48).encode())
    return path.read_text().strip()


def master_key(folder: Path) -> Path:
    """The file of the key that wraps the customers' keys, in base64."""
    path = folder / "master.key"
    if not path.exists():
        _write(path, base64.b64encode(secrets.token_bytes(_MASTER_KEY_BYTES)))
    return path


def vendor_key(folder: Path) -> Path:
    """The file of the key that seals what vendors' messages are signed with."""
    secret(folder, "vendor.key")
    return folder / "vendor.key"


def endpoint_key(folder: Path) -> Path:
    """The file of the key that seals what customers' browsers and webhooks are reached with."""
    secret(folder, "endpoint.key")
    return folder / "endpoint.key"


def notice_key(folder: Path) -> Path:
    """The file of the key that seals what payment providers notify of."""
    secret(folder, "notice.key")
    return folder / "notice.key"


def bank_key(folder: Path) -> Path:
    """The file of the key that seals bank accounts, and the bank's files and answers."""
    secret(folder, "bank.key")
    return folder / "bank.key"


def internal_key(folder: Path) -> Path:
    """The file of the key by which the groups of one platform know each other's messages."""
    secret(folder, "internal.key")
    return folder / "internal.key"


def share(file: Path, folder: Path) -> None:
    """Have what `file` says in another group's folder too."""
    copy = folder / file.name
    if not copy.exists() or copy.read_bytes() != file.read_bytes():
        _write(copy, file.read_bytes())


def token_keys(folder: Path) -> tuple[Path, Path]:
    """The files of the RS256 key pair that signs and verifies tokens."""
    private, public = folder / "jwt-private.pem", folder / "jwt-public.pem"
    if not (private.exists() and public.exists()):
        _make_pair(private, public)
    return private, public


def vapid_key(folder: Path) -> Path:
    """The file of the key that signs messages to browsers (RFC 8292)."""
    path = folder / "vapid.pem"
    if not path.exists():
        _write(path, _vapid_pem())
    return path


# The settings that not every group may know, each with what makes the file they are read from.
KEYS: Mapping[str, Callable[[Path], object]] = {
    "TIFFIN_JWT_PRIVATE_KEY": token_keys,
    "TIFFIN_MASTER_KEY": master_key,
    "TIFFIN_VENDOR_KEY": vendor_key,
    "TIFFIN_VAPID_PRIVATE_KEY": vapid_key,
    "TIFFIN_ENDPOINT_KEY": endpoint_key,
    "TIFFIN_NOTICE_KEY": notice_key,
    "TIFFIN_BANK_KEY": bank_key,
}


def _make_pair(private: Path, public: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    _write(
        private,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    _write(
        public,
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )


def _vapid_pem() -> bytes:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    fresh.replace(path)
