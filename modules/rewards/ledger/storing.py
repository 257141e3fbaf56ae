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
    Account,
    Asked,
    Before,
    Books,
    HeldState,
    LotState,
    Name,
    asked,
)
from modules.rewards.ledger.planning import Planned, terms_of
from modules.rewards.models import STRIPES
from modules.rewards.states import NEVER_BELOW_NOTHING, OF_CUSTOMERS, POINTS, AccountKind
from tiffin import db

# In the order of their numbers, so that no two batches wait for each other in a circle; and none before all
# are there, because opening one waits for whoever opens the same. What a customer has available stands for
# all that the customer has: whoever holds it may change the rest.
_LOCK = """
WITH wanted AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(wanted)s::json)
        AS wanted(kind text, owner uuid, region text, unit text, stripe smallint)
)
SELECT account.id, account.kind, account.owner, account.region, account.unit, account.stripe, account.balance
FROM wanted JOIN rewards_account AS account USING (owner, kind, region, unit, stripe)
WHERE (SELECT count(*) FROM wanted) = (
    SELECT count(*) FROM wanted JOIN rewards_account USING (owner, kind, region, unit, stripe)
)
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
SELECT id, kind, owner, balance FROM rewards_account WHERE owner = ANY(%s::uuid[]) AND kind <> 'available'
"""
_ENTERED = """
SELECT id, flow, amount, region, unit, customer_id, party_id, hold_id, order_id, expires_at, reason, lot_id
FROM rewards_entry WHERE id = ANY(%s::uuid[])
"""
_REFUSED = "SELECT id, terms, code, there FROM rewards_refusal WHERE id = ANY(%s::uuid[])"
_HOLDS = """
SELECT id, customer_id, lots, parts, posted, restored, CASE WHEN ended_at IS NULL THEN 0 ELSE points END
FROM rewards_hold WHERE id = ANY(%s::uuid[])
"""
_LOTS = """
SELECT id, customer_id, pending, available, held, (extract(epoch FROM expires_at) * 1000000)::bigint
FROM rewards_lot WHERE customer_id = ANY(%(customers)s::uuid[]) AND is_open
UNION ALL
SELECT id, customer_id, pending, available, held, (extract(epoch FROM expires_at) * 1000000)::bigint
FROM rewards_lot WHERE id = ANY(%(named)s::uuid[])
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


_KINDS = {kind.value: kind for kind in AccountKind}


class Overtaken(RuntimeError):
    """Somebody else used one of the ids for another customer's transfer at the same moment: ask again."""


def open_books(postings: Iterable[Posting]) -> Books:
    """What is there of all that the postings are about, locked until the transaction ends. Accounts that are
    touched for the first time are opened. What is not valid is left out: nothing comes of it."""
    transfers = [transfer for posting in postings for transfer in posting.transfers]
    books = Books()
    books.stripe = random.randrange(STRIPES)  # noqa: S311  # which of them does not matter
    books.asked = {each.transfer.id: each for each in map(asked, transfers) if each is not None}
    valid = list(books.asked.values())
    customers = {each.transfer.customer_id for each in valid if each.transfer.customer_id is not None}
    books.wallets = {customer: {} for customer in customers}
    _lock(valid, customers, books)
    _read_known([transfer.id for transfer in transfers], books)
    _read_holds(valid, books)
    _read_customers(valid, books)
    return books


def _lock(valid: Sequence[Asked], customers: Collection[UUID], books: Books) -> None:
    wanted = {(Name(AccountKind.AVAILABLE, customer, "", POINTS), 0) for customer in customers}
    for each in valid:
        wanted.update((name, books.stripe) for name in (each.debit, each.credit) if name is not None)
        if each.way.debit is AccountKind.PAYABLE and each.debit is not None:
            wanted.update((each.debit, stripe) for stripe in range(STRIPES))
    if wanted and not _lock_accounts(wanted, books):
        _open_accounts({name for name, _ in wanted})
        _lock_accounts(wanted, books)


def _lock_accounts(wanted: Iterable[tuple[Name, int]], books: Books) -> bool:
    """False, and nothing is locked, when one of them is not there."""
    is_there = False
    for number, kind, owner, region, unit, stripe, balance in db.select(
        _LOCK, wanted=_document([{**_columns(name), "stripe": stripe} for name, stripe in wanted])
    ):
        account = Account(number, balance)
        if owner in books.wallets:
            books.wallets[owner][_KINDS[kind]] = account
        else:
            books.accounts[Name(_KINDS[kind], owner, region, unit), stripe] = account
        is_there = True
    return is_there


def _open_accounts(names: Iterable[Name]) -> None:
    """Those that are not there: a customer's four at once, and all stripes of the others."""
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
    for row in db.select(_ENTERED, _array(transfer_ids)):
        transfer = _as_asked(row)
        books.entered[transfer.id] = transfer
    for id, terms, code, there in db.select(_REFUSED, _array(transfer_ids)):
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


def _read_holds(valid: Iterable[Asked], books: Books) -> None:
    named = [each.transfer.hold_id for each in valid if each.transfer.hold_id is not None]
    if named:
        for id, customer_id, lots, parts, *standing in db.select(_HOLDS, _array(named)):
            posted, restored, done = standing
            books.holds[id] = HeldState(customer_id, lots, parts, (posted, restored, done))


def _read_customers(valid: Iterable[Asked], books: Books) -> None:
    beside = {each.transfer.customer_id for each in valid if each.way.is_beside}
    if beside:
        for number, kind, owner, balance in db.select(_OTHERS, _array(beside)):
            books.wallets[owner][_KINDS[kind]] = Account(number, balance)
    taking = {each.transfer.customer_id for each in valid if each.way.takes_lots}
    named = [lot for hold in books.holds.values() for lot in hold.lots]
    if taking or named:
        for id, customer_id, pending, available, held, expires in db.select(
            _LOTS, customers=_array(taking), named=_array(named)
        ):
            lot = LotState(id, expires, pending=pending, available=available, held=held)
            books.lots.setdefault(customer_id, {})[id] = lot


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


def _array(ids: Iterable[UUID | None]) -> str:
    """As PostgreSQL reads one: dumping the elements one by one costs much more."""
    return f"{{{','.join(id.hex for id in ids if id is not None)}}}"


def _columns(name: Name) -> dict[str, Any]:
    return {"kind": name.kind, "owner": name.owner, "region": name.region, "unit": name.unit}


def _document(rows: Iterable[dict[str, Any]]) -> str:
    return msgspec.json.encode(list(rows)).decode()
