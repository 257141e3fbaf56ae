"""What people do at the pages, by what they read there."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.sync_api import Locator, Page, expect

PASSWORD = "tiffin-demo-1"
VISA, DECLINED_VISA, CONFIRMED_VISA = "4242", "0002", "3155"


class Person:
    """Somebody at a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, name: str, *, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def fill_in(self, **fields: str) -> None:
        """Fields by the beginning of their labels."""
        for label, value in fields.items():
            self.page.get_by_label(re.compile(f"^{label.replace('_', ' ')}", re.IGNORECASE)).fill(value)

    def reads(self, words: str) -> None:
        """As soon as the page says so."""
        expect(self.page.get_by_text(words).first).to_be_visible()

    def logs_in(self, path: str, email: str) -> None:
        self.page.goto(path)
        self.page.get_by_label("E-mail").fill(email)
        self.fill_in(password=PASSWORD)
        self.press("Log in")


class Customer(Person):
    def registers(self, email: str) -> None:
        """From the page that asks to log in."""
        self.follow("Register")
        self.page.get_by_label("E-mail").fill(email)
        self.fill_in(password=PASSWORD)
        self.press("Register")

    def finds(self, restaurant: str, *, area: str) -> None:
        """An open one, in London."""
        self.page.goto("/")
        self.follow("London")
        self.page.get_by_label("Deliver to").select_option(area)
        expect(self.page).to_have_url(re.compile(f"area={area}"))
        self.page.get_by_label("Open now").click()
        expect(self.page).to_have_url(re.compile("open=on"))
        # An ad of its own says more than its name.
        self.follow(restaurant)
        expect(self.page.get_by_role("heading", name=restaurant, level=1)).to_be_visible()

    def chooses(self, dish: str, *options: str) -> None:
        self.press(f"Add {dish}")
        dialog = self.page.get_by_role("dialog", name=dish)
        for option in options:
            dialog.get_by_label(option).check()
        dialog.get_by_role("button", name=re.compile("^Add for")).click()
        expect(self.page.get_by_label("Your basket").get_by_text(dish).last).to_be_visible()

    def labels(self, dish: str, *, name: str, note: str = "") -> None:
        """Says whom the last line of a dish is for."""
        line = self.page.get_by_label("Your basket").get_by_role("listitem").filter(has_text=dish).last
        line.get_by_text("For whom, and a note").click()
        line.get_by_label(f"For whom: {dish}").fill(name)
        line.get_by_label(f"Note to the kitchen: {dish}").fill(note)
        line.get_by_label(f"Note to the kitchen: {dish}").blur()

    def goes_to_checkout(self) -> None:
        self.follow("Go to checkout")

    def tells_address(self, area: str) -> None:
        self.fill_in(your_name="Ada Lovelace", phone="+442079460123", street="1 Short Walk")
        self.fill_in(postcode="EC1R 4QE")
        self.page.get_by_label(re.compile("^Part of")).select_option(area)
        self.press("Keep this address")
        self.reads("The address is kept.")

    def has_checked_out(
        self, email: str = "alice@example.com", *, card: str = VISA, beside: str = ""
    ) -> None:
        """All is chosen and priced, with something beside the burger; only the last button is left."""
        self.logs_in("/login", email)
        self.finds("Ember & Rye", area="Clerkenwell")
        self.chooses("Ember classic", "Medium")
        if beside:
            self.press(f"Add {beside}")
        self.goes_to_checkout()
        self.page.get_by_label("18 Exmouth Market").check()
        self.pays_with(card)

    def pays_with(self, card: str) -> None:
        self.page.get_by_label(card).check()

    def enters_card(self, number: str) -> None:
        """In the provider's component."""
        component = self.page.get_by_role("group", name="Your card")
        written = {"number": number, "exp_month": "12", "exp_year": "30", "cvc": "123", "postal_code": "EC1R"}
        for name, value in written.items():
            component.get_by_placeholder(name, exact=True).fill(value)

    @property
    def place_button(self) -> Locator:
        """Enabled as soon as the price is there."""
        return self.page.get_by_role("button", name="Place the order")

    def bill(self) -> dict[str, Decimal]:
        """The lines of the exact price as soon as they are there, the total among them."""
        expect(self.page.get_by_text("This price holds until")).to_be_visible()
        rows = self.page.locator("dl.bill > div").all_inner_texts()
        parts = (row.rsplit("£", 1) for row in rows)
        return {label.strip(" \n\t-−"): Decimal(amount) for label, amount in parts}

    def is_told(self, headline: str) -> None:
        """What the order's page says of it, as soon as it does."""
        expect(self.page.get_by_role("status").get_by_text(headline, exact=True)).to_be_visible()

    @property
    def order_code(self) -> str:
        line = self.page.get_by_text(re.compile("· order ")).inner_text()
        return line.rpartition(" ")[2]


class Kitchen(Person):
    def opens(self) -> None:
        self.logs_in("/restaurant/login", "restaurant@example.com")
        expect(self.page.get_by_role("heading", name=re.compile("^New"))).to_be_visible()

    def accepts(self, code: str) -> None:
        self.press("Accept", within=self._ticket("New", code))

    def marks_ready(self, code: str) -> None:
        self.press("It is ready", within=self._ticket("In the kitchen", code))
        expect(self._ticket("Ready", code)).to_be_visible()

    def _ticket(self, column: str, code: str) -> Locator:
        region = self.page.get_by_role("region", name=column, exact=True)
        return region.get_by_role("article").filter(has_text=code)


class Courier(Person):
    def starts(self, area: str) -> None:
        self.logs_in("/courier/login", "courier@example.com")
        self.page.get_by_label("Where you are").select_option(area)
        self.press("Start")
        self.reads("Waiting for an offer")

    def takes_it(self) -> None:
        self.press("Take it")

    def picks_up(self) -> None:
        self.press("I have it")

    def drops_off(self) -> None:
        self.press("Delivered")


class Staff(Person):
    def logs_in_to_admin(self) -> None:
        self.page.goto("/admin/")
        self.page.locator("[name=username], [name=email]").fill("staff@example.com")
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("[type=submit]").click()
        self.reads("Everything")
