"""How memberships go, on the staff's pages: drawn from the figures and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate

from modules.subscriptions.models.figures import What
from modules.subscriptions.selectors.figures import Sums, a_month, between, course, money, until
from tiffin.admin.dashboard import Board, Card, Chart, Period, dashboard
from tiffin.money import minor_units
from tiffin.regions import Region

NOTHING = "–"
# What changes what members pay, as people say it; the first three are more, the others less.
MOVES = (
    ("new", (What.NEW,)),
    ("come back", (What.BACK, What.PAUSE_OVER)),
    ("bigger plan", (What.UP,)),
    ("smaller plan", (What.DOWN,)),
    ("paused", (What.PAUSED,)),
    ("gone", (What.GONE,)),
)


@dashboard("Memberships")
def memberships(region: Region, period: Period) -> Board:
    """A few reads of some thousand figures at most."""
    steps = course(region, period.steps, daily=period.daily)
    now, at_first = Sums(), until(region, period.begin)
    for step in steps:
        now.include(step)
    if not now.counts and not at_first.counts:
        return Board((), ())
    before, before_it = between(region, period.before, period.before_end), until(region, period.before)
    cards = [*_standing(region, at_first, now, before_it, before), *_shares(at_first, now, before_it, before)]
    return Board(cards, _charts(region, at_first, steps, "day" if period.daily else "hour"))


def _standing(region: Region, at_first: Sums, now: Sums, before_it: Sums, before: Sums) -> list[Card]:
    def there(of: Sums, more: Sums) -> Sums:
        both = Sums()
        both.include(of)
        both.include(more)
        return both

    ends, ended = there(at_first, now), there(before_it, before)
    return [
        _card("Members", ends.members, ended.members, "{:,.0f}".format),
        _card(
            "Monthly recurring revenue", ends.a_month, ended.a_month, lambda of: str(money(region, int(of)))
        ),
    ]


def _shares(at_first: Sums, now: Sums, before_it: Sums, before: Sums) -> list[Card]:
    percent = "{:.1%}".format
    return [
        _card("Left, of all members", now.churn(at_first), before.churn(before_it), percent),
        _card("Trials that were paid for", now.conversion, before.conversion, percent),
        _card("Failed payments that came after all", now.recovery, before.recovery, percent),
    ]


def _card(title: str, now: float | None, before: float | None, text: Callable[[float], str]) -> Card:
    return Card(
        title,
        NOTHING if now is None else text(now),
        NOTHING if before is None else text(before),
        f"{(now - before) / before:+.1%}" if now is not None and before else "",
    )


def _charts(region: Region, at_first: Sums, steps: Sequence[Sums], step: str) -> list[Chart]:
    places = minor_units(region.currency)

    def amounts(of: Sequence[int]) -> list[str]:
        return [str(Decimal(amount).scaleb(-places)) for amount in of]

    worth = accumulate((sum(of.worth.values()) for of in steps), initial=sum(at_first.worth.values()))
    members = accumulate((of.members for of in steps), initial=at_first.members)
    return [
        Chart(
            f"Monthly recurring revenue, {region.currency}",
            {"a month": amounts([a_month(each) for each in list(worth)[1:]])},
        ),
        Chart(
            f"What changed it by the {step}, {region.currency}",
            {name: amounts([of.worth_a_month(*whats) for of in steps]) for name, whats in MOVES},
            stacked=True,
        ),
        Chart("Members", {"members": list(members)[1:]}),
        _counted(f"Trials by the {step}", steps, What.TRIAL, What.CONVERTED, What.NOT_CONVERTED),
        _counted(f"Payments that failed by the {step}", steps, What.FAILING, What.RECOVERED, What.LOST),
    ]


def _counted(title: str, steps: Sequence[Sums], *whats: What) -> Chart:
    return Chart(title, {what.replace("_", " "): [of.count(what) for of in steps] for what in whats})
