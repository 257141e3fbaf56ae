"""Tables of subscriptions."""

from modules.subscriptions.models.catalogue import Plan, PlanVersion
from modules.subscriptions.models.figures import CohortFigure, Counted, MembersFigure, OfferShown
from modules.subscriptions.models.invoices import Attempt, CreditNote, Invoice, InvoiceSeries
from modules.subscriptions.models.memberships import (
    BillingRun,
    KnownCard,
    KnownPhone,
    Membership,
    Saving,
    TrialUse,
)
from modules.subscriptions.models.repricing import Repricing

__all__ = [
    "Attempt",
    "BillingRun",
    "CohortFigure",
    "Counted",
    "CreditNote",
    "Invoice",
    "InvoiceSeries",
    "KnownCard",
    "KnownPhone",
    "MembersFigure",
    "Membership",
    "OfferShown",
    "Plan",
    "PlanVersion",
    "Repricing",
    "Saving",
    "TrialUse",
]
