"""What is counted of those who take part, and what is read from it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

WHOLE = 10_000  # shares and weights are basis points


class FlagKind(StrEnum):
    """What a flag's value is."""

    SWITCH = "switch"
    TEXT = "text"
    NUMBER = "number"


class Measure(StrEnum):
    """What is counted, by what others report. Money is counted by currency: `spend:PLN`."""

    ORDERS = "orders"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    SPEND = "spend"
    JOINED = "joined"
    ADS_SHOWN = "ads_shown"
    AD_CLICKS = "ad_clicks"


class Metric(NamedTuple):
    """Per participant the mean of `measure`; with `per`, the ratio of both sums. `more_is_better` says which
    way hurts."""

    key: str
    says: str
    measure: Measure
    per: Measure | None = None
    more_is_better: bool = True


METRICS = {
    metric.key: metric
    for metric in (
        Metric("orders", "Delivered orders per participant", Measure.ORDERS),
        Metric("spend", "Paid for delivered orders per participant", Measure.SPEND),
        Metric("basket", "Paid per delivered order", Measure.SPEND, per=Measure.ORDERS),
        Metric("cancellations", "Cancelled orders per participant", Measure.CANCELLED, more_is_better=False),
        Metric("refunds", "Refunds per participant", Measure.REFUNDED, more_is_better=False),
        Metric("memberships", "Memberships begun per participant", Measure.JOINED),
        Metric("ad_clicks", "Clicks on ads per participant", Measure.AD_CLICKS),
        Metric("ad_rate", "Clicks per ad that was seen", Measure.AD_CLICKS, per=Measure.ADS_SHOWN),
    )
}
METRIC_CHOICES = [(metric.key, metric.says) for metric in METRICS.values()]
# What is reported of browsers too.
OF_DEVICES = frozenset({"ad_clicks", "ad_rate"})
