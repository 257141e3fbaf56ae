"""What orders does when asked: one verb a use case."""

from modules.orders.services.cancelling import cancel_order, cancel_order_by_staff
from modules.orders.services.chargebacks import note_chargeback
from modules.orders.services.claims import appeal, claim, decide_claim
from modules.orders.services.evidence import add_evidence
from modules.orders.services.figures import count_figures
from modules.orders.services.placing import place_order
from modules.orders.services.promotions import end_promotion, start_promotion
from modules.orders.services.quoting import quote_basket
from modules.orders.services.rating import rate_order
from modules.orders.services.receipts import write_receipts

__all__ = [
    "add_evidence",
    "appeal",
    "cancel_order",
    "cancel_order_by_staff",
    "claim",
    "count_figures",
    "decide_claim",
    "end_promotion",
    "note_chargeback",
    "place_order",
    "quote_basket",
    "rate_order",
    "start_promotion",
    "write_receipts",
]
