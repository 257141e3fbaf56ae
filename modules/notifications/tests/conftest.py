"""Fixtures of the tests of notifications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from modules.identity.interface import AccountKind, Identity
from modules.notifications.kinds import CONFIRMED, Kind
from modules.notifications.services import Told, tell
from modules.notifications.tests.outside import MailServer, World, listening, taking_mail
from tiffin import clock, context, db, ids
from tiffin.interfaces import CommandKey, call
from tiffin.log.events import Event, Recorded

EMAIL = "zofia@example.com"


def record(event: Event, region: str = "gb") -> Recorded:
    """The event as it was read from the log."""
    values = dict.fromkeys(Recorded._fields) | {"event_id": ids.new_id(), "occurred_at": clock.now()}
    return Recorded(**{**values, "region": region, "name": event.wire})


def told(
    customer: UUID, *, kind: Kind = CONFIRMED, region: str = "gb", event_id: UUID | None = None, **facts: Any
) -> UUID:
    """As a handler keeps it."""
    facts = facts or {"total": "23.50 GBP"}
    order_id = ids.new_id()
    with db.transaction(owner="notifications"):
        tell(
            [
                Told(
                    kind=kind,
                    event_id=event_id or ids.new_id(),
                    happened_at=clock.now(),
                    region=region,
                    customer_id=customer,
                    order_id=order_id,
                    facts=facts,
                )
            ],
        )
    return order_id


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    """Nothing that one test changes about who asks reaches another."""
    with context.use(context.current()):
        yield


@pytest.fixture
def zofia(database: object) -> UUID:
    """A customer with an e-mail address."""
    account = call(Identity).create_account(
        key=CommandKey(str(ids.new_id())),
        email=EMAIL,
        password="correct horse battery",
        kind=AccountKind.CUSTOMER,
        region="gb",
    )
    return account.account_id


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    """What is outside, reachable although it is on this machine."""
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
    with listening() as heard:
        yield heard


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Where e-mails go out, over real connections."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    with taking_mail() as server:
        settings.EMAIL_PORT = server.port
        yield server
