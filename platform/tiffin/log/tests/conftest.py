from __future__ import annotations

from collections.abc import Iterator

import pytest

from tiffin.log import cursors
from tiffin.log.subscribers import Handler, Subscriber, _subscribers
from tiffin.models import LogHome
from tiffin.testing import things


@pytest.fixture
def reader(database: object) -> Iterator[Subscriber]:
    """A subscriber in `payments` that records each numbered thing of `orders`."""
    with things.tables():
        subscriber = things.reader()
        subscriber.add(Handler(things.record_effect, things.ThingNumbered, batched=False))
        cursors.ensure("payments")
        yield subscriber
        del _subscribers[subscriber.name]
        LogHome.objects.using("orders").update(kept_from=None)
