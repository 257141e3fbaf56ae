"""What members hear: each step of a membership once, in their language, with the days that are theirs."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core import mail

from modules.notifications import handlers
from modules.notifications.jobs import send_emails
from modules.notifications.tests.conftest import record
from modules.subscriptions.events import MembershipChanged, MembershipOffered, Why
from modules.subscriptions.interface import MembershipState
from tiffin import db, ids
from tiffin.log.events import handling
from tiffin.money import Money

pytestmark = pytest.mark.database

REGIONS = {"en": "gb", "pl": "pl"}


def membership(customer, **more) -> MembershipChanged:
    plan = {"plan_code": "plus", "title": "Tiffin Plus", "benefits": (), "valid_in": ("gb",)}
    return MembershipChanged(membership_id=ids.new_id(), customer_id=customer, **plan, **more)


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("state", [state for state in MembershipState if state.value != "unknown"])
@pytest.mark.parametrize("why", [why for why in Why if why is not Why.UNKNOWN])
def test_each_step_of_a_membership_has_words(zofia, why, state, language) -> None:
    event = membership(zofia, why=why, state=state)
    with db.transaction(owner="notifications"), handling(record(event, region=REGIONS[language])):
        handlers.memberships_changed([event])

    send_emails()

    if state is MembershipState.INCOMPLETE:
        assert not mail.outbox
        return
    (message,) = mail.outbox
    assert "Tiffin Plus" in message.subject
    assert f"{settings.TIFFIN_ORIGIN}/account/membership/" in message.body
    assert "None" not in message.body


def test_a_trial_and_a_paid_period_are_told_with_the_day_on_which_it_renews(zofia) -> None:
    until = {"access_until": "2026-10-05T23:00:00+00:00", "paid_to": "2026-09-29"}
    events = [
        membership(zofia, why=Why.JOINED, state=MembershipState.TRIALING, **until),
        membership(
            zofia,
            why=Why.RENEWED,
            state=MembershipState.ACTIVE,
            total=Money(amount=499, currency="GBP"),
            **until,
        ),
    ]
    with db.transaction(owner="notifications"), handling(*map(record, events)):
        handlers.memberships_changed(events)

    send_emails()

    trial, paid = mail.outbox
    assert "costs nothing until 2026-09-29" in trial.body
    assert "4.99 GBP are paid for the next period; it renews on 2026-09-29." in paid.body
    assert "2026-10-05" not in trial.body + paid.body


def test_a_member_who_could_not_be_charged_hears_when_it_is_tried_again_and_what_stays(zofia) -> None:
    failed = membership(
        zofia,
        why=Why.PAYMENT_FAILED,
        state=MembershipState.PAST_DUE,
        total=Money(amount=499, currency="GBP"),
        again_on="2026-08-28",
        access_until="2026-09-02T23:00:00+00:00",
    )
    asked = membership(
        zofia,
        why=Why.ACTION_REQUIRED,
        state=MembershipState.PAST_DUE,
        total=Money(amount=499, currency="GBP"),
    )
    with db.transaction(owner="notifications"), handling(record(failed), record(asked)):
        handlers.memberships_changed([failed, asked])

    send_emails()

    said, confirm = mail.outbox
    assert said.subject == "The payment for Tiffin Plus failed"
    assert "4.99 GBP could not be charged. It is tried again on 2026-08-28" in said.body
    assert "until 2026-09-02 you keep what the membership brings" in said.body
    assert "unsubscribe" not in said.body
    assert "before 4.99 GBP are charged. Do so soon" in confirm.body


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize(("months", "periods"), [(1, 0), (1, 1), (1, 3), (12, 1), (12, 2)])
def test_who_left_is_told_what_coming_back_costs(zofia, months, periods, language) -> None:
    event = MembershipOffered(
        membership_id=ids.new_id(),
        customer_id=zofia,
        plan_id=ids.new_id(),
        title="Tiffin Plus again",
        months=months,
        price=Money(amount=99 if periods else 499, currency="GBP"),
        periods=periods,
        then_price=Money(amount=499, currency="GBP"),
    )
    with db.transaction(owner="notifications"), handling(record(event, region=REGIONS[language])):
        handlers.memberships_offered([event])

    send_emails()

    (message,) = mail.outbox
    assert "Tiffin Plus again" in message.subject
    assert "4.99 GBP" in message.body
    assert ("0.99 GBP" in message.body) is bool(periods)
    assert f"{settings.TIFFIN_ORIGIN}/account/membership/" in message.body
