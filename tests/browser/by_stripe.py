"""The deployable's settings, where Stripe serves Great Britain: the region's file says so, nothing else."""

from typing import Any

from config.settings import *  # noqa: F403
from tiffin.regions import discovery

_read = discovery.read


def _by_stripe(text: str, *, path: str) -> Any:
    if path == "regions/gb/region.toml":
        text = text.replace('value = "sandbox"', 'value = "stripe"')
    return _read(text, path=path)


discovery.read = _by_stripe
