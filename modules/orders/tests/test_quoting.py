"""Quoting: what is refused and why, and that nobody else is asked."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from modules.identity.interface import Identity
from modules.orders.interface import (
    AddressOutsideZone,
    AddressTicketInvalid,
    BasketEmpty,
    BasketItemUnavailable,
    BasketItemUnknown,
    BasketLine,
    BasketTooLarge,
    ComponentKind,
    MinimumOrderNotMet,
    OptionCountWrong,
    OptionUnknown,
    Orders,
    OrderTooExpensive,
    PlacingRefused,
    QuantityWrong,
    RestaurantClosed,
    RestaurantPaused,
    RestaurantUnknown,
    Wishes,
)
from modules.orders.models import KnownRestaurant
from modules.orders.policies import PlacingFacts, PlacingPolicy
from modules.orders.tests import scenes
from modules.payments.interface import Payments
from modules.restaurants.interface import Restaurants
from tiffin import clock, ids, regions
from tiffin.interfaces import call, provided
from tiffin.testing import settle

pytestmark = pytest.mark.database


def preview(kitchen, *lines, point=scenes.NEAR_SOHO, **more):
    return call(Orders).quote(restaurant_id=kitchen.id, lines=lines, point=point, **more)


def test_a_quote_says_what_everything_costs(kitchen, customer) -> None:
    egg = kitchen.choice("Ramen", "Toppings", "Egg", quantity=2)
    tonkotsu = kitchen.choice("Ramen", "Broth", "Tonkotsu")
    quote = scenes.quote(kitchen, customer, kitchen.line("Ramen", tonkotsu, egg, quantity=2), tip=200)
    parts = [(part.kind, part.amount.amount) for part in quote.price.components]
    assert parts == [
        (ComponentKind.ITEM, 2500),
        (ComponentKind.OPTION, 300),
        (ComponentKind.OPTION, 240),  # one egg is free, the other is paid, twice
        (ComponentKind.DELIVERY_FEE, 199),
        (ComponentKind.SERVICE_FEE, 152),
        (ComponentKind.TIP, 200),
    ]
    assert quote.price.total.amount == 3591
    assert quote.lines[0].unit_price.amount == 1520
    assert quote.token is not None
    assert len(quote.token) < 4_000


def test_an_option_has_options_of_its_own(kitchen, customer) -> None:
    """A hard yolk costs 0.30 for each of two eggs, of which the first is free, on each of two dishes."""
    broth = kitchen.choice("Ramen", "Broth", "Miso")
    plain = scenes.quote(kitchen, customer, kitchen.line("Ramen", broth, kitchen.egg(quantity=2), quantity=2))
    hard = scenes.quote(
        kitchen, customer, kitchen.line("Ramen", broth, kitchen.egg("Hard", quantity=2), quantity=2)
    )
    assert plain.lines[0].unit_price.amount == 1250 + 120
    assert hard.lines[0].unit_price.amount == 1250 + 120 + 2 * 30
    assert [yolk.title for yolk in hard.lines[0].options[1].choices] == ["Hard"]
    with pytest.raises(OptionCountWrong) as refused:
        preview(kitchen, kitchen.line("Ramen", broth, kitchen.egg("Hard", "Soft")))
    assert "Yolk" in refused.value.sentence


def test_what_is_not_served_at_this_hour_cannot_be_quoted(kitchen) -> None:
    """Nor for a slot at which it is not served; for one in the evening it can."""
    scenes.publish_evening_menu(kitchen, "Gyoza")
    gyoza = (kitchen.line("Gyoza", quantity=2),)
    noon, evening = scenes.london("2026-06-01 12:00"), scenes.london("2026-06-01 18:00")
    with clock.hold(evening):
        assert preview(kitchen, *gyoza).price.total.amount > 0
    with clock.hold(noon):
        with pytest.raises(BasketItemUnavailable):
            preview(kitchen, *gyoza)
        with pytest.raises(BasketItemUnavailable):
            preview(kitchen, *gyoza, wishes=Wishes(wanted_at=noon + timedelta(hours=2)))
        assert preview(kitchen, *gyoza, wishes=Wishes(wanted_at=evening)).price.total.amount > 0


def test_the_fee_is_that_of_the_zone_and_the_hour(kitchen, monkeypatch) -> None:
    """Where the region says so, to the place and at the time of the quote."""
    usual = {"base": 199, "per_km": 0, "free_km": "9.0", "max": 199}
    late = {**usual, "base": 350, "max": 350, "hours": "22:00-24:00"}
    near = {**usual, "base": 90, "max": 90, "zone": "soho"}
    soho = {"code": "soho", "name": "Soho", "lat": 51.5136, "lon": -0.1310, "radius_m": 5000}
    scenes.rules(monkeypatch, "zones", soho)
    scenes.rules(monkeypatch, "fees.delivery", usual, late)

    def fee(moment: str) -> int:
        with clock.hold(scenes.london(moment)):
            parts = preview(kitchen, kitchen.ramen()).price.components
        return sum(part.amount.amount for part in parts if part.kind is ComponentKind.DELIVERY_FEE)

    assert (fee("2026-06-01 12:00"), fee("2026-06-01 22:30")) == (199, 350)
    scenes.rules(monkeypatch, "fees.delivery", usual, near)
    assert fee("2026-06-01 12:00") == 90


def test_of_an_order_for_later_the_fee_is_that_of_the_hour_at_which_it_comes(kitchen, monkeypatch) -> None:
    usual = {"base": 199, "per_km": 0, "free_km": "9.0", "max": 199}
    evening = {**usual, "base": 350, "max": 350, "hours": "18:00-24:00"}
    scenes.rules(monkeypatch, "fees.delivery", usual, evening)
    at_six = Wishes(wanted_at=scenes.london("2026-06-01 18:00"))
    with clock.hold(scenes.london("2026-06-01 12:00")):
        fees = [
            part.amount.amount
            for wishes in (Wishes(), at_six)
            for part in preview(kitchen, kitchen.ramen(), wishes=wishes).price.components
            if part.kind is ComponentKind.DELIVERY_FEE
        ]
    assert fees == [199, 350]


def test_a_small_basket_costs_a_fee_and_says_how_to_get_round_it(kitchen) -> None:
    """Great Britain asks 1.50 below 10.00."""
    small, usual = preview(kitchen, kitchen.line("Gyoza")), preview(kitchen, kitchen.ramen())
    (fee,) = (part for part in small.price.components if part.kind is ComponentKind.SMALL_ORDER_FEE)
    assert (fee.amount.amount, fee.explanation) == (150, "for an order below 10.00 GBP")
    assert [hint.text for hint in small.hints] == [
        "3.50 GBP more and there is no small order fee of 1.50 GBP."
    ]
    kinds = {part.kind for part in usual.price.components}
    assert ComponentKind.SMALL_ORDER_FEE not in kinds


@pytest.mark.parametrize(("to", "total", "rounded"), [(1, 1512, 0), (5, 1510, -2), (100, 1500, -12)])
def test_the_total_is_rounded_as_the_region_says(kitchen, monkeypatch, to, total, rounded) -> None:
    """12.50 of ramen, 0.63 of service and 1.99 of delivery."""
    scenes.rules(monkeypatch, "rounding", {"value": to})
    price = preview(kitchen, kitchen.ramen()).price
    by = sum(part.amount.amount for part in price.components if part.kind is ComponentKind.ROUNDING)
    assert (price.total.amount, by) == (total, rounded)


def test_tips_are_offered_where_somebody_brings_it(kitchen) -> None:
    assert [tip.amount for tip in preview(kitchen, kitchen.ramen()).tip_presets] == [0, 100, 200, 300]


def test_a_preview_needs_no_customer_and_cannot_be_placed(kitchen) -> None:
    quote = preview(kitchen, kitchen.ramen())
    assert quote.token is None
    assert quote.price.total.amount > 0


@pytest.mark.parametrize(
    ("basket", "error"),
    [
        (lambda k: (), BasketEmpty),
        (lambda k: (BasketLine(item_id=uuid4()),), BasketItemUnknown),
        (lambda k: (k.line("Ramen"),), OptionCountWrong),
        (
            lambda k: (
                k.line(
                    "Ramen",
                    k.choice("Ramen", "Broth", "Miso"),
                    k.choice("Ramen", "Broth", "Tonkotsu"),
                ),
            ),
            OptionCountWrong,
        ),
        (
            lambda k: (
                k.line(
                    "Ramen",
                    k.choice("Ramen", "Broth", "Miso"),
                    k.choice("Ramen", "Toppings", "Egg", quantity=3),
                ),
            ),
            QuantityWrong,
        ),
        (lambda k: (k.line("Gyoza", k.choice("Ramen", "Broth", "Miso")),), OptionUnknown),
        (lambda k: (k.line("Gyoza", quantity=0),), QuantityWrong),
        (lambda k: (k.line("Gyoza", quantity=101),), QuantityWrong),
        (lambda k: (k.line("Gyoza", quantity=60), k.line("Beer", quantity=60)), BasketTooLarge),
        (lambda k: (k.line("Gyoza", quantity=99),), OrderTooExpensive),
    ],
)
def test_a_basket_that_the_menu_does_not_allow(kitchen, basket, error) -> None:
    with pytest.raises(error) as refused:
        preview(kitchen, *basket(kitchen))
    assert refused.value.sentence.endswith(".")


def test_the_refusal_of_a_wrong_count_says_what_to_choose(kitchen) -> None:
    with pytest.raises(OptionCountWrong) as refused:
        preview(kitchen, kitchen.line("Ramen"))
    assert refused.value.sentence == "Ramen: choose 1 to 1 of “Broth”; you chose 0."


@pytest.mark.parametrize("sold_out", ["Gyoza", "Miso"])
def test_what_is_sold_out_cannot_be_quoted_until_it_is_back(kitchen, sold_out) -> None:
    line = kitchen.line("Gyoza") if sold_out == "Gyoza" else kitchen.ramen()
    item = line.item_id if sold_out == "Gyoza" else line.choices[0].option_id
    back_at = clock.now() + timedelta(hours=1)
    call(Restaurants).set_availability(
        key=scenes.new_key(), restaurant_id=kitchen.id, item_id=item, available=False, until=back_at
    )
    settle()
    with pytest.raises(BasketItemUnavailable) as refused:
        preview(kitchen, line)
    assert refused.value.dish == sold_out
    with clock.shift(timedelta(hours=2)):
        assert preview(kitchen, line).price.total.amount > 0


def test_a_minimum_order_says_what_is_missing(kitchen) -> None:
    call(Restaurants).register(key=scenes.new_key(), profile=scenes.profile(min_order=2000))
    settle()
    with pytest.raises(MinimumOrderNotMet) as refused:
        preview(kitchen, kitchen.ramen())
    assert refused.value.sentence == "The minimum order is 20.00 GBP; add dishes for 7.50 GBP more."


def test_a_closed_restaurant_says_when_it_opens(database) -> None:
    kitchen = scenes.open_kitchen(hours="Mo-Su 10:00-11:00")
    with clock.hold(scenes.london("2026-06-01 12:00")), pytest.raises(RestaurantClosed) as refused:
        preview(kitchen, kitchen.ramen())
    assert refused.value.sentence == "Noodle Bar is closed now; it opens 2026-06-02 10:00."
    with clock.hold(scenes.london("2026-06-02 10:30")):
        assert preview(kitchen, kitchen.ramen()).token is None


def test_a_full_kitchen_takes_no_orders_and_says_when_to_try_again(kitchen) -> None:
    facts = KnownRestaurant.objects.get(pk=kitchen.id).facts
    full = {**facts, "full_until": scenes.london("2026-06-01 12:35").isoformat()}
    KnownRestaurant.objects.filter(pk=kitchen.id).update(facts=full)
    with clock.hold(scenes.london("2026-06-01 12:30")), pytest.raises(RestaurantPaused) as refused:
        preview(kitchen, kitchen.ramen())
    assert "try again at 12:35 on 2026-06-01" in refused.value.sentence
    with clock.hold(scenes.london("2026-06-01 12:36")):
        assert preview(kitchen, kitchen.ramen()).price.total.amount > 0


def test_a_paused_restaurant_takes_no_orders(kitchen) -> None:
    until = clock.now() + timedelta(minutes=30)
    call(Restaurants).pause(key=scenes.new_key(), restaurant_id=kitchen.id, until=until)
    settle()
    with pytest.raises(RestaurantPaused):
        preview(kitchen, kitchen.ramen())
    with clock.shift(timedelta(minutes=31)):
        assert preview(kitchen, kitchen.ramen()).price.total.amount > 0


def test_an_address_outside_the_zone(kitchen) -> None:
    with pytest.raises(AddressOutsideZone):
        preview(kitchen, kitchen.ramen(), point=scenes.PARIS)


def test_an_unknown_restaurant(kitchen) -> None:
    with pytest.raises(RestaurantUnknown):
        call(Orders).quote(restaurant_id=uuid4(), lines=(kitchen.ramen(),), point=scenes.SOHO)


@pytest.mark.parametrize("ticket", ["another's", "expired", "no ticket at all"])
def test_an_address_ticket_must_be_ones_own_and_fresh(kitchen, customer, ticket) -> None:
    tickets = {
        "another's": lambda: scenes.ticket_for(ids.new_id()),
        "expired": lambda: scenes.ticket_for(customer, expires_in=-60),
        "no ticket at all": lambda: "eyJ.x.y",
    }
    with pytest.raises(AddressTicketInvalid):
        call(Orders).quote(
            restaurant_id=kitchen.id,
            lines=(kitchen.ramen(),),
            customer_id=customer,
            address_ticket=tickets[ticket](),
        )


def test_the_regions_policy_has_its_word(kitchen, monkeypatch) -> None:
    class NeverAfterLunch(PlacingPolicy):
        def refusal(self, facts: PlacingFacts) -> str | None:
            return "We are asleep." if facts.now_local.hour >= 13 else None

    monkeypatch.setitem(regions.get("gb")._policies, PlacingPolicy, NeverAfterLunch())
    with clock.hold(scenes.london("2026-06-01 12:59")):
        preview(kitchen, kitchen.ramen())
    with clock.hold(scenes.london("2026-06-01 13:00")), pytest.raises(PlacingRefused) as refused:
        preview(kitchen, kitchen.ramen())
    assert refused.value.sentence == "We are asleep."


def test_no_other_module_is_asked(kitchen, customer) -> None:
    class Silent:
        def __getattribute__(self, name: str) -> object:
            raise AssertionError("a quote asked another module")

    class SilentRestaurants(Silent, type(_provider(Restaurants))): ...

    class SilentPayments(Silent, type(_provider(Payments))): ...

    class SilentIdentity(Silent, type(_provider(Identity))): ...

    with (
        provided(Restaurants, SilentRestaurants()),
        provided(Payments, SilentPayments()),
        provided(Identity, SilentIdentity()),
    ):
        assert scenes.quote(kitchen, customer).token is not None


def _provider(interface):
    from tiffin.interfaces.registry import contract_of, provider_of

    return provider_of(contract_of(interface).wire_name)
