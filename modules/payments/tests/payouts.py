"""What the tests of payouts say: payouts, the bank and its answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

from modules.payments import services
from modules.payments.bank.initiation import NAMESPACE
from modules.payments.interface import BankAccount, PartyKind, Payee, Payer
from modules.payments.models import BankFile, Book, Collection, Payout
from tiffin import clock, ids
from tiffin.money import Money
from tiffin.testing import settle

# A Monday noon in summer: 13:00 in London, before the cut-off at 15:00.
NOON = datetime(2027, 7, 5, 12, 0, tzinfo=UTC)
CUT_OFF = datetime(2027, 7, 5, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)

# Examples of the IBAN Registry (SWIFT, ISO 13616, release 98).
GB_IBAN, PL_IBAN, FR_IBAN = (
    "GB29NWBK60161331926819",
    "PL61109010140000071219812874",
    "FR1420041010050500013M02606",
)
UK = BankAccount(sort_code="60-16-13", account_number="3192 6819")
POLISH = BankAccount(iban=PL_IBAN)
ACCOUNTS = {"gb": UK, "pl": POLISH, "xt": BankAccount(iban=FR_IBAN, bic="AGRIFRPP")}
CURRENCIES = {"gb": "GBP", "pl": "PLN", "xt": "EUR"}


def a_charity(name: str = "Food for All", region: str = "gb", **more: Any) -> Payee:
    told: dict[str, Any] = {"id": ids.new_id(), "account": ACCOUNTS[region], **more}
    return Payee(kind=PartyKind.CHARITY, name=name, **told)


def a_payout(
    amount: int = 1_250,
    *,
    region: str = "gb",
    payee: Payee | None = None,
    payout_id: UUID | None = None,
    reference: str = "Donations of June",
) -> Payout:
    return services.pay_out(
        payout_id=payout_id or ids.new_id(),
        payee=payee or a_charity(region=region),
        amount=Money(amount=amount, currency=CURRENCIES[region]),
        region=region,
        purpose="donations",
        reference=reference,
    )


def gathered(region: str = "gb") -> BankFile | None:
    """The file that is made at this moment, if anything is wanted."""
    if not Book.objects.filter(region=region).exists():
        services.open_books()
    before = set(BankFile.objects.values_list("pk", flat=True))
    services.gather(Book.objects.get(region=region).pk)
    return BankFile.objects.exclude(pk__in=before).first()


def batched(*amounts: int, region: str = "gb") -> tuple[BankFile, list[Payout]]:
    """A file with payouts of these amounts, wanted at noon and gathered at the cut-off."""
    with clock.hold(NOON):
        payouts = [a_payout(amount, region=region) for amount in amounts]
    with clock.hold(CUT_OFF):
        file = gathered(region)
    assert file is not None
    return file, [again(payout) for payout in payouts]


def again(payout: Payout) -> Payout:
    """As it stands by now."""
    return Payout.get(payout.pk)


def answer(
    file: BankFile,
    *lines: tuple[str, str] | tuple[str, str, str],
    group: str = "",
    payment: str = "",
    reason: str = "",
) -> bytes:
    """The bank's answer: lines of EndToEndId, status and maybe a reason, or a status of all. As
    CustomerPaymentStatusReportV10 has it (ISO 20022, pain.002.001.10)."""
    said = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    of_group = f"<GrpSts>{group}</GrpSts>{said}" if group else ""
    of_payment = f"<PmtInfSts>{payment}</PmtInfSts>{said}" if payment else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">
  <CstmrPmtStsRpt>
    <GrpHdr><MsgId>{ids.new_id().hex}</MsgId><CreDtTm>2027-07-06T08:15:00+01:00</CreDtTm></GrpHdr>
    <OrgnlGrpInfAndSts>
      <OrgnlMsgId>{file.message_id}</OrgnlMsgId>
      <OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{of_group}
    </OrgnlGrpInfAndSts>
    <OrgnlPmtInfAndSts>
      <OrgnlPmtInfId>{file.message_id}-1</OrgnlPmtInfId>{of_payment}
      {"".join(_line(*line) for line in lines)}
    </OrgnlPmtInfAndSts>
  </CstmrPmtStsRpt>
</Document>
""".encode()


def _line(reference: str, status: str, reason: str = "") -> str:
    said = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn><AddtlInf>Ms Doe moved</AddtlInf></StsRsnInf>"
    return (
        f"<TxInfAndSts><StsId>{ids.new_id().hex}</StsId><OrgnlEndToEndId>{reference}</OrgnlEndToEndId>"
        f"<TxSts>{status}</TxSts>{said if reason else ''}</TxInfAndSts>"
    )


def take(content: bytes) -> tuple[int, int, list[str]]:
    """How many lines of an answer were applied, how many known, and what was left."""
    taken = services.take_answer(content=content)
    return taken.applied, taken.known, taken.left


def elements(content: bytes, path: str) -> list[str]:
    """The texts at `path` in a bank file."""
    names = "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))
    return [found.text or "" for found in ET.fromstring(content).findall(names)]


def a_collection(amount: int = 4_000, **more: Any) -> Collection:
    told: dict[str, Any] = {
        "collection_id": ids.new_id(),
        "payer": Payer(kind=PartyKind.PARTNER, id=ids.new_id(), name="Oat & Co"),
        "amount": Money(amount=amount, currency="GBP"),
        "region": "gb",
        "purpose": "campaign",
        "reference": "Points of June",
        "due_days": 14,
    }
    return services.collect(**{**told, **more})


def invoiced(**more: Any) -> Collection:
    with clock.hold(NOON):
        collection = a_collection(**more)
        settle()
    return Collection.get(collection.pk)
