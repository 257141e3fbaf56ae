"""How couriers' work looks over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.delivery.interface import (
    CourierView,
    DeliveryState,
    LeftReason,
    OfferView,
    Proof,
    ProofKind,
)
from tiffin.money import Money
from tiffin.web.fields import IdField

# Redis keeps places by the Web Mercator projection, which ends there.
MOST_NORTHERN_DEGREES = 85.0
COURIERS_PROOFS = (ProofKind.CODE, ProofKind.LEFT_AT_DOOR, ProofKind.AGE_CHECKED)
REASONS = (LeftReason.CUSTOMER_ASKED, LeftReason.NOBODY_ANSWERED, LeftReason.CODE_NOT_KNOWN)


class MoneySerializer(serializers.Serializer[Money]):
    amount = serializers.IntegerField(help_text="Minor units of the currency")
    currency = serializers.CharField(help_text="ISO 4217")


class PointSerializer(serializers.Serializer[Any]):
    lat = serializers.FloatField(min_value=-MOST_NORTHERN_DEGREES, max_value=MOST_NORTHERN_DEGREES)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class PlaceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    address = serializers.CharField()
    point = PointSerializer()


class PositionSerializer(PointSerializer):
    region = serializers.CharField(
        required=False, help_text="Where you work; left out, it is the one region of your token"
    )


class ShiftSerializer(serializers.Serializer[Any]):
    region = serializers.CharField(
        required=False, help_text="Where you work; left out, it is the one region of your token"
    )
    position = PointSerializer(required=False)


class CourierSerializer(serializers.Serializer[CourierView]):
    id = IdField()
    region = serializers.CharField()
    on_shift = serializers.BooleanField()
    waiting = serializers.BooleanField(help_text="On shift and free for an offer")


class OfferSerializer(serializers.Serializer[OfferView]):
    id = IdField()
    order_id = IdField()
    pickup = PlaceSerializer()
    dropoff_point = PointSerializer()
    distance_m = serializers.IntegerField(help_text="From pick-up to drop-off, as the crow flies")
    fee = MoneySerializer()
    ready_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class OfferListSerializer(serializers.Serializer[Any]):
    offers = OfferSerializer(many=True)


class DropoffSerializer(serializers.Serializer[Any]):
    point = PointSerializer()
    address = serializers.DictField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="name, phone, street, city, postcode, notes; null once the customer was forgotten",
    )


class DeliverySerializer(serializers.Serializer[Any]):
    order_id = IdField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in DeliveryState])
    pickup = PlaceSerializer()
    dropoff = DropoffSerializer()
    fee = MoneySerializer()
    ready_at = serializers.DateTimeField()
    reference = serializers.CharField(help_text="What to ask for at the counter")
    asks_code = serializers.BooleanField(help_text="The customer says a code at the door")
    attempts_left = serializers.IntegerField(help_text="How often the code may still be tried")
    may_leave = serializers.BooleanField(help_text="It may be left at the door without")
    minimum_age = serializers.IntegerField(help_text="Of whoever takes it: look at their identity card")


class PickUpSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField(
        required=False, max_length=16, help_text="What is written on the bag, to be compared with the order"
    )


class ProofSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[kind.value for kind in COURIERS_PROOFS])
    code = serializers.CharField(
        required=False, max_length=16, help_text="With `code`: the digits that the customer says"
    )
    reason = serializers.ChoiceField(
        required=False,
        choices=[reason.value for reason in REASONS],
        help_text="With `left_at_door`: why",
    )


class DropOffSerializer(serializers.Serializer[Any]):
    proof = serializers.ListField(child=ProofSerializer(), required=False, max_length=4)

    def proofs(self) -> tuple[Proof, ...]:
        """What was said, once it is valid."""
        return tuple(
            Proof(
                kind=ProofKind(said["kind"]),
                code=said.get("code", ""),
                reason=LeftReason(said.get("reason", "")),
            )
            for said in self.validated_data.get("proof", ())
        )


class HandoverSerializer(serializers.Serializer[Any]):
    order_id = IdField()
    code = serializers.CharField(help_text="Say it to the courier at the door; empty where none is asked")
    locked = serializers.BooleanField(help_text="It was said wrong too often")


class DeliveryListSerializer(serializers.Serializer[Any]):
    deliveries = DeliverySerializer(many=True)
