"""Reading orders, and what is known of the restaurants."""

from modules.orders.selectors.books import money, placed
from modules.orders.selectors.cancelling import may_cancel, preview, preview_cancellation
from modules.orders.selectors.claims import (
    claim_answer,
    claim_view,
    claims,
    evidence,
    evidence_view,
    has_priority,
)
from modules.orders.selectors.orders import (
    answer_of,
    get_many,
    get_order,
    list_for_customer,
    timeline,
    view_of,
)
from modules.orders.selectors.ratings import rating_answer, rating_view, ratings
from modules.orders.selectors.receipts import printed, receipt_page, receipt_view, receipts
from modules.orders.selectors.reordering import reorder
from modules.orders.selectors.slots import slots

__all__ = [
    "answer_of",
    "claim_answer",
    "claim_view",
    "claims",
    "evidence",
    "evidence_view",
    "get_many",
    "get_order",
    "has_priority",
    "list_for_customer",
    "may_cancel",
    "money",
    "placed",
    "preview",
    "preview_cancellation",
    "printed",
    "rating_answer",
    "rating_view",
    "ratings",
    "receipt_page",
    "receipt_view",
    "receipts",
    "reorder",
    "slots",
    "timeline",
    "view_of",
]
