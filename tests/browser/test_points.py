"""A customer with points looks at them, gives some away, and pays with others; on a wide screen and on a
narrow one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import VISA, Customer
from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]

CAUSE = "Soup for All"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture
def rich(customer: Customer, platform: Platform, request: pytest.FixtureRequest) -> Iterator[Customer]:
    """Somebody new with a thousand points, or as many as a test says."""
    points = str(getattr(request, "param", 1000))
    email = f"{uuid4()}@example.com"
    customer.page.goto("/login")
    customer.registers(email)
    customer.reads("My points")
    ((customer_id,),) = platform.sql("identity", "SELECT id FROM identity_account WHERE email = %s", [email])
    made = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.points", str(customer_id), points],
        cwd=ROOT,
        env=platform.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return customer


def fits(page: Page) -> None:
    """Nothing sticks out to the side, on a phone and on a desk."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{page.url} is {wide} wide on {size['width']}"


def test_points_are_given_once_and_each_month(rich: Customer) -> None:
    rich.follow("My points")
    rich.reads("1000 points")
    rich.reads("Given to you")
    fits(rich.page)
    rich.follow("Give points to a good cause")
    fits(rich.page)

    once = rich.page.get_by_role("region", name="Give once")
    once.get_by_label("To whom").select_option(CAUSE)
    once.get_by_label("Points").fill("200")
    rich.press("Go on", within=once)
    rich.reads("This cannot be undone")
    fits(rich.page)
    rich.press("Give 200 points")

    expect(rich.page.get_by_role("status")).to_have_text(f"Thank you: 200 points were given to {CAUSE}.")
    monthly = rich.page.get_by_role("region", name="Give each month", exact=True)
    monthly.get_by_label("To whom").select_option(CAUSE)
    monthly.get_by_label("Points").fill("100")
    monthly.get_by_label("On day").select_option("31")
    rich.press("Give each month", within=monthly)
    standing = rich.page.get_by_role("region", name="What you give each month")
    expect(standing).to_contain_text(f"100 points to {CAUSE}")
    standing.get_by_text("Change").click()
    fits(rich.page)
    rich.press("Stop", within=standing)
    expect(standing).to_have_count(0)

    rich.page.goto("/account/rewards/")
    rich.reads("800 points")
    rich.reads(f"Given to {CAUSE}")


def test_the_receipt_of_what_was_given_is_there_a_moment_later(rich: Customer) -> None:
    rich.page.goto("/account/giving/")
    once = rich.page.get_by_role("region", name="Give once")
    once.get_by_label("To whom").select_option(CAUSE)
    once.get_by_label("Points").fill("100")
    rich.press("Go on", within=once)
    rich.press("Give 100 points")

    link = rich.page.get_by_role("link", name=re.compile("^Receipt GB-D-"))
    for _ in range(60):
        if link.count():
            break
        rich.page.wait_for_timeout(1_000)
        rich.page.reload()
    fits(rich.page)
    link.click()

    rich.reads("Donation receipt")
    rich.reads("0.60 GBP")
    fits(rich.page)


def test_an_order_is_paid_with_points_and_rounded_up(rich: Customer) -> None:
    rich.finds("Ember & Rye", area="Clerkenwell")
    rich.chooses("Ember classic", "Medium")
    rich.goes_to_checkout()
    rich.tells_address("Clerkenwell")
    rich.reads("You have 1000 points, worth £6.00.")
    before = rich.bill()["Total"]

    rich.page.get_by_label("Points to spend").fill("500")
    rich.page.get_by_label("Points to spend").blur()
    rich.reads("500 points are spent, worth £3.00.")
    rich.page.get_by_label(CAUSE).check()
    expect(rich.page.locator("dl.bill")).to_contain_text("Donation")
    bill = rich.bill()
    assert bill["Total"] == bill["Total"].to_integral_value()
    assert before - 3 < bill["Total"] < before - 2
    fits(rich.page)
    rich.pays_with(VISA)
    rich.place_button.click()

    rich.is_told("Waiting for the restaurant")
    rich.reads("500 points, worth £3.00")
    rich.reads(f"of it is for {CAUSE}")
    fits(rich.page)
    rich.page.goto("/account/rewards/")
    rich.reads("500 are set aside for orders that are under way")
    expect(rich.page.get_by_role("link", name=re.compile("^Order .* from Ember & Rye"))).to_be_visible()
    fits(rich.page)


@pytest.mark.parametrize("rich", [9000], indirect=True)
def test_who_pays_all_with_points_is_asked_for_no_card(rich: Customer) -> None:
    rich.finds("Ember & Rye", area="Clerkenwell")
    rich.chooses("Ember classic", "Medium")
    rich.goes_to_checkout()
    rich.tells_address("Clerkenwell")
    cards = rich.page.get_by_role("group", name="Cards")
    expect(cards).to_be_visible()

    rich.page.get_by_label("Points to spend").fill("9000")
    rich.page.get_by_label("Points to spend").blur()
    expect(cards).to_be_hidden()
    assert rich.bill()["Total"] == 0
    rich.page.get_by_label("Points to spend").fill("0")
    rich.page.get_by_label("Points to spend").blur()
    expect(cards).to_be_visible()
    rich.page.get_by_label("Points to spend").fill("9000")
    rich.page.get_by_label("Points to spend").blur()
    expect(cards).to_be_hidden()
    rich.place_button.click()

    rich.is_told("Waiting for the restaurant")
    fits(rich.page)
