"""A token is void in every process soon after its session has ended, though its signature holds."""

from __future__ import annotations

import time
from uuid import uuid4

import httpx
import pytest

from tiffin.testing.running import Platform

pytestmark = pytest.mark.platform
SOON_SECONDS = 5.0
ASKED_SO_OFTEN = 8  # more often than there are processes that could answer


@pytest.fixture
def tokens(platform: Platform) -> dict[str, str]:
    """Those of a customer who has just registered."""
    body = {"email": f"{uuid4().hex}@example.com", "password": "a good long password"}
    return dict(httpx.post(f"{platform.base_url}/api/v1/auth/signup", json=body).json()["meta"])


def me(platform: Platform, token: str) -> httpx.Response:
    return httpx.get(f"{platform.base_url}/api/v1/me", headers={"Authorization": f"Bearer {token}"})


def test_a_logout_is_known_to_every_process(platform: Platform, tokens: dict[str, str]) -> None:
    token = tokens["access_token"]
    assert me(platform, token).status_code == 200

    answer = httpx.delete(
        f"{platform.base_url}/api/v1/auth/session", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 204
    until = time.monotonic() + SOON_SECONDS
    while {me(platform, token).status_code for _ in range(ASKED_SO_OFTEN)} != {401}:
        assert time.monotonic() < until, "the token is still accepted"
    assert me(platform, token).json()["code"] == "token_invalid"
