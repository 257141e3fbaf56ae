"""What a module itself says must hold of its own rows, beside what must hold of any module's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from tiffin.audit.findings import Inspection
from tiffin.db.owners import owner_of

Rule = Callable[[Inspection], None]

_rules: defaultdict[str, list[Rule]] = defaultdict(list)


def rule(look: Rule) -> Rule:
    """Have `look` done with every audit of the module in whose `audit` room it stands. It reads page by page,
    what belongs together in one statement, and counts what it looks at."""
    of_module = _rules[owner_of(look.__module__)]
    if look not in of_module:
        of_module.append(look)
    return look


def rules_hold(inspection: Inspection, tolerance: timedelta) -> None:
    """Counts whatever the module's rules count."""
    for look in _rules[inspection.module]:
        look(inspection)
