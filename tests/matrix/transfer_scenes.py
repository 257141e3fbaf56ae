"""Payouts, bank files and collections for the staff's pages: none that the platform would send by itself."""

from __future__ import annotations

from typing import Any

from tests.matrix.cast import Cast
from tests.matrix.stage import Stage
from tiffin import ids

_AGGREGATE = "id, region, version, log_txid, created_at"
# Of a day that never comes: nobody gathers it.
_MADE = "%s, %s, 0, 0, '2100-01-01'"


def transfers_of(cast: Cast, region: str) -> dict[str, str]:
    """The primary keys, by model, of a payout in a file that was answered, and of a collection."""
    payout, file = payout_and_file(cast, region, "paid")
    return {
        "payments.payout": payout,
        "payments.bankfile": file,
        "payments.bankanswer": bank_answer_of(cast, region, file),
        "payments.collection": collection_of(cast, region),
        "payments.transferentry": _entry(cast, region, payout),
    }


def points_books_of(cast: Cast, region: str) -> dict[str, str]:
    """A closed day of the points, and a partner's bill that is paid."""
    bill = str(ids.new_id())
    day = (
        "INSERT INTO rewards_liabilityday (region, day, opening_points, issued, restored, received, redeemed,"
        " expired, donated, taken_back, repaid, sent, confirmed, funded, closing_points, counted_points,"
        " difference, agrees, price_points, price_amount, currency, closing_value, closed_at)"
        " VALUES (%s, '2000-01-01', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, true, 0, 0, 'EUR', 0, now())"
        " RETURNING id"
    )
    query = (
        f"INSERT INTO rewards_partnerbill ({_AGGREGATE}, campaign_id, month, partner_kind, partner_id,"
        " partner_name, points, price_points, price_amount, amount, currency, due_days, state, invoice)"
        f" VALUES ({_MADE}, %s, '2000-01-01', 'partner', %s, 'Matrix', 1, 1, 1, 1, 'EUR', 14, 'paid', '')"
        " RETURNING id"
    )
    return {
        "rewards.liabilityday": str(cast.platform.sql("rewards", day, [region])[0][0]),
        "rewards.partnerbill": str(cast.platform.sql("rewards", query, [bill, region, bill, bill])[0][0]),
    }


def payout_and_file(cast: Cast, region: str, state: str) -> tuple[str, str]:
    account, file, payout = (str(ids.new_id()) for _ in range(3))
    _insert(
        cast,
        "INSERT INTO payments_payeeaccount (id, kind, party_id, name, sealed, ending, created_at)"
        " VALUES (%s, 'charity', %s, 'Matrix', '', '0000', now())",
        [account, account],
    )
    _insert(
        cast,
        "INSERT INTO payments_bankfile (id, region, day, number, currency, count, amount, sealed, made_at,"
        " sent_at) SELECT %s, %s, '2100-01-01', count(*) + 1, 'EUR', 1, 100, '', now(),"
        " CASE WHEN %s = 'batched' THEN NULL ELSE now() END FROM payments_bankfile WHERE region = %s",
        [file, region, state, region],
    )
    _insert(
        cast,
        f"INSERT INTO payments_payout ({_AGGREGATE}, account_id, file_id, payee_kind, payee_id, amount,"
        " currency, purpose, reference, state, attempt, reason, note, stuck)"
        f" VALUES ({_MADE}, %s, %s, 'charity', %s, 100, 'EUR', 'matrix', '', %s, 1, '', '', 0)",
        [payout, region, account, file, account, state],
    )
    return payout, file


def bank_answer_of(cast: Cast, region: str, file: str) -> str:
    """One with a line that nobody knows."""
    answer = str(ids.new_id())
    _insert(
        cast,
        "INSERT INTO payments_bankanswer (id, region, file_id, digest, sealed, taken_at, applied, known,"
        " \"left\") VALUES (%s, %s, %s, %s, '', now(), 0, 0, '{a line}')",
        [answer, region, file, answer],
    )
    return answer


def collection_of(cast: Cast, region: str) -> str:
    collection = str(ids.new_id())
    _insert(
        cast,
        f"INSERT INTO payments_collection ({_AGGREGATE}, payer_kind, payer_id, payer_name, amount, currency,"
        " purpose, reference, due_days, state, invoice, invoiced_on, due_on, note)"
        f" VALUES ({_MADE}, 'partner', %s, 'Matrix', 100, 'EUR', 'matrix', '', 14, 'invoiced', %s,"
        " '2100-01-01', '2100-01-15', '')",
        [collection, region, collection, collection[:32]],
    )
    return collection


def _entry(cast: Cast, region: str, payout: str, kind: str = "paid_out") -> str:
    query = (
        "INSERT INTO payments_transferentry (region, kind, payout_id, party_kind, party_id, purpose,"
        " reference, amount, currency, at)"
        " VALUES (%s, %s, %s, 'charity', %s, 'matrix', %s, 100, 'EUR', '2000-01-01') RETURNING id"
    )
    told = [region, kind, payout, payout, f"{payout.replace('-', '')}-1"]
    return str(cast.platform.sql("payments", query, told)[0][0])


def payout_in(state: str) -> Any:
    """Makes a payout of Great Britain in that state."""
    return lambda stage: payout_and_file(stage.cast, "gb", state)[0]


def paid_besides(stage: Stage) -> str:
    """What was given up, and then turned out to be paid."""
    payout = payout_and_file(stage.cast, "gb", "failed")[0]
    _entry(stage.cast, "gb", payout, "paid_besides")
    return payout


def file_to_send(stage: Stage) -> str:
    return payout_and_file(stage.cast, "gb", "batched")[1]


def answer_with_a_line(stage: Stage) -> str:
    return bank_answer_of(stage.cast, "gb", payout_and_file(stage.cast, "gb", "sent")[1])


def what_is_owed(stage: Stage) -> str:
    return collection_of(stage.cast, "gb")


def _insert(cast: Cast, query: str, values: list[Any]) -> None:
    cast.platform.sql("payments", f"{query} RETURNING id", values)


FITTING_TRANSFERS = {
    "payments.payout:paid": payout_in("sent"),
    "payments.payout:rejected": payout_in("sent"),
    "payments.payout:send_again": payout_in("rejected"),
    "payments.payout:give_up": payout_in("rejected"),
    "payments.payout:paid_besides": payout_in("failed"),
    "payments.payout:back_besides": paid_besides,
    "payments.bankfile:sent": file_to_send,
    "payments.bankanswer:settled": answer_with_a_line,
    "payments.collection:came": what_is_owed,
    "payments.collection:write_off": what_is_owed,
}
