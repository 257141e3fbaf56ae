"""The audit of the ledger, as a test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from modules.rewards import audit
from tiffin.audit import Inspection

# Of the ledger by itself, whatever its entries are about.
LEDGER = (
    audit.wallets_are_their_entries,
    audit.programme_is_its_entries,
    audit.no_hold_is_forgotten,
    audit.held_sendings_are_held,
)
RULES = (
    *LEDGER,
    audit.earnings_are_their_entries,
    audit.no_earning_is_overdue,
    audit.whoever_owes_is_a_debtor,
)


def found(rules: Iterable[Callable[[Inspection], None]] = RULES) -> list[str]:
    """Everything that is wrong, in words."""
    problems: list[str] = []
    for look in rules:
        inspection = Inspection(look.__name__, "rewards")
        look(inspection)
        problems.extend(finding.problem for finding in inspection.result().findings)
    return problems
