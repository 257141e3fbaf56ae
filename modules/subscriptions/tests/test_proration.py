"""What a change within a period costs, to the cent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.subscriptions.billing import Cycle, Period, prorate, share_of
from tiffin.money import CurrencyMismatch, Money

MAY = Period(date(2025, 5, 1), date(2025, 6, 1))
PRICES = st.builds(Money, amount=st.integers(0, 100_000), currency=st.just("USD"))
PERIODS = st.builds(
    lambda anchor, months, number: Cycle(anchor, months).period(number),
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.sampled_from([1, 12]),
    st.integers(0, 40),
)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def test_the_oracle() -> None:
    """$20 to $40 at 00:00 on 11 May of a period of 1 to 31 May."""
    found = prorate(MAY, old=usd(2000), new=usd(4000), on=date(2025, 5, 11))
    assert (found.days, found.period.days) == (21, 31)
    assert (found.credit, found.charge, found.net) == (usd(1355), usd(2710), usd(1355))


def test_on_the_first_day_all_comes_back_and_on_the_last_a_day_of_it() -> None:
    assert prorate(MAY, old=usd(2000), new=usd(4000), on=MAY.begins).net == usd(2000)
    assert prorate(MAY, old=usd(3100), new=usd(0), on=date(2025, 5, 31)).net == usd(-100)


@given(PERIODS, PRICES, PRICES, st.data())
def test_nobody_gets_back_more_than_was_paid_nor_pays_more_than_the_price(
    period: Period, old: Money, new: Money, data: st.DataObject
) -> None:
    on = period.begins + timedelta(days=data.draw(st.integers(0, period.days - 1)))
    found = prorate(period, old=old, new=new, on=on)
    assert usd(0) <= found.credit <= old
    assert usd(0) <= found.charge <= new
    assert prorate(period, old=new, new=old, on=on).net == -found.net


@given(PERIODS, PRICES, st.data())
def test_what_is_used_and_what_is_left_are_the_price_but_for_half_a_cent(
    period: Period, price: Money, data: st.DataObject
) -> None:
    days = data.draw(st.integers(0, period.days))
    parts = share_of(price, days, period) + share_of(price, period.days - days, period)
    assert price.amount <= parts.amount <= price.amount + 1


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        prorate(MAY, old=usd(1), new=Money(amount=1, currency="GBP"), on=MAY.begins)
    with pytest.raises(ValueError, match="none of the days"):
        prorate(MAY, old=usd(1), new=usd(1), on=MAY.ends)
