"""Every table that a region's file may hold, with what a row of it says. What nobody reads has no place."""

from __future__ import annotations

from datetime import date
from typing import Any

from modules.ads.policies import Baskets, Billing, Floor, Restriction
from modules.delivery.policies import HandoverCode, PositionRule
from modules.experiments.policies import Exclusion
from modules.orders import policies as orders
from modules.orders.policies import (
    AgeRestriction,
    DeliveryFee,
    KeptShare,
    LateCredit,
    ReceiptIssuer,
    ServiceFee,
    SmallOrderFee,
    TaxRate,
    Zone,
)
from modules.payments.policies import AccountRow, MethodRow
from modules.rewards.policies import (
    Adjusting,
    DonationReceipts,
    EarningRule,
    Funding,
    Giving,
    Qualifying,
    Redeeming,
    Reviewing,
    Sending,
    Tier,
    Velocity,
)
from modules.subscriptions.policies import (
    CoolingOff,
    Dunning,
    Pausing,
    PriceNotice,
    Reminder,
    TaxRow,
    ValidIn,
)
from tiffin import regions
from tiffin.dto import DTO
from tiffin.regions import Region, discovery

TAX_CATEGORIES = ("food", "hot_food", "cold_food", "confectionery", "drink", "alcohol", "delivery", "service")


class City(DTO):
    """The middle of a city where the platform delivers, in degrees."""

    code: str
    name: str
    lat: float
    lon: float


ROWS: dict[str, type[DTO]] = {
    "cities": City,
    "tax.rates": TaxRate,
    "fees.delivery": DeliveryFee,
    "fees.service": ServiceFee,
    "fees.small_order": SmallOrderFee,
    "payment_methods": MethodRow,
    "receipts.issuers": ReceiptIssuer,
    "positions": PositionRule,
}

# Tables that another module reads too, by a shape of its own.
READ_TWICE: dict[str, type[DTO]] = {"rewards.redeeming": orders.Redeeming, "tax.rates": TaxRow}

# What a region may do without.
OPTIONAL_ROWS: dict[str, type[DTO]] = {
    "zones": Zone,
    "age_restrictions": AgeRestriction,
    "late.credits": LateCredit,
    "handover.code": HandoverCode,
    "cancellation.kept": KeptShare,
    "payouts.account": AccountRow,
    "rewards.earning": EarningRule,
    "rewards.redeeming": Redeeming,
    "rewards.funding": Funding,
    "rewards.qualifying": Qualifying,
    "rewards.tiers": Tier,
    "rewards.charity": Giving,
    "rewards.donation_receipts": DonationReceipts,
    "rewards.sending": Sending,
    "rewards.velocity": Velocity,
    "rewards.reviewing": Reviewing,
    "rewards.adjustments": Adjusting,
    "memberships.dunning": Dunning,
    "memberships.cooling_off": CoolingOff,
    "memberships.pausing": Pausing,
    "memberships.price_notice": PriceNotice,
    "memberships.reminder": Reminder,
    "memberships.valid_in": ValidIn,
    "experiments.exclusions": Exclusion,
    "ads.billing": Billing,
    "ads.baskets": Baskets,
    "ads.floors": Floor,
    "ads.restrictions": Restriction,
}

SETTINGS: dict[str, Any] = {
    "currency": str,
    "prices_include_tax": bool,
    "languages": list[str],
    "time_zone": str,
    "rounding": int,
    "payments.provider": str,
    "receipts.language": str,
    "receipts.shows": list[str],
    "tips.presets": list[int],
    "vendors.unanswered_before_pause": int,
    "vendors.unanswered_pause_minutes": int,
    "vendors.open_orders": int,
    "vendors.busy_steps_minutes": list[int],
    "vendors.push_seconds": int,
    "vendors.poll_seconds": int,
    "vendors.call_seconds": int,
    "vendors.may_accept_unanswered": bool,
    "vendors.accept_lead_seconds": int,
    "vendors.log_days": int,
    "vendors.feed_hours": int,
    "vendors.failing_hours": int,
    "scheduling.slot_minutes": int,
    "scheduling.days_ahead": int,
    "scheduling.lead_minutes": int,
    "estimates.answer_minutes": int,
    "estimates.metres_per_minute": int,
    "estimates.door_minutes": int,
    "estimates.collect_minutes": int,
    "estimates.early_minutes": int,
    "estimates.late_minutes": int,
    "dispatch.lead_minutes": int,
    "caps.order_amount": int,
    "caps.order_items": int,
    "timeouts.quote_valid_seconds": int,
    "timeouts.payment_seconds": int,
    "timeouts.action_seconds": int,
    "timeouts.payment_answer_seconds": int,
    "timeouts.absent_action_seconds": int,
    "timeouts.authorisation_seconds": int,
    "timeouts.joining_seconds": int,
    "timeouts.restaurant_accept_seconds": int,
    "timeouts.preparation_seconds": int,
    "timeouts.courier_search_seconds": int,
    "timeouts.courier_offer_seconds": int,
    "timeouts.courier_pickup_seconds": int,
    "timeouts.delivery_seconds": int,
    "timeouts.pickup_seconds": int,
    "timeouts.claim_seconds": int,
    "timeouts.claim_decision_seconds": int,
    "timeouts.evidence_seconds": int,
}


def regions_under_test() -> list[Region]:
    """Those that are found, and Testland."""
    found = {region.code: region for region in regions.all()}
    found.setdefault("xt", discovery.load("xt", "tests.regions.xt"))
    return list(found.values())


def days_that_matter(region: Region) -> list[date]:
    """Each day from which something is different in `region`, as far as the platform goes back."""
    opened = max(rows[0].dating.valid_from for rows in region.tables.values())
    starts = {row.dating.valid_from for rows in region.tables.values() for row in rows}
    return sorted({opened, *(day for day in starts if day > opened)})
