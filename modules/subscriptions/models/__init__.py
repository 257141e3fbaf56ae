"""Tables of subscriptions."""

from modules.subscriptions.models.catalogue import Plan, PlanVersion
from modules.subscriptions.models.figures import CohortFigure, Counted, MembersFigure
from modules.subscriptions.models.invoices import Attempt, Invoice, InvoiceSeries
from modules.subscriptions.models.memberships import BillingRun, Membership, Saving, TrialUse

__all__ = [
    "Attempt",
    "BillingRun",
    "CohortFigure",
    "Counted",
    "Invoice",
    "InvoiceSeries",
    "MembersFigure",
    "Membership",
    "Plan",
    "PlanVersion",
    "Saving",
    "TrialUse",
]
