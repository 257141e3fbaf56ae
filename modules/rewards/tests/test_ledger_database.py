"""What the database itself does not let happen to the ledger, whoever writes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connections

from modules.rewards.interface import Flow
from modules.rewards.models import Hold
from modules.rewards.selectors import wallets
from modules.rewards.services import hold
from modules.rewards.states import FLOWS
from modules.rewards.tests.points import REGION, granted, posted, transfer
from tiffin import ids

pytestmark = pytest.mark.database


def wallet(customer_id):
    return wallets([customer_id])[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rewards_account SET balance = balance + 1",
        "DELETE FROM rewards_account",
        "INSERT INTO rewards_account (kind, owner, region, unit, stripe, balance)"
        " VALUES ('available', gen_random_uuid(), '', 'PTS', 0, 5)",
        "UPDATE rewards_lot SET available = available + 1",
        "DELETE FROM rewards_lot",
        "INSERT INTO rewards_lot SELECT gen_random_uuid(), customer_id, region, order_id, points, pending,"
        " available, held, opened_at, expires_at, reason FROM rewards_lot",
        "UPDATE rewards_hold SET state = 'voided'",
        "UPDATE rewards_hold SET ended_at = NULL",
        "DELETE FROM rewards_hold",
        "UPDATE rewards_entry SET amount = amount + 1",
        "DELETE FROM rewards_entry",
    ],
)
def test_nobody_changes_the_ledger_but_by_entries(statement) -> None:
    customer = granted(100)
    hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    refused_by_database = pytest.raises(IntegrityError, match="by its entries alone")
    with refused_by_database, connections["rewards"].cursor() as cursor:
        cursor.execute(statement)


ENTRY = """
INSERT INTO rewards_entry (id, flow, debit, credit, amount, unit, region, customer_id, party_id, hold_id,
                           lots, parts, expires_at, reason, at)
SELECT gen_random_uuid(), {flow}, {debit}, {credit}, {amount}, {unit}, 'gb', {customer}, NULL, {hold},
       {lots}, {parts}, {expires}, '', now()
FROM (SELECT id FROM rewards_account WHERE kind = 'available') AS available,
     (SELECT id FROM rewards_account WHERE kind = 'held') AS held,
     (SELECT id FROM rewards_account WHERE kind = 'issuance' ORDER BY stripe LIMIT 1) AS issuance,
     (SELECT id, customer_id FROM rewards_lot) AS lot, (SELECT id FROM rewards_hold) AS hold
"""
# What is right: 20 of the points go back to where they were issued.
RIGHT = {
    "flow": "'take_back'",
    "debit": "available.id",
    "credit": "issuance.id",
    "amount": "20",
    "unit": "'PTS'",
    "customer": "lot.customer_id",
    "hold": "NULL::uuid",
    "lots": "ARRAY[lot.id]",
    "parts": "ARRAY[20]",
    "expires": "NULL::timestamptz",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0", "parts": "ARRAY[0]"},
        {"amount": "-20", "parts": "ARRAY[-20]"},
        {"amount": "21", "parts": "ARRAY[21]"},
        {"amount": "10"},
        {"credit": "available.id"},
        {"credit": "held.id"},
        {"debit": "held.id"},
        {"debit": "-1"},
        {"flow": "'nothing'"},
        {"unit": "'GBP'"},
        {"customer": "gen_random_uuid()"},
        {"lots": "ARRAY[gen_random_uuid()]"},
        {"lots": "ARRAY[]::uuid[]", "parts": "ARRAY[]::bigint[]"},
        {"lots": "ARRAY[lot.id, lot.id]", "parts": "ARRAY[40, -20]"},
        {"expires": "now()"},
        {"hold": "hold.id"},
        {"flow": "'post'", "debit": "held.id", "credit": "issuance.id", "hold": "hold.id"},
        {"flow": "'release'", "debit": "held.id", "credit": "available.id", "hold": "hold.id"},
    ],
)
def test_the_database_refuses_entries_that_break_the_ledger(wrong) -> None:
    customer = granted(100)
    hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    with pytest.raises(IntegrityError), connections["rewards"].cursor() as cursor:
        cursor.execute(ENTRY.format(**(RIGHT | wrong)))
    assert (wallet(customer).available, wallet(customer).held) == (20, 80)


def test_the_database_takes_what_is_right() -> None:
    customer = granted(100)
    hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    with connections["rewards"].cursor() as cursor:
        cursor.execute(ENTRY.format(**RIGHT))
    assert (wallet(customer).available, wallet(customer).held) == (0, 80)


# Of one who owes and of one charity; neither takes lots, which would tell whose they are.
OF_SOMEBODY = """
INSERT INTO rewards_entry (id, flow, debit, credit, amount, unit, region, customer_id, party_id, lots, parts,
                           reason, at)
SELECT gen_random_uuid(), %(flow)s, debit.id, credit.id, 5, debit.unit, 'gb', %(customer)s, %(party)s, '{}',
       '{}', '', now()
FROM (SELECT id, unit FROM rewards_account WHERE kind = %(debit)s ORDER BY stripe LIMIT 1) AS debit,
     (SELECT id FROM rewards_account WHERE kind = %(credit)s ORDER BY stripe LIMIT 1) AS credit
"""


@pytest.mark.parametrize("said", ["its own", "another's", "nobody's"])
@pytest.mark.parametrize(
    ("flow", "debit", "credit"), [("owe", "debt", "issuance"), ("pledge", "expense", "payable")]
)
def test_an_entry_names_whose_account_it_moves(said, flow, debit, credit) -> None:
    charity, customer = ids.new_id(), granted(100)
    posted(transfer(Flow.PLEDGE, 10, unit="GBP", party_id=charity))
    owner = {"owe": customer, "pledge": charity}[flow]
    named = {"its own": owner, "another's": ids.new_id(), "nobody's": None}[said]
    about = {"customer": None, "party": None} | {{"owe": "customer", "pledge": "party"}[flow]: named}
    wanted = {"flow": flow, "debit": debit, "credit": credit} | about
    with connections["rewards"].cursor() as cursor:
        if said == "its own":
            cursor.execute(OF_SOMEBODY, wanted)
        else:
            with pytest.raises(IntegrityError, match="does not"):
                cursor.execute(OF_SOMEBODY, wanted)


def test_the_database_knows_every_flow() -> None:
    with connections["rewards"].cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'rewards_entries_happen'")
        ((source,),) = cursor.fetchall()
    for flow, way in FLOWS.items():
        opens = str(way.opens).lower()
        assert f"('{flow.value}', '{way.debit.value}', '{way.credit.value}', {opens})" in source


def test_a_hold_ends_once_though_another_holds_of_the_same_lot() -> None:
    customer = granted(100)
    first, second = (
        hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=40, region=REGION)
        for _ in range(2)
    )
    ending = ENTRY.replace("FROM rewards_hold)", "FROM rewards_hold WHERE id = %s)").format(
        **RIGHT
        | {
            "flow": "'release'",
            "debit": "held.id",
            "credit": "available.id",
            "amount": "40",
            "parts": "ARRAY[40]",
            "hold": "hold.id",
        }
    )
    with connections["rewards"].cursor() as cursor:
        cursor.execute(ending, [first.id])
        with pytest.raises(IntegrityError, match="a hold ends once"):
            cursor.execute(ending, [first.id])
    assert (wallet(customer).available, wallet(customer).held) == (60, 40)
    assert Hold.get(second.id).ended_at is None
