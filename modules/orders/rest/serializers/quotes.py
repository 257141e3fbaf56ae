"""Quotes: what is asked, and the price."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.orders.interface import CodeOutcome, ComponentKind, Fulfilment, HintKind, Party, PointsOutcome
from modules.orders.rest.serializers.baskets import BasketField
from modules.orders.rest.serializers.documents import Document, MoneySerializer, choice
from tiffin.web.fields import IdField

HIGHEST_TIP = 10_000_000
MOST_POINTS = 1_000_000_000
LONGEST_CODE = 32


class PointSerializer(serializers.Serializer[Any]):
    """WGS 84 degrees."""

    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class QuoteRequestSerializer(serializers.Serializer[Any]):
    """What is wanted, and where to. With an address ticket the quote can be placed; with a point it is a
    preview that anybody may ask for."""

    restaurant_id = IdField()
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

    points = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MOST_POINTS,
        help_text="Spend at most so many; `points` of the answer says how many are, and why not more",
    )
    all_points = serializers.BooleanField(default=False, help_text="Spend as many points as there are")
    charity_id = IdField(
        required=False, allow_null=True, help_text="Give `donation` to it, or what rounds the total up"
    )
    donation = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=HIGHEST_TIP,
        help_text="Minor units; null: what is missing to the next whole unit of the currency",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fetched = attrs["fulfilment"] == Fulfilment.PICKUP.value
        if not fetched and "address_ticket" not in attrs and "point" not in attrs:
            raise serializers.ValidationError("Say where to: address_ticket, or point for a preview.")
        return attrs


class ComponentSerializer(Document):
    kind = choice(ComponentKind)
    code = serializers.CharField()
    label = serializers.CharField()
    amount = MoneySerializer()
    tax_category = serializers.CharField()
    tax_rate = serializers.CharField(help_text="A decimal: 0.08")
    tax = MoneySerializer()
    liable = choice(Party)
    line = serializers.IntegerField(allow_null=True)
    party = choice(Party, allow_null=True, help_text="Whose amount it is")
    funded_by = choice(Party, allow_null=True, help_text="Who pays for a discount")
    explanation = serializers.CharField(help_text="How the amount came about")


class PriceSerializer(Document):
    components = ComponentSerializer(many=True)
    subtotal = MoneySerializer()
    tax = MoneySerializer()
    total = MoneySerializer(help_text="The components sum to it exactly")
    includes_tax = serializers.BooleanField()


class ChosenOptionSerializer(Document):
    option_id = IdField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    price = MoneySerializer()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "choices": ChosenOptionSerializer(many=True)}


class LineSerializer(Document):
    item_id = IdField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneySerializer()
    total = MoneySerializer()
    options = ChosenOptionSerializer(many=True)
    person = serializers.IntegerField(
        allow_null=True,
        help_text="From 1; lines of the same number are for the same person. null: nobody named",
    )
    for_person = serializers.CharField(help_text="The name; empty where it cannot be opened (any more)")
    note = serializers.CharField(help_text="What the kitchen should know about it")


class MemberBenefitSerializer(Document):
    kind = serializers.CharField(help_text="As in the plan, and the code of the component that it is")
    saved = MoneySerializer()
    refusal = serializers.CharField(
        help_text="Why it did nothing, as `below_minimum` or `too_far`; empty: it did"
    )
    missing = MoneySerializer(allow_null=True, help_text="How much more dishes it takes")


class HintSerializer(Document):
    """What would make the basket cheaper."""

    kind = choice(HintKind)
    code = serializers.CharField(help_text="Of the component it is about")
    text = serializers.CharField()
    saves = MoneySerializer()
    missing = MoneySerializer(allow_null=True)
    dishes = serializers.IntegerField(allow_null=True)


class CodeAnswerSerializer(Document):
    code = serializers.CharField()
    outcome = choice(CodeOutcome)
    text = serializers.CharField()


class PointsAnswerSerializer(Document):
    points = serializers.IntegerField(help_text="So many are spent")
    worth = MoneySerializer(help_text="What they take off the bill, in its components of kind `points`")
    outcome = choice(PointsOutcome)
    text = serializers.CharField()
    available = serializers.IntegerField(allow_null=True, help_text="null: it could not be looked up")


class QuoteSerializer(Document):
    quote_id = IdField()
    token = serializers.CharField(allow_null=True, help_text="What is placed; null for a preview")
    expires_at = serializers.DateTimeField()
    region = serializers.CharField()
    restaurant_id = IdField()
    restaurant_name = serializers.CharField()
    menu_version = serializers.IntegerField()
    distance_m = serializers.IntegerField()
    ready_in_minutes = serializers.IntegerField()
    lines = LineSerializer(many=True)
    price = PriceSerializer()
    hints = HintSerializer(many=True)
    benefits = MemberBenefitSerializer(many=True, help_text="What the customer's membership did")
    tip_presets = MoneySerializer(many=True)
    promotion_code = CodeAnswerSerializer(allow_null=True)
    fulfilment = choice(Fulfilment)
    wanted_at = serializers.DateTimeField(allow_null=True)
    minimum_age = serializers.IntegerField(help_text="Of whoever gets it; 0: it does not matter")
    points = PointsAnswerSerializer(allow_null=True, help_text="null: none were wanted")
    charity_id = IdField(allow_null=True)
    donation = MoneySerializer(allow_null=True, help_text="What the total holds for the charity")


class SlotsQuerySerializer(serializers.Serializer[Any]):
    """Query of the slots."""

    restaurant_id = IdField()
    fulfilment = serializers.ChoiceField(
        choices=[Fulfilment.DELIVERY.value, Fulfilment.PICKUP.value], default=Fulfilment.DELIVERY.value
    )


class SlotSerializer(Document):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_free = serializers.BooleanField()


class SlotsSerializer(serializers.Serializer[Any]):
    slots = SlotSerializer(many=True)
