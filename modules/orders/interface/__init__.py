"""What orders offers to others: quoting, placing, looking at, and cancelling orders.

Amounts are in minor units with their currency, times aware, ids UUIDv7. Distances are metres.
"""

from __future__ import annotations

from uuid import UUID

from modules.orders.interface.bills import (
    BasketLine,
    Choice,
    ChosenOption,
    CodeAnswer,
    CodeOutcome,
    ComponentKind,
    Fulfilment,
    Hint,
    HintKind,
    MemberBenefit,
    OrderLineView,
    Party,
    PersonShare,
    PointsAnswer,
    PointsOutcome,
    Price,
    PriceComponent,
    PromotionKind,
    QuoteId,
    QuoteView,
    SlotView,
    Wishes,
)
from modules.orders.interface.claims import (
    CancellationPreview,
    ClaimId,
    ClaimLine,
    ClaimReason,
    ClaimState,
    ClaimView,
    EvidenceFile,
    EvidenceId,
    EvidenceView,
    KeptPart,
)
from modules.orders.interface.errors import (
    PLACE_ERRORS,
    QUOTE_ERRORS,
    AddressOutsideZone,
    AddressTicketInvalid,
    AgeNotConfirmed,
    BasketEmpty,
    BasketItemUnavailable,
    BasketItemUnknown,
    BasketTooLarge,
    CancellationChanged,
    CancellationRefused,
    ClaimLineWrong,
    ClaimRefused,
    ClaimUnknown,
    DonationWrong,
    EvidenceRefused,
    EvidenceUnknown,
    LineTextWrong,
    MinimumOrderNotMet,
    OptionCountWrong,
    OptionUnknown,
    OrderTooExpensive,
    OrderUnknown,
    PaymentMethodMissing,
    PlacingRefused,
    QuantityWrong,
    QuoteAlreadyUsed,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotYours,
    RatingRefused,
    RestaurantClosed,
    RestaurantPaused,
    TipWrong,
    TransitionRefused,
)
from modules.orders.interface.receipts import (
    ReceiptId,
    ReceiptKind,
    ReceiptLineView,
    ReceiptPage,
    ReceiptTaxView,
    ReceiptUnknown,
    ReceiptView,
)
from modules.orders.interface.states import (
    Axes,
    CourierState,
    OrderState,
    PaymentState,
    PointsState,
    RefundState,
    Status,
    VendorState,
)
from modules.orders.interface.tracking import Late, LateParty, LateStep, Tracking
from modules.orders.interface.views import (
    ChangeKind,
    OrderId,
    OrderMoney,
    OrderPage,
    OrderSummary,
    OrderView,
    RatingSummary,
    RatingView,
    RefundView,
    ReorderChange,
    ReorderView,
    TimelineEntryView,
)
from modules.restaurants.interface import Point, RestaurantUnknown
from tiffin.interfaces import CommandKey, Interface, command, query

__all__ = [
    "PLACE_ERRORS",
    "QUOTE_ERRORS",
    "AddressOutsideZone",
    "AddressTicketInvalid",
    "AgeNotConfirmed",
    "Axes",
    "BasketEmpty",
    "BasketItemUnavailable",
    "BasketItemUnknown",
    "BasketLine",
    "BasketTooLarge",
    "CancellationChanged",
    "CancellationPreview",
    "CancellationRefused",
    "ChangeKind",
    "Choice",
    "ChosenOption",
    "ClaimId",
    "ClaimLine",
    "ClaimLineWrong",
    "ClaimReason",
    "ClaimRefused",
    "ClaimState",
    "ClaimUnknown",
    "ClaimView",
    "CodeAnswer",
    "CodeOutcome",
    "ComponentKind",
    "CourierState",
    "DonationWrong",
    "EvidenceFile",
    "EvidenceId",
    "EvidenceRefused",
    "EvidenceUnknown",
    "EvidenceView",
    "Fulfilment",
    "Hint",
    "HintKind",
    "KeptPart",
    "Late",
    "LateParty",
    "LateStep",
    "LineTextWrong",
    "MemberBenefit",
    "MinimumOrderNotMet",
    "OptionCountWrong",
    "OptionUnknown",
    "OrderId",
    "OrderLineView",
    "OrderMoney",
    "OrderPage",
    "OrderState",
    "OrderSummary",
    "OrderTooExpensive",
    "OrderUnknown",
    "OrderView",
    "Orders",
    "Party",
    "PaymentMethodMissing",
    "PaymentState",
    "PersonShare",
    "PlacingRefused",
    "Point",
    "PointsAnswer",
    "PointsOutcome",
    "PointsState",
    "Price",
    "PriceComponent",
    "PromotionKind",
    "QuantityWrong",
    "QuoteAlreadyUsed",
    "QuoteExpired",
    "QuoteId",
    "QuoteInvalid",
    "QuoteNotYours",
    "QuoteView",
    "RatingRefused",
    "RatingSummary",
    "RatingView",
    "ReceiptId",
    "ReceiptKind",
    "ReceiptLineView",
    "ReceiptPage",
    "ReceiptTaxView",
    "ReceiptUnknown",
    "ReceiptView",
    "RefundState",
    "RefundView",
    "ReorderChange",
    "ReorderView",
    "RestaurantClosed",
    "RestaurantPaused",
    "RestaurantUnknown",
    "SlotView",
    "Status",
    "TimelineEntryView",
    "TipWrong",
    "Tracking",
    "TransitionRefused",
    "VendorState",
    "Wishes",
]


class Orders(Interface, module="orders", version=1):
    """Quotes and orders."""

    @query(timeout=1.0, errors=QUOTE_ERRORS)
    def quote(
        self,
        *,
        restaurant_id: UUID,
        lines: tuple[BasketLine, ...],
        customer_id: UUID | None = None,
        address_ticket: str | None = None,
        point: Point | None = None,
        tip: int = 0,
        wishes: Wishes | None = None,
    ) -> QuoteView:
        """Price a basket. With an `address_ticket` (from Identity) the customer can place it; with `point`
        alone it is a preview. What is fetched needs neither. `tip` in minor units of the region's currency. A
        promotion code that does not hold makes nothing fail: the answer says why. Where dishes are for
        somebody, identity seals the names, and must be there."""
        ...

    @query(timeout=1.0, errors=(RestaurantUnknown,))
    def slots(
        self, *, restaurant_id: UUID, fulfilment: Fulfilment = Fulfilment.DELIVERY
    ) -> tuple[SlotView, ...]:
        """The times that can be ordered for beforehand, the next one first."""
        ...

    @command(timeout=3.0, errors=PLACE_ERRORS)
    def place(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        quote: str,
        payment_method: str,
        note: str = "",
        age_confirmed: bool = False,
    ) -> OrderView:
        """Accept an order for the token of a quote. Once this returns, the order cannot be lost. The kitchen
        reads the `note`. What has a minimum age is refused unless the customer has confirmed to have it."""
        ...

    @query(timeout=0.5, errors=(OrderUnknown,))
    def get(self, *, customer_id: UUID, order_id: UUID) -> OrderView:
        """One order of this customer; another's is unknown. Alone here the names of those whom dishes are for
        are opened."""
        ...

    @query(timeout=1.0)
    def get_many(self, *, order_ids: tuple[UUID, ...]) -> tuple[OrderView, ...]:
        """Orders by id, for staff and other modules; unknown ids are left out."""
        ...

    @query(timeout=1.0)
    def placed(self, *, order_ids: tuple[UUID, ...]) -> tuple[OrderId, ...]:
        """Those of `order_ids` that were placed here, in no particular order."""
        ...

    @query(timeout=3.0)
    def money(self, *, after: UUID | None = None, size: int = 500) -> tuple[OrderMoney, ...]:
        """Every order by id, at most 500 from `after` on: its money. Empty after the last."""
        ...

    @query(timeout=1.0)
    def list_for_customer(self, *, customer_id: UUID, cursor: str | None = None, size: int = 20) -> OrderPage:
        """The customer's orders, newest first."""
        ...

    @query(timeout=0.5, errors=(OrderUnknown,))
    def timeline(self, *, customer_id: UUID, order_id: UUID, after: int = 0) -> tuple[TimelineEntryView, ...]:
        """What happened to the order since entry `after`."""
        ...

    @command(timeout=2.0, errors=(OrderUnknown, RatingRefused))
    def rate(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        order_id: UUID,
        food: int,
        courier: int | None = None,
        words: str = "",
    ) -> RatingView:
        """The customer says, once, what a delivered order was like: 1 to 5 stars."""
        ...

    @query(timeout=0.5)
    def ratings(self, *, restaurant_ids: list[UUID]) -> tuple[RatingSummary, ...]:
        """Of those restaurants that somebody has rated, in no order."""
        ...

    @query(timeout=0.5, errors=(OrderUnknown, RestaurantUnknown))
    def reorder(self, *, customer_id: UUID, order_id: UUID) -> ReorderView:
        """The basket of an earlier order as the menu stands now, and what has changed."""
        ...

    @query(timeout=0.5, errors=(OrderUnknown,))
    def preview_cancellation(self, *, customer_id: UUID, order_id: UUID) -> CancellationPreview:
        """What it would mean for the customer to stop the order now."""
        ...

    @command(timeout=2.0, errors=(OrderUnknown, ClaimRefused, ClaimLineWrong))
    def claim(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        order_id: UUID,
        reason: ClaimReason,
        lines: tuple[ClaimLine, ...] = (),
        words: str = "",
    ) -> ClaimView:
        """The customer says what was wrong with an order that was delivered; what the region's policy grants
        is owed at once, about the rest somebody decides."""
        ...

    @command(timeout=3.0, errors=(ClaimUnknown, EvidenceRefused))
    def add_evidence(
        self, *, key: CommandKey, customer_id: UUID, claim_id: UUID, content: bytes
    ) -> EvidenceView:
        """A photo that shows what was wrong, while the claim is open. What it is is read from its bytes; what
        it says of place and time is not kept."""
        ...

    @query(timeout=2.0, errors=(EvidenceUnknown,))
    def evidence(self, *, customer_id: UUID, evidence_id: UUID) -> EvidenceFile:
        """A photo that this customer sent; another's is unknown."""
        ...

    @command(timeout=2.0, errors=(ClaimUnknown, ClaimRefused))
    def appeal(self, *, key: CommandKey, customer_id: UUID, claim_id: UUID, words: str) -> ClaimView:
        """The customer does not agree with a refusal, once: somebody decides again."""
        ...

    @query(timeout=0.5, errors=(OrderUnknown,))
    def claims(self, *, customer_id: UUID, order_id: UUID) -> tuple[ClaimView, ...]:
        """The customer's claims about an order, the oldest first."""
        ...

    @query(timeout=0.5, errors=(OrderUnknown,))
    def receipts(self, *, customer_id: UUID, order_id: UUID) -> tuple[ReceiptView, ...]:
        """What the customer has in writing about an order, the oldest first; empty until it was written."""
        ...

    @query(timeout=2.0, errors=(OrderUnknown, ReceiptUnknown))
    def receipt_page(self, *, customer_id: UUID, order_id: UUID, receipt_id: UUID) -> ReceiptPage:
        """One of them as HTML that prints well, in the region's language, with the customer's name."""
        ...

    @command(timeout=2.0, errors=(OrderUnknown, CancellationRefused))
    def cancel(self, *, key: CommandKey, customer_id: UUID, order_id: UUID) -> OrderView:
        """The customer changes their mind; refused once the region's policy says it is too late."""
        ...

    @command(timeout=2.0, errors=(OrderUnknown, CancellationRefused, CancellationChanged))
    def cancel_as_seen(self, *, key: CommandKey, customer_id: UUID, order_id: UUID, keeps: int) -> OrderView:
        """As `cancel`, if `keeps` minor units are kept, as a preview said, and not more or less. Otherwise
        nothing happens, and the refusal has a new preview."""
        ...

    @command(timeout=2.0, errors=(OrderUnknown, CancellationRefused))
    def cancel_by_staff(self, *, key: CommandKey, order_id: UUID, note: str) -> OrderView:
        """Staff stop an order that is not over; `note` is a reason code, never personal data."""
        ...
