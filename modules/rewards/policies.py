"""What a region decides about points: rows of its `region.toml`, and a policy where rows cannot say it.

rewards.earning         what an order earns, when and for how long; no row: nothing is earned there
rewards.redeeming       what points are worth there; no row: none are spent there
rewards.tiers           the tiers of customers who order much there; no row: there are none
rewards.qualifying      in which time one qualifies for them
rewards.sending         how much customers send each other; no row: they do not
rewards.velocity        how fast points are taken, and what happens beyond that; no row: as fast as one likes
rewards.reviewing       how long a wallet is looked into
rewards.adjustments     what staff give and take by hand; no row: nothing
rewards.funding         when partners pay for the points of their campaigns; no row: they are not billed there
rewards.charity         how much is given, and when it is settled; no row: nothing is given there
rewards.donation_receipts  how donations are put in writing; no row: they are not
timeouts.claim_seconds  to say that something was wrong: until then points are pending
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Final, Literal, NamedTuple

from modules.rewards.interface import Benefit
from tiffin.dto import DTO
from tiffin.money import Money
from tiffin.regions import Policy, Region

TakingBack = Literal["negative", "within_balance"]
REFUSE: Final = "refuse"
HOLD_DAYS: Final = 14


class EarningRule(DTO):
    """The row `rewards.earning`: each whole `per_amount` minor units of dishes and options earn `points`.

    They are the customer's once the time for claims and `margin_hours` more are over, and expire at the end
    of the day `months` later, of which is warned `warn_days` before. A customer earns at most `most_per_day`
    of a day's orders. What a refund takes back and is spent already is owed where `taking_back` is
    `negative`, and forgiven where it is `within_balance`.
    """

    points: int
    per_amount: int
    months: int
    margin_hours: int
    most_per_day: int
    taking_back: TakingBack = "negative"
    warn_days: int = 14


class Redeeming(DTO):
    """The row `rewards.redeeming`: so many `points` are worth `amount` minor units. Fewer than
    `minimum_points` are not spent at once, and at most `max_share` (0 to 1) of a bill is paid with them. What
    is held for an order and not spent is free again after `hold_days`."""

    points: int
    amount: int
    minimum_points: int = 1
    max_share: Decimal = Decimal(1)
    hold_days: int = HOLD_DAYS


class Tier(DTO):
    """A row of `rewards.tiers`: who earned `from_points` within the qualifying time has it. What an order
    earns is then `multiplier` times as much; `benefits` are codes of what else it brings, each a `Benefit`:
    one that nobody gives would be an empty promise."""

    code: str
    title: str
    from_points: int
    multiplier: Decimal = Decimal(1)
    benefits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a benefit that no module gives."""
        unknown = sorted(set(self.benefits).difference(Benefit))
        if unknown:
            raise ValueError(f"no module gives {', '.join(unknown)}; there is {', '.join(Benefit)}")


class Qualifying(DTO):
    """The row `rewards.qualifying`: points count for `months`, either the last ones (`rolling`) or those of
    the calendar's periods of so many months, which divide a year. A tier is kept until the end of the period
    after the one in which it was reached."""

    months: int
    rolling: bool = False


class Funding(DTO):
    """The row `rewards.funding`: every `months` months, on the first, partners are billed for the points that
    their campaigns gave, at the price of `rewards.redeeming`, due `due_days` after the invoice."""

    due_days: int
    months: int = 1


class Giving(DTO):
    """The row `rewards.charity`. At once `least_points` to `most_points` are given. Donations are settled
    every `day`, or every `week` on its `weekday` (1 is Monday), at `hour` local time; a charity for which
    less than `minimum` minor units lie there waits for the next time."""

    least_points: int
    most_points: int
    settles: Literal["day", "week"]
    hour: int
    minimum: int
    weekday: int = 1

    def latest(self, local: datetime) -> datetime:
        """The last time to settle that is not after `local`."""
        time = local.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        days = 1 if self.settles == "day" else 7
        if self.settles == "week":
            time -= timedelta(days=(time.isoweekday() - self.weekday) % 7)
        return time if time <= local else time - timedelta(days=days)


class DonationReceipts(DTO):
    """The row `rewards.donation_receipts`: what numbers look like (`{seq}` counts, `{year}` has it begin anew
    each year), the `language`, whether points that were given are put in writing as money is, and the `notes`
    that stand below."""

    number: str
    language: str
    points: bool = False
    notes: tuple[str, ...] = ()


class EarningFacts(DTO):
    """What an earning policy may look at. `goods` is what was paid for dishes and options after discounts."""

    goods: Money
    delivered_local: datetime
    rule: EarningRule


class EarningPolicy(Policy, module="rewards"):
    """What an order earns by itself, before tiers and campaigns add to it."""

    def points(self, facts: EarningFacts) -> int:
        """Whole amounts earn, what is left over does not."""
        return max(0, facts.goods.amount) // facts.rule.per_amount * facts.rule.points


def earning_rule(region: Region, on: date) -> EarningRule | None:
    """What was in force on the local day; None where nothing is earned."""
    return next(iter(region.rules("rewards.earning", EarningRule, on=on)), None)


def redeeming(region: Region, on: date) -> Redeeming | None:
    """What points are worth there on the local day; None where they are not spent."""
    return next(iter(region.rules("rewards.redeeming", Redeeming, on=on)), None)


def funding(region: Region, on: date) -> Funding | None:
    """When partners pay, as it was on the local day; None where they are not billed."""
    return next(iter(region.rules("rewards.funding", Funding, on=on)), None)


def worth(points: int, price: Redeeming) -> int:
    """What the points are worth in minor units, rounded half up."""
    return (2 * points * price.amount + price.points) // (2 * price.points)


def giving(region: Region, on: date) -> Giving | None:
    """How it was given on the local day; None where nothing is."""
    return next(iter(region.rules("rewards.charity", Giving, on=on)), None)


def donation_receipts(region: Region, on: date) -> DonationReceipts | None:
    """How donations were put in writing on the local day; None where they were not."""
    return next(iter(region.rules("rewards.donation_receipts", DonationReceipts, on=on)), None)


def next_monthly(day: int, after: date) -> date:
    """The first `day` of a month after a date; of a shorter month its last."""
    first = after.replace(day=1)
    while True:
        next_first = (first + timedelta(days=31)).replace(day=1)
        found = min(first + timedelta(days=day - 1), next_first - timedelta(days=1))
        if found > after:
            return found
        first = next_first


def tiers(region: Region, on: date) -> list[Tier]:
    """Those there are on the local day, the lowest first."""
    return sorted(region.rules("rewards.tiers", Tier, on=on), key=lambda tier: tier.from_points)


def qualifying(region: Region, on: date) -> Qualifying:
    """In which time one qualifies: a calendar year, where the region does not say."""
    return next(iter(region.rules("rewards.qualifying", Qualifying, on=on)), Qualifying(months=12))


def pending_for(region: Region, rule: EarningRule, on: date) -> timedelta:
    """How long points are pending after the door."""
    claims = timedelta(seconds=region.setting("timeouts.claim_seconds", int, on=on))
    return claims + timedelta(hours=rule.margin_hours)


def times(points: int, factor: Decimal) -> int:
    """So many times the points, rounded down."""
    return int((points * factor).to_integral_value(ROUND_FLOOR))


class Sending(DTO):
    """The row `rewards.sending`: customers send each other at least `minimum` points at once, at most
    `times_per_day` times and `per_day` points within 24 hours, and `per_month` within 30 days. The sender's
    region says so."""

    minimum: int
    times_per_day: int
    per_day: int
    per_month: int


class Velocity(DTO):
    """A row of `rewards.velocity`: within `seconds` a customer takes points by `flows` at most `times` times,
    and at most so many `points`. What is beyond is refused (`refuse`); or it happens, and the wallet is
    looked into before anything else is taken from it (`review`): what is sent is held until then."""

    code: str
    flows: tuple[Literal["hold", "send", "donate"], ...]
    seconds: int
    times: int | None = None
    points: int | None = None
    then: Literal["refuse", "review"] = REFUSE


class Reviewing(DTO):
    """The row `rewards.reviewing`: a wallet that nobody has decided about within `hours` is good again."""

    hours: int


class Adjusting(DTO):
    """The row `rewards.adjustments`: staff give or take at most `most` points at once. Above
    `second_person_above` somebody else agrees first, within `decide_hours`. What they give expires at the end
    of the day so many `days` later."""

    most: int
    second_person_above: int
    decide_hours: int
    days: int


class Taking(NamedTuple):
    """Points that were taken, or are to be: by which flow, when and how many."""

    flow: str
    at: datetime
    points: int


def sending(region: Region, on: date) -> Sending | None:
    """How much is sent on the local day; None where nothing is."""
    return next(iter(region.rules("rewards.sending", Sending, on=on)), None)


def velocity(region: Region, on: date) -> list[Velocity]:
    """What holds on the local day, in the order of the file."""
    return region.rules("rewards.velocity", Velocity, on=on)


def reviewing(region: Region, on: date) -> Reviewing:
    """How long a wallet is looked into: three days, where the region does not say."""
    return next(iter(region.rules("rewards.reviewing", Reviewing, on=on)), Reviewing(hours=72))


def adjusting(region: Region, on: date) -> Adjusting | None:
    """What staff give and take on the local day; None where they do not."""
    return next(iter(region.rules("rewards.adjustments", Adjusting, on=on)), None)


def broken_rule(rules: Sequence[Velocity], takings: Iterable[Taking], wanted: Taking) -> Velocity | None:
    """The rule that taking what is `wanted` after those `takings` would break: one that refuses it before one
    that lets it be looked into."""
    before = list(takings)
    broken = [rule for rule in rules if wanted.flow in rule.flows and _is_broken(rule, before, wanted)]
    return min(broken, key=lambda rule: rule.then != REFUSE, default=None)


def _is_broken(rule: Velocity, before: list[Taking], wanted: Taking) -> bool:
    since = wanted.at - timedelta(seconds=rule.seconds)
    within = [taking for taking in before if taking.flow in rule.flows and taking.at > since]
    points = wanted.points + sum(taking.points for taking in within)
    return (rule.times is not None and len(within) + 1 > rule.times) or (
        rule.points is not None and points > rule.points
    )
