"""Points on the staff's pages: looking, giving and taking, deciding, and the report."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.rewards.interface import Flow, Rewards
from modules.rewards.models import Adjustment, Campaign, Debtor, Lot, WalletStanding
from modules.rewards.selectors import find_standing
from modules.rewards.services import code_of, hold, review_wallet, send
from modules.rewards.services.figures import make_figures
from modules.rewards.states import AdjustmentState, WalletState
from modules.rewards.tests.giving import a_charity
from modules.rewards.tests.points import granted, posted, transfer
from tiffin import clock, ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import StaffAction
from tiffin.testing import token, waiting

pytestmark = pytest.mark.database
ADJUSTMENTS, STANDINGS = "/admin/rewards/adjustment/", "/admin/rewards/walletstanding/"
SENDINGS = "/admin/rewards/pointssent/"


def person(*roles: str, region: str = EVERY_REGION) -> Client:
    client = Client()
    client.cookies[STAFF_COOKIE] = token(
        Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(region,))
    )
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer)
    return str(answer.content.decode())


def wants(client: Client, customer_id, points: int, reason: str = "cold soup", region: str = "gb"):
    form = {"customer_id": str(customer_id), "region": region, "points": str(points), "reason": reason}
    return client.post(f"{ADJUSTMENTS}add/", form, follow=True)


def acts(client: Client, listed: str, action: str, row) -> str:
    answer = client.post(listed, {"action": action, "_selected_action": [str(row)]}, follow=True)
    return str(answer.content.decode())


def test_support_gives_points_and_another_agrees_where_they_are_many(database) -> None:
    customer = ids.new_id()
    support, operations = person("support"), person("operations")
    wants(support, customer, 100)
    said = wants(support, customer, 3000).content.decode()

    assert "wait for another of the staff" in said
    assert waiting(operations)["rewards: Adjustments to agree to"][0] == "1"
    much = Adjustment.objects.get(points=3000)
    acts(support, ADJUSTMENTS, "approve", much.id)  # support may not
    assert Adjustment.get(much.id).state is AdjustmentState.WANTED
    acts(operations, ADJUSTMENTS, "approve", much.id)

    assert Adjustment.get(much.id).state is AdjustmentState.POSTED
    assert call(Rewards).wallet(customer_id=customer).available == 3100
    done = StaffAction.objects.using("rewards").values_list("action", flat=True)
    assert sorted(done) == ["add", "add", "approve"]


def test_who_asked_does_not_agree(database) -> None:
    admin = person("admin")
    wants(admin, ids.new_id(), 3000)
    much = Adjustment.objects.get()

    assert "somebody else decides" in acts(admin, ADJUSTMENTS, "approve", much.id)
    assert Adjustment.get(much.id).state is AdjustmentState.WANTED


@pytest.mark.parametrize(
    ("points", "reason", "said"),
    [
        (50_000, "generous", "from 1 to 20000"),
        (0, "nothing", "Give or take at least one point."),
        (-10, "there are none", "10 points are wanted and 0 are there"),
        (10, "", "This field is required"),
        (10, "x" * 55, "at most 54 characters"),
    ],
)
def test_what_cannot_be_given_is_said_and_nothing_is_kept(database, points, reason, said) -> None:
    assert said in wants(person("support"), ids.new_id(), points, reason).content.decode()
    assert Adjustment.objects.count() == 0


def test_staff_of_a_region_give_there_and_nowhere_else(database) -> None:
    said = wants(person("support", region="pl"), ids.new_id(), 10).content.decode()

    assert "Select a valid choice" in said
    assert Adjustment.objects.count() == 0
    assert person("finance").get(f"{ADJUSTMENTS}add/").status_code == 403


def test_a_wallet_is_put_under_review_and_decided_about(database) -> None:
    customer = granted(10)
    support, operations = person("support"), person("operations")
    form = {"customer_id": str(customer), "region": "gb", "why": "one phone, nine accounts"}
    assert support.post(f"{STANDINGS}add/", form).status_code == 302

    assert find_standing(customer).state is WalletState.UNDER_REVIEW
    assert waiting(operations)["rewards: Wallets to look into"][0] == "1"
    change = f"{STANDINGS}{customer}/change/"
    assert "one phone, nine accounts" in page(support, change)
    assert 'name="decision"' not in page(support, change)
    assert 'name="decision"' in page(operations, change)
    decided = {
        "decision": "frozen",
        "why": "it is so",
        "changes-TOTAL_FORMS": "0",
        "changes-INITIAL_FORMS": "0",
    }
    operations.post(change, decided)
    assert find_standing(customer).state is WalletState.FROZEN
    operations.post(change, decided | {"decision": "good", "why": "", "follow": "1"})
    assert find_standing(customer).state is WalletState.FROZEN  # without a reason nothing happens
    operations.post(change, decided | {"decision": "good", "why": "their mother's"})

    standing = find_standing(customer)
    assert standing.state is WalletState.GOOD
    assert standing.changes.count() == 3
    assert standing.by.startswith("staff:")


def test_a_wallet_of_another_region_is_nobodys_business_here(database) -> None:
    customer = granted(10)
    code_of(customer_id=customer, region="gb")
    form = {"customer_id": str(customer), "region": "pl", "why": "a guess"}

    assert person("admin", region="pl").post(f"{STANDINGS}add/", form).status_code == 403
    assert find_standing(customer).is_good


def test_all_that_a_customer_has_stands_on_one_page(database) -> None:
    customer, order = granted(100), ids.new_id()
    hold(hold_id=ids.new_id(), customer_id=customer, order_id=order, points=30, region="gb")
    review_wallet(customer_id=customer, region="gb", why="a tip")

    shown = page(person("finance"), f"/admin/rewards/walletstanding/customer/?id={customer}")

    for words in (
        "70 available",
        "30 set aside",
        "under review",
        "a tip",
        str(order),
        "Set aside for an order",
    ):
        assert words in shown
    elsewhere = page(person("finance", region="pl"), f"/admin/rewards/walletstanding/customer/?id={customer}")
    assert "nothing of this customer in your regions" in elsewhere
    assert "70 available" not in elsewhere
    assert "no id of a customer" in page(
        person("finance"), "/admin/rewards/walletstanding/customer/?id=zofia"
    )
    assert person().get("/admin/rewards/walletstanding/customer/").status_code in {302, 403}


def test_entries_are_found_by_their_customer_and_their_order(database) -> None:
    customer, order = granted(321), ids.new_id()
    hold(hold_id=ids.new_id(), customer_id=customer, order_id=order, points=45, region="gb")
    granted(654)
    finance = person("finance")

    of_customer = page(finance, f"/admin/rewards/entry/?q={customer}")
    of_order = page(finance, f"/admin/rewards/entry/?q={order}")

    assert "321 points" in of_customer
    assert "654 points" not in of_customer
    assert "45 points" in of_order
    assert "321 points" not in of_order
    assert "654 points" in page(finance, "/admin/rewards/entry/?flow__exact=grant")
    assert "654 points" not in page(person("finance", region="pl"), "/admin/rewards/entry/")


def test_an_account_of_many_rows_is_one_with_all_of_its_balance(database) -> None:
    for _ in range(12):
        granted(100)

    shown = page(person("finance"), "/admin/rewards/account/?kind__exact=issuance")

    assert shown.count("-1,200 points") == 1


@pytest.mark.parametrize("table", ["account", "entry", "lot", "hold", "pointsfigure", "outstandingfigure"])
def test_lists_and_their_rows_and_files_can_be_looked_at(database, table) -> None:
    customer = granted(100)
    hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=45, region="gb")
    make_figures()
    finance = person("finance")

    listed = page(finance, f"/admin/rewards/{table}/")
    rows = list(csv.reader(_file(finance, f"/admin/rewards/{table}/export.csv")))

    assert f"/admin/rewards/{table}/" in listed
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


def _file(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode().splitlines()


def test_the_report_says_what_is_owed_and_the_board_what_moved(database) -> None:
    charity, unknown = a_charity(name="Soup for All").pk, ids.new_id()
    customer = granted(1000)
    posted(transfer(Flow.DONATE, 250, customer), transfer(Flow.PLEDGE, 150, unit="GBP", party_id=charity))
    posted(transfer(Flow.PLEDGE, 20, unit="GBP", party_id=unknown))
    posted(transfer(Flow.EXPIRE, 50, customer, lot_id=Lot.objects.get().id))
    posted(transfer(Flow.OWE, 40, customer))
    Debtor.objects.create(customer_id=customer, region="gb")
    make_figures()

    report = page(person("finance"), "/admin/rewards/outstandingfigure/report/?region=gb")
    board = page(person("finance"), "/admin/dashboard/?region=gb&period=today")

    assert "700 points</strong> are outstanding, worth 4.20 GBP" in report
    assert "40 points</strong> are owed by 1 customer, worth 0.24 GBP" in report
    assert "1.50 GBP" in report
    assert "Soup for All" in report
    assert str(unknown) in report
    for chart in ("the month in which they expire", "the month in which they were got", "Breakage: expired"):
        assert chart in report
    assert "5.0" in report  # of a hundred expired
    assert "Points: issued" in board
    assert "Points: owed anew by customers" in board
    assert "1,000" in board
    nowhere = page(person("finance", region="atlantis"), "/admin/rewards/outstandingfigure/report/")
    assert "nothing for you to see" in nowhere


def test_a_campaign_that_cannot_be_is_said_in_the_form_with_what_was_typed(database) -> None:
    # Given a campaign that gives points for each order, and says nothing of how many
    form = {"title": "Rainy November", "region": "gb", "restaurant_id": "", "kind": "bonus", "orders": "3"}
    form |= {"starts_at_0": "2026-11-01", "starts_at_1": "00:00:00"}
    form |= {"ends_at_0": "2100-01-01", "ends_at_1": "00:00:00"}
    operations = person("operations")
    said = operations.post("/admin/rewards/campaign/add/", form)
    # Then the form says what is wrong, and nothing was kept
    assert said.status_code == 200
    shown = said.content.decode()
    assert "This kind of campaign has none." in shown
    assert "It must be at least 1." in shown
    assert "Rainy November" in shown
    assert not Campaign.objects.exists()
    # And mended it is kept
    operations.post("/admin/rewards/campaign/add/", form | {"points": "50", "orders": ""})
    assert Campaign.objects.get().points == 50


def test_the_rules_of_a_region_are_shown_with_their_sources(database) -> None:
    link = "/admin/rewards/campaign/rules/"
    assert link in page(person("finance"), "/admin/rewards/campaign/")
    rules = page(person("finance"), f"{link}?region=gb")
    for said in (
        "redeeming",
        "amount = 60",
        "title = Gold",
        "velocity",
        "now: from 2020-01-01",
        "house rule",
    ):
        assert said in rules
    assert person("engineer").get(link).status_code == 403
    assert "nothing for you to see" in page(person("finance", region="atlantis"), link)


def test_the_board_compares_days(database) -> None:
    granted(70)
    with clock.shift(timedelta(days=1)):
        granted(35)
    with clock.shift(timedelta(days=2)):
        make_figures()
        board = page(person("finance"), "/admin/dashboard/?region=gb&period=7")

    assert "105" in board
    assert WalletStanding.objects.count() == 0


@pytest.mark.parametrize("table", ["account", "entry", "lot", "hold"])
def test_a_list_of_millions_does_not_ask_which_values_they_have(database, table) -> None:
    granted(10)
    with CaptureQueriesContext(connections["rewards"]) as asked:
        page(person("finance"), f"/admin/rewards/{table}/?region__exact=gb")

    assert not [query["sql"] for query in asked if "DISTINCT" in query["sql"]]


def test_staff_see_what_waits_for_a_wallet_and_find_what_was_sent_by_its_state(database) -> None:
    """By the region's rule about how many points are taken within a day."""
    sender, receiver, other = granted(30_000), ids.new_id(), granted(100)
    code = code_of(customer_id=receiver, region="gb")
    hold(hold_id=ids.new_id(), customer_id=sender, order_id=ids.new_id(), points=24_990, region="gb")
    for customer, points in ((sender, 90), (other, 60)):
        send(customer_id=customer, to=code, points=points, region="gb")
    support, operations = person("support"), person("operations")

    held = page(support, f"{SENDINGS}?state_name__exact=held")
    assert str(sender) in held
    assert str(other) not in held
    assert str(other) in page(support, f"{SENDINGS}?state_name__exact=sent")
    assert str(sender) not in page(support, f"{SENDINGS}?q={other}")
    address = f"{STANDINGS}{sender}/change/"
    assert "90 points to" in page(operations, address)
    no_changes = {"changes-TOTAL_FORMS": "0", "changes-INITIAL_FORMS": "0"}
    operations.post(address, no_changes | {"why": "a big family", "decision": "good"})

    assert str(sender) in page(support, f"{SENDINGS}?state_name__exact=sent")
    assert "90 points to" not in page(support, address)
    assert call(Rewards).wallet(customer_id=receiver).available == 150
