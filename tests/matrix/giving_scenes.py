"""Charities, donations and settlements for the tables: none that the platform would settle by itself."""

from __future__ import annotations

from typing import Any

from tests.matrix.cast import Cast
from tests.matrix.stage import Stage
from tiffin import ids

_CURRENCIES = {"gb": "GBP", "pl": "PLN"}
_PROGRAMME = "00000000-0000-0000-0000-000000000000"


def giving_of(cast: Cast, region: str) -> dict[str, str]:
    """The primary keys, by model, of a donation that went back, its receipt, and what is around it."""
    charity, customer = charity_of(cast, region), str(ids.new_id())
    donation = donation_of(cast, charity, customer, region)
    return {
        "rewards.charity": charity,
        "rewards.donation": donation,
        "rewards.donationreceipt": receipt_of(cast, donation, region),
        "rewards.standingorder": standing_order_of(cast, charity, customer, region),
        "rewards.settlementbatch": batch_of(cast, charity, region, "returned"),
    }


def charity_of(cast: Cast, region: str) -> str:
    """It is settled with by hand."""
    charity = str(ids.new_id())
    _insert(
        cast,
        "INSERT INTO rewards_charity (id, region, name, about, site, active, currency, settles_by,"
        " organisation, payee_reference, held, settled_to, created_at)"
        " VALUES (%s, %s, 'Matrix', '', '', true, %s, 'bank_transfer', '', '', '', '2100-01-01', now())",
        [charity, region, _CURRENCIES[region]],
    )
    return charity


def donation_of(cast: Cast, charity: str, customer: str, region: str) -> str:
    """What was given with an order and went back: nothing of it is payable."""
    donation = str(ids.new_id())
    _insert(
        cast,
        "INSERT INTO rewards_donation (id, customer_id, charity_id, region, source, points, amount, currency,"
        " taken_back, borne, receipted, given_at)"
        " VALUES (%s, %s, %s, %s, 'round_up', 0, 10, %s, 10, 0, true, now())",
        [donation, customer, charity, region, _CURRENCIES[region]],
    )
    return donation


def receipt_of(cast: Cast, donation: str, region: str) -> str:
    """In a series of its own, of which nobody writes."""
    series = str(ids.new_id())
    _insert(
        cast,
        "WITH series AS (INSERT INTO rewards_receiptseries (region, period, last) VALUES ('matrix', %s, 1)"
        " ON CONFLICT (region, period) DO UPDATE SET last = rewards_receiptseries.last + 1 RETURNING *)"
        " INSERT INTO rewards_donationreceipt (id, series_id, seq, number, region, donation_id, language,"
        " amount, issued_at) SELECT %s, id, last, %s, %s, %s, 'en', 10, now() FROM series",
        ["", series, f"M-{series[-6:]}", region, donation],
    )
    return series


def standing_order_of(cast: Cast, charity: str, customer: str, region: str) -> str:
    """Paused: it gives nothing."""
    order = str(ids.new_id())
    _insert(
        cast,
        "INSERT INTO rewards_standingorder (id, region, version, log_txid, created_at, customer_id,"
        " charity_id, points, day, state) VALUES (%s, %s, 0, 0, now(), %s, %s, 100, 1, 'paused')",
        [order, region, customer, charity],
    )
    return order


def batch_of(cast: Cast, charity: str, region: str, state: str) -> str:
    """With nothing in it."""
    batch = str(ids.new_id())
    _insert(
        cast,
        "INSERT INTO rewards_settlementbatch (id, region, version, log_txid, created_at, charity_id, way,"
        " organisation, currency, amount, count, pieces, returns, state, provider_id, progress, payout_asked,"
        " paid_out, attempt, reason, note, stuck) VALUES (%s, %s, 0, 0, now(), %s, 'goodstack', '', %s, 0, 0,"
        " 0, 0, %s, '', '', false, false, 0, '', '', 0)",
        [batch, region, charity, _CURRENCIES[region], state],
    )
    return batch


def something_to_settle(stage: Stage) -> str:
    """Points that were given: the ledger holds what they are worth."""
    charity, donation = charity_of(stage.cast, "gb"), str(ids.new_id())
    _insert(
        stage.cast,
        "INSERT INTO rewards_account (kind, owner, region, unit, stripe, balance, floor) VALUES"
        " ('expense', %s, 'gb', 'GBP', 0, 0, NULL), ('payable', %s, 'gb', 'GBP', 0, 0, 0)"
        " ON CONFLICT DO NOTHING",
        [_PROGRAMME, charity],
    )
    _insert(
        stage.cast,
        "INSERT INTO rewards_entry (id, number, flow, debit, credit, amount, unit, region, party_id, lots,"
        " parts, reason, at)"
        " SELECT %s, 0, 'pledge', debit.id, credit.id, 10, 'GBP', 'gb', %s, '{}', '{}', 'matrix', now()"
        " FROM rewards_account AS debit, rewards_account AS credit WHERE debit.kind = 'expense'"
        " AND debit.region = 'gb' AND debit.stripe = 0 AND credit.kind = 'payable' AND credit.owner = %s"
        " AND credit.stripe = 0",
        [donation, charity, charity],
    )
    _insert(
        stage.cast,
        "INSERT INTO rewards_donation (id, customer_id, charity_id, region, source, points, amount, currency,"
        " taken_back, borne, receipted, given_at)"
        " VALUES (%s, %s, %s, 'gb', 'round_up', 0, 10, 'GBP', 0, 0, true, now())",
        [donation, donation, charity],
    )
    return charity


def batch_in(state: str) -> Any:
    """Makes a settlement of Great Britain in that state."""
    return lambda stage: batch_of(stage.cast, charity_of(stage.cast, "gb"), "gb", state)


def _insert(cast: Cast, query: str, values: list[Any]) -> None:
    cast.platform.sql("rewards", query, values)


FITTING_GIVING = {
    "rewards.charity:settle": something_to_settle,
    "rewards.charity:tell_account": lambda stage: charity_of(stage.cast, "gb"),
    "rewards.settlementbatch:again": batch_in("disputed"),
    "rewards.settlementbatch:came_back": batch_in("disputed"),
    "rewards.settlementbatch:arrived": batch_in("disputed"),
}
