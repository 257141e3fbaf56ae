"""Money that is to leave: wanted by other modules, and moved on by the bank's answers and by staff."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.payments.bank import accounts
from modules.payments.bank.initiation import NAME_LENGTH, plain
from modules.payments.errors import BankFileNotSent, TransferNoteMissing
from modules.payments.events import PayoutFailed
from modules.payments.interface import (
    BankAccountInvalid,
    BankAccountUnknown,
    Payee,
    PayoutDiffers,
    PayoutsNotOffered,
    PayoutState,
    TransferAmountInvalid,
)
from modules.payments.models import BankFile, PayeeAccount, Payout
from modules.payments.policies import AccountRow, own_account
from modules.payments.services.moves import moving, wait
from modules.payments.states import PAYOUT_AT_REST
from tiffin import clock, db, jobs, regions
from tiffin.log import publish
from tiffin.money import Money

BY_STAFF = "staff"
NEEDS_IBAN = "euros go to an IBAN"


def keep_payee(*, payee: Payee) -> PayeeAccount:
    """Know the account of a payee from now on. Raises BankAccountInvalid, BankAccountUnknown."""
    with db.transaction():
        return _account_of(payee)


def pay_out(
    *, payout_id: UUID, payee: Payee, amount: Money, region: str, purpose: str, reference: str
) -> Payout:
    """Pay with the next bank file; asking again on the same terms gives the payout there is.

    Raises TransferAmountInvalid, PayoutsNotOffered, BankAccountInvalid, BankAccountUnknown, PayoutDiffers.
    """
    check_amount(amount, region)
    with db.transaction():
        if known := Payout.objects.filter(pk=payout_id).first():
            return _on_terms(known, payee, amount, region, purpose)
        account_for(region)
        account = _account_of(payee)
        if not accounts.takes(account.account, amount.currency):
            raise BankAccountInvalid(field="bank account", why=NEEDS_IBAN)
        payout = Payout(
            id=payout_id,
            region=region,
            account=account,
            payee_kind=payee.kind.value,
            payee_id=payee.id,
            amount=amount.amount,
            currency=amount.currency,
            purpose=purpose[:32],
            reference=reference[:140],
        )
        if not db.insert(payout, unless_taken=("id",)):
            return _on_terms(Payout.get(payout_id), payee, amount, region, purpose)
        wait(payout)
    return payout


def check_amount(amount: Money, region: str) -> None:
    """Raises TransferAmountInvalid, UnknownRegion."""
    currency = regions.get(region).currency
    if amount.amount <= 0 or amount.currency != currency:
        raise TransferAmountInvalid(amount=amount, region=region, currency=currency)


def account_for(region: str) -> AccountRow:
    """From where the region pays, today. Raises PayoutsNotOffered."""
    rules = regions.get(region)
    own = own_account(rules, on=rules.local(clock.now()).date())
    if own is None:
        raise PayoutsNotOffered(region=region)
    return own


def latest_account(kind: str, party_id: UUID) -> PayeeAccount | None:
    """The one that was told last."""
    told = PayeeAccount.objects.filter(kind=kind, party_id=party_id).order_by("-created_at", "-pk")
    found: PayeeAccount | None = told.first()
    return found


def _account_of(payee: Payee) -> PayeeAccount:
    known = latest_account(payee.kind.value, payee.id)
    if payee.account is None:
        if known is None:
            raise BankAccountUnknown(kind=payee.kind.value, payee_id=payee.id)
        return known
    account, name = accounts.checked(payee.account), payee.name.strip()[:140]
    if not any(each.isalnum() for each in plain(name, NAME_LENGTH)):
        raise BankAccountInvalid(field="name", why="banks take Latin letters and digits, and it has none")
    if known is not None and (known.name, known.account) == (name, account):
        return known
    told = PayeeAccount(kind=payee.kind.value, party_id=payee.id, name=name)
    told.account = account
    told.save()
    return told


def _on_terms(known: Payout, payee: Payee, amount: Money, region: str, purpose: str) -> Payout:
    asked = (payee.kind.value, payee.id, amount, region, purpose[:32])
    if asked != (known.payee_kind, known.payee_id, known.money, known.region, known.purpose):
        raise PayoutDiffers(payout_id=known.id, amount=known.money)
    return known


# --- time ---------------------------------------------------------------------------------------------


def stand_still(payout_id: UUID) -> None:
    """The deadline of a payout: staff see for how long nothing has moved."""
    payout = Payout.lock(payout_id)
    if payout.state not in PAYOUT_AT_REST:
        payout.stuck += 1
        payout.save(update_fields=("stuck",))
        jobs.set_deadline(payout, "payout_stands", due=clock.now() + timedelta(days=1))


# --- staff --------------------------------------------------------------------------------------------


def mark_file_sent(file_id: UUID) -> None:
    """The file was given to the bank: so were those of its transfers that still stand in it."""
    with db.transaction():
        file = BankFile.objects.select_for_update().get(pk=file_id)
        if file.sent_at is None:
            file.sent_at = clock.now()
            file.save(update_fields=("sent_at",))
        batched = Payout.objects.filter(file=file, state_name=PayoutState.BATCHED.value)
        with moving() as moves:
            for payout in batched.select_for_update(no_key=True).order_by("pk"):
                moves.sent(payout)


def mark_paid(payout_id: UUID, *, note: str) -> None:
    """Staff have seen on the statement that it was paid. Raises TransferNoteMissing, BankFileNotSent,
    StateConflict."""
    with db.transaction():
        payout = noted(payout_id, note)
        if payout.state is PayoutState.BATCHED:
            _require_sent(payout)  # what was seen is a former attempt
        with moving() as moves:
            moves.paid(payout)


def mark_rejected(payout_id: UUID, *, note: str) -> None:
    """Staff know that the bank has not paid it, or that it came back. Raises TransferNoteMissing,
    BankFileNotSent, StateConflict."""
    with db.transaction():
        payout = noted(payout_id, note)
        _require_sent(payout)
        with moving() as moves:
            moves.rejected(payout, BY_STAFF)


def _require_sent(payout: Payout) -> None:
    if (file := payout.file) is not None and file.sent_at is None:
        raise BankFileNotSent(file=file.file_name)


def send_again(payout_id: UUID) -> None:
    """Have what the bank rejected in the next file, to the account known by then. Raises StateConflict."""
    with db.transaction():
        payout = Payout.lock(payout_id)
        payout.move_to(PayoutState.WANTED)
        payout.save(update_fields=("state_name", "stuck"))
        wait(payout)


def give_up(payout_id: UUID, *, note: str) -> None:
    """It is never paid. Raises TransferNoteMissing, StateConflict."""
    with db.transaction():
        payout = noted(payout_id, note)
        payout.move_to(PayoutState.FAILED)
        payout.reason = payout.reason or BY_STAFF
        told = PayoutFailed(
            payout_id=payout.id, amount=payout.money, purpose=payout.purpose, reason=payout.reason
        )
        publish(payout, told, saving=("state_name", "stuck", "reason", "note"))
        jobs.clear_deadline(payout)


@db.transaction_required
def noted(payout_id: UUID, note: str) -> Payout:
    """The payout, locked, with what staff say of it. Raises TransferNoteMissing."""
    if not note.strip():
        raise TransferNoteMissing()
    payout = Payout.lock(payout_id)
    payout.note = note.strip()[:300]
    return payout
