"""How orders go, on the staff's pages: drawn from the hourly figures and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from modules.orders.models import Figure
from modules.orders.selectors.figures import LATE, MORE, Sums, What, course, sums
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.dashboard import Board, Card, Chart, Period, dashboard
from tiffin.money import Money, minor_units
from tiffin.regions import Region

MEDIAN, SLOW = 0.5, 0.9
NO_REASON = "not asked for"
NOTHING = "–"


@register(Figure)
class FigureAdmin(ModuleAdmin):
    list_display = ("hour", "region", "what", "detail", "count", "amount")
    list_filter = ("region", "what")
    ordering = ("-hour",)


@dashboard("Orders")
def orders(region: Region, period: Period) -> Board:
    """Two reads of at most a few thousand rows: the time step by step, and the sums of the one before."""
    steps = course(region, period.steps, daily=period.daily)
    now, before = Sums(), sums(region, period.before, period.before_end)
    for step in steps:
        now.include(step)
    if not now.counts:
        return Board((), ())
    return Board(_cards(region, now, before), _charts(region, now, steps, "day" if period.daily else "hour"))


def _cards(region: Region, now: Sums, before: Sums) -> list[Card]:
    def money(amount: float) -> str:
        return str(Money(amount=int(amount), currency=region.currency))

    return [
        *(
            _card(title, now.count(what), before.count(what), str)
            for title, what in (
                ("Orders placed", What.PLACED),
                ("Accepted", What.ACCEPTED),
                ("Delivered", What.DELIVERED),
                ("Cancelled", What.CANCELLED),
            )
        ),
        _card("On time, of those promised", now.on_time(), before.on_time(), "{:.1%}".format),
        _card("Refunds", now.count(What.REFUNDED), before.count(What.REFUNDED), str),
        _card("Refunded", now.amount(What.REFUNDED), before.amount(What.REFUNDED), money),
        *(
            _card(title, now.answered_within(share), before.answered_within(share), "{:.0f} s".format)
            for title, share in (
                ("Accepted within, half of them", MEDIAN),
                ("Accepted within, 9 of 10", SLOW),
            )
        ),
    ]


def _card(title: str, now: float | None, before: float | None, text: Callable[[float], str]) -> Card:
    change = f"{(now - before) / before:+.1%}" if now is not None and before else ""
    return Card(
        title, NOTHING if now is None else text(now), NOTHING if before is None else text(before), change
    )


def _charts(region: Region, now: Sums, steps: Sequence[Sums], step: str) -> list[Chart]:
    return [
        Chart(
            f"Orders by the {step}",
            {
                "placed": [of.count(What.PLACED) for of in steps],
                "delivered": [of.count(What.DELIVERED) for of in steps],
            },
        ),
        Chart("On time, % of what was promised", {"on time": [_of_100(of.on_time()) for of in steps]}),
        Chart("Minutes after the promise", _by_lateness(steps), stacked=True),
        Chart(f"Refunds by reason, {region.currency}", _refunds(region, now, steps), stacked=True),
        Chart("Cancelled by reason", _by_detail(now, steps, What.CANCELLED), stacked=True),
        Chart(
            "Seconds until a restaurant accepts (estimated from ranges)",
            {
                "half of them within": [_rounded(of.answered_within(MEDIAN)) for of in steps],
                "9 of 10 within": [_rounded(of.answered_within(SLOW)) for of in steps],
            },
        ),
    ]


def _by_lateness(steps: Sequence[Sums]) -> dict[str, list[int]]:
    names = {str(end): f"up to {end}" if end else "on time" for end in LATE} | {MORE: f"more than {LATE[-1]}"}
    return {name: [of.counts[What.ARRIVED][end] for of in steps] for end, name in names.items()}


def _by_detail(now: Sums, steps: Sequence[Sums], what: What) -> dict[str, list[int]]:
    """The most frequent first."""
    return {
        detail.replace("_", " "): [of.counts[what][detail] for of in steps]
        for detail, _ in now.counts[what].most_common()
    }


def _refunds(region: Region, now: Sums, steps: Sequence[Sums]) -> dict[str, list[str]]:
    places = minor_units(region.currency)
    return {
        reason.replace("_", " ") or NO_REASON: [
            str(Decimal(of.amounts[What.REFUNDED][reason]).scaleb(-places)) for of in steps
        ]
        for reason, _ in now.amounts[What.REFUNDED].most_common()
    }


def _of_100(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value)
