"""Partners are billed month by month for the points that their campaigns gave, and payments collects it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from config import audit_of_transfers as between_modules
from modules.payments.interface import PartyKind, Payer, Payments
from modules.payments.models import Collection
from modules.payments.services import collect, money_came, write_off
from modules.rewards import audit as rules
from modules.rewards import services
from modules.rewards.interface import BillState, Flow
from modules.rewards.models import Account, Book, Campaign, Entry, PartnerBill
from modules.rewards.policies import redeeming, worth
from modules.rewards.services import funding
from modules.rewards.tests.points import posted, transfer
from modules.rewards.tests.test_audit import behind_its_back
from tests.audit.conftest import broken
from tiffin import clock, ids, regions
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.audit import Inspection, deadlines, inspected
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.testing import settle, token

pytestmark = pytest.mark.database

JUNE, JULY = datetime(2027, 6, 30, 12, 0, tzinfo=UTC), datetime(2027, 7, 1, 9, 0, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


def gives(points: int, campaign: UUID, at: datetime = JUNE, region: str = "gb") -> UUID:
    """A campaign gives points to somebody; the lot."""
    earn = transfer(
        Flow.EARN_FUNDED, points, ids.new_id(), party_id=campaign, region=region,
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    with clock.hold(at):
        posted(earn)
    return earn.id


def begin(at: datetime = JUNE) -> None:
    with clock.hold(at):
        services.open_books()


def at(moment: datetime) -> None:
    with clock.hold(moment):
        settle()


def bills() -> list[tuple[UUID, int, str]]:
    rows = PartnerBill.objects.order_by("month", "pk")
    return [(row.campaign_id, row.points, str(row.month)) for row in rows]


def balance(campaign: UUID) -> int:
    found = Account.objects.filter(kind="funding", owner=campaign)
    return sum(found.values_list("balance", flat=True))


@pytest.fixture
def bill() -> PartnerBill:
    """One that payments has invoiced."""
    begin()
    gives(5_000, ids.new_id())
    at(JULY)
    found = PartnerBill.objects.get()
    assert found.state is BillState.INVOICED
    return found


def again(bill: PartnerBill) -> PartnerBill:
    return PartnerBill.get(bill.pk)


def test_what_campaigns_gave_is_billed_when_the_month_is_over():
    one, other = ids.new_id(), ids.new_id()
    begin()
    for points in (3_000, 2_000):
        gives(points, one)
    gives(700, other)
    at(datetime(2027, 6, 30, 22, 59, tzinfo=UTC))
    assert bills() == []

    at(JULY)

    assert sorted(bills()) == sorted([(one, 5_000, "2027-07-01"), (other, 700, "2027-07-01")])
    assert (balance(one), balance(other)) == (0, 0)
    bill = PartnerBill.objects.get(campaign_id=one)
    price = redeeming(regions.get("gb"), date(2027, 7, 1))
    assert price is not None
    assert (bill.amount, bill.currency) == (worth(5_000, price), "GBP")
    (collected,) = call(Payments).collections(collection_ids=[bill.pk])
    assert (collected.amount, collected.purpose) == (bill.money, "campaign")
    assert collected.due_on == date(2027, 7, 15)
    assert (bill.invoice, bill.due_on) == (collected.invoice, collected.due_on)


def test_a_month_is_billed_once_whoever_looks_again_and_the_rest_with_the_next():
    campaign = ids.new_id()
    begin()
    gives(5_000, campaign)
    at(JULY)
    book = Book.objects.get(region="gb")
    with clock.hold(JULY):
        gives(1_000, campaign, JULY)
        services.bill_partners(book.pk)
        funding._bill_all(
            Book(pk=book.pk, next_bills=date(2027, 7, 1)), regions.get("gb")
        )  # who read it before
    assert bills() == [(campaign, 5_000, "2027-07-01")]
    with clock.hold(datetime(2027, 8, 1, 9, 0, tzinfo=UTC)):
        services.bill_partners(book.pk)
    assert bills()[1:] == [(campaign, 1_000, "2027-08-01")]


def test_what_was_taken_back_is_not_owed_and_what_was_billed_before_is_less_next_time():
    campaign = ids.new_id()
    begin()
    lot = gives(5_000, campaign)
    customer = Entry.objects.get(pk=lot).customer_id

    def taken_back(points: int, at: datetime) -> None:
        back = transfer(Flow.UNEARN_FUNDED, points, customer, party_id=campaign, lot_id=lot)
        with clock.hold(at):
            posted(back)

    taken_back(1_000, JUNE)
    at(JULY)
    taken_back(500, JULY)
    assert (bills(), balance(campaign)) == ([(campaign, 4_000, "2027-07-01")], 500)
    gives(2_000, campaign, JULY)
    with clock.hold(datetime(2027, 8, 1, 9, 0, tzinfo=UTC)):
        services.bill_partners(Book.objects.get(region="gb").pk)
    assert bills()[1:] == [(campaign, 1_500, "2027-08-01")]


def test_each_region_bills_what_was_given_there():
    campaign = ids.new_id()
    begin()
    gives(5_000, campaign, region="gb")
    gives(4_000, campaign, region="pl")
    at(JULY)
    found = {bill.region: (bill.points, bill.currency) for bill in PartnerBill.objects.all()}
    assert found == {"gb": (5_000, "GBP"), "pl": (4_000, "PLN")}


def test_a_bill_goes_to_the_partner_or_to_the_restaurant_of_the_campaign():
    begin()
    oats, noodles = (
        Campaign.objects.create(
            region="gb", title=title, kind="bonus", points=10, partner=partner, restaurant_id=restaurant,
            starts_at=JUNE, ends_at=JUNE + 100 * ONE_DAY,
        )
        for title, partner, restaurant in (
            ("Oats for breakfast", "Oat & Co", None),
            ("Noodle week", "Noodle House", ids.new_id()),
        )
    )  # fmt: skip
    for campaign in (oats, noodles):
        gives(5_000, campaign.pk)
    at(JULY)
    found = {bill.partner_name: (bill.partner_kind, bill.partner_id) for bill in PartnerBill.objects.all()}
    assert found == {"Oat & Co": ("partner", oats.pk), "Noodle House": ("restaurant", noodles.restaurant_id)}
    payers = {row.payer_name: (row.payer_kind, row.payer_id) for row in Collection.objects.all()}
    assert payers == found


def test_what_is_worth_nothing_yet_waits(monkeypatch: pytest.MonkeyPatch):
    campaign = ids.new_id()
    monkeypatch.setattr(funding, "worth", lambda points, price: 0)
    begin()
    gives(1, campaign)
    at(JULY)
    assert (bills(), balance(campaign)) == ([], -1)


def test_a_crash_leaves_neither_a_bill_nor_its_points(monkeypatch: pytest.MonkeyPatch):
    campaign = ids.new_id()
    begin()
    gives(5_000, campaign)

    def die(*args: object, **options: object) -> None:
        raise ConnectionError("the power is gone")

    with clock.hold(JULY):
        book = Book.objects.get(region="gb")
        with monkeypatch.context() as broken:
            broken.setattr(funding, "_ask", die)
            with pytest.raises(ConnectionError):
                services.bill_partners(book.pk)
        assert (bills(), balance(campaign)) == ([], -5_000)
        services.bill_partners(book.pk)
    assert (len(bills()), balance(campaign)) == (1, 0)


def test_a_bill_is_paid_when_the_money_has_come(bill: PartnerBill):
    with clock.hold(JULY + ONE_DAY):
        money_came(bill.pk)
        settle()
    assert again(bill).state is BillState.PAID
    assert not Job.objects.using("rewards").filter(key=bill.pk, slot="deadline").exists()


def test_a_bill_that_is_written_off_has_failed(bill: PartnerBill):
    with clock.hold(JULY + ONE_DAY):
        write_off(bill.pk, note="insolvent")
        settle()
    assert again(bill).state is BillState.FAILED


def test_what_payments_said_and_nobody_heard_is_asked_for(bill: PartnerBill, monkeypatch: pytest.MonkeyPatch):
    with clock.hold(JULY), monkeypatch.context() as deaf:
        deaf.setattr(services, "record_bill", lambda *args, **more: None)
        money_came(bill.pk)
        settle()
    assert again(bill).state is BillState.INVOICED
    at(JULY + ONE_DAY + timedelta(hours=1))
    assert again(bill).state is BillState.PAID
    assert Collection.objects.count() == 1


def test_an_answer_that_comes_late_moves_nothing_back(bill: PartnerBill):
    services.record_bill(bill.pk, BillState.PAID)
    services.record_bill(bill.pk, BillState.INVOICED, invoice="GB-999999")
    assert (again(bill).state, again(bill).invoice) == (BillState.PAID, bill.invoice)
    services.record_bill(ids.new_id(), BillState.PAID)  # somebody else's collection


def found() -> int:
    check = inspected(Inspection("rules", "rewards"), rules.bills_are_entered)
    assert check.looked_at == 1
    return check.broken


def test_a_bill_without_its_points_is_found(bill: PartnerBill):
    assert found() == 0
    behind_its_back("DELETE FROM rewards_entry WHERE flow = 'bill'")
    assert found() == 1


def of_both(bill: PartnerBill) -> dict[str, str]:
    """What is wrong between rewards and payments, by invariant; it is about this bill alone."""
    looks = (between_modules.bills_are_collected, between_modules.collections_have_bills)
    checks = [inspected(Inspection(look.__name__, "rewards"), look) for look in looks]
    findings = [finding for check in checks for finding in check.findings]
    assert {finding.key for finding in findings} <= {str(bill.pk)}
    return {finding.invariant: finding.problem for finding in findings}


def test_a_bill_and_its_collection_are_the_same_all_the_way():
    campaign = ids.new_id()
    begin()
    gives(5_000, campaign)
    with clock.hold(JULY):
        services.bill_partners(Book.objects.get(region="gb").pk)
        bill = PartnerBill.objects.get()
        assert of_both(bill) == {}  # payments has not been asked yet
        settle()
        assert of_both(bill) == {}
        money_came(bill.pk)
        assert (again(bill).state, of_both(bill)) == (BillState.INVOICED, {})  # the news is under way
        settle()
    assert (again(bill).state, of_both(bill)) == (BillState.PAID, {})


def test_every_bill_and_collection_is_looked_at_page_by_page(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("modules.rewards.selectors.paging.MAXIMUM_PAGE_SIZE", 1)
    monkeypatch.setattr("modules.payments.selectors.MAXIMUM_PAGE_SIZE", 1)
    begin()
    for points in (1_000, 2_000, 3_000):
        gives(points, ids.new_id())
    at(JULY)
    for look in (between_modules.bills_are_collected, between_modules.collections_have_bills):
        check = inspected(Inspection(look.__name__, "rewards"), look)
        assert (check.looked_at, check.broken) == (3, 0)


_BILL, _COLLECTION = ("rewards", "rewards_partnerbill"), ("payments", "payments_collection")


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        (_BILL, "UPDATE rewards_partnerbill SET amount = amount + 1", "and collected are"),
        (_COLLECTION, "UPDATE payments_collection SET amount = amount - 1", "and collected are"),
        (_COLLECTION, "UPDATE payments_collection SET payer_id = gen_random_uuid()", "and collected are"),
        (_COLLECTION, "UPDATE payments_collection SET region = 'pl'", "in pl"),
        (_COLLECTION, "UPDATE payments_collection SET purpose = 'other'", "and collected are"),
        (_COLLECTION, "UPDATE payments_collection SET invoice = 'GB-000009'", "its collection GB-000009"),
        (_COLLECTION, "DELETE FROM payments_collection", "nothing collects them"),
        (_BILL, "UPDATE rewards_partnerbill SET state = 'paid'", "its collection is invoiced"),
        (_BILL, "UPDATE rewards_partnerbill SET state = 'failed'", "its collection is invoiced"),
        (_COLLECTION, "UPDATE payments_collection SET state = 'wanted'", "its collection is wanted"),
    ],
)
def test_a_bill_that_is_not_collected_as_it_is_is_found(
    bill: PartnerBill, table: tuple[str, str], statement: str, said: str
):
    with broken(*table, statement):
        found = of_both(bill)
    assert list(found) == ["bills_are_collected"]
    assert said in found["bills_are_collected"]
    assert of_both(bill) == {}


def test_a_bill_that_was_paid_is_not_written_off(bill: PartnerBill):
    with clock.hold(JULY):
        money_came(bill.pk)
        settle()
    with broken(*_COLLECTION, "UPDATE payments_collection SET state = 'failed'"):
        assert of_both(bill) == {"bills_are_collected": "it is paid, but its collection is failed"}


def test_a_partner_of_whom_is_collected_without_a_bill_is_found(bill: PartnerBill):
    with broken(*_BILL, "DELETE FROM rewards_partnerbill"):
        assert list(of_both(bill)) == ["collections_have_bills"]
    collect(
        collection_id=ids.new_id(), payer=Payer(kind=PartyKind.PARTNER, id=ids.new_id(), name="Oat & Co"),
        amount=bill.money, region="gb", purpose="adverts", reference="Adverts of June", due_days=14,
    )  # fmt: skip
    assert of_both(bill) == {}  # what others have collected is theirs


def test_every_open_bill_has_its_deadline(bill: PartnerBill):
    inspection = Inspection("deadlines", "rewards")
    deadlines.deadlines_kept(inspection, timedelta(days=10_000))
    assert list(inspection.result().findings) == []


def staff(*roles: str, of: str = EVERY_REGION) -> Client:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(of,))
    client.cookies[STAFF_COOKIE] = token(actor)
    return client


def test_staff_see_bills_and_days_and_take_them_as_files(bill: PartnerBill):
    def file(client: Client, page: str) -> list[str]:
        answer: Any = client.get(f"/admin/rewards/{page}/export.csv")
        return b"".join(answer.streaming_content).decode().splitlines()

    finance = staff("finance", of="gb")
    assert bill.invoice in finance.get("/admin/rewards/partnerbill/?state_name=invoiced").content.decode()
    assert str(bill.campaign_id) in file(finance, "partnerbill")[1]
    assert len(file(finance, "liabilityday")) > 1
    assert finance.get("/admin/rewards/liabilityday/").status_code == 200
    for page in ("partnerbill", "liabilityday"):
        assert len(file(staff("finance", of="xt"), page)) == 1
    assert bill.partner_kind == PartyKind.PARTNER.value
