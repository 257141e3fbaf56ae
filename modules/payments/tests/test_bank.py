"""The files that go to the bank and come from it, by ISO 20022: pain.001.001.09 and pain.002.001.10.

The order of the elements was compared with the schema of the European Payments Council's guidelines for the
SEPA credit transfer (EPC132-08, customer to PSP, 2023 version 1.0), which is a part of ISO 20022's own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.payments.bank import status
from modules.payments.bank.accounts import checked
from modules.payments.bank.initiation import NAMESPACE, Initiation, Line, Party, plain, written
from modules.payments.interface import BankAccount, BankAccountInvalid
from modules.payments.tests.payouts import FR_IBAN, GB_IBAN, PL_IBAN
from tiffin.money import minor_units

GOLDEN = Path(__file__).parent / "golden"
UK = BankAccount(sort_code="601613", account_number="31926819")
LINES = {
    "EUR": (
        Line("019a8f3e7b2c7d3e8f4a5b6c7d8e9f01-1", Party("Étoile & Fils", BankAccount(iban=FR_IBAN)), 123_456,
             "Dons de juin // 2027"),
        Line("019a8f3e7b2c7d3e8f4a5b6c7d8e9f02-2",
             Party("Pomoc Łódź", BankAccount(iban=PL_IBAN, bic="WBKPPLPP")), 5, "Darowizny"),
    ),
    "GBP": (
        Line("019a8f3e7b2c7d3e8f4a5b6c7d8e9f03-1", Party("Food for All", UK), 90_000, "Donations of June"),
    ),
    "JPY": (
        Line("019a8f3e7b2c7d3e8f4a5b6c7d8e9f04-1", Party("Food", BankAccount(iban=GB_IBAN)), 1_500, "June"),
    ),
}  # fmt: skip
PAYERS = {
    "EUR": Party("Tiffin Testland", BankAccount(iban="DE89370400440532013000")),
    "GBP": Party("Tiffin Ltd", UK),
    "JPY": Party("Tiffin", BankAccount(iban=GB_IBAN, bic="NWBKGB2L")),
}


def initiation(currency: str, lines: tuple[Line, ...] | None = None) -> Initiation:
    return Initiation(
        id="019a8f3e7b2c7d3e8f4a5b6c7d8e9f00",
        made_at=datetime(2027, 7, 5, 14, 0, tzinfo=UTC),
        day=date(2027, 7, 5),
        currency=currency,
        payer=PAYERS[currency],
        lines=LINES[currency] if lines is None else lines,
    )


@pytest.mark.parametrize("currency", sorted(LINES))
def test_a_file_is_as_it_was_drawn(currency: str):
    assert written(initiation(currency)).decode() == (GOLDEN / f"pain.001.001.09.{currency}.xml").read_text()


texts = st.text(max_size=200)
lines = st.lists(
    st.builds(
        Line,
        reference=st.uuids().map(lambda each: f"{each.hex}-1"),
        payee=st.builds(Party, name=texts, account=st.just(UK)),
        amount=st.integers(1, 10**12),
        text=texts,
    ),
    min_size=1,
    max_size=8,
)


@given(lines, st.sampled_from(sorted(LINES)))
def test_the_control_sums_are_those_of_the_lines_whatever_is_in_them(found: list[Line], currency: str):
    document = ET.fromstring(written(initiation(currency, tuple(found))))
    ns = {"p": NAMESPACE}
    amounts = document.findall(".//p:InstdAmt", ns)
    assert {amount.get("Ccy") for amount in amounts} == {currency}
    whole = sum(Decimal(amount.text or "") for amount in amounts)
    assert [Decimal(each.text or "") for each in document.findall(".//p:CtrlSum", ns)] == [whole] * 2
    assert [each.text for each in document.findall(".//p:NbOfTxs", ns)] == [str(len(found))] * 2
    assert whole == Decimal(sum(line.amount for line in found)).scaleb(-minor_units(currency))
    references = [each.text for each in document.findall(".//p:EndToEndId", ns)]
    assert references == [line.reference for line in found]
    assert all(len(reference or "") <= 35 for reference in references)


@given(texts)
def test_a_text_is_made_of_what_every_bank_takes(text: str):
    kept = plain(text, 70)
    assert 0 < len(kept) <= 70
    assert kept.isascii()
    assert "//" not in kept
    assert kept == plain(kept, 70)


def test_letters_lose_their_marks_and_no_more():
    assert plain("Żółć & Großmütter’s œuvre", 70) == "Zolc + Grossmutter's oeuvre"


@pytest.mark.parametrize(
    "iban", [GB_IBAN, PL_IBAN, FR_IBAN, "NO9386011117947", "MT84MALT011000012345MTLCAST001S"]
)
def test_the_registrys_examples_are_right_as_people_write_them(iban: str):
    """IBAN Registry (SWIFT), examples of the United Kingdom, Poland, France, Norway and Malta."""
    spaced = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4)).lower()
    assert checked(BankAccount(iban=spaced)) == BankAccount(iban=iban)


@given(st.sampled_from([GB_IBAN, PL_IBAN, FR_IBAN]), st.data())
def test_one_wrong_character_in_an_iban_is_found(iban: str, data: st.DataObject):
    """MOD 97-10 (ISO 7064) finds every single wrong character."""
    at = data.draw(st.integers(2, len(iban) - 1))
    pool = "0123456789" if iban[at].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    wrong = data.draw(st.sampled_from([each for each in pool if each != iban[at]]))
    with pytest.raises(BankAccountInvalid):
        checked(BankAccount(iban=iban[:at] + wrong + iban[at + 1 :]))


@pytest.mark.parametrize(
    "account",
    [
        BankAccount(),
        BankAccount(sort_code="6016", account_number="31926819"),
        BankAccount(sort_code="601613", account_number="319268"),
        BankAccount(iban=GB_IBAN, bic="NWBK"),
        BankAccount(iban=GB_IBAN, sort_code="601613", account_number="31926819"),
        BankAccount(iban="GB29"),
    ],
)
def test_what_can_be_no_account_is_refused(account: BankAccount):
    with pytest.raises(BankAccountInvalid):
        checked(account)


def test_a_report_is_read_by_level():
    """The nearest level to the transfers speaks for those that are not named."""
    report = status.read((GOLDEN / "pain.002.001.10.xml").read_bytes())
    assert report.about == "019a8f3e7b2c7d3e8f4a5b6c7d8e9f00"
    assert (report.status, report.reason) == ("ACSP", "")
    assert report.lines == (
        status.LineStatus("019a8f3e7b2c7d3e8f4a5b6c7d8e9f01-1", "RJCT", "AC04"),
        status.LineStatus("019a8f3e7b2c7d3e8f4a5b6c7d8e9f02-2", "ACSC", ""),
    )
