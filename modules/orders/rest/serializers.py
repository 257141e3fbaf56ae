"""The documents of the API: what comes in is checked, what goes out is the DTO as it is."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from modules.orders.interface import (
    BasketLine,
    ChangeKind,
    ClaimReason,
    ClaimState,
    CodeOutcome,
    ComponentKind,
    CourierState,
    Fulfilment,
    HintKind,
    OrderState,
    Party,
    PaymentState,
    RefundState,
    Status,
    VendorState,
)
from modules.orders.models import Order
from modules.orders.models.rating import BEST
from modules.orders.rest.tracking import TrackingSerializer
from modules.orders.selectors.orders import summary_of
from modules.orders.services.placing import LONGEST_NOTE
from tiffin.interfaces import OpenEnum

LONGEST_QUOTE = 200_000
HIGHEST_TIP = 10_000_000
LONGEST_CODE = 32
LONGEST_WORDS = 1_000


def _choice(states: type[OpenEnum], **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[state.value for state in states], **options)


def _choice_of(states: type[OpenEnum]) -> serializers.ChoiceField:
    """What may be said: anything but that one does not know."""
    return serializers.ChoiceField(choices=[state.value for state in states if state.value != "unknown"])


# --- in ----------------------------------------------------------------------------------------------


class PointSerializer(serializers.Serializer[Any]):
    """WGS 84 degrees."""

    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class ChoiceSerializer(serializers.Serializer[Any]):
    """An option taken from a group; options may have groups of their own."""

    group_id = serializers.UUIDField()
    option_id = serializers.UUIDField()
    quantity = serializers.IntegerField(default=1, min_value=1)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "choices": ChoiceSerializer(many=True, required=False)}


class BasketLineSerializer(serializers.Serializer[Any]):
    item_id = serializers.UUIDField()
    quantity = serializers.IntegerField(default=1, min_value=1)
    choices = ChoiceSerializer(many=True, required=False)


@extend_schema_field(BasketLineSerializer(many=True))
class BasketField(serializers.Field[Any, Any, Any, Any]):
    """The lines of a basket, nested as deep as the menu."""

    def to_internal_value(self, data: Any) -> tuple[BasketLine, ...]:
        try:
            return msgspec.convert(data, tuple[BasketLine, ...])
        except msgspec.ValidationError as error:
            raise serializers.ValidationError(_with_path(error)) from None
        except RecursionError:
            raise serializers.ValidationError("Choices are nested too deeply.") from None

    def to_representation(self, value: Any) -> Any:
        return msgspec.to_builtins(value)


class QuoteRequestSerializer(serializers.Serializer[Any]):
    """What is wanted, and where to. With an address ticket the quote can be placed; with a point it is a
    preview that anybody may ask for."""

    restaurant_id = serializers.UUIDField()
    lines = BasketField()
    address_ticket = serializers.CharField(required=False, max_length=8_000)
    point = PointSerializer(required=False)
    tip = serializers.IntegerField(
        default=0, min_value=0, max_value=HIGHEST_TIP, help_text="Minor units of the region's currency"
    )

    fulfilment = serializers.ChoiceField(
        choices=[Fulfilment.DELIVERY.value, Fulfilment.PICKUP.value],
        default=Fulfilment.DELIVERY.value,
        help_text="What is fetched needs no address and takes no tip",
    )
    wanted_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Beginning of a slot; null: as soon as possible",
    )
    promotion_code = serializers.CharField(
        required=False,
        max_length=LONGEST_CODE,
        help_text="One that does not hold makes nothing fail: `promotion_code` of the answer says why",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fetched = attrs["fulfilment"] == Fulfilment.PICKUP.value
        if not fetched and "address_ticket" not in attrs and "point" not in attrs:
            raise serializers.ValidationError("Say where to: address_ticket, or point for a preview.")
        return attrs


class TokenField(serializers.CharField):
    """Text that is believed when its signature fits and refused otherwise, whatever it is made of: its
    characters need not be looked at one by one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [
            each for each in self.validators if not isinstance(each, ProhibitSurrogateCharactersValidator)
        ]


class PlaceRequestSerializer(serializers.Serializer[Any]):
    quote = TokenField(max_length=LONGEST_QUOTE, help_text="`token` of a quote")
    payment_method = serializers.CharField(max_length=100)
    note = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_NOTE, help_text="What the kitchen should know"
    )


class RatingRequestSerializer(serializers.Serializer[Any]):
    """Stars; the courier's are left out where nobody brought it."""

    food = serializers.IntegerField(min_value=1, max_value=BEST)
    courier = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=BEST)
    words = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_WORDS)


class ClaimLineSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(min_value=0, max_value=10_000, help_text="Index of the order's line")
    quantity = serializers.IntegerField(default=1, min_value=1, max_value=10_000)


class ClaimRequestSerializer(serializers.Serializer[Any]):
    """What was wrong. `never_arrived` is about the whole order and names no lines."""

    reason = _choice_of(ClaimReason)
    lines = serializers.ListField(child=ClaimLineSerializer(), required=False, max_length=100)
    words = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_WORDS)


class AfterSerializer(serializers.Serializer[Any]):
    """Query of the timeline."""

    after = serializers.IntegerField(default=0, min_value=0, max_value=2**31 - 1)


# --- out ---------------------------------------------------------------------------------------------


class Document(serializers.Serializer[Any]):
    """A DTO as it goes out; the fields below say what is in it."""

    def to_representation(self, instance: Any) -> Any:
        return msgspec.to_builtins(instance)


class MoneySerializer(Document):
    amount = serializers.IntegerField(help_text="Minor units")
    currency = serializers.CharField(help_text="ISO 4217")


class ComponentSerializer(Document):
    kind = _choice(ComponentKind)
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # becomes a declared field
    amount = MoneySerializer()
    tax_category = serializers.CharField()
    tax_rate = serializers.CharField(help_text="A decimal: 0.08")
    tax = MoneySerializer()
    liable = _choice(Party)
    line = serializers.IntegerField(allow_null=True)
    party = _choice(Party, allow_null=True, help_text="Whose amount it is")
    funded_by = _choice(Party, allow_null=True, help_text="Who pays for a discount")
    explanation = serializers.CharField(help_text="How the amount came about")


class PriceSerializer(Document):
    components = ComponentSerializer(many=True)
    subtotal = MoneySerializer()
    tax = MoneySerializer()
    total = MoneySerializer(help_text="The components sum to it exactly")
    includes_tax = serializers.BooleanField()


class ChosenOptionSerializer(Document):
    option_id = serializers.UUIDField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    price = MoneySerializer()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "choices": ChosenOptionSerializer(many=True)}


class LineSerializer(Document):
    item_id = serializers.UUIDField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneySerializer()
    total = MoneySerializer()
    options = ChosenOptionSerializer(many=True)


class HintSerializer(Document):
    """What would make the basket cheaper."""

    kind = _choice(HintKind)
    code = serializers.CharField(help_text="Of the component it is about")
    text = serializers.CharField()
    saves = MoneySerializer()
    missing = MoneySerializer(allow_null=True)
    dishes = serializers.IntegerField(allow_null=True)


class CodeAnswerSerializer(Document):
    code = serializers.CharField()
    outcome = _choice(CodeOutcome)
    text = serializers.CharField()


class QuoteSerializer(Document):
    quote_id = serializers.UUIDField()
    token = serializers.CharField(allow_null=True, help_text="What is placed; null for a preview")
    expires_at = serializers.DateTimeField()
    region = serializers.CharField()
    restaurant_id = serializers.UUIDField()
    restaurant_name = serializers.CharField()
    menu_version = serializers.IntegerField()
    distance_m = serializers.IntegerField()
    ready_in_minutes = serializers.IntegerField()
    lines = LineSerializer(many=True)
    price = PriceSerializer()
    hints = HintSerializer(many=True)
    tip_presets = MoneySerializer(many=True)
    promotion_code = CodeAnswerSerializer(allow_null=True)
    fulfilment = _choice(Fulfilment)
    wanted_at = serializers.DateTimeField(allow_null=True)


class SlotsQuerySerializer(serializers.Serializer[Any]):
    """Query of the slots."""

    restaurant_id = serializers.UUIDField()
    fulfilment = serializers.ChoiceField(
        choices=[Fulfilment.DELIVERY.value, Fulfilment.PICKUP.value], default=Fulfilment.DELIVERY.value
    )


class SlotSerializer(Document):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_free = serializers.BooleanField()


class SlotsSerializer(serializers.Serializer[Any]):
    slots = SlotSerializer(many=True)


class AxesSerializer(Document):
    order = _choice(OrderState)
    payment = _choice(PaymentState)
    vendor = _choice(VendorState)
    courier = _choice(CourierState)
    refund = _choice(RefundState)


class RatingSerializer(Document):
    food = serializers.IntegerField()
    courier = serializers.IntegerField(allow_null=True)
    words = serializers.CharField()
    rated_at = serializers.DateTimeField()


class OrderSerializer(Document):
    id = serializers.UUIDField()
    code = serializers.CharField()
    version = serializers.IntegerField()
    region = serializers.CharField()
    customer_id = serializers.UUIDField()
    restaurant_id = serializers.UUIDField()
    restaurant_name = serializers.CharField()
    status = _choice(Status)
    axes = AxesSerializer()
    placed_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    total = MoneySerializer()
    refunded = MoneySerializer()
    lines = LineSerializer(many=True)
    price = PriceSerializer()
    payment_method = serializers.CharField()
    courier_id = serializers.UUIDField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    waits_until = serializers.DateTimeField(allow_null=True)
    action_url = serializers.CharField(allow_null=True)
    cancel_reason = serializers.CharField(allow_null=True)
    may_cancel = serializers.BooleanField()
    fulfilment = _choice(Fulfilment)
    note = serializers.CharField()
    wanted_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    rating = RatingSerializer(allow_null=True)
    tracking = TrackingSerializer()


@extend_schema_field(BasketLineSerializer(many=True))
class BasketView(serializers.Field[Any, Any, Any, Any]):
    """Lines as a quote takes them."""

    def to_representation(self, value: Any) -> Any:
        return msgspec.to_builtins(value)


class ReorderChangeSerializer(Document):
    kind = _choice(ChangeKind)
    title = serializers.CharField()
    text = serializers.CharField()
    before = MoneySerializer(help_text="One of it, with its options")
    after = MoneySerializer(allow_null=True)


class ReorderSerializer(Document):
    restaurant_id = serializers.UUIDField()
    lines = BasketView(help_text="To be quoted")
    changes = ReorderChangeSerializer(many=True)
    fulfilment = _choice(Fulfilment)


class CancellationSerializer(Document):
    may_cancel = serializers.BooleanField()
    back = MoneySerializer(help_text="What would come back of what was taken")
    released = MoneySerializer(help_text="What would never be taken")
    text = serializers.CharField()


class ClaimSerializer(Document):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    reason = _choice(ClaimReason)
    state = _choice(ClaimState)
    lines = ClaimLineSerializer(many=True)
    asked = MoneySerializer(help_text="What the dishes had cost, with the fees that go with them")
    granted = MoneySerializer()
    opened_at = serializers.DateTimeField()
    decide_by = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_null=True)


class ClaimsSerializer(serializers.Serializer[Any]):
    claims = ClaimSerializer(many=True)


class SummarySerializer(Document):
    id = serializers.UUIDField()
    code = serializers.CharField()
    region = serializers.CharField()
    restaurant_id = serializers.UUIDField()
    restaurant_name = serializers.CharField()
    status = _choice(Status)
    placed_at = serializers.DateTimeField()
    total = MoneySerializer()
    item_count = serializers.IntegerField()
    fulfilment = _choice(Fulfilment)

    def to_representation(self, instance: Order) -> Any:
        return msgspec.to_builtins(summary_of(instance))


class EntrySerializer(Document):
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    axis = serializers.ChoiceField(choices=["order", "payment", "vendor", "courier", "refund"])
    from_state = serializers.CharField(allow_null=True)
    to_state = serializers.CharField()
    status = _choice(Status)
    axes = AxesSerializer()
    actor = serializers.CharField()
    cause = serializers.CharField()
    note = serializers.CharField(allow_null=True)


class TimelineSerializer(serializers.Serializer[Any]):
    entries = EntrySerializer(many=True)


def _with_path(error: msgspec.ValidationError) -> dict[str, Any] | list[str]:
    """msgspec says `… - at `$[0].quantity``; the problem says it by JSON pointer, from nested errors."""
    message, _, at = str(error).partition(" - at `$")
    steps = at.rstrip("`").replace("[", ".").replace("]", "").split(".")
    detail: Any = [message]
    for step in reversed([step for step in steps if step]):
        detail = {step: detail}
    return detail  # type: ignore[no-any-return]  # nested by hand
