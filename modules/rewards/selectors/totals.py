"""What lies in the accounts, added up."""

from __future__ import annotations

from modules.rewards.interface import AccountTotal
from modules.rewards.states import OF_PARTIES
from tiffin import db

# One statement sees one moment: in each unit they are nothing together.
_TOTALS = """
SELECT kind, unit, region, CASE WHEN kind = ANY(%s) THEN owner END, sum(balance)::bigint
FROM rewards_account GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def totals() -> list[AccountTotal]:
    """Of each kind of account, unit, region and party."""
    return [
        AccountTotal(kind=kind, unit=unit, region=region, party_id=party_id, balance=balance)
        for kind, unit, region, party_id, balance in db.select(_TOTALS, sorted(OF_PARTIES))
    ]
