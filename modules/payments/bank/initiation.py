"""The file that tells the bank to pay: ISO 20022 CustomerCreditTransferInitiation, pain.001.001.09.

Elements stand in the order of the schema. In euro the rules of the SEPA credit transfer hold besides
(European Payments Council, EPC132-08, customer-to-PSP implementation guidelines): service level SEPA, charges
SLEV, amounts with two decimals. Elsewhere the bank's own scheme is used, with shared charges; whether a bank
asks for more there (a local instrument) is unconfirmed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from xml.etree import ElementTree as ET

from modules.payments.bank.documents import parsed
from modules.payments.interface import BankAccount
from tiffin.money import minor_units

SCHEMA = "pain.001.001.09"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
NAME_LENGTH, TEXT_LENGTH = 70, 140  # of SEPA; the schema has 140 for both
# What every bank takes: the Latin characters of SEPA (EPC217-08).
_TAKEN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
# Letters that are no accented ones.
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
     "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "&": "+", "’": "'", "–": "-"}
)  # fmt: skip


class Party(NamedTuple):
    """Who pays or is paid, and the account."""

    name: str
    account: BankAccount


class Line(NamedTuple):
    """One transfer. `reference` is the EndToEndId, `text` what the payee reads, `amount` in minor units."""

    reference: str
    payee: Party
    amount: int
    text: str


class Initiation(NamedTuple):
    """All that goes from one account on one day. `id` names the message, at most 33 characters."""

    id: str
    made_at: datetime
    day: date
    currency: str
    payer: Party
    lines: Sequence[Line]


def written(file: Initiation) -> bytes:
    """The XML document, in UTF-8."""
    document = ET.Element("Document", {"xmlns": NAMESPACE})
    message = ET.SubElement(document, "CstmrCdtTrfInitn")
    header = ET.SubElement(message, "GrpHdr")
    _text(header, "MsgId", file.id)
    _text(header, "CreDtTm", file.made_at.isoformat(timespec="seconds"))
    _totals(header, file)
    _text(ET.SubElement(header, "InitgPty"), "Nm", plain(file.payer.name, NAME_LENGTH))
    payment = _payment(message, file)
    for line in file.lines:
        _transfer(payment, line, file.currency)
    ET.indent(document)
    text: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def references(content: bytes) -> list[str]:
    """The EndToEndIds of a file that `written` gave, in its order."""
    return [each.text or "" for each in parsed(content).iterfind(f".//{{{NAMESPACE}}}EndToEndId")]


def _payment(message: ET.Element, file: Initiation) -> ET.Element:
    payment = ET.SubElement(message, "PmtInf")
    _text(payment, "PmtInfId", f"{file.id}-1")
    _text(payment, "PmtMtd", "TRF")
    _totals(payment, file)
    in_euro = file.currency == "EUR"
    if in_euro:
        level = ET.SubElement(ET.SubElement(payment, "PmtTpInf"), "SvcLvl")
        _text(level, "Cd", "SEPA")
    _text(ET.SubElement(payment, "ReqdExctnDt"), "Dt", file.day.isoformat())
    _text(ET.SubElement(payment, "Dbtr"), "Nm", plain(file.payer.name, NAME_LENGTH))
    _account(payment, "DbtrAcct", file.payer.account)
    _bank(payment, "DbtrAgt", file.payer.account, is_needed=True)
    _text(payment, "ChrgBr", "SLEV" if in_euro else "SHAR")
    return payment


def _transfer(payment: ET.Element, line: Line, currency: str) -> None:
    transfer = ET.SubElement(payment, "CdtTrfTxInf")
    _text(ET.SubElement(transfer, "PmtId"), "EndToEndId", line.reference)
    amount = ET.SubElement(ET.SubElement(transfer, "Amt"), "InstdAmt", {"Ccy": currency})
    amount.text = decimal(line.amount, currency)
    _bank(transfer, "CdtrAgt", line.payee.account)
    _text(ET.SubElement(transfer, "Cdtr"), "Nm", plain(line.payee.name, NAME_LENGTH))
    _account(transfer, "CdtrAcct", line.payee.account)
    _text(ET.SubElement(transfer, "RmtInf"), "Ustrd", plain(line.text, TEXT_LENGTH))


def _totals(parent: ET.Element, file: Initiation) -> None:
    _text(parent, "NbOfTxs", str(len(file.lines)))
    _text(parent, "CtrlSum", decimal(sum(line.amount for line in file.lines), file.currency))


def _account(parent: ET.Element, name: str, account: BankAccount) -> None:
    id_ = ET.SubElement(ET.SubElement(parent, name), "Id")
    if account.iban:
        _text(id_, "IBAN", account.iban)
    else:
        _text(ET.SubElement(id_, "Othr"), "Id", account.account_number)


def _bank(parent: ET.Element, name: str, account: BankAccount, *, is_needed: bool = False) -> None:
    """The bank by its BIC and, without an IBAN, by its sort code (GBDSC: external clearing system codes). The
    payer's must be named, if only as NOTPROVIDED."""
    if not (account.bic or account.sort_code or is_needed):
        return
    bank = ET.SubElement(ET.SubElement(parent, name), "FinInstnId")
    if account.bic:
        _text(bank, "BICFI", account.bic)
    if account.sort_code:
        member = ET.SubElement(bank, "ClrSysMmbId")
        _text(ET.SubElement(member, "ClrSysId"), "Cd", "GBDSC")
        _text(member, "MmbId", account.sort_code)
    if not (account.bic or account.sort_code):
        _text(ET.SubElement(bank, "Othr"), "Id", "NOTPROVIDED")


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value


def decimal(amount: int, currency: str) -> str:
    """Minor units as the file says them, by the currency's exponent."""
    places = minor_units(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def plain(text: str, length: int) -> str:
    """`text` in the characters that every bank takes, at most so many; never empty, with neither end nor
    beginning a slash and no double one, which banks keep for themselves."""
    split = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = "".join(each if each in _TAKEN else " " for each in split if not unicodedata.combining(each))
    words = " ".join(kept.split())
    while "//" in words:
        words = words.replace("//", "/")
    return words[:length].strip(" /") or "-"
