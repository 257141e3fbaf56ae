"""What the ledger is compared with writes new rows as new rows come: after all others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bench.ledger_ceiling import Rows
from tiffin import ids

CUSTOMER = ids.new_id()


def row(**more: Any) -> dict[str, Any]:
    nobody = dict.fromkeys(("lot_id", "hold_id", "order_id"))
    return {"id": ids.new_id(), "customer_id": CUSTOMER, **nobody, **more}


def test_every_copy_comes_after_the_one_before_and_names_its_own_rows() -> None:
    earned = row(order_id=ids.new_id())
    confirmed = row(lot_id=earned["id"])
    rows = Rows.of([[earned], [confirmed]])

    copies = [[rows.id_in(copy, id) for id in sorted(rows.fresh)] for copy in range(3)]

    assert rows.fresh == {earned["id"], earned["order_id"], confirmed["id"]}
    flat = [id for copy in copies for id in copy]
    assert flat == sorted(set(flat))
    assert flat[0] > max(rows.fresh)
    assert {id.version for id in flat} == {7}
    assert rows.id_in(1, CUSTOMER) == CUSTOMER


def test_two_shares_have_the_same_times_and_no_id_in_common() -> None:
    first, later = UUID(int=(5 << 80) | (7 << 76) | 1), UUID(int=(9 << 80) | (7 << 76) | 2)
    shares = [Rows.of([[row(id=id)]]) for id in (first, later)]

    one, other = (share.id_in(4, id) for share, id in zip(shares, (first, later), strict=True))

    assert one != other
    assert one.int >> 80 == other.int >> 80


def test_what_an_earlier_share_made_is_not_made_again() -> None:
    held = row(order_id=ids.new_id())
    spent = row(hold_id=held["id"], order_id=held["order_id"])
    rows = Rows.of([[spent]])

    assert rows.fresh == {spent["id"]}
    assert rows.id_in(0, held["id"]) == held["id"]
