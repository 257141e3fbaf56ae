"""What the bank answers: ISO 20022 CustomerPaymentStatusReport, pain.002.001.10."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from modules.payments.bank.documents import NotXml, parsed

SCHEMA = "pain.002.001.10"
_NS = {"r": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}

# External payment transaction status codes (ISO 20022 external code sets).
PAID = frozenset({"ACSC", "ACCC"})  # settled on our account, or on the payee's
REJECTED = frozenset({"RJCT", "CANC"})
UNDER_WAY = frozenset({"RCVD", "PDNG", "ACTC", "ACCP", "ACSP", "ACWC", "ACWP", "ACFC", "PATC", "PRES"})


class NotAnAnswer(Exception):
    """It is no such report; the words say why."""


class LineStatus(NamedTuple):
    """What became of a transfer, by its EndToEndId; `reason` is a code."""

    reference: str
    status: str
    reason: str


class Report(NamedTuple):
    """A report about the message `about`. `status` is that of all of its transfers which `lines` do not name,
    empty when it says nothing of them."""

    about: str
    status: str
    reason: str
    lines: tuple[LineStatus, ...]


def read(content: bytes) -> Report:
    """Raises NotAnAnswer."""
    try:
        document = parsed(content)
    except NotXml as error:
        raise NotAnAnswer(str(error)) from error
    report = document.find("r:CstmrPmtStsRpt", _NS)
    about = _text(report, "r:OrgnlGrpInfAndSts/r:OrgnlMsgId")
    if report is None or not about:
        raise NotAnAnswer(f"it is no {SCHEMA} about a message of ours")
    payments = report.findall("r:OrgnlPmtInfAndSts", _NS)
    status, reason = _of_all(report, payments)
    return Report(about=about, status=status, reason=reason, lines=tuple(_lines(payments)))


def _of_all(report: ET.Element, payments: list[ET.Element]) -> tuple[str, str]:
    """The status of the one payment of ours, or of the group: the nearest to the transfers says it."""
    group = report.find("r:OrgnlGrpInfAndSts", _NS)
    for level, name in (*((payment, "r:PmtInfSts") for payment in payments), (group, "r:GrpSts")):
        if status := _text(level, name):
            return status, _reason(level)
    return "", ""


def _lines(payments: list[ET.Element]) -> Iterator[LineStatus]:
    for payment in payments:
        for line in payment.findall("r:TxInfAndSts", _NS):
            yield LineStatus(_text(line, "r:OrgnlEndToEndId"), _text(line, "r:TxSts"), _reason(line))


def _reason(level: ET.Element | None) -> str:
    """The code; what stands beside it in words may name people and stays in the file."""
    return _text(level, "r:StsRsnInf/r:Rsn/r:Cd") or _text(level, "r:StsRsnInf/r:Rsn/r:Prtry")


def _text(parent: ET.Element | None, path: str) -> str:
    return "" if parent is None else (parent.findtext(path, "", _NS) or "").strip()[:35]
