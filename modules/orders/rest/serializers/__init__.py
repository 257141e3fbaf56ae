"""The documents of the API: what comes in is checked, what goes out is the DTO as it is."""

from modules.orders.rest.serializers.minds import (
    AppealRequestSerializer,
    CancellationSerializer,
    CancelRequestSerializer,
    ClaimRequestSerializer,
    ClaimSerializer,
    ClaimsSerializer,
    EvidenceRequestSerializer,
    EvidenceSerializer,
    RatingRequestSerializer,
    RatingSerializer,
)
from modules.orders.rest.serializers.orders import (
    AfterSerializer,
    OrderSerializer,
    PlaceRequestSerializer,
    ReorderSerializer,
    SummarySerializer,
    TimelineSerializer,
)
from modules.orders.rest.serializers.quotes import (
    QuoteRequestSerializer,
    QuoteSerializer,
    SlotsQuerySerializer,
    SlotsSerializer,
)

__all__ = [
    "AfterSerializer",
    "AppealRequestSerializer",
    "CancelRequestSerializer",
    "CancellationSerializer",
    "ClaimRequestSerializer",
    "ClaimSerializer",
    "ClaimsSerializer",
    "EvidenceRequestSerializer",
    "EvidenceSerializer",
    "OrderSerializer",
    "PlaceRequestSerializer",
    "QuoteRequestSerializer",
    "QuoteSerializer",
    "RatingRequestSerializer",
    "RatingSerializer",
    "ReorderSerializer",
    "SlotsQuerySerializer",
    "SlotsSerializer",
    "SummarySerializer",
    "TimelineSerializer",
]
