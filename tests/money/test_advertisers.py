"""Advertisers are billed month by month for what they spent, and payments collects it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Sum
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import audit_of_ads as between_modules
from modules.ads import audit as rules
from modules.ads.interface import AdBillState, AdvertiserKind
from modules.ads.jobs import collect_bill
from modules.ads.models import (
    AdEvent,
    Advertiser,
    Bill,
    Campaign,
    CampaignDay,
    Figure,
    Posting,
)
from modules.ads.policies import MICROS
from modules.ads.selectors.bills import owed_by
from modules.ads.services import billing
from modules.ads.services.refunding import refund_event
from modules.ads.services.settling import settle as settle_ads
from modules.payments.interface import Payments
from modules.payments.models import Collection
from modules.payments.services import money_came, write_off
from tests.audit.conftest import broken
from tiffin import clock, context, ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.audit import Inspection, deadlines, inspected
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.testing import settle, token

pytestmark = pytest.mark.database

JUNE, JULY = datetime(2027, 6, 30, 12, 0, tzinfo=UTC), datetime(2027, 7, 1, 9, 0, tzinfo=UTC)
AUGUST = datetime(2027, 8, 1, 9, 0, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
POUND = MICROS


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    with context.use(context.current()):
        yield


def advertiser(*, restaurant_id: UUID | None = None, region: str = "gb") -> Campaign:
    """One with a campaign that may cost much."""
    kind = AdvertiserKind.RESTAURANT if restaurant_id else AdvertiserKind.BRAND
    made = Advertiser.objects.create(
        region=region, kind_name=kind.value, name="Ramen & Co", restaurant_id=restaurant_id
    )
    campaign: Campaign = Campaign.objects.create(
        region=region,
        advertiser=made,
        name="Lunch",
        objective_name="traffic",
        pricing_name="cpc",
        bid=POUND,
        budget=10**12,
        starts_at=JUNE - 100 * ONE_DAY,
        ends_at=JUNE + 300 * ONE_DAY,
        state_name="approved",
    )
    return campaign


def spends(campaign: Campaign, micros: int, at: datetime = JUNE) -> UUID:
    """A click costs it so much; the event."""
    event = AdEvent.objects.create(
        decision_id=ids.new_id(),
        slot=0,
        kind="click",
        at=at,
        region=campaign.region,
        placement="home_carousel",
        advertiser_id=campaign.advertiser_id,
        campaign_id=campaign.id,
        flight_id=ids.new_id(),
        creative_id=ids.new_id(),
        verdict="valid",
        price=micros,
    )
    with clock.hold(at):
        while settle_ads():
            pass
    id: UUID = event.id
    return id


def bill_at(moment: datetime) -> None:
    """Other modules have much to do when a month goes by: then only what is asked for is collected."""
    with clock.hold(moment):
        billing.bill_month()
        if moment < JULY + ONE_DAY:
            settle()
            return
        for bill in Bill.objects.filter(state_name=AdBillState.WANTED.value):
            collect_bill(bill.id)


def amounts() -> list[tuple[str, int]]:
    return [(str(bill.month), bill.amount) for bill in Bill.objects.order_by("month", "amount")]


def account(name: str) -> int:
    return Posting.objects.filter(account=name).aggregate(all=Sum("micros"))["all"] or 0


def holds() -> None:
    """All rules do, and bills are collected as they are."""
    for rule in (
        rules.spending_is_the_same_everywhere,
        rules.entries_are_zero,
        rules.bills_are_what_was_spent,
    ):
        check = inspected(Inspection("rules", "ads"), rule)
        assert check.broken == 0, check.findings
    assert of_both() == {}


def of_both() -> dict[str, str]:
    looks = (between_modules.ad_bills_are_collected, between_modules.collections_have_ad_bills)
    checks = [inspected(Inspection(look.__name__, "ads"), look) for look in looks]
    return {each.invariant: each.problem for check in checks for each in check.findings}


@pytest.fixture
def bill(database: object) -> Bill:
    """One that payments has invoiced."""
    spends(advertiser(), 30 * POUND)
    bill_at(JULY)
    found: Bill = Bill.objects.get()
    assert found.state is AdBillState.INVOICED
    return found


def again(bill: Bill) -> Bill:
    found: Bill = Bill.get(bill.pk)
    return found


def test_what_was_spent_before_the_month_is_billed_when_it_has_begun(database: object) -> None:
    campaign = advertiser(restaurant_id=ids.new_id())
    for micros in (20 * POUND, 5 * POUND + 250_000):
        spends(campaign, micros)
    spends(campaign, 7 * POUND, JULY)
    with clock.hold(datetime(2027, 6, 30, 22, 59, tzinfo=UTC)):  # in London July begins a minute later
        billing.bill_month()
    assert amounts() == []
    bill_at(JULY)
    assert amounts() == [("2027-07-01", 2525)]
    (collected,) = call(Payments).collections(collection_ids=[Bill.objects.get().id])
    assert (collected.amount.amount, collected.purpose, collected.payer_kind.value) == (
        2525,
        "ads",
        "restaurant",
    )
    assert (collected.payer_id, collected.due_on) == (campaign.advertiser.restaurant_id, date(2027, 7, 15))
    assert Bill.objects.get().invoice == collected.invoice
    assert account("billed") == 25_250_000
    assert account("owed") == 7 * POUND
    holds()


def test_once_however_often_and_the_rest_with_the_next(database: object) -> None:
    campaign = advertiser()
    spends(campaign, 30 * POUND)
    for _ in range(2):
        bill_at(JULY)
    spends(campaign, 10 * POUND, JUNE)  # of June, and settled after the bill
    bill_at(JULY + 3 * ONE_DAY)
    assert amounts() == [("2027-07-01", 3000)]
    bill_at(AUGUST)
    assert amounts() == [("2027-07-01", 3000), ("2027-08-01", 1000)]
    holds()


def test_what_is_given_back_after_the_bill_is_credit(database: object) -> None:
    campaign = advertiser()
    spent = [spends(campaign, 20 * POUND), spends(campaign, 10 * POUND)]
    bill_at(JULY)
    refund_event(event_id=spent[1], note="A test of ours.")
    assert owed_by(campaign.advertiser_id, date(2027, 8, 1)) == -10 * POUND
    bill_at(AUGUST)
    assert len(amounts()) == 1
    spends(campaign, 25 * POUND, AUGUST)
    bill_at(AUGUST + 31 * ONE_DAY)
    assert amounts()[1:] == [("2027-09-01", 1500)]
    holds()


def test_what_is_little_waits_and_so_does_what_no_coin_is_small_enough_for(database: object) -> None:
    campaign = advertiser()
    spends(campaign, 4_999_999)
    bill_at(JULY)
    assert amounts() == []
    spends(campaign, 15_002, JULY)
    bill_at(AUGUST)
    assert amounts() == [("2027-08-01", 501)]
    assert account("owed") == 5_001
    holds()


def test_a_crash_leaves_neither_a_bill_nor_its_legs(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    spends(advertiser(), 30 * POUND)

    def die(*args: object, **options: object) -> None:
        raise ConnectionError("the power is gone")

    with clock.hold(JULY):
        for at in ("_ask", "_post"):
            with monkeypatch.context() as broken_here:
                broken_here.setattr(billing, at, die)
                with pytest.raises(ConnectionError):
                    billing.bill_month()
            assert (amounts(), account("billed")) == ([], 0)
            holds()
    bill_at(JULY)
    assert (len(amounts()), account("owed")) == (1, 0)
    assert Collection.objects.count() == 1
    holds()


def test_each_region_bills_what_was_spent_there(database: object) -> None:
    spends(advertiser(), 30 * POUND)
    spends(advertiser(region="pl"), 40 * POUND)
    bill_at(JULY)
    found = {bill.region: (bill.amount, bill.currency) for bill in Bill.objects.all()}
    assert found == {"gb": (3000, "GBP"), "pl": (4000, "PLN")}
    holds()


def test_a_bill_is_paid_when_the_money_has_come(bill: Bill) -> None:
    with clock.hold(JULY + ONE_DAY):
        money_came(bill.pk)
        assert of_both() == {}  # the news is under way
        settle()
    assert again(bill).state is AdBillState.PAID
    assert not Job.objects.using("ads").filter(key=bill.pk, slot="deadline").exists()
    holds()


def test_what_is_written_off_is_billed_no_more(bill: Bill) -> None:
    with clock.hold(JULY + ONE_DAY):
        write_off(bill.pk, note="insolvent")
        settle()
    assert again(bill).state is AdBillState.FAILED
    assert (account("billed"), account("waived"), account("owed")) == (0, 30 * POUND, 0)
    bill_at(AUGUST)
    assert len(amounts()) == 1
    holds()


def test_what_payments_said_and_nobody_heard_is_asked_for(
    bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.hold(JULY), monkeypatch.context() as deaf:
        deaf.setattr(billing, "record_bill", lambda *args, **more: None)
        money_came(bill.pk)
        settle()
    assert again(bill).state is AdBillState.INVOICED
    with clock.hold(JULY + ONE_DAY + timedelta(hours=1)):
        settle()
    assert again(bill).state is AdBillState.PAID
    assert Collection.objects.count() == 1


def test_an_answer_that_comes_late_moves_nothing_back(bill: Bill) -> None:
    billing.record_bill(bill.pk, AdBillState.PAID)
    billing.record_bill(bill.pk, AdBillState.INVOICED, invoice="GB-999999")
    assert (again(bill).state, again(bill).invoice) == (AdBillState.PAID, bill.invoice)
    billing.record_bill(ids.new_id(), AdBillState.PAID)  # somebody else's collection


_BILL, _COLLECTION = ("ads", "ads_bill"), ("payments", "payments_collection")


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        (_BILL, "UPDATE ads_bill SET amount = amount + 1", "and collected are"),
        (_COLLECTION, "UPDATE payments_collection SET payer_id = gen_random_uuid()", "and collected are"),
        (_COLLECTION, "UPDATE payments_collection SET purpose = 'other'", "and collected are"),
        (_COLLECTION, "UPDATE payments_collection SET invoice = 'GB-000009'", "its collection GB-000009"),
        (_COLLECTION, "DELETE FROM payments_collection", "nothing collects them"),
        (_BILL, "UPDATE ads_bill SET state = 'paid'", "its collection is invoiced"),
    ],
)
def test_a_bill_that_is_not_collected_as_it_is_is_found(
    bill: Bill, table: tuple[str, str], statement: str, said: str
) -> None:
    with broken(*table, statement):
        found = of_both()
    assert said in found["ad_bills_are_collected"]
    holds()


def test_a_collection_without_a_bill_is_found(bill: Bill) -> None:
    with broken(*_BILL, "DELETE FROM ads_bill"):
        assert list(of_both()) == ["collections_have_ad_bills"]
        assert inspected(Inspection("rules", "ads"), rules.bills_are_what_was_spent).broken == 1


def test_every_open_bill_has_its_deadline(bill: Bill) -> None:
    inspection = Inspection("deadlines", "ads")
    deadlines.deadlines_kept(inspection, timedelta(days=10_000))
    of_bills = [each for each in inspection.result().findings if each.key == str(bill.pk)]
    assert of_bills == []


def test_staff_see_bills_and_take_them_as_a_file(bill: Bill) -> None:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("finance",), regions=(EVERY_REGION,))
    client.cookies[STAFF_COOKIE] = token(actor)
    assert bill.invoice in client.get("/admin/ads/bill/?state_name=invoiced").content.decode()
    answer: Any = client.get("/admin/ads/bill/export.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert str(bill.advertiser_id) in lines[1]


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("spend"), st.integers(1, 40_000_000)),
        st.tuples(st.just("refund"), st.integers(0, 20)),
        st.tuples(st.just("bill"), st.integers(0, 40)),
        st.tuples(st.just("twice"), st.just(0)),
    ),
    max_size=12,
)


@given(_STEPS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_happens_all_is_billed_once(database: object, steps: list[tuple[str, int]]) -> None:
    """What was spent and not given back is owed or billed, to the micro."""
    for model in (Bill, Posting, CampaignDay, Figure, AdEvent):
        model.objects.all().delete()
    campaign, now = advertiser(), JUNE
    spent: list[UUID] = []
    for what, number in steps:
        if what == "spend":
            spent.append(spends(campaign, number, now))
        elif what == "refund" and spent:
            with clock.hold(now):
                refund_event(event_id=spent[number % len(spent)], note="A test of ours.")
        elif what == "bill":
            now += number * ONE_DAY
            with clock.hold(now):
                billing.bill_month()
        else:
            with clock.hold(now):
                billing.bill_month()
    net = AdEvent.objects.filter(verdict="valid").aggregate(all=Sum("charged"))["all"] or 0
    billed = Bill.objects.aggregate(all=Sum("micros"))["all"] or 0
    assert (account("owed"), account("billed")) == (net - billed, billed)
    assert all(bill.micros == bill.amount * 10_000 for bill in Bill.objects.all())
    check = inspected(Inspection("rules", "ads"), rules.bills_are_what_was_spent)
    assert check.broken == 0, check.findings
