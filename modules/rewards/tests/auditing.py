"""The audit of the ledger, as a test asks for it."""

from __future__ import annotations

from modules.rewards import audit
from tiffin.audit import Inspection

RULES = (
    audit.wallets_are_their_entries,
    audit.programme_is_its_entries,
    audit.no_hold_is_forgotten,
    audit.held_sendings_are_held,
    audit.earnings_are_their_entries,
    audit.no_earning_is_overdue,
    audit.whoever_owes_is_a_debtor,
)


def found() -> list[str]:
    """Everything that is wrong, in words."""
    problems: list[str] = []
    for look in RULES:
        inspection = Inspection(look.__name__, "rewards")
        look(inspection)
        problems.extend(finding.problem for finding in inspection.result().findings)
    return problems
