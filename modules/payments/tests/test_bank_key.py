"""Bank accounts are kept for years, under a key of their own."""

from __future__ import annotations

import pytest
from django.conf import settings

from modules.payments.models import PayeeAccount
from modules.payments.tests.payouts import UK, answer, batched, take

pytestmark = pytest.mark.database


def test_accounts_are_readable_after_the_key_of_notices_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
):
    file, _ = batched(100)
    monkeypatch.setattr(settings, "TIFFIN_NOTICE_KEY", "x" * 48)
    assert PayeeAccount.objects.get().account.account_number == UK.account_number.replace(" ", "")
    assert file.content.startswith(b"<?xml")
    take(answer(file, group="ACSC"))
