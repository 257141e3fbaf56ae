"""What subscriptions knows."""

from modules.subscriptions.selectors.catalogue import plans
from modules.subscriptions.selectors.memberships import (
    charged_for,
    invoice,
    invoices,
    membership,
    of_customer,
    page,
    view,
)

__all__ = ["charged_for", "invoice", "invoices", "membership", "of_customer", "page", "plans", "view"]
