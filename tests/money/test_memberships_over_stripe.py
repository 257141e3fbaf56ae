"""A membership's whole life over Stripe's own library: what Stripe tells comes in time, late, twice, reversed
or never. Events and cards follow the documents that `localstripe` names."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from modules.payments.interface import Payments
from modules.payments.models import KeptMethod, Payment
from modules.payments.tests.localstripe import FAILS_WHEN_CHARGED, VISA, LocalStripe
from modules.payments.tests.stripejs import PUBLISHABLE_KEY
from modules.payments.tests.test_notices import event, send
from modules.subscriptions.events import Why
from modules.subscriptions.interface import InvoiceState, MembershipState, MembershipView, Subscriptions
from modules.subscriptions.models import Attempt, KnownCard
from modules.subscriptions.tests.members import (
    JOINED,
    a_plan,
    days_later,
    do,
    invoices,
    join,
    key,
    move,
    on,
    seen,
)
from tests.money.looking import broken
from tests.money.wires import AtStripe
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import LogEvent
from tiffin.testing import api, settle

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database"), pytest.mark.timeout(300)]

# docs.stripe.com/testing: it asks its owner whenever it is charged, however it was kept.
ALWAYS_ASKS = "4000002760003184"
ANOTHER_VISA = "4000056655665556"
JUNE, JULY, AUGUST, SEPTEMBER = (date(2027, month, 12) for month in (6, 7, 8, 9))
PLUS, GOLD = 499, 1499


@dataclass
class Post:
    """What Stripe sends of the events that happened, as the test has it arrive."""

    stripe: LocalStripe
    arrives: str
    told: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)

    def comes(self) -> None:
        news = [each for each in reversed(self.stripe.events) if each not in self.told]
        self.told += news
        match self.arrives:
            case "in time":
                self._deliver(news)
            case "twice":
                self._deliver(news)
                self._deliver(news)
            case "reversed":
                # All that ever happened, the newest first.
                self._deliver(self.stripe.events)
            case "late":
                # What happened before the step before this one.
                self._deliver(self.late)
                self.late = news
            case "never":
                pass
        move()

    def _deliver(self, events: list[dict[str, Any]]) -> None:
        """Each is signed anew when it is sent (docs.stripe.com/webhooks)."""
        for each in events:
            assert send(json.dumps(each).encode()).status_code < 300
        settle()


class Cards:
    """A customer's, as Stripe's library in the browser enters them."""

    def __init__(self, stripe: LocalStripe) -> None:
        self.stripe = stripe
        self.owner = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())

    def keep(self, number: str) -> str:
        """Its token."""
        path = "/api/v1/me/payment-methods"
        wanted, headers = {"region": "gb"}, {"Idempotency-Key": str(key())}
        kept = api(self.owner).post(path, wanted, headers=headers).json()["id"]
        settle()
        self.stripe.enter_card(api(self.owner).get(f"{path}/{kept}").json()["client_secret"], number)
        setup = KeptMethod.get(UUID(kept)).setup
        if number == ALWAYS_ASKS:
            self.stripe.upstream.post(f"/v1/setup_intents/{setup}/confirm")
        send(event(kind="setup_intent.succeeded", id=setup, object="setup_intent"))
        settle()
        return str(api(self.owner).get(f"{path}/{kept}").json()["method"])


@pytest.fixture(params=["in time", "twice", "reversed", "late", "never"])
def post(request: pytest.FixtureRequest, stripe: LocalStripe) -> Post:
    return Post(stripe, request.param)


def at_stripe(stripe: LocalStripe, member: MembershipView) -> list[tuple[str, int, int]]:
    """Status, received and given back of every charge of the membership that Stripe knows, the first
    first."""
    attempts = Attempt.objects.filter(invoice__membership_id=member.id).order_by("asked_at", "pk")
    asked = list(attempts.values_list("pk", flat=True))
    keys = {row.order_id: row.charge_key for row in Payment.objects.filter(order_id__in=asked)}
    refunds = stripe.upstream.get("/v1/refunds", params={"limit": 100}).json()["data"]
    back = {each["payment_intent"]: each["amount"] for each in refunds if each["metadata"]}
    return [
        (intent["status"], intent["amount_received"], back.get(intent["id"], 0))
        for attempt in asked
        if attempt in keys
        for intent in stripe.intents(keys[attempt])
    ]


def received(stripe: LocalStripe, member: MembershipView) -> list[int]:
    return [amount - back for _, amount, back in at_stripe(stripe, member) if amount - back]


def test_a_life_is_billed_once_however_its_news_arrive(stripe: LocalStripe, post: Post) -> None:
    cards, plan, gold = Cards(stripe), a_plan(), a_plan("gold", price=GOLD, level=2)
    with on(JOINED):
        visa, asks, fails = (cards.keep(number) for number in (VISA, ALWAYS_ASKS, FAILS_WHEN_CHARGED))
        member = join(plan, customer=cards.owner.id, method=asks)
        move()
        assert seen(member).state is MembershipState.INCOMPLETE
        _confirms_at_the_bank(stripe, post, member)
    assert (seen(member).state, received(stripe, member)) == (MembershipState.ACTIVE, [PLUS])

    # The bank asks at a renewal too: nobody is there, and the customer comes by and confirms.
    with on(JUNE):
        post.comes()
    assert seen(member).state is MembershipState.PAST_DUE
    with on(JUNE, hour=18):
        _confirms_at_the_bank(stripe, post, member)
        do("use_method", member, method=fails)
    assert (seen(member).renews_on, received(stripe, member)) == (JULY, [PLUS, PLUS])

    # A card that fails is followed by those that are kept beside it, on the days of the region.
    for days in range(8):
        with on(JULY + timedelta(days=days)):
            post.comes()
            if seen(member).action_url:
                do("pay", member, method=visa)
                move()
                post.comes()
    assert (seen(member).state, seen(member).renews_on) == (MembershipState.ACTIVE, AUGUST)
    assert received(stripe, member) == [PLUS] * 3

    with on(JULY + timedelta(days=20)):
        do("use_method", member, method=visa)
        told = call(Subscriptions).preview_change(
            customer_id=cards.owner.id, membership_id=member.id, plan_id=gold.id
        )
        do("change", member, plan_id=gold.id)
        move()
        post.comes()
    assert seen(member).plan_id == gold.id
    assert received(stripe, member) == [PLUS, PLUS, PLUS, told.due.amount]

    with on(days_later(1, AUGUST)):
        do("cancel", member)
        post.comes()
    with on(SEPTEMBER + timedelta(days=1)):
        post.comes()
    assert seen(member).state is MembershipState.CANCELED

    with on(SEPTEMBER + timedelta(days=9)):
        post.comes()
        post.comes()
        _every_invoice_was_paid_once(stripe, member)
        assert broken() == []


def test_a_card_has_one_trial_whoever_keeps_it(stripe: LocalStripe) -> None:
    plan = a_plan(trial_days=14)
    with on(JOINED):
        first, second, other = Cards(stripe), Cards(stripe), Cards(stripe)
        members = [
            join(plan, customer=cards.owner.id, method=cards.keep(number))
            for cards, number in ((first, VISA), (second, VISA), (other, ANOTHER_VISA))
        ]
        assert [member.state.value for member in members] == ["trialing", "incomplete", "trialing"]
    marks = set(KnownCard.objects.values_list("mark", flat=True))
    assert len(marks) == 2
    with on(JOINED, hour=14):
        path = "/api/v1/me/payment-methods"
        (kept,) = api(first.owner).get(path).json()["results"]
        assert api(first.owner).delete(f"{path}/{kept['id']}").status_code == 204
        settle()
    assert KnownCard.objects.count() == 2


def test_a_trial_by_a_card_that_is_nobodys_ends_at_once(stripe: LocalStripe, settings: Any) -> None:
    settings.TIFFIN_STRIPE_PUBLISHABLE_KEY = PUBLISHABLE_KEY
    plan, (mine, others) = a_plan(trial_days=14), (Cards(stripe), Cards(stripe))
    with on(JOINED):
        kept, anothers = mine.keep(VISA), others.keep(ANOTHER_VISA)
        owners = (mine.owner.id, ids.new_id(), ids.new_id())
        members = [
            join(plan, customer=owner, method=method)
            for owner, method in zip(owners, (kept, "pm_of_nobody", anothers), strict=True)
        ]
    assert [seen(member).state.value for member in members] == ["trialing", "canceled", "canceled"]


def test_what_is_taken_back_is_given_back_once(stripe: LocalStripe, post: Post) -> None:
    cards, plan = Cards(stripe), a_plan()
    with on(JOINED):
        member = join(plan, customer=cards.owner.id, method=cards.keep(VISA))
        move()
        post.comes()
    with on(JOINED, hour=14):
        do("take_back", member)
        move()
        post.comes()
        post.comes()
        assert (seen(member).state, received(stripe, member)) == (MembershipState.CANCELED, [])
        assert at_stripe(stripe, member) == [("succeeded", PLUS, PLUS)]
        assert broken() == []


def _confirms_at_the_bank(stripe: LocalStripe, post: Post, member: MembershipView) -> None:
    page = seen(member).action_url
    assert page is not None
    stripe.answer_action(page, approved=True)
    post.comes()
    if post.arrives in {"late", "never"}:
        # Nobody has told us: we ask, after a day.
        with on(clock.now().date() + timedelta(days=1), hour=20):
            pass


def _every_invoice_was_paid_once(stripe: LocalStripe, member: MembershipView) -> None:
    paid = [each for each in invoices(member) if each.state is InvoiceState.PAID and each.total]
    assert sum(each.total for each in paid) == sum(received(stripe, member))
    charges = {each.payment_id for each in paid}
    assert len(charges) == len(paid)
    assert None not in charges


@pytest.mark.parametrize("lost", ["request", "answer", "error"])
@pytest.mark.parametrize("of", ["/payment_intents", "/confirm", "/capture"])
def test_what_the_line_loses_charges_nobody_twice(stripe: LocalStripe, lost: str, of: str) -> None:
    cards, plan = Cards(stripe), a_plan()
    with on(JOINED):
        member = join(plan, customer=cards.owner.id, method=cards.keep(VISA))
    stripe.lose(lost, of=of)
    # Stripe remembers for a key that it failed; that is found out, and a new charge is asked for.
    for hour in (12, 13, 15):
        _minutes_pass(hour)
    assert (seen(member).state, seen(member).renews_on) == (MembershipState.ACTIVE, JULY)
    assert received(stripe, member) == [PLUS, PLUS]
    views = call(Payments).for_orders(
        order_ids=list(Attempt.objects.filter(invoice__membership_id=member.id).values_list("pk", flat=True))
    )
    assert sum(view.captured.amount for view in views) == 2 * PLUS


def test_while_stripe_is_away_nobody_is_blamed_and_then_everybody_is_charged(
    stripe: LocalStripe, settings: Any
) -> None:
    cards, plan = Cards(stripe), a_plan()
    with on(JOINED):
        member = join(plan, customer=cards.owner.id, method=cards.keep(VISA))
    with AtStripe(stripe, settings).is_down():
        _minutes_pass(12)
    _minutes_pass(13)
    assert seen(member).state is MembershipState.ACTIVE
    _minutes_pass(15)
    assert (seen(member).state, seen(member).renews_on) == (MembershipState.ACTIVE, JULY)
    assert received(stripe, member) == [PLUS, PLUS]
    told = LogEvent.objects.using("subscriptions").filter(key=member.id).order_by("seq")
    assert [Why(json.loads(each.payload)["why"]) for each in told] == [Why.JOINED, Why.RENEWED]


def _minutes_pass(hour: int) -> None:
    """A quarter of that hour of the day on which it renews."""
    for minute in range(15):
        with clock.hold(datetime.combine(JUNE, time(hour, minute), UTC)):
            move()
