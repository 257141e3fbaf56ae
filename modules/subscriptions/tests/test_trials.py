"""One trial for each customer, card, phone and device."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.identity.interface import Identity
from modules.subscriptions.interface import MembershipState
from modules.subscriptions.services.trials import card_known
from modules.subscriptions.tests.members import JOINED, VISA, a_plan, do, joined, key, on, seen
from tiffin import db, ids
from tiffin.context import Actor, ActorKind, change, current, use
from tiffin.interfaces import call

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]


def test_nobody_has_two_trials() -> None:
    plan, customer = a_plan(trial_days=14), ids.new_id()
    first = joined(plan, customer=customer, known_by=("phone 1", "device 1"))
    with on(JOINED):
        do("cancel", first, now=True)

    again = joined(plan, customer=customer, method="pm_card_mastercard")
    same_phone = joined(plan, method="pm_card_mastercard", known_by=("phone 1", "device 2"))
    same_card = joined(plan, method=VISA)
    new = joined(plan, method="pm_card_timeout", known_by=("phone 3",))

    assert {each.state for each in (again, same_phone, same_card)} == {MembershipState.ACTIVE}
    assert new.state is MembershipState.TRIALING


def test_nobody_has_two_trials_by_the_same_phone() -> None:
    plan = a_plan(trial_days=14)
    first, again, another = (
        a_customer(phone) for phone in ("+48 600 100 200", "+48600100200", "+48600100201")
    )

    begun = joined(plan, customer=first)
    paying = joined(plan, customer=again, method="pm_card_mastercard")
    new = joined(plan, customer=another, method="pm_card_timeout")

    assert [each.state for each in (begun, paying, new)] == [
        MembershipState.TRIALING,
        MembershipState.ACTIVE,
        MembershipState.TRIALING,
    ]


def test_a_card_that_is_known_late_has_one_trial_too() -> None:
    """What payments tells of a card may come when a trial has begun with it."""
    plan, methods = a_plan(trial_days=14), ("pm_of_the_first", "pm_of_the_second", "pm_of_another")
    first, second, other = (joined(plan, method=method) for method in methods)
    marks = ("the same card", "the same card", "another card")

    for _ in range(2):  # told twice
        for member, method, mark in zip((first, second, other), methods, marks, strict=True):
            with db.transaction(owner="subscriptions"):
                card_known(member.customer_id, method, mark)

    assert [seen(each).state for each in (first, second, other)] == [
        MembershipState.TRIALING,
        MembershipState.CANCELED,
        MembershipState.TRIALING,
    ]


def a_customer(phone: str) -> UUID:
    """Who told identity their number."""
    password = "a long and dull one"
    customer = call(Identity).register(email=f"{ids.new_id()}@example.com", password=password, region="gb")
    with use(current()):
        change(actor=Actor(kind=ActorKind.CUSTOMER, id=customer))
        call(Identity).save_profile(key=key(), customer_id=customer, name="Zofia", phone=phone)
    return customer
