"""What a region decides about payments: rows of its `region.toml`.

payment_methods                        which kinds of method may be used ("card")
payments.provider                      who holds and takes the money: one of PROVIDERS
timeouts.action_seconds                for the customer to confirm, then nothing is held any more
timeouts.absent_action_seconds         the same for who was not there when it was asked for
payouts.account                        the platform's own bank account, see AccountRow
timeouts.payment_answer_seconds        for the provider to answer, then it is asked what became of it;
                                       after an hour again, then daily
timeouts.authorisation_seconds         how long money is held without being taken
"""

from __future__ import annotations

from datetime import date, timedelta

from tiffin.dto import DTO
from tiffin.regions import NoRuleInForce, Region

FRIDAY = 4


class MethodRow(DTO):
    """A row of `payment_methods`."""

    method: str


class AccountRow(DTO):
    """The row of `payouts.account`: from where the region's payouts go, and to where what is invoiced comes.
    An `iban`, with the bank's `bic` if that is known, or a UK `sort_code` and `account_number`. The bank file
    of a day is made at `cut_off_hour`, local time. Without the row nothing is paid out."""

    name: str
    iban: str = ""
    bic: str = ""
    sort_code: str = ""
    account_number: str = ""
    cut_off_hour: int = 15


def executed_on(cut_off: date, today: date) -> date:
    """The day for which the bank is asked to pay: never one that is over, and from Monday to Friday. Which
    holidays banks keep (those of TARGET, and each country's own) is not known here: on one, the bank takes
    its next day by itself."""
    day = max(cut_off, today)
    return day if day.weekday() <= FRIDAY else day + timedelta(days=7 - day.weekday())


SANDBOX, STRIPE, ADYEN = "sandbox", "stripe", "adyen"
PROVIDERS = (SANDBOX, STRIPE, ADYEN)

DEFAULT_SECONDS = {
    "action_seconds": 600,
    # As long as Stripe waits for a customer who is asked to confirm a renewal
    # (https://docs.stripe.com/billing/subscriptions/overview: 23 hours).
    "absent_action_seconds": 23 * 3600,
    "payment_answer_seconds": 300,
    # Card schemes let an authorisation lapse after about seven days; it is given back well before.
    "authorisation_seconds": 5 * 24 * 3600,
}

# After the first time that an unknown outcome was asked after, and from then on.
ASKED_AGAIN_AFTER = (timedelta(hours=1), timedelta(days=1))


def patience(region: Region, name: str, *, on: date) -> timedelta:
    """How long the region waits for `timeouts.<name>`, or what is usual where it does not say."""
    try:
        return timedelta(seconds=region.setting(f"timeouts.{name}", int, on=on))
    except NoRuleInForce:
        return timedelta(seconds=DEFAULT_SECONDS[name])


def holders(region: Region, *, on: date) -> set[str]:
    """Everybody who may hold money of the region's payments: who was chosen in the last half year."""
    return {provider_name(region, on=on - timedelta(weeks=weeks)) for weeks in range(27)}


def provider_name(region: Region, *, on: date) -> str:
    """Who holds the money of what is paid in the region from now on: the sandbox, where it does not say."""
    try:
        return region.setting("payments.provider", str, on=on)
    except NoRuleInForce:
        return SANDBOX


def own_account(region: Region, *, on: date) -> AccountRow | None:
    """The region's own bank account, if it has one."""
    return next(iter(region.rules("payouts.account", AccountRow, on=on)), None)
