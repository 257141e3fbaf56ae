"""The sandbox on a bad day: the books end as on a good one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.payments.interface import PaymentState
from modules.payments.models import SandboxCharge
from modules.payments.tests.ledger import a_payment, published, state_of
from tiffin import clock
from tiffin.testing import settle

pytestmark = pytest.mark.database

RETRIED = timedelta(minutes=2)


@pytest.fixture
def bad_day(settings, tmp_path):
    """What the file says is how the day is."""
    settings.TIFFIN_SANDBOX_TROUBLE = tmp_path / "trouble"
    return settings.TIFFIN_SANDBOX_TROUBLE


def charges(payment):
    return SandboxCharge.objects.filter(charge=payment.charge_key).count()


def test_an_operation_carried_out_twice_is_one(bad_day):
    bad_day.write_text("twice")
    payment = a_payment()
    settle()
    assert (state_of(payment), charges(payment)) == (PaymentState.AUTHORISED, 1)


@pytest.mark.parametrize(("word", "happened"), [("late", 1), ("never", 0)])
def test_without_an_answer_nothing_is_believed_until_the_day_is_better(bad_day, word, happened):
    bad_day.write_text(word)
    payment = a_payment()
    settle()
    assert published(payment) == []
    assert charges(payment) == happened

    bad_day.unlink()
    with clock.shift(RETRIED):
        settle()
    assert (state_of(payment), charges(payment)) == (PaymentState.AUTHORISED, 1)
