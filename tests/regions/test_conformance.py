"""What every region has to hold, whoever wrote it."""

from __future__ import annotations

import pkgutil
import re
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

from config.modules import MODULES
from modules.orders.menus import next_opening
from modules.orders.policies import (
    RECEIPT_PARTS,
    DeliveryFee,
    KeptShare,
    LateCredit,
    ReceiptIssuer,
    ServiceFee,
    TaxRate,
    Zone,
)
from modules.orders.pricing import by_category
from modules.orders.selectors.receipt_words import WORDS
from modules.payments.bank.accounts import checked
from modules.payments.interface import BankAccount
from modules.payments.policies import PROVIDERS, MethodRow, own_account, provider_name
from modules.rewards import policies as rewards
from modules.rewards.interface import Benefit
from modules.rewards.selectors.receipts import WORDS as DONATION_WORDS
from tests.regions.shapes import (
    OPTIONAL_ROWS,
    READ_TWICE,
    ROWS,
    SETTINGS,
    TAX_CATEGORIES,
    City,
    days_that_matter,
    regions_under_test,
)
from tiffin import clock
from tiffin.regions import Policy, Region
from tiffin.walls import policies as policy_rules
from tiffin.walls.source import read_file

pytestmark = pytest.mark.parametrize("region", regions_under_test(), ids=lambda region: region.code)


def test_every_table_is_one_that_somebody_reads(region: Region) -> None:
    assert set(region.tables) - OPTIONAL_ROWS.keys() == {*ROWS, *SETTINGS}


@pytest.mark.parametrize("table", ROWS)
def test_every_row_says_what_its_table_asks_for(region: Region, table: str) -> None:
    for row in region.tables[table]:
        assert region.rules(table, ROWS[table], on=row.dating.valid_from)


@pytest.mark.parametrize("table", OPTIONAL_ROWS)
def test_every_row_that_need_not_be_there_says_what_its_table_asks_for(region: Region, table: str) -> None:
    for row in region.tables.get(table, ()):
        assert region.rules(table, OPTIONAL_ROWS[table], on=row.dating.valid_from)


@pytest.mark.parametrize("table", READ_TWICE)
def test_every_row_says_what_each_of_its_readers_asks_for(region: Region, table: str) -> None:
    for row in region.tables.get(table, ()):
        assert region.rules(table, READ_TWICE[table], on=row.dating.valid_from)


@pytest.mark.parametrize("table", SETTINGS)
def test_a_setting_has_a_value_on_every_day(region: Region, table: str) -> None:
    for day in days_that_matter(region):
        region.setting(table, SETTINGS[table], on=day)


def test_the_payment_provider_is_one_that_there_is(region: Region) -> None:
    for day in days_that_matter(region):
        assert provider_name(region, on=day) in PROVIDERS


def test_the_account_that_pays_out_can_be_one(region: Region) -> None:
    for on in days_that_matter(region):
        own = own_account(region, on=on)
        if own is not None:
            told = BankAccount(
                iban=own.iban, bic=own.bic, sort_code=own.sort_code, account_number=own.account_number
            )
            assert checked(told).iban or region.currency != "EUR"
            assert own.name
            assert 0 <= own.cut_off_hour <= 23


def test_every_timeout_leaves_time(region: Region) -> None:
    for day in days_that_matter(region):
        for table in SETTINGS:
            if table.startswith("timeouts."):
                assert region.setting(table, int, on=day) > 0, table


def test_every_tax_category_has_its_rates_on_every_day(region: Region) -> None:
    """One for each area that taxes it, which add up to less than the price. Areas add up on top of prices;
    prices that contain their tax contain one."""
    for day in days_that_matter(region):
        rates = by_category(region.rules("tax.rates", TaxRate, on=day))
        assert sorted(rates) == sorted(TAX_CATEGORIES)
        for category, of_areas in rates.items():
            assert len({rate.area for rate in of_areas}) == len(of_areas), category
            assert all(Decimal(0) <= rate.rate for rate in of_areas), category
            assert sum(rate.rate for rate in of_areas) < Decimal(1), category
            assert len(of_areas) == 1 or not region.prices_include_tax, category


def test_fees_lie_within_their_bounds_on_every_day(region: Region) -> None:
    for day in days_that_matter(region):
        for delivery in region.rules("fees.delivery", DeliveryFee, on=day):
            assert 0 <= delivery.base <= delivery.max
        service = region.rule("fees.service", ServiceFee, on=day)
        assert 0 <= service.min <= service.max


def test_no_more_than_all_is_kept_and_no_more_given_back(region: Region) -> None:
    for day in days_that_matter(region):
        for row in region.rules("cancellation.kept", KeptShare, on=day):
            assert 0 < row.share <= 1
        for credit in region.rules("late.credits", LateCredit, on=day):
            assert 0 < credit.share <= 1
            assert credit.after_minutes >= 0


def test_a_delivery_costs_something_everywhere_and_at_every_hour(region: Region) -> None:
    """One row is for all; the others name zones that there are, and hours that can be read."""
    for day in days_that_matter(region):
        rows = region.rules("fees.delivery", DeliveryFee, on=day)
        assert len([row for row in rows if not row.zone and not row.hours]) == 1
        zones = {zone.code for zone in region.rules("zones", Zone, on=day)}
        assert {row.zone for row in rows} <= {"", *zones}
        for row in rows:
            next_opening(row.hours or "24/7", at=clock.now(), zone=str(region.time_zone))


def test_what_a_tier_brings_is_something_that_a_module_gives(region: Region) -> None:
    """Told as `TierChanged`; what nobody acts on would be an empty promise."""
    for row in region.tables.get("rewards.tiers", ()):
        tiers = region.rules("rewards.tiers", rewards.Tier, on=row.dating.valid_from)
        for benefit in {code for tier in tiers for code in tier.benefits}:
            assert _modules_that_name(f"Benefit.{Benefit(benefit).name}") - {"rewards"}, benefit


def _modules_that_name(words: str) -> set[str]:
    home = Path(__file__).parents[2] / "modules"
    return {
        path.relative_to(home).parts[0]
        for path in home.rglob("*.py")
        if "tests" not in path.parts and words in path.read_text()
    }


def test_money_is_held_longer_than_one_orders_beforehand(region: Region) -> None:
    for day in days_that_matter(region):
        held = region.setting("timeouts.authorisation_seconds", int, on=day)
        ahead = region.setting("scheduling.days_ahead", int, on=day)
        assert ahead * 24 * 3600 < held


def test_every_party_writes_receipts_of_its_own_on_every_day(region: Region) -> None:
    """No two series give the same number, and what must stand on a receipt is something that can."""
    for day in days_that_matter(region):
        issuers = region.rules("receipts.issuers", ReceiptIssuer, on=day)
        assert sorted(row.party.value for row in issuers) == ["courier", "platform", "restaurant"]
        forms = [form for row in issuers for form in (row.number, row.correction)]
        numbers = {form.format(seq=1, year=day.year) for form in forms}
        assert len(numbers) == len(forms)
        assert all(form.format(seq=2, year=day.year) not in numbers for form in forms)
        assert max(len(form.format(seq=10**9, year=day.year)) for form in forms) <= 40
        assert set(region.setting("receipts.shows", list[str], on=day)) <= set(RECEIPT_PARTS)
        assert region.setting("receipts.language", str, on=day) in WORDS


def test_slots_divide_an_hour(region: Region) -> None:
    for day in days_that_matter(region):
        assert 60 % region.setting("scheduling.slot_minutes", int, on=day) == 0


def test_there_is_a_way_to_pay_and_a_place_to_deliver_on_every_day(region: Region) -> None:
    for day in days_that_matter(region):
        assert region.rules("payment_methods", MethodRow, on=day)
        assert region.rules("cities", City, on=day)


def test_points_are_earned_kept_and_spent_within_bounds(region: Region) -> None:
    for day in days_that_matter(region):
        earning, redeeming = rewards.earning_rule(region, day), rewards.redeeming(region, day)
        if earning is not None:
            assert min(earning.points, earning.per_amount, earning.months, earning.most_per_day) > 0
            assert 0 <= earning.warn_days < 28 * earning.months
            assert rewards.pending_for(region, earning, day).days < 28 * earning.months
        if redeeming is not None:
            assert min(redeeming.points, redeeming.amount, redeeming.minimum_points) > 0
            assert 0 < redeeming.max_share <= 1


def test_each_tier_takes_more_and_gives_no_less(region: Region) -> None:
    for day in days_that_matter(region):
        tiers = rewards.tiers(region, day)
        assert len({tier.code for tier in tiers}) == len({tier.from_points for tier in tiers}) == len(tiers)
        assert all(tier.from_points > 0 and tier.multiplier >= 1 for tier in tiers)
        multipliers = [tier.multiplier for tier in tiers]
        assert multipliers == sorted(multipliers)
        period = rewards.qualifying(region, day)
        assert period.months > 0
        assert period.rolling or 12 % period.months == 0


def test_giving_can_be_settled_and_written(region: Region) -> None:
    for day in days_that_matter(region):
        giving, receipts = rewards.giving(region, day), rewards.donation_receipts(region, day)
        if giving is not None:
            price = rewards.redeeming(region, day)
            assert price is not None, "what points are worth is what is given"
            assert 0 < giving.least_points <= giving.most_points
            assert giving.least_points * price.amount >= price.points, "it is worth something"
            assert 0 <= giving.hour <= 23
            assert 1 <= giving.weekday <= 7
            assert giving.minimum > 0
        if receipts is not None:
            assert receipts.language in DONATION_WORDS
            assert "{seq" in receipts.number
            assert receipts.number.format(year=2030, seq=1) != receipts.number.format(year=2030, seq=2)


def test_points_are_sent_and_looked_into_within_bounds(region: Region) -> None:
    for day in days_that_matter(region):
        sending, adjusting = rewards.sending(region, day), rewards.adjusting(region, day)
        if sending is not None:
            assert 0 < sending.minimum <= sending.per_day <= sending.per_month
            assert sending.times_per_day > 0
        for rule in rewards.velocity(region, day):
            assert rule.flows
            assert 0 < rule.seconds <= 7 * 86_400
            limits = [limit for limit in (rule.times, rule.points) if limit is not None]
            assert limits
            assert min(limits) > 0
        assert rewards.reviewing(region, day).hours > 0
        if adjusting is not None:
            assert 0 <= adjusting.second_person_above <= adjusting.most
            assert min(adjusting.decide_hours, adjusting.days) > 0


def test_hearsay_is_not_called_confirmed(region: Region) -> None:
    for rows in region.tables.values():
        for row in rows:
            assert not (row.dating.confirmed and "general knowledge" in row.dating.source), row.place


def test_languages_are_tags(region: Region) -> None:
    assert region.languages
    assert all(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", tag) for tag in region.languages)


def test_the_code_beside_the_data_answers_questions_of_modules_and_nothing_else(region: Region) -> None:
    for name in _files(region):
        assert name in MODULES, f"{region.package}.{name}: no module of that name asks anything"
        room = import_module(f"{region.package}.{name}")
        answers = [
            member
            for member in vars(room).values()
            if isinstance(member, type) and member.__module__ == room.__name__
        ]
        assert answers, f"{room.__name__} answers nothing"
        for answer in answers:
            assert issubclass(answer, Policy), f"{answer} is no policy"
            assert answer.module == name, (
                f"{answer.__name__} answers {answer.module}, but stands in {name}.py"
            )


def test_policies_are_pure(region: Region) -> None:
    package = Path(str(import_module(region.package).__file__)).parent
    for name in _files(region):
        source = read_file(package / f"{name}.py", name=f"{region.package}.{name}")
        assert list(policy_rules.impurities(source)) == []


def _files(region: Region) -> list[str]:
    return [found.name for found in pkgutil.iter_modules(import_module(region.package).__path__)]
