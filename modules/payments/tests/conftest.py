"""Fixtures of the tests of payments."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modules.payments.tests.ledger import FaultyProvider
from modules.payments.tests.localadyen import API_KEY, HMAC_KEY, MERCHANT_ACCOUNT, LocalAdyen
from modules.payments.tests.localstripe import SECRET_KEY, LocalStripe
from tiffin.regions import discovery

REGIONS = Path(__file__).parents[3] / "regions"
WEBHOOK_SECRET = "whsec_of_the_tests"


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> FaultyProvider:
    """The line to the provider, which a test may disturb."""
    faulty = FaultyProvider()
    monkeypatch.setattr("modules.payments.jobs.provider", lambda name: faulty)
    return faulty


@pytest.fixture
def served_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes Great Britain a region of another provider, by its file alone."""
    monkeypatch.syspath_prepend(tmp_path)

    def serve(provider: str) -> None:
        folder = tmp_path / f"by_{provider}" / "gb"
        shutil.copytree(REGIONS / "gb", folder)
        (folder.parent / "__init__.py").touch()
        file = folder / "region.toml"
        before = file.read_text()
        file.write_text(before.replace('value = "sandbox"', f'value = "{provider}"'))
        assert file.read_text() != before or provider == "sandbox"
        found = {**discovery.found(), "gb": discovery.load("gb", f"by_{provider}.gb")}
        monkeypatch.setattr(discovery, "found", lambda: found)

    return serve


@pytest.fixture(scope="session")
def running_stripe() -> Iterator[LocalStripe]:
    stripe = LocalStripe()
    try:
        stripe.wait()
        yield stripe
    finally:
        stripe.stop()


@pytest.fixture
def stripe(
    running_stripe: LocalStripe, served_by: Callable[[str], None], settings: Any
) -> Iterator[LocalStripe]:
    """Stripe, which remembers nothing yet and serves Great Britain."""
    running_stripe.forget()
    settings.TIFFIN_STRIPE_SECRET_KEY = SECRET_KEY
    settings.TIFFIN_STRIPE_API = running_stripe.address
    settings.TIFFIN_STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
    served_by("stripe")
    return running_stripe


@pytest.fixture
def adyen(served_by: Callable[[str], None], settings: Any) -> Iterator[LocalAdyen]:
    """Adyen's test platform, which serves Great Britain."""
    local = LocalAdyen()
    settings.TIFFIN_ADYEN_API_KEY = API_KEY
    settings.TIFFIN_ADYEN_MERCHANT_ACCOUNT = MERCHANT_ACCOUNT
    settings.TIFFIN_ADYEN_HMAC_KEYS = [HMAC_KEY]
    settings.TIFFIN_ADYEN_LIVE_PREFIX = ""
    settings.TIFFIN_ADYEN_API = local.address
    served_by("adyen")
    yield local
    local.stop()


@pytest.fixture(params=["sandbox", "stripe", "adyen"])
def anywhere(request: pytest.FixtureRequest) -> str:
    """Whoever holds the money: what the test says holds with each."""
    if request.param != "sandbox":
        request.getfixturevalue(request.param)
    return str(request.param)
