"""What waits for staff is what should, and nothing else: settlements that stand still, and days that do not
tie."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from modules.payments.events import PayoutRejected
from modules.rewards import services
from modules.rewards.interface import Flow
from modules.rewards.models import LiabilityDay, SettlementBatch
from modules.rewards.states import BatchState
from modules.rewards.tests.giving import (
    a_charity,
    account_told,
    bank_says,
    done,
    failed,
    opened,
    paid,
    rounded_up,
    settled_by_goodstack,
)
from modules.rewards.tests.localgoodstack import LocalGoodstack
from modules.rewards.tests.test_audit import behind_its_back
from modules.rewards.tests.test_days import NOON, ONE_DAY, at, do
from modules.rewards.tests.test_desk_pages import person
from tiffin import clock, db, ids
from tiffin.models import Job
from tiffin.testing import waiting

pytestmark = pytest.mark.database

B = BatchState
STAND_STILL = "rewards: Settlements that stand still"
DO_NOT_TIE = "rewards: Days of points that do not tie"


def listed(queue: str, **staff: str) -> set[Any]:
    """The keys of the rows behind the queue's link; as many as the queue says there are."""
    finance = person("finance", **staff)
    count, link = waiting(finance)[queue]
    found = {row.pk for row in finance.get(link).context["cl"].result_list}
    assert str(len(found)) == count
    return found


def by_bank(name: str) -> SettlementBatch:
    """Wanted from the bank, which has said nothing yet."""
    charity = a_charity(name=name)
    account_told(charity)
    rounded_up(charity, 1000)
    return done(opened(charity), "send_batch", "pay_batch")


def deadlines_pass(batches: Iterable[SettlementBatch]) -> None:
    """Those that are due now, and no others."""
    due = Job.objects.using("rewards").filter(name="batch_stands", due__lte=clock.now())
    for batch_id in due.filter(key__in=[batch.pk for batch in batches]).values_list("key", flat=True):
        with db.transaction(owner="rewards"):
            services.stand_still(batch_id)


def keys(*batches: SettlementBatch) -> set[UUID]:
    return {batch.pk for batch in batches}


def test_a_settlement_stands_still_when_nothing_has_moved_for_a_day_and_no_longer() -> None:
    silent, refused, settled, came_back = (by_bank(name) for name in ("silent", "refused", "settled", "back"))
    bank_says(PayoutRejected(payout_id=refused.pk, amount=refused.money, purpose="donations", reason="AC04"))
    assert listed(STAND_STILL) == set()
    with clock.shift(timedelta(hours=23)):
        fresh = by_bank("fresh")
        deadlines_pass(SettlementBatch.objects.all())
        assert listed(STAND_STILL) == set()
    with clock.shift(timedelta(days=1, minutes=1)):
        deadlines_pass(SettlementBatch.objects.all())
        assert listed(STAND_STILL) == keys(silent, refused, settled, came_back)
        assert paid(settled).state is B.DISBURSED
        assert failed(came_back).state is B.RETURNING
        assert listed(STAND_STILL) == keys(silent, refused)
        assert done(came_back, "give_back").state is B.RETURNED
    with clock.shift(timedelta(days=2, minutes=2)):
        deadlines_pass(SettlementBatch.objects.all())
        assert listed(STAND_STILL) == keys(silent, refused, fresh)
        assert SettlementBatch.get(silent.pk).stuck == 2
    assert listed(STAND_STILL, region="pl") == set()


def test_what_goodstack_brings_on_within_a_state_does_not_stand_still(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    account_told(charity)
    rounded_up(charity, 1000)
    batch = done(opened(charity), "send_batch")
    goodstack.now_is("REQUESTED_PAYMENT")
    batch = paid(done(batch, "look_at_batch", "pay_batch"))
    assert batch.state is B.PAID
    with clock.shift(timedelta(days=1, minutes=1)):
        deadlines_pass([batch])
        assert listed(STAND_STILL) == keys(batch)
        done(batch, "look_at_batch")
        assert listed(STAND_STILL) == keys(batch)
        goodstack.now_is("RECEIVED_PAYMENT")
        assert done(batch, "look_at_batch").state is B.PAID
        assert listed(STAND_STILL) == set()
    with clock.shift(timedelta(days=2)):
        deadlines_pass([batch])
        assert listed(STAND_STILL) == set()
    with clock.shift(timedelta(days=2, minutes=2)):
        deadlines_pass([batch])
        assert listed(STAND_STILL) == keys(batch)
        goodstack.now_is("DISBURSED")
        assert done(batch, "look_at_batch").state is B.DISBURSED
        assert listed(STAND_STILL) == set()


def test_a_day_does_not_tie_when_the_lots_hold_what_nothing_moved() -> None:
    customer = ids.new_id()
    do(Flow.GRANT, 100, customer)
    do(Flow.GRANT, 100, ids.new_id(), region="pl")
    at(NOON + ONE_DAY)
    assert LiabilityDay.objects.count() == 2
    assert listed(DO_NOT_TIE) == set()
    behind_its_back("UPDATE rewards_lot SET available = available - 7 WHERE region = 'gb'")
    at(NOON + 2 * ONE_DAY)
    wrong = LiabilityDay.objects.filter(region="gb").latest("day")
    assert listed(DO_NOT_TIE) == {wrong.pk}
    assert listed(DO_NOT_TIE, region="pl") == set()
    behind_its_back("UPDATE rewards_lot SET available = available + 7 WHERE region = 'gb'")
    at(NOON + 3 * ONE_DAY)
    assert LiabilityDay.objects.count() == 6
    assert listed(DO_NOT_TIE) == {wrong.pk}
