"""Changing one's mind, saying what was wrong, and what it was like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.orders.interface import ClaimReason, ClaimState, Party
from modules.orders.models.rating import BEST
from modules.orders.rest.serializers.documents import (
    LONGEST_WORDS,
    Document,
    MoneySerializer,
    choice,
    choice_of,
)
from tiffin.web.fields import IdField


class RatingRequestSerializer(serializers.Serializer[Any]):
    """Stars; the courier's are left out where nobody brought it."""

    food = serializers.IntegerField(min_value=1, max_value=BEST)
    courier = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=BEST)
    words = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_WORDS)


class RatingSerializer(Document):
    food = serializers.IntegerField()
    courier = serializers.IntegerField(allow_null=True)
    words = serializers.CharField()
    rated_at = serializers.DateTimeField()


class CancelRequestSerializer(serializers.Serializer[Any]):
    """Nothing, or what the preview said."""

    keeps = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        help_text="The amount of `keeps` in the preview, in minor units: if something else would be kept by "
        "now, nothing is cancelled and the answer (`cancellation_changed`) has a new `preview`",
    )


class KeptSerializer(Document):
    label = serializers.CharField()
    amount = MoneySerializer()
    tax = MoneySerializer(help_text="Contained in the amount, or a part of its own where taxes are on top")
    party = choice(Party, help_text="Whose it is")
    liable = choice(Party, help_text="Who owes the tax")
    reason = serializers.CharField(help_text="Why it is kept; empty for what is not")
    line = serializers.IntegerField(allow_null=True)


class RefundSerializer(Document):
    amount = MoneySerializer()
    reason = serializers.CharField(help_text="A code: customer, late, claim_missing …")
    owed_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True, help_text="null: on its way, or with their bank")
    charged_back_at = serializers.DateTimeField(
        allow_null=True, help_text="The customer's bank had taken it already: it is not given back as well"
    )
    points = serializers.IntegerField(help_text="So many come back besides the amount")
    points_done_at = serializers.DateTimeField(allow_null=True)


class CancellationSerializer(Document):
    may_cancel = serializers.BooleanField()
    back = MoneySerializer(help_text="What would come back of what was taken")
    released = MoneySerializer(help_text="What would never be taken")
    text = serializers.CharField()
    kept = KeptSerializer(many=True, help_text="What is charged all the same")
    keeps = MoneySerializer(allow_null=True, help_text="In all")
    unpaid = KeptSerializer(many=True, help_text="What comes back or is never taken")


class ClaimLineSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(min_value=0, max_value=10_000, help_text="Index of the order's line")
    quantity = serializers.IntegerField(default=1, min_value=1, max_value=10_000)


class ClaimRequestSerializer(serializers.Serializer[Any]):
    """What was wrong. `never_arrived` is about the whole order and names no lines."""

    reason = choice_of(ClaimReason)
    lines = serializers.ListField(child=ClaimLineSerializer(), required=False, max_length=100)
    words = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_WORDS)


class EvidenceRequestSerializer(serializers.Serializer[Any]):
    claim_id = IdField()
    photo = serializers.FileField(help_text="JPEG, PNG or WebP, at most 6 MB")


class AppealRequestSerializer(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=LONGEST_WORDS)


class EvidenceSerializer(Document):
    id = IdField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    added_at = serializers.DateTimeField()


class ClaimSerializer(Document):
    id = IdField()
    order_id = IdField()
    reason = choice(ClaimReason)
    state = choice(ClaimState)
    lines = ClaimLineSerializer(many=True)
    asked = MoneySerializer(help_text="What the dishes had cost, with the fees that go with them")
    granted = MoneySerializer()
    opened_at = serializers.DateTimeField()
    decide_by = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    answer = serializers.CharField(help_text="What staff wrote about it")
    evidence = EvidenceSerializer(many=True)
    takes_evidence = serializers.BooleanField()
    appealed_at = serializers.DateTimeField(allow_null=True)
    appeal_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when a refusal can be appealed against; null: it cannot"
    )


class ClaimsSerializer(serializers.Serializer[Any]):
    claims = ClaimSerializer(many=True)
