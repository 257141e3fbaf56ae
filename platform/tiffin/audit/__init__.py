"""The audit of a module: what must always hold of its log, its cursors, its jobs and what it has learned.

`check(module)` looks at a module, wherever it runs; `rule` adds what a module says of its own rows. What must
hold between modules is for those who know them: `config/audit.py`.
"""

from tiffin.audit.checking import INVARIANTS, TOLERANCE, answer_check, check, inspected
from tiffin.audit.findings import Check, Finding, Inspection, Progress
from tiffin.audit.rules import rule

__all__ = [
    "INVARIANTS",
    "TOLERANCE",
    "Check",
    "Finding",
    "Inspection",
    "Progress",
    "answer_check",
    "check",
    "inspected",
    "rule",
]
