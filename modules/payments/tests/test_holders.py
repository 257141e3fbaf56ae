"""A region that has taken another provider is still compared with the one that holds what was paid before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from modules.payments import services
from modules.payments.providers.sandbox import SandboxProvider
from tiffin import clock, regions
from tiffin.regions.file import Dating, Row
from tiffin.testing import settle

pytestmark = pytest.mark.database

A_DAY = timedelta(days=1)


def chosen(name: str, since: date, until: date | None = None) -> Row:
    dating = Dating(valid_from=since, valid_to=until, source="house rule", confirmed=True)
    return Row(place="payments.provider", dating=dating, data={"value": name})


@pytest.mark.parametrize(("days_ago", "is_asked"), [(0, True), (3, True), (170, True), (200, False)])
def test_who_held_the_money_lately_is_compared_with(database, monkeypatch, days_ago, is_asked) -> None:
    britain = regions.get("gb")
    switched = britain.local(clock.now()).date() - days_ago * A_DAY
    before = chosen("stripe", date(2020, 1, 1), switched - A_DAY)
    rows = (before, chosen("sandbox", switched))
    monkeypatch.setattr(britain, "tables", {**britain.tables, "payments.provider": rows})
    monkeypatch.setattr(britain, "_read", {})
    asked = set()

    def provider(name: str) -> SandboxProvider:
        asked.add(name)
        return SandboxProvider()

    monkeypatch.setattr("modules.payments.jobs.provider", provider)

    services.open_books()
    with clock.shift(timedelta(hours=2)):
        settle()

    assert asked == ({"sandbox", "stripe"} if is_asked else {"sandbox"})
