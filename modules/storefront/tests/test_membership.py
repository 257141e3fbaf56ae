"""A customer joins, sees how the membership stands, leaves, stays, pauses, changes and pays."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connections

from modules.storefront.tests.people import Customer, a_plan, found
from modules.subscriptions.interface import Subscriptions
from tiffin import ids
from tiffin.interfaces.testing import stopped
from tiffin.jobs.registry import find
from tiffin.testing import settle

pytestmark = pytest.mark.database

PAGE = "/account/membership/"
VISA, DECLINED, ASKS = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"


@pytest.fixture
def ada(database: object) -> Customer:
    customer = Customer()
    customer.registers("ada@example.com")
    return customer


def mine() -> str:
    """The only membership that there is."""
    with connections["subscriptions"].cursor() as cursor:
        cursor.execute("SELECT id FROM subscriptions_membership")
        ((found_id,),) = cursor.fetchall()
    return str(found_id)


def page(customer: Customer) -> str:
    return str(customer.browser.get(PAGE).content.decode())


def joins(customer: Customer, plan: str, *, method: str = VISA) -> str:
    key = found(r'name="key" value="([^"]+)"', page(customer))
    form = {"plan": plan, "payment_method": method, "key": key}
    for _ in range(2):  # the button is pressed twice
        assert customer.browser.post(f"{PAGE}join", form).status_code == 302
    happens()
    return page(customer)


def does(customer: Customer, step: str, **form: str) -> str:
    answer = customer.browser.post(f"{PAGE}{mine()}/{step}", form)
    assert answer.status_code == 302, answer.content
    happens()
    return page(customer)


def happens() -> None:
    settle()
    find("subscriptions", "do_what_is_due").function()
    settle()


def stands(shown: str) -> str:
    return found(r'data-membership="([a-z_]+)"', shown)


def test_where_there_is_no_plan_the_page_says_so(ada):
    shown = page(ada)

    assert "No memberships here yet" in shown
    assert "Nothing yet." in shown


def test_a_stranger_logs_in_first(database):
    assert Customer().browser.get(PAGE)["Location"] == "/login?next=%2Faccount%2Fmembership%2F"


def test_what_a_plan_costs_and_brings_is_read_before_joining_and_joining_twice_is_once(ada):
    plan = a_plan(intro_price=199, intro_periods=3)
    offered = page(ada)
    assert "£1.99 a month for 3 months, then £4.99 a month" in offered
    assert "Free delivery from £15.00 on within 4.0 km" in offered

    shown = joins(ada, plan)

    assert stands(shown) == "active"
    assert "Plus: You are a member" in shown
    assert "£1.99" in shown
    assert "Earlier memberships" not in shown


def test_a_trial_costs_nothing_and_says_so(ada):
    plan = a_plan(trial_days=30)
    assert "30 days free, then £4.99 a month" in page(ada)

    shown = joins(ada, plan)

    assert stands(shown) == "trialing"
    assert "You are trying it out" in shown


def test_a_browser_has_one_trial_whoever_logs_in_with_it(ada):
    plan = a_plan(trial_days=30)
    joins(ada, plan)
    grace = Customer()
    grace.registers("grace@example.com")
    grace.browser.cookies["tiffin_device"] = ada.browser.cookies["tiffin_device"].value
    key = found(r'name="key" value="([^"]+)"', page(grace))

    form = {"plan": plan, "payment_method": "pm_card_mastercard", "key": key}
    grace.browser.post(f"{PAGE}join", form)
    happens()

    assert stands(page(ada)) == "trialing"
    assert stands(page(grace)) == "active"


def test_what_a_partner_gives_is_linked_for_members_alone(ada):
    link = "https://partner.example/tiffin?from=1&to=2"
    grant = {"kind": "partner_grant", "title": "A month of music", "link": link}
    plan = a_plan(benefits=json.dumps([grant]))
    offered = page(ada)
    assert "A month of music" in offered
    assert "partner.example" not in offered

    assert 'href="https://partner.example/tiffin?from=1&amp;to=2"' in joins(ada, plan)


def test_a_member_leaves_stays_pauses_and_goes_on(ada):
    joins(ada, a_plan())

    left = does(ada, "cancel")
    assert "It ends soon" in left
    assert "Stay after all" in left
    assert "You are a member" in does(ada, "keep")
    assert stands(does(ada, "pause", days="7")) == "paused"
    assert stands(does(ada, "resume")) == "active"


def test_what_was_joined_by_mistake_is_taken_back_and_another_joined(ada):
    plan = a_plan()
    joins(ada, plan)

    shown = does(ada, "take-back")

    assert "Earlier memberships" in shown
    assert "came back" in shown
    assert stands(joins(ada, plan)) == "active"


def test_another_plan_is_seen_to_the_cent_before_it_is_had(ada):
    joins(ada, a_plan())
    gold = a_plan("gold", level=2, price=999)
    seen = ada.browser.post(f"{PAGE}{mine()}/change/preview", {"plan": gold}).content.decode()
    assert "Gold instead of Plus?" in seen
    due = found(r"as soon as (£[\d.]+) are paid", seen)
    shown = does(ada, "change", plan=gold, key=found(r'name="key" value="([^"]+)"', seen))

    assert "Gold: You are a member" in shown
    assert due in shown


def test_a_plan_that_brings_less_is_had_later_or_not_after_all(ada):
    gold = a_plan("gold", level=2, price=999)
    joins(ada, gold)
    plus = a_plan()
    waits = does(ada, "change", plan=plus)
    assert "Becomes then</dt><dd>Plus" in waits
    assert "for £4.99" in waits

    stays = does(ada, "change", plan=gold, keeps="yes")

    assert "You keep your plan." in stays
    assert "Becomes then" not in stays
    assert "for £9.99" in stays


def test_whom_the_bank_asks_confirms_and_comes_back_to_this_page(ada):
    shown = joins(ada, a_plan(), method=ASKS)
    assert "Please confirm the payment" in shown

    bank = found(r'class="button" href="([^"]+)"', shown).replace("&amp;", "&")
    answer = ada.browser.post(bank, {"answer": "approve"})
    happens()

    assert answer["Location"] == PAGE
    assert stands(page(ada)) == "active"


def test_who_could_not_be_charged_pays_with_another_card(ada):
    shown = joins(ada, a_plan(), method=DECLINED)
    assert stands(shown) == "incomplete"
    assert "Pay £4.99" in shown

    assert stands(does(ada, "pay", payment_method=VISA)) == "active"
    assert "Use this card from now on" in page(ada)


@pytest.mark.parametrize(
    ("step", "form", "said"),
    [
        ("pause", {"days": "many"}, "Say for how many days"),
        ("pause", {"days": "300"}, "A pause is 1 to"),
        ("pay", {}, "Choose how to pay."),
        ("keep", {}, "cannot be"),
        ("change", {"plan": "none"}, "Choose a plan."),
        ("change", {"plan": str(ids.new_id())}, "There is no plan"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(ada, step, form, said):
    joins(ada, a_plan())

    shown = does(ada, step, **form)

    assert said in re.sub(r"&#x27;", "'", shown)
    assert stands(shown) == "active"


def test_nobody_else_sees_or_does_anything_and_no_other_step_exists(ada):
    joins(ada, a_plan())
    eve = Customer()
    eve.registers("eve@example.com")

    assert "There is no membership" in does(eve, "cancel")
    assert ada.browser.post(f"{PAGE}{mine()}/forget").status_code == 404
    assert "It ends soon" not in page(ada)


def test_while_memberships_are_not_to_be_reached_joining_is_asked_again_under_the_same_key(ada):
    plan = a_plan()
    form = {"plan": plan, "payment_method": VISA, "key": "once"}
    with stopped(Subscriptions):
        answer = ada.browser.post(f"{PAGE}join", form)
    assert answer.status_code == 503
    assert 'value="once"' in answer.content.decode()
