"""Reading what a batch is about, under locks, and entering what it comes to."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError

from modules.rewards.interface import Flow, Posting, Refused, Transfer
from modules.rewards.ledger.books import (
    Account,
    Asked,
    Before,
    Books,
    HeldState,
    LotState,
    asked,
)
from modules.rewards.ledger.planning import Planned, Row, terms_of
from modules.rewards.models import STRIPES
from modules.rewards.states import NEVER_BELOW_NOTHING, PLACES, AccountKind
from tiffin import db

# Arrays are read by a SELECT of their own: a plan that knows how long they are is made anew for each single
# command, which costs more than what it finds.
#
# What a customer has available stands for all that the customer has: whoever holds it may change the rest.
_READ = """
SELECT account.id, account.balance, customer.place, account.xmin::text AS version
FROM unnest((SELECT %(customers)s::uuid[])) WITH ORDINALITY AS customer(owner, place)
LEFT JOIN rewards_account AS account ON account.owner = customer.owner AND account.kind = 'available'
UNION ALL
SELECT account.id, account.balance, cardinality(%(customers)s::uuid[]) + place, NULL FROM ROWS FROM (
    json_to_recordset(%(others)s::json)
        AS (kind text, owner uuid, region text, unit text, stripe smallint)
) WITH ORDINALITY AS other(kind, owner, region, unit, stripe, place)
LEFT JOIN rewards_account AS account USING (owner, kind, region, unit, stripe)
"""
# In the order of their numbers, so that no two batches wait for each other in a circle; and none before all
# are there, because opening one waits for whoever opens the same.
_LOCKED = """
SELECT account.id, account.balance, wanted.place, account.xmin::text
FROM wanted JOIN rewards_account AS account USING (id)
WHERE NOT EXISTS (SELECT FROM wanted WHERE id IS NULL)
ORDER BY account.id FOR NO KEY UPDATE OF account
"""
_LOCK = f"WITH wanted AS MATERIALIZED ({_READ}) {_LOCKED}"
# Whose rows are others by now than those that were read.
_LOCK_AS_READ = """
WITH locked AS MATERIALIZED (
    SELECT id, owner, xmin FROM rewards_account WHERE id = ANY(%(numbers)s::bigint[])
    ORDER BY id FOR NO KEY UPDATE
)
SELECT locked.owner
FROM locked JOIN unnest(%(numbers)s::bigint[], %(versions)s::xid[]) AS was(id, version) USING (id)
WHERE locked.xmin <> was.version
"""
_OPEN_WALLETS = """
WITH missing AS (
    SELECT owner, nextval(pg_get_serial_sequence('rewards_account', 'id')) AS first
    FROM unnest(%(customers)s::uuid[]) AS wanted(owner)
    WHERE NOT EXISTS (
        SELECT FROM rewards_account AS account WHERE account.owner = wanted.owner AND kind = 'available'
    )
    ORDER BY owner
)
INSERT INTO rewards_account (id, kind, owner, region, unit, stripe, balance, floor)
SELECT first + place, kind, owner, '', 'PTS', 0, 0, floor
FROM missing, json_to_recordset(%(places)s::json) AS own(kind text, place int, floor bigint)
ORDER BY owner, place
ON CONFLICT (owner, kind, region, unit, stripe) DO NOTHING RETURNING id
"""
_OPEN_OTHERS = """
INSERT INTO rewards_account (kind, owner, region, unit, stripe, balance, floor)
SELECT kind, owner, region, unit, stripe, 0, floor
FROM json_to_recordset(%(missing)s::json)
    AS missing(kind text, owner uuid, region text, unit text, stripe smallint, floor bigint)
ORDER BY owner, kind, region, unit, stripe
ON CONFLICT (owner, kind, region, unit, stripe) DO NOTHING RETURNING id
"""
_OWED = "SELECT owner, balance FROM rewards_account WHERE owner = ANY(%s::uuid[]) AND kind = 'debt'"
# What was done under an id, or why it was refused.
_KNOWN = """
SELECT id, NULL::bytea AS terms, NULL::text AS code, NULL::bigint AS there, flow, amount, region, unit,
       customer_id, party_id, hold_id, order_id, expires_at, reason, lot_id
FROM rewards_entry WHERE id = ANY((SELECT %(ids)s::uuid[])::uuid[])
UNION ALL
SELECT id, terms, code, there, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM rewards_refusal WHERE id = ANY((SELECT %(ids)s::uuid[])::uuid[])
"""
_HOLDS = """
SELECT id, customer_id, lots, parts, posted, restored, CASE WHEN ended_at IS NULL THEN 0 ELSE points END
FROM rewards_hold WHERE id = ANY((SELECT %s::uuid[])::uuid[])
"""
# Of each customer the lots that are taken first, one after the other until they are as many points as are
# wanted: each lies on a page of its own, which is read for it.
_LOTS = """
WITH RECURSIVE taken AS (
    SELECT wanted.customer_id, wanted.points - lot.available AS missing, lot.*
    FROM unnest((SELECT %(customers)s::uuid[]), (SELECT %(points)s::bigint[])) AS wanted(customer_id, points),
    LATERAL (
        SELECT id, expires_at, pending, available, held FROM rewards_lot AS lot
        WHERE lot.customer_id = wanted.customer_id AND is_open AND available > 0
        ORDER BY expires_at, id LIMIT 1
    ) AS lot
    UNION ALL
    SELECT taken.customer_id, taken.missing - next.available, next.* FROM taken, LATERAL (
        SELECT id, expires_at, pending, available, held FROM rewards_lot AS lot
        WHERE lot.customer_id = taken.customer_id AND is_open AND available > 0
          AND (lot.expires_at, lot.id) > (taken.expires_at, taken.id)
        ORDER BY expires_at, id LIMIT 1
    ) AS next
    WHERE taken.missing > 0
)
SELECT id, customer_id, pending, available, held, (extract(epoch FROM expires_at) * 1000000)::bigint
FROM taken
"""
_NAMED_LOTS = """
SELECT id, customer_id, pending, available, held, (extract(epoch FROM expires_at) * 1000000)::bigint
FROM rewards_lot WHERE id = ANY((SELECT %s::uuid[])::uuid[])
"""
_ENTER = """
WITH entered AS (
    INSERT INTO rewards_entry (id, flow, debit, credit, amount, unit, region, customer_id, party_id, lot_id,
                               hold_id, order_id, lots, parts, expires_at, reason, after, at)
    SELECT id, flow, debit, credit, amount, coalesce(unit, 'PTS'), region, customer_id, party_id, lot_id,
           hold_id, order_id, coalesce(lots, '{}'), coalesce(parts, '{}'), expires_at, coalesce(reason, ''),
           after, %(at)s::timestamptz
    FROM json_to_recordset(%(rows)s::json) AS entry(
        id uuid, flow text, debit bigint, credit bigint, amount bigint, unit text, region text,
        customer_id uuid, party_id uuid, lot_id uuid, hold_id uuid, order_id uuid, lots uuid[],
        parts bigint[], expires_at timestamptz, reason text, after bigint)
    RETURNING 1
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


Batch = list[tuple[Posting, list[Asked | None]]]


def open_books(postings: Iterable[Posting], *, stripe: int | None = None) -> tuple[Batch, Books]:
    """What is asked, and what is there of all that it is about, locked until the transaction ends. Accounts
    that are touched for the first time are opened. What is not valid is left out: nothing comes of it."""
    batch = _asked_for(postings)
    books = Books(_any_stripe() if stripe is None else stripe)
    wanted = _Wanted(batch, books.stripe)
    if wanted and not _keep_accounts(_LOCK, wanted, books):
        _open_accounts(wanted)
        _keep_accounts(_LOCK, wanted, books)
    _read_rest(batch, wanted, books)
    return batch, books


def look_ahead(postings: Iterable[Posting]) -> tuple[Batch, Books] | None:
    """The same as it is now, with nothing locked. None where an account is to be opened, or where what is
    owed to a charity is paid, which takes what others have entered together."""
    batch = _asked_for(postings)
    books = Books(_any_stripe())
    wanted = _Wanted(batch, books.stripe)
    if wanted.pays or not wanted or not _keep_accounts(_READ, wanted, books):
        return None
    _read_rest(batch, wanted, books)
    return batch, books


def _any_stripe() -> int:
    return random.randrange(STRIPES)  # noqa: S311  # which of them does not matter


def lock_as_read(books: Books) -> set[UUID]:
    """Lock the accounts that were looked at. Returns the customers of whom others have entered something
    since: what is planned of them holds no more."""
    customers = books.available.values()
    numbers = [account.number for account in (*customers, *books.accounts.values())]
    versions = [account.version for account in customers] + ["NULL"] * len(books.accounts)
    found = db.select(_LOCK_AS_READ, numbers=_literal(numbers), versions=_literal(versions))
    return {owner for (owner,) in found}


def _asked_for(postings: Iterable[Posting]) -> Batch:
    return [(posting, [asked(transfer) for transfer in posting.transfers]) for posting in postings]


class _Wanted:
    """The accounts that a batch is about: the customers', and rows of the others."""

    def __init__(self, batch: Batch, stripe: int) -> None:
        self.valid = [each for _, transfers in batch for each in transfers if each is not None]
        customers = {each.transfer.customer_id for each in self.valid}
        self.customers = [customer for customer in customers if customer is not None]
        self.in_debt = {
            each.transfer.customer_id for each in self.valid if each.way.credit is AccountKind.DEBT
        }
        rows = {
            (name, stripe) for each in self.valid for name in (each.debit, each.credit) if name is not None
        }
        paying = {each.debit for each in self.valid if each.way.debit is AccountKind.PAYABLE}
        rows.update((name, each) for name in paying if name is not None for each in range(STRIPES))
        self.pays = bool(paying)
        self.others = list(rows)

    def __bool__(self) -> bool:
        return bool(self.valid)


def _keep_accounts(statement: str, wanted: _Wanted, books: Books) -> bool:
    """False, and nothing is locked, when one of them is not there."""
    customers, others = wanted.customers, wanted.others
    named = _document({**name._asdict(), "stripe": stripe} for name, stripe in others)
    rows = db.select(statement, customers=_array(customers), others=named)
    for number, balance, place, version in rows:
        if number is None:
            return False
        if place <= len(customers):
            books.available[customers[place - 1]] = Account(number, balance, version)
        else:
            books.accounts[others[place - len(customers) - 1]] = Account(number, balance)
    return bool(rows)


def _open_accounts(wanted: _Wanted) -> None:
    """Those that are not there: a customer's four together, and all stripes of the others."""
    places = [{"kind": kind, "place": place, "floor": _floor(kind)} for kind, place in PLACES.items()]
    db.select(_OPEN_WALLETS, customers=_array(wanted.customers), places=_document(places))
    stripes = (
        {**name._asdict(), "stripe": stripe, "floor": _floor(name.kind)}
        for name in {name for name, _ in wanted.others}
        for stripe in range(STRIPES)
    )
    db.select(_OPEN_OTHERS, missing=_document(stripes))


def _read_rest(batch: Batch, wanted: _Wanted, books: Books) -> None:
    """After the accounts, by whose versions most is known that changes between; and which ids are taken last,
    for what they did is read by then."""
    if wanted.in_debt:
        for owner, balance in db.select(_OWED, _array(wanted.in_debt)):
            books.owed[owner] = Account(books.available[owner].number + PLACES[AccountKind.DEBT], balance)
    _read_holds(wanted.valid, books)
    _read_lots(wanted.valid, books)
    _read_known([transfer.id for posting, _ in batch for transfer in posting.transfers], books)


def _floor(kind: AccountKind) -> int | None:
    return 0 if kind in NEVER_BELOW_NOTHING else None


def _read_known(transfer_ids: list[UUID], books: Books) -> None:
    for id, terms, code, there, *entered in db.select(_KNOWN, ids=_array(transfer_ids)):
        if terms is None:
            books.entered[id] = _as_asked(id, *entered)
        else:
            books.refused[id] = Before(bytes(terms), Refused(transfer_id=id, code=code, there=there))


def _as_asked(id: UUID, *entered: Any) -> Transfer:
    flow, amount, region, unit, customer_id, party_id, hold_id, order_id, expires_at, reason, lot_id = entered
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


def _read_lots(valid: Iterable[Asked], books: Books) -> None:
    """Those that are named, and of the customers whose points are taken as many as have so much."""
    wanted: Counter[UUID] = Counter()
    named = [lot for hold in books.holds.values() for lot in hold.lots]
    for transfer, way, _, _ in valid:
        if way.from_available and transfer.customer_id is not None:
            wanted[transfer.customer_id] += transfer.amount
        if transfer.lot_id is not None:
            named.append(transfer.lot_id)
    if wanted:
        points = _literal(wanted.values())
        _keep_lots(db.select(_LOTS, customers=_array(wanted), points=points), books)
    if named:
        _keep_lots(db.select(_NAMED_LOTS, _array(named)), books)


def _keep_lots(rows: Iterable[tuple[UUID, UUID, int, int, int, int]], books: Books) -> None:
    for id, customer_id, pending, available, held, expires in rows:
        lot = LotState(id, expires, pending=pending, available=available, held=held)
        books.lots.setdefault(customer_id, {})[id] = lot


def enter(planned: Planned, *, at: datetime) -> None:
    """Write it down. Raises Overtaken."""
    if planned.entries:
        try:
            db.select(_ENTER, rows=_document(planned.entries), at=at)
        except IntegrityError as error:
            if "rewards_entry_pkey" in str(error):
                raise Overtaken("a transfer's id was taken meanwhile") from error
            raise
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
    return _literal(id.hex for id in ids if id is not None)


def _literal(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads one: dumping the elements one by one costs much more."""
    return f"{{{','.join(map(str, values))}}}"


def _document(rows: Iterable[dict[str, Any] | Row]) -> str:
    return msgspec.json.encode(list(rows)).decode()
