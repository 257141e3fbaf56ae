"""What subscriptions refuses its staff."""

from __future__ import annotations

from tiffin.errors import DomainError


class PlanIncomplete(DomainError, code="plan_incomplete", status=409):
    """It says neither what it costs nor what it brings."""

    detail = "The plan {plan} has no version yet: say first what it costs and what it brings."
    plan: str
