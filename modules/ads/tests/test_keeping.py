"""What a process was told and could not read is read soon."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from modules.ads.models import Advertiser
from modules.ads.services import keeping, leasing
from modules.ads.services.keeping import keeper
from modules.ads.tests import scenes
from tiffin import clock

pytestmark = pytest.mark.usefixtures("database")


def test_a_stop_that_could_not_be_read_holds_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    brand = scenes.advertiser()
    campaign = scenes.running(brand)
    scenes.open_for_ads()
    Advertiser.objects.filter(pk=brand.id).update(is_blocked=True)

    def away(*ids: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as troubled:
        troubled.setattr(keeping, "servables", away)
        with pytest.raises(OperationalError):
            keeper.campaign_told(campaign.id)
        with pytest.raises(OperationalError):
            keeper.refresh()
    keeper.refresh()

    assert scenes.ads(scenes.look()) == []


def test_who_is_blocked_gets_no_more_money() -> None:
    brand = scenes.advertiser()
    campaign = scenes.running(brand)
    assert leasing.standings([campaign.id], clock.now())
    Advertiser.objects.filter(pk=brand.id).update(is_blocked=True)
    assert leasing.standings([campaign.id], clock.now()) == []
