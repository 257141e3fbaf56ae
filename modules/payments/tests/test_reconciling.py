"""What the provider did and what we wrote down are compared both ways; what differs is mended or listed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from modules.payments import services
from modules.payments.errors import MismatchNoteMissing
from modules.payments.interface import PaymentState
from modules.payments.models import (
    Book,
    EntryKind,
    Mismatch,
    MismatchState,
    Payment,
    PaymentEntry,
    SandboxCharge,
    What,
)
from modules.payments.providers import ProviderTimeout
from modules.payments.providers.sandbox import CAPTURE, REFUND, SUCCEEDED, SandboxProvider
from modules.payments.services import books, comparing
from modules.payments.tests.ledger import (
    A_WHILE,
    ACTION,
    DECLINED,
    FaultyProvider,
    Memory,
    a_payment,
    look_at,
    pounds,
    state_of,
)
from tiffin import clock, ids
from tiffin.models import Job
from tiffin.telemetry.metrics import exposition
from tiffin.testing import settle

pytestmark = pytest.mark.database

TWO_HOURS = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _books(database: object) -> None:
    services.open_books()


def paid(amount: int = 2_500) -> Payment:
    payment = a_payment(amount=amount)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(amount))
    settle()
    return payment


def forge(payment: Payment | None, kind: str, amount: int, *, key: str = "") -> SandboxCharge:
    """The provider moved money that nobody here asked for."""
    charge = payment.charge_key if payment else "somebody's"
    return SandboxCharge.objects.create(
        key=key or f"x:{ids.new_id()}",
        kind=kind,
        charge=charge,
        amount=amount,
        currency="GBP",
        outcome=SUCCEEDED,
        reference=f"sb_{ids.new_id().hex}",
    )


def compare(after: timedelta = TWO_HOURS) -> list[Mismatch]:
    """An hour and more goes by; what is listed in the end, closed or not."""
    with clock.shift(after):
        settle()
    return list(Mismatch.objects.order_by("created_at"))


def only(found: list[Mismatch]) -> Mismatch:
    (mismatch,) = found
    return mismatch


# --- nothing to find -------------------------------------------------------------------------------


def test_an_empty_day_is_quiet():
    assert compare(timedelta(days=1, minutes=15)) == []
    book = Book.objects.get(region="gb")
    assert clock.now() + timedelta(days=1) - book.compared_until <= books.WINDOW + books.SETTLED_AFTER


def test_everything_that_payments_do_by_themselves_agrees(line: FaultyProvider):
    paid()
    part = a_payment(amount=2_500)
    a_payment(method=DECLINED)
    a_payment(method=ACTION)
    let_go, lost = a_payment(amount=1_000), a_payment(amount=900)
    settle()
    services.capture(payment_id=part.pk, amount=pounds(1_700))
    services.void(payment_id=let_go.pk)
    services.void(payment_id=lost.pk)
    settle()
    for amount in (300, 300, 1_100):
        services.refund(payment_id=part.pk, amount=pounds(amount), reason="test")
    settle()

    assert compare() == []
    assert {each.compared_until > clock.now() for each in Book.objects.filter(region="gb")} == {True}


def test_an_answer_to_the_authorisation_that_never_came_agrees_once_it_was_let_go(line: FaultyProvider):
    payment = a_payment(amount=2_500)
    line.lose_answers(1)
    settle()
    services.void(payment_id=payment.pk)
    settle()

    assert look_at(payment).voided == pounds(2_500)
    assert compare() == []


def test_a_window_is_read_from_its_first_entry_on_and_not_from_the_ledgers():
    with clock.shift(timedelta(days=-3)):
        paid()
    paid()
    since, until = clock.now() - TWO_HOURS, clock.now() + TWO_HOURS
    first = min(PaymentEntry.objects.filter(at__gte=since).values_list("pk", flat=True))

    with CaptureQueriesContext(connections["payments"]) as asked:
        assert list(comparing.compare("gb", "sandbox", SandboxProvider(), since=since, until=until)) == []

    pages = [
        each["sql"]
        for each in asked
        if "LIMIT" in each["sql"] and 'FROM "payments_paymententry"' in each["sql"]
    ]
    assert f'"payments_paymententry"."id" > {first - 1}' in pages[0]


def test_a_movement_of_nobodys_payment_that_is_written_down_later_agrees():
    """However much later: each day what came since the last is looked at."""
    forged = forge(None, REFUND, 400)
    only(compare())
    with clock.shift(timedelta(days=3, hours=2)):
        settle()
        late = Payment.objects.get(pk=paid().pk)
        late.enter(EntryKind.REFUNDED, pounds(400), forged.reference)

    with clock.shift(timedelta(days=4, hours=3)):
        settle()

    mismatch = Mismatch.objects.get(payment=None)
    assert mismatch.state_name == MismatchState.AGREED


# --- the provider has it, we do not ----------------------------------------------------------------


def test_a_lost_answer_is_found_and_mended_by_taking_it_as_the_answer(line: FaultyProvider):
    payment = a_payment(amount=2_500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2_500))
    line.lose_answers(1)
    settle()
    Job.objects.using("payments").filter(key=payment.pk).delete()  # and everybody forgets about it

    mismatch = only(compare())

    assert (mismatch.what, mismatch.state_name) == (What.ONLY_PROVIDER, MismatchState.MENDED)
    assert state_of(payment) is PaymentState.CAPTURED
    assert look_at(payment).captured == pounds(2_500)


def test_a_lost_refund_is_mended(line: FaultyProvider):
    payment = paid()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="x")
    line.lose_answers(1)
    settle()
    Job.objects.using("payments").filter(key=payment.pk).delete()

    assert only(compare()).state_name == MismatchState.MENDED
    assert look_at(payment).refunded == pounds(700)


def test_money_held_after_we_gave_up_is_found_and_let_go(line: FaultyProvider):
    payment = a_payment(amount=2_500)
    services.void(payment_id=payment.pk)
    settle()
    line.authorise(key=payment.charge_key, amount=payment.money, method=payment.method)

    assert only(compare()).state_name == MismatchState.MENDED
    assert (state_of(payment), Memory(payment).held) == (PaymentState.VOIDED, 0)


def test_a_refund_that_nobody_asked_for_is_listed_and_not_believed():
    payment = paid()
    forged = forge(payment, REFUND, 400, key=payment.refund_key(7))

    mismatch = only(compare())

    assert (mismatch.what, mismatch.is_open) == (What.ONLY_PROVIDER, True)
    assert (mismatch.payment_id, mismatch.reference) == (payment.pk, forged.reference)
    assert (mismatch.ours, mismatch.theirs) == (None, 400)
    assert look_at(payment).refunded == pounds(0)


def test_a_movement_of_nobodys_payment_is_listed_once_in_a_region_with_that_money():
    forge(None, CAPTURE, 9_900)

    mismatch = only(compare())

    assert (mismatch.region, mismatch.payment_id, mismatch.theirs) == ("gb", None, 9_900)
    assert mismatch.is_open


def test_a_capture_of_what_was_only_to_be_held_is_listed():
    payment = a_payment(amount=2_500)
    settle()
    forge(payment, CAPTURE, 2_500, key=payment.capture_key)

    assert only(compare()).what == What.ONLY_PROVIDER
    assert state_of(payment) is PaymentState.AUTHORISED
    assert look_at(payment).captured == pounds(0)


def test_money_that_was_taken_twice_is_listed():
    payment = paid()
    forge(payment, CAPTURE, 2_500, key=f"{payment.pk}:capture-again")

    mismatch = only(compare())

    assert (mismatch.what, mismatch.kind, mismatch.theirs) == (What.ONLY_PROVIDER, "captured", 2_500)
    assert look_at(payment).captured == pounds(2_500)


# --- we have it, the provider does not; or not the same --------------------------------------------


def test_what_the_provider_does_not_have_is_found():
    payment = paid()
    SandboxCharge.objects.filter(key=payment.capture_key).delete()

    mismatch = only(compare())

    assert (mismatch.what, mismatch.kind, mismatch.is_open) == (What.ONLY_LEDGER, "captured", True)
    assert (mismatch.ours, mismatch.theirs) == (2_500, None)


def test_another_amount_is_found():
    payment = paid()
    SandboxCharge.objects.filter(key=payment.capture_key).update(amount=2_400)

    mismatch = only(compare())

    assert (mismatch.what, mismatch.ours, mismatch.theirs) == (What.AMOUNT, 2_500, 2_400)


def test_another_kind_is_found():
    payment = paid()
    services.refund(payment_id=payment.pk, amount=pounds(2_500), reason="x")
    settle()
    SandboxCharge.objects.filter(key=payment.refund_key(1)).update(kind=CAPTURE, key=f"{payment.pk}:other")

    mismatch = only(compare())

    assert (mismatch.what, mismatch.kind, mismatch.theirs) == (What.KIND, "captured", 2_500)
    assert mismatch.words == "we wrote it down as refunded"


def test_a_payment_that_does_not_close_is_listed_until_it_does():
    payment = Payment.objects.get(pk=paid().pk)
    payment.enter(EntryKind.REFUNDED, pounds(2_600), "by_hand")

    found = {each.what: each for each in compare()}

    assert set(found) == {What.ONLY_LEDGER, What.NOT_CLOSED}
    assert "went back than was taken" in found[What.NOT_CLOSED].words


# --- the queue -------------------------------------------------------------------------------------


def test_what_comes_to_agree_closes_by_itself():
    payment = paid()
    charge = SandboxCharge.objects.get(key=payment.capture_key)
    SandboxCharge.objects.filter(key=charge.key).delete()
    mismatch = only(compare())
    assert mismatch.is_open

    charge.save(force_insert=True)
    with clock.shift(TWO_HOURS + timedelta(days=1) + A_WHILE):
        settle()

    mismatch.refresh_from_db()
    assert (mismatch.state_name, mismatch.closed_by) == (MismatchState.AGREED, "service")


def test_what_is_found_again_is_the_same_mismatch():
    payment = paid()
    SandboxCharge.objects.filter(key=payment.capture_key).update(amount=2_400)
    first = only(compare())
    Book.objects.update(compared_until=clock.now() - timedelta(hours=1))

    again = only(compare(timedelta(hours=3)))

    assert (again.pk, again.seen) == (first.pk, first.seen + 1)
    assert again.is_open


def test_staff_resolve_with_a_reason_and_it_stays_resolved():
    payment = paid()
    SandboxCharge.objects.filter(key=payment.capture_key).update(amount=2_400)
    mismatch = only(compare())
    with pytest.raises(MismatchNoteMissing):
        services.resolve_mismatch(mismatch.pk, note="  ")
    services.resolve_mismatch(mismatch.pk, note="the provider's fee, ticket 12")
    Book.objects.update(compared_until=clock.now() - timedelta(hours=1))

    again = only(compare(timedelta(hours=3)))

    assert (again.state_name, again.note) == (MismatchState.RESOLVED, "the provider's fee, ticket 12")
    assert not Job.objects.using("payments").filter(key=mismatch.pk).exists()


def test_what_is_open_is_counted():
    payment = paid()
    SandboxCharge.objects.filter(key=payment.capture_key).update(amount=2_400)
    compare()
    assert 'tiffin_payment_mismatches{region="gb",what="amount"} 1.0' in exposition().decode()


# --- crashes ---------------------------------------------------------------------------------------


class HalfWay(SandboxProvider):
    """Its list breaks off after the first movement."""

    def movements(self, *, since, until):
        for movement in super().movements(since=since, until=until):
            yield movement
            raise ProviderTimeout("half way")


def test_a_window_that_broke_off_is_compared_again_whole(monkeypatch: pytest.MonkeyPatch):
    one, other = paid(), paid()
    for payment in (one, other):
        SandboxCharge.objects.filter(key=payment.capture_key).update(amount=2_400)
    before = Book.objects.get(region="gb").compared_until
    with monkeypatch.context() as broken:
        broken.setattr("modules.payments.jobs.provider", lambda region: HalfWay())
        compare()
    assert Book.objects.get(region="gb").compared_until == before

    found = compare(TWO_HOURS + A_WHILE)

    assert {each.payment_id for each in found} == {one.pk, other.pk}
    assert Book.objects.get(region="gb").compared_until > before


def test_an_outage_of_hours_uses_up_no_attempts(monkeypatch: pytest.MonkeyPatch):
    paid()
    before = Book.objects.get(region="gb").compared_until
    with monkeypatch.context() as broken:
        broken.setattr("modules.payments.jobs.provider", lambda region: HalfWay())
        for minutes in range(0, 150, 10):
            compare(TWO_HOURS + timedelta(minutes=minutes))
    job = Job.objects.using("payments").get(name="reconcile", region="gb")
    assert (job.state, job.attempts) == ("waiting", 0)

    compare(TWO_HOURS + timedelta(minutes=150))

    assert Book.objects.get(region="gb").compared_until > before


def test_books_whose_jobs_were_given_up_are_taken_up_again_the_next_day():
    Job.objects.using("payments").filter(name__in=("reconcile", "close_days")).update(state="held")
    before = Book.objects.get(region="gb").compared_until
    compare(timedelta(days=1, minutes=1))
    assert Book.objects.get(region="gb").compared_until - before >= timedelta(hours=22)
