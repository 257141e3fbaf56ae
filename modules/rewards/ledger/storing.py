"""Reading what a batch is about, under locks, and entering what it comes to."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from modules.rewards.interface import Flow, Posting, Refused, Transfer
from modules.rewards.ledger.books import (
    Before,
    Books,
    HeldState,
    LotState,
    Name,
    customer_account,
    names_of,
)
from modules.rewards.ledger.planning import Planned, is_valid, terms_of
from modules.rewards.models import STRIPES
from modules.rewards.states import (
    FLOWS,
    IN_LOTS,
    NEVER_BELOW_NOTHING,
    OF_CUSTOMERS,
    AccountKind,
)
from tiffin import db

# In the order of their numbers, so that no two batches wait for each other in a circle. What a customer has
# available stands for all that the customer has: whoever holds it may change the rest.
_LOCK = """
SELECT account.id, account.kind, account.owner, account.region, account.unit, account.stripe, account.balance
FROM json_to_recordset(%(wanted)s::json)
    AS wanted(kind text, owner uuid, region text, unit text, stripe smallint)
JOIN rewards_account AS account USING (owner, kind, region, unit, stripe)
ORDER BY account.id FOR NO KEY UPDATE OF account
"""
_OPEN = """
INSERT INTO rewards_account (kind, owner, region, unit, stripe, balance, floor)
SELECT kind, owner, region, unit, stripe, 0, floor
FROM json_to_recordset(%(missing)s::json)
    AS missing(kind text, owner uuid, region text, unit text, stripe smallint, floor bigint)
ON CONFLICT (owner, kind, region, unit, stripe) DO NOTHING RETURNING id
"""
_OTHERS = """
SELECT id, kind, owner, balance FROM rewards_account WHERE owner = ANY(%s) AND kind <> 'available'
"""
_ENTERED = """
SELECT id, flow, amount, region, unit, customer_id, party_id, hold_id, order_id, expires_at, reason, lot_id
FROM rewards_entry WHERE id = ANY(%s)
"""
_REFUSED = "SELECT id, terms, code, there FROM rewards_refusal WHERE id = ANY(%s)"
_HOLDS = """
SELECT id, customer_id, lots, parts, posted, restored, CASE WHEN ended_at IS NULL THEN 0 ELSE points END
FROM rewards_hold WHERE id = ANY(%s)
"""
_LOTS = """
SELECT id, customer_id, pending, available, held, expires_at FROM rewards_lot
WHERE customer_id = ANY(%(customers)s) AND is_open
UNION
SELECT id, customer_id, pending, available, held, expires_at FROM rewards_lot WHERE id = ANY(%(named)s)
"""
_ENTER = """
WITH entered AS (
    INSERT INTO rewards_entry (id, flow, debit, credit, amount, unit, region, customer_id, party_id, lot_id,
                               hold_id, order_id, lots, parts, expires_at, reason, after, at)
    SELECT id, flow, debit, credit, amount, unit, region, customer_id, party_id, lot_id,
           hold_id, order_id, lots, parts, expires_at, reason, after, at
    FROM json_to_recordset(%s::json) AS entry(
        id uuid, flow text, debit bigint, credit bigint, amount bigint, unit text, region text,
        customer_id uuid, party_id uuid, lot_id uuid, hold_id uuid, order_id uuid, lots uuid[],
        parts bigint[], expires_at timestamptz, reason text, after bigint, at timestamptz)
    ON CONFLICT (id) DO NOTHING RETURNING 1
)
SELECT count(*) FROM entered
"""
_REFUSE = """
INSERT INTO rewards_refusal (id, terms, code, there, at)
SELECT id, decode(terms, 'hex'), code, there, at
FROM json_to_recordset(%s::json) AS refusal(id uuid, terms text, code text, there bigint, at timestamptz)
ON CONFLICT (id) DO NOTHING RETURNING id
"""


class Overtaken(RuntimeError):
    """Somebody else used one of the ids for another customer's transfer at the same moment: ask again."""


def open_books(postings: Iterable[Posting]) -> Books:
    """What is there of all that the postings are about, locked until the transaction ends. Accounts that are
    touched for the first time are opened. What is not valid is left out: nothing comes of it."""
    transfers = [transfer for posting in postings for transfer in posting.transfers]
    valid = [transfer for transfer in transfers if is_valid(transfer)]
    books = Books()
    books.stripe = random.randrange(STRIPES)  # noqa: S311  # which of them does not matter
    customers = {transfer.customer_id for transfer in valid if transfer.customer_id is not None}
    _lock(valid, customers, books)
    _read_known([transfer.id for transfer in transfers], books)
    _read_holds(valid, books)
    if customers:
        _read_customers(valid, customers, books)
    return books


def _lock(valid: Sequence[Transfer], customers: Collection[UUID], books: Books) -> None:
    wanted = {(customer_account(AccountKind.AVAILABLE, customer), 0) for customer in customers}
    for transfer in valid:
        for name in names_of(transfer):
            if name.kind not in OF_CUSTOMERS:
                wanted.add((name, books.stripe))
        if FLOWS[transfer.flow].debit is AccountKind.PAYABLE:
            wanted.update((names_of(transfer)[0], stripe) for stripe in range(STRIPES))
    _lock_accounts(wanted, books)
    missing = wanted - books.numbers.keys()
    if missing:
        _open_accounts({name for name, _ in missing})
        _lock_accounts(wanted, books)


def _lock_accounts(wanted: Iterable[tuple[Name, int]], books: Books) -> None:
    for number, kind, owner, region, unit, stripe, balance in db.select(
        _LOCK, wanted=_document([{**_columns(name), "stripe": stripe} for name, stripe in wanted])
    ):
        account = Name(AccountKind(kind), owner, region, unit), stripe
        books.numbers[account], books.balances[account] = number, balance


def _open_accounts(names: Iterable[Name]) -> None:
    """A customer's four at once, and all stripes of the others."""
    rows: list[dict[str, Any]] = []
    for name in names:
        ours = name.kind in OF_CUSTOMERS
        for kind in OF_CUSTOMERS if ours else (name.kind,):
            floor = 0 if kind in NEVER_BELOW_NOTHING else None
            named = {**_columns(name._replace(kind=kind)), "floor": floor}
            rows.extend({**named, "stripe": stripe} for stripe in range(1 if ours else STRIPES))
    rows.sort(key=lambda row: (row["owner"], row["kind"].value, row["region"], row["unit"], row["stripe"]))
    db.select(_OPEN, missing=_document(rows))


def _read_known(transfer_ids: list[UUID], books: Books) -> None:
    for row in db.select(_ENTERED, transfer_ids):
        transfer = _as_asked(row)
        books.entered[transfer.id] = transfer
    for id, terms, code, there in db.select(_REFUSED, transfer_ids):
        books.refused[id] = Before(bytes(terms), Refused(transfer_id=id, code=code, there=there))


def _as_asked(row: tuple[Any, ...]) -> Transfer:
    id, flow, amount, region, unit, customer_id, party_id, hold_id, order_id, expires_at, reason, lot_id = row
    return Transfer(
        id=id,
        flow=Flow(flow),
        amount=amount,
        region=region,
        unit=unit,
        customer_id=customer_id,
        party_id=party_id,
        hold_id=hold_id,
        order_id=order_id,
        expires_at=expires_at,
        reason=reason,
        lot_id=lot_id,
    )


def _read_holds(valid: Iterable[Transfer], books: Books) -> None:
    named = [transfer.hold_id for transfer in valid if transfer.hold_id is not None]
    if named:
        for id, customer_id, lots, parts, *standing in db.select(_HOLDS, named):
            posted, restored, done = standing
            books.holds[id] = HeldState(customer_id, lots, parts, (posted, restored, done))


def _read_customers(valid: Iterable[Transfer], customers: Collection[UUID], books: Books) -> None:
    for number, kind, owner, balance in db.select(_OTHERS, list(customers)):
        account = customer_account(AccountKind(kind), owner), 0
        books.numbers[account], books.balances[account] = number, balance
    taking = {
        transfer.customer_id
        for transfer in valid
        if FLOWS[transfer.flow].debit in IN_LOTS - {AccountKind.HELD}
    }
    named = [lot for hold in books.holds.values() for lot in hold.lots]
    if taking or named:
        for id, customer_id, pending, available, held, expires_at in db.select(
            _LOTS, customers=list(taking), named=named
        ):
            left = {
                AccountKind.PENDING: pending,
                AccountKind.AVAILABLE: available,
                AccountKind.HELD: held,
            }
            books.lots.setdefault(customer_id, {})[id] = LotState(id, expires_at, left)


def enter(planned: Planned, *, at: datetime) -> None:
    """Write it down. Raises Overtaken."""
    if planned.entries:
        [(entered,)] = db.select(_ENTER, _document(planned.entries))
        if entered != len(planned.entries):
            raise Overtaken("a transfer's id was taken meanwhile")
    if planned.newly:
        refusals = [
            {
                "id": transfer.id,
                "terms": terms_of(transfer).hex(),
                "code": answer.code,
                "there": answer.there,
                "at": at,
            }
            for transfer, answer in planned.newly
        ]
        if len(db.select(_REFUSE, _document(refusals))) != len(refusals):
            raise Overtaken("a transfer's id was refused meanwhile")


def _columns(name: Name) -> dict[str, Any]:
    return {"kind": name.kind, "owner": name.owner, "region": name.region, "unit": name.unit}


def _document(rows: Iterable[dict[str, Any]]) -> str:
    return msgspec.json.encode(list(rows)).decode()
