"""How memberships look over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.subscriptions.interface import (
    Benefit,
    BenefitKind,
    ChangePreview,
    CreditNoteView,
    CreditReason,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    InvoiceView,
    LineKind,
    MembershipState,
    MembershipView,
    Phase,
    PhaseKind,
    PlanView,
)
from tiffin.money import Money
from tiffin.web.fields import IdField


def _choices(kind: Any) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in kind if each.value != "unknown"]


class MoneySerializer(serializers.Serializer[Money]):
    amount = serializers.IntegerField(help_text="Minor units of the currency")
    currency = serializers.CharField(help_text="ISO 4217")


class BenefitSerializer(serializers.Serializer[Benefit]):
    kind = serializers.ChoiceField(choices=_choices(BenefitKind), source="kind.value")
    minimum = serializers.IntegerField(help_text="Minor units of dishes, from which on it is granted")
    within_m = serializers.IntegerField(allow_null=True, help_text="Metres as the crow flies; null: anywhere")
    rate = serializers.DecimalField(6, 4, help_text="0 to 1: what share is taken off")
    amount = serializers.IntegerField(help_text="Minor units")
    after_minutes = serializers.IntegerField()
    title = serializers.CharField(help_text="Of something elsewhere")
    link = serializers.CharField(help_text="Where members have it; empty for everybody else")


class PhaseSerializer(serializers.Serializer[Phase]):
    kind = serializers.ChoiceField(choices=_choices(PhaseKind), source="kind.value")
    price = MoneySerializer(help_text="Of each period")
    days = serializers.IntegerField(help_text="Of a trial; else 0")
    periods = serializers.IntegerField(help_text="Of an introduction; 0: without end")


class PlanSerializer(serializers.Serializer[PlanView]):
    id = IdField()
    region = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    months = serializers.IntegerField(help_text="Paid every so many months")
    level = serializers.IntegerField(help_text="Of two, the plan with the higher level brings more")
    benefits = BenefitSerializer(many=True)
    phases = PhaseSerializer(many=True, help_text="One after the other; the last is for ever")
    for_comeback = serializers.BooleanField(help_text="For those who left a while ago, and nobody else")


class PlansSerializer(serializers.Serializer[Any]):
    results = PlanSerializer(many=True)


class RegionQuerySerializer(serializers.Serializer[Any]):
    region = serializers.CharField(max_length=16, help_text="A region's code")


class MembershipSerializer(serializers.Serializer[MembershipView]):
    id = IdField()
    region = serializers.CharField()
    plan_id = IdField()
    plan_code = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=_choices(MembershipState), source="state.value")
    started_on = serializers.DateField()
    benefits = BenefitSerializer(many=True)
    valid_in = serializers.ListField(child=serializers.CharField(), help_text="Codes of regions")
    access_until = serializers.DateTimeField(
        allow_null=True, help_text="Benefits are granted before it; null: not now"
    )
    renews_on = serializers.DateField(allow_null=True, help_text="null: it does not")
    renews_at_price = MoneySerializer(allow_null=True)
    new_price = MoneySerializer(allow_null=True, help_text="What each period costs later; null: the same")
    new_price_from = serializers.DateField(
        allow_null=True, help_text="When the first period begins that costs it"
    )
    cancels = serializers.BooleanField(help_text="It ends when what is paid for is over")
    changes_to = IdField(allow_null=True, help_text="The plan that it has then")
    paused_until = serializers.DateField(allow_null=True)
    owed = MoneySerializer(allow_null=True)
    action_url = serializers.CharField(allow_null=True, help_text="Where to confirm what is owed")
    saved = MoneySerializer(allow_null=True, help_text="What it took off your orders to date")


class MembershipsSerializer(serializers.Serializer[Any]):
    results = MembershipSerializer(many=True)


class JoinSerializer(serializers.Serializer[Any]):
    plan_id = IdField()
    payment_method = serializers.CharField(max_length=64, help_text="As for an order")
    device = serializers.CharField(
        max_length=64,
        required=False,
        help_text="Whatever is the same each time on this device: there is one trial for each",
    )


class MethodSerializer(serializers.Serializer[Any]):
    payment_method = serializers.CharField(max_length=64, help_text="As for an order")


class CancelSerializer(serializers.Serializer[Any]):
    now = serializers.BooleanField(
        default=False, help_text="True: at once, and not when what is paid for is over"
    )


class PauseSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=366)


class PlanChoiceSerializer(serializers.Serializer[Any]):
    plan_id = IdField()


class InvoiceLineSerializer(serializers.Serializer[InvoiceLine]):
    kind = serializers.ChoiceField(choices=_choices(LineKind), source="kind.value")
    title = serializers.CharField()
    begins = serializers.DateField()
    ends = serializers.DateField(help_text="The first day that is not meant")
    amount = MoneySerializer(help_text="Below nothing where it is credited")


class ChangePreviewSerializer(serializers.Serializer[ChangePreview]):
    plan_id = IdField()
    at_once = serializers.BooleanField(help_text="False: when what is paid for is over")
    on = serializers.DateField()
    lines = InvoiceLineSerializer(many=True)
    due = MoneySerializer(help_text="Now")
    tax = MoneySerializer(help_text="In it")
    renews_on = serializers.DateField()
    renews_at_price = MoneySerializer()


class CreditNoteSerializer(serializers.Serializer[CreditNoteView]):
    number = serializers.CharField(help_text="Empty until it has one, moments later")
    reason = serializers.ChoiceField(choices=_choices(CreditReason), source="reason.value")
    total = MoneySerializer()
    tax = MoneySerializer(help_text="In it")
    issued_at = serializers.DateTimeField()


class InvoiceSerializer(serializers.Serializer[InvoiceView]):
    id = IdField()
    membership_id = IdField()
    kind = serializers.ChoiceField(choices=_choices(InvoiceKind), source="kind.value")
    state = serializers.ChoiceField(choices=_choices(InvoiceState), source="state.value")
    number = serializers.CharField(help_text="Empty until it has one, moments later")
    lines = InvoiceLineSerializer(many=True)
    total = MoneySerializer()
    tax = MoneySerializer(help_text="In it")
    refunded = MoneySerializer()
    opened_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    credits = CreditNoteSerializer(many=True, help_text="What is not owed of it after all")


class InvoicesSerializer(serializers.Serializer[Any]):
    results = InvoiceSerializer(many=True)
