"""The ledger: what moves, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.rewards.events import PointsHoldLapsed
from modules.rewards.interface import Flow, HoldConflict, HoldState, InsufficientPoints, TransferDiffers
from modules.rewards.models import Account, Entry, Hold, Lot
from modules.rewards.policies import Redeeming
from modules.rewards.selectors import wallets
from modules.rewards.services import hold, holds, post_hold, restore_hold, void_hold
from modules.rewards.services.holds import lapse_holds
from modules.rewards.states import AccountKind
from modules.rewards.tests.points import REGION, granted, in_days, linked, posted, refused, transfer
from tiffin import clock, ids
from tiffin.models import LogEvent

pytestmark = pytest.mark.database


def wallet(customer_id):
    return wallets([customer_id])[0]


def left_of(customer_id):
    lots = Lot.objects.filter(customer_id=customer_id).order_by("expires_at", "id")
    return [(lot.pending, lot.available, lot.held) for lot in lots]


def balance(kind, *, owner=None):
    rows = Account.objects.filter(kind=kind.value)
    return sum(row.balance for row in (rows.filter(owner=owner) if owner else rows))


def test_points_are_earned_pending_and_then_confirmed() -> None:
    customer = ids.new_id()
    earn = transfer(Flow.EARN, 120, customer)
    posted(earn)
    assert (wallet(customer).pending, wallet(customer).available) == (120, 0)
    posted(transfer(Flow.CONFIRM, 100, customer, lot_id=earn.id))
    posted(transfer(Flow.UNEARN, 20, customer, lot_id=earn.id))
    assert (wallet(customer).pending, wallet(customer).available) == (0, 100)
    assert balance(AccountKind.ISSUANCE) == -100


def test_what_expires_first_is_spent_first() -> None:
    customer = granted(50, days=30)
    granted(50, customer, days=10)
    granted(50, customer, days=20)
    posted(transfer(Flow.DONATE, 70, customer))
    assert left_of(customer) == [(0, 0, 0), (0, 30, 0), (0, 50, 0)]
    assert (wallet(customer).available, wallet(customer).expiring) == (80, 30)


def test_many_small_lots_are_spent_in_their_order() -> None:
    customer = granted(10, days=99)
    for days in range(40, 50):
        granted(10, customer, days=days)
    posted(transfer(Flow.DONATE, 95, customer))
    assert left_of(customer) == [*[(0, 0, 0)] * 9, (0, 5, 0), (0, 10, 0)]
    (answer,) = refused(transfer(Flow.DONATE, 16, customer))
    assert answer.there == 15


def test_more_than_is_there_is_refused_and_stays_refused() -> None:
    customer = granted(50)
    greedy = transfer(Flow.DONATE, 51, customer)
    (first,) = refused(greedy)
    assert (first.code, first.there, first.transfer_id) == ("insufficient", 50, greedy.id)
    granted(100, customer)
    assert refused(greedy) == (first,)
    assert wallet(customer).available == 150


def test_the_same_id_is_the_same_transfer_for_ever() -> None:
    customer = granted(50)
    given = transfer(Flow.DONATE, 10, customer)
    posted(given)
    posted(given)
    assert wallet(customer).available == 40
    (other,) = refused(transfer(Flow.DONATE, 11, customer, id=given.id))
    assert other.code == "transfer_differs"
    (elsewhere,) = refused(transfer(Flow.DONATE, 10, granted(50), id=given.id))
    assert elsewhere.code == "transfer_differs"


def test_twice_in_one_batch_is_once() -> None:
    customer = granted(50)
    given = transfer(Flow.DONATE, 30, customer)
    greedy = transfer(Flow.DONATE, 99, customer)
    answers = refused(given, given, greedy, greedy)
    assert [answer.code for answer in answers] == ["insufficient", "insufficient"]
    assert wallet(customer).available == 20


def test_twice_in_one_posting_is_refused_and_stops_no_other() -> None:
    twice, fine = transfer(Flow.GRANT, 5, ids.new_id()), granted(7)
    for _ in range(2):
        (answer,) = linked(twice, twice)
        assert (answer.transfer_id, answer.code) == (twice.id, "transfer_invalid")
    assert wallet(fine).available == 7


def test_linked_transfers_happen_together_or_not_at_all() -> None:
    sender, receiver = granted(100), ids.new_id()
    too_much = (transfer(Flow.SEND, 60, sender), transfer(Flow.SEND, 60, sender))
    (answer,) = linked(*too_much)
    assert (answer.transfer_id, answer.code, answer.there) == (too_much[1].id, "insufficient", 40)
    assert (wallet(sender).available, left_of(sender)) == (100, [(0, 100, 0)])
    assert linked(*too_much) == (answer,)
    (alone,) = refused(too_much[0])
    assert alone.code == "linked_refused"
    assert linked(transfer(Flow.SEND, 60, sender), transfer(Flow.RECEIVE, 60, receiver)) == ()
    assert (wallet(sender).available, wallet(receiver).available) == (40, 60)
    assert balance(AccountKind.TRANSIT) == 0


def test_a_refused_posting_stops_none_of_the_others() -> None:
    rich, poor = granted(100), granted(1)
    answers = refused(transfer(Flow.DONATE, 2, poor), transfer(Flow.DONATE, 60, rich))
    assert len(answers) == 1
    assert (wallet(poor).available, wallet(rich).available) == (1, 40)


def test_a_hold_is_spent_in_part_and_the_rest_is_free() -> None:
    customer = granted(30, days=10)
    granted(100, customer, days=20)
    held = hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    assert left_of(customer) == [(0, 0, 30), (0, 50, 50)]
    ended = post_hold(hold_id=held.id, points=40)
    assert (ended.state, ended.posted) == (HoldState.POSTED, 40)
    assert left_of(customer) == [(0, 0, 0), (0, 90, 0)]
    assert balance(AccountKind.REDEEMED) == 40


def test_a_hold_ends_once() -> None:
    customer = granted(100)
    held = hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    post_hold(hold_id=held.id, points=80)
    assert post_hold(hold_id=held.id, points=80).posted == 80
    with pytest.raises(HoldConflict):
        post_hold(hold_id=held.id, points=10)
    with pytest.raises(HoldConflict):
        void_hold(hold_id=held.id)
    (again,) = refused(transfer(Flow.RELEASE, 80, customer, hold_id=held.id))
    assert again.code == "hold_ended"
    assert wallet(customer).held == 0


def test_a_hold_that_is_let_go_may_be_let_go_again() -> None:
    customer = granted(100)
    held = hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    assert void_hold(hold_id=held.id).state is HoldState.VOIDED
    assert void_hold(hold_id=held.id).state is HoldState.VOIDED
    assert left_of(customer) == [(0, 100, 0)]


def test_a_hold_that_was_let_go_before_it_came_never_comes() -> None:
    customer, hold_id = granted(100), ids.new_id()
    terms = {"hold_id": hold_id, "customer_id": customer, "order_id": ids.new_id(), "region": REGION}
    for _ in range(2):
        assert void_hold(hold_id=hold_id) is None
    with pytest.raises(TransferDiffers):
        hold(points=10, **terms)
    assert (wallet(customer).held, Hold.objects.count()) == (0, 0)


def test_who_ends_a_hold_at_the_same_moment_hears_how_it_ended(monkeypatch) -> None:
    customer = granted(100)
    lapsed, spent = (
        hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=40, region=REGION)
        for _ in range(2)
    )
    with clock.shift(timedelta(days=14, seconds=1)):
        post_hold(hold_id=spent.id, points=30)
        lapse_holds()

    def as_it_stood(hold_id) -> Hold:
        held = Hold.get(hold_id)
        held.state_name = HoldState.HELD.value
        return held

    monkeypatch.setattr(holds, "_get", as_it_stood)
    monkeypatch.setattr(holds.db, "find", lambda model, *, id: [as_it_stood(id)])
    assert void_hold(hold_id=lapsed.id).state is HoldState.EXPIRED
    with pytest.raises(HoldConflict, match="is expired"):
        post_hold(hold_id=lapsed.id, points=40)
    with pytest.raises(HoldConflict, match="is posted"):
        post_hold(hold_id=spent.id, points=20)
    with pytest.raises(HoldConflict, match="is posted"):
        void_hold(hold_id=spent.id)


@pytest.mark.parametrize("days", [None, 5])
def test_a_region_says_when_a_hold_lapses(monkeypatch, days) -> None:
    if days:
        monkeypatch.setattr(holds, "redeeming", lambda *_: Redeeming(points=100, amount=60, hold_days=days))
    held = hold(
        hold_id=ids.new_id(), customer_id=granted(100), order_id=ids.new_id(), points=40, region=REGION
    )
    for moment, state in ((-1, HoldState.HELD), (1, HoldState.EXPIRED)):
        with clock.shift(timedelta(days=days or 14, minutes=moment)):
            lapse_holds()
        assert Hold.get(held.id).state is state
    told = LogEvent.objects.using("rewards").filter(name=PointsHoldLapsed.wire, key=held.id)
    assert told.count() == 1


def test_part_of_a_hold_cannot_stay_held() -> None:
    customer = granted(100)
    held = hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    (answer,) = refused(transfer(Flow.POST, 50, customer, hold_id=held.id))
    assert answer.code == "transfer_invalid"
    assert wallet(customer).held == 80
    answers = refused(
        transfer(Flow.POST, 50, customer, hold_id=held.id),
        transfer(Flow.RELEASE, 80, customer, hold_id=held.id),
    )
    assert [answer.code for answer in answers] == ["transfer_invalid"]
    assert left_of(customer) == [(0, 100, 0)]


def test_a_refund_gives_back_the_very_lots() -> None:
    customer = granted(30, days=10)
    granted(100, customer, days=20)
    held = hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=80, region=REGION)
    post_hold(hold_id=held.id, points=80)
    restore_hold(hold_id=held.id, key="r1", points=60, reason="missing")
    assert restore_hold(hold_id=held.id, key="r1", points=60, reason="missing").restored == 60
    assert left_of(customer) == [(0, 10, 0), (0, 100, 0)]
    restored = restore_hold(hold_id=held.id, key="r2", points=20, reason="missing")
    assert (restored.restored, left_of(customer)) == (80, [(0, 30, 0), (0, 100, 0)])
    assert balance(AccountKind.REDEEMED) == 0


def test_what_nobody_has_cannot_be_held() -> None:
    with pytest.raises(InsufficientPoints):
        hold(
            hold_id=ids.new_id(),
            customer_id=ids.new_id(),
            order_id=ids.new_id(),
            points=1,
            region=REGION,
        )
    assert not Hold.objects.exists()
    assert not Entry.objects.exists()


def test_one_id_is_one_hold() -> None:
    customer, order, hold_id = granted(100), ids.new_id(), ids.new_id()
    terms = {"hold_id": hold_id, "customer_id": customer, "order_id": order, "region": REGION}
    assert hold(points=10, **terms) == hold(points=10, **terms)
    with pytest.raises(TransferDiffers):
        hold(points=11, **terms)


def test_a_charity_is_paid_from_all_its_stripes_and_not_more_than_it_is_owed() -> None:
    charity = ids.new_id()
    for _ in range(40):
        posted(transfer(Flow.PLEDGE, 10, unit="GBP", party_id=charity))
    assert balance(AccountKind.PAYABLE, owner=charity) == 400
    (answer,) = refused(transfer(Flow.PAY, 401, unit="GBP", party_id=charity))
    assert (answer.code, answer.there) == ("insufficient", 400)
    posted(transfer(Flow.PAY, 395, unit="GBP", party_id=charity))
    assert balance(AccountKind.PAYABLE, owner=charity) == 5
    assert balance(AccountKind.PAID) == 395


def test_what_was_spent_already_is_owed_and_repaid_first() -> None:
    customer = granted(10)
    posted(transfer(Flow.OWE, 40, customer))
    assert wallet(customer).owed == 40
    granted(100, customer)
    (answer,) = refused(transfer(Flow.REPAY, 41, customer))
    assert (answer.code, answer.there) == ("insufficient", 40)
    posted(transfer(Flow.REPAY, 40, customer))
    assert (wallet(customer).owed, wallet(customer).available) == (0, 70)


@pytest.mark.parametrize(
    "wrong",
    [
        {"flow": Flow.GRANT, "amount": 0},
        {"flow": Flow.GRANT, "amount": -5},
        {"flow": Flow.GRANT, "amount": 5, "region": ""},
        {"flow": Flow.GRANT, "amount": 5, "unit": "GBP"},
        {"flow": Flow.CONFIRM, "amount": 5},
        {"flow": Flow.POST, "amount": 5},
        {"flow": Flow.DONATE, "amount": 5, "expires_at": in_days(1)},
        {"flow": Flow.LEVEL, "amount": 5, "unit": "GBP", "party_id": ids.new_id()},
        {"flow": Flow.UNKNOWN, "amount": 5},
        {"flow": Flow.DONATE, "amount": 5, "reason": "x" * 65},
    ],
)
def test_what_a_flow_needs_is_asked_for(wrong) -> None:
    customer = granted(100)
    (answer,) = refused(transfer(customer_id=customer, **wrong))
    assert answer.code == "transfer_invalid"


def test_the_statement_runs_in_the_order_in_which_it_happened() -> None:
    customer = granted(100)
    posted(transfer(Flow.DONATE, 10, customer), transfer(Flow.DONATE, 20, customer))
    posted(transfer(Flow.GRANT, 5, customer))
    entries = Entry.objects.filter(customer_id=customer).order_by("number")
    assert [entry.after for entry in entries] == [100, 90, 70, 75]
