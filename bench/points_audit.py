"""The audit of the ledger by its own rules: what a benchmark holds is of no orders, and what it gives no
donation of anybody, as other rules would have it."""

from __future__ import annotations

from collections.abc import Iterator


def findings() -> Iterator[str]:
    """What is wrong, in words. Rewards must be here."""
    from modules.rewards.audit import (
        no_hold_is_forgotten,
        programme_is_its_entries,
        wallets_are_their_entries,
    )
    from tiffin.audit import Inspection

    for look in (wallets_are_their_entries, programme_is_its_entries, no_hold_is_forgotten):
        inspection = Inspection(look.__name__, "rewards")
        look(inspection)
        yield from (finding.problem for finding in inspection.result().findings)
