"""The payouts of a region go to the bank together, in a file a day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from modules.payments.bank.accounts import checked, takes
from modules.payments.bank.initiation import Initiation, Line, Party, written
from modules.payments.interface import BankAccount, PayoutState
from modules.payments.models import BankFile, Book, Payout
from modules.payments.policies import AccountRow, executed_on, own_account
from modules.payments.services.moves import wait
from modules.payments.services.payouts import NEEDS_IBAN, latest_account
from tiffin import clock, db, jobs, regions
from tiffin.regions import Region

ONE_DAY = timedelta(days=1)
DEFAULT_HOUR = 15
# So many are answered in one transaction, in about a second of the five that the serving roles have
# (tests/test_bank_files.py); of more there is another file.
LINES = 500


def gather(book_id: UUID) -> None:
    """Make the files of what was wanted before the last cut-off, and come back at the next."""
    region = regions.get(Book.get(book_id).region)
    own = own_account(region, on=region.local(clock.now()).date())
    before, last = last_cut_off(region, own), UUID(int=0)
    while own is not None and (looked := _make_file(book_id, region, own, before, last)) is not None:
        last = looked
    with db.transaction():
        jobs.add(Book.lock(book_id), "gather_payouts", due=before + ONE_DAY)


def last_cut_off(region: Region, own: AccountRow | None) -> datetime:
    """When the last file was due, by the region's clocks."""
    now = region.local(clock.now())
    hour = own.cut_off_hour if own else DEFAULT_HOUR
    today = datetime.combine(now.date(), time(hour), tzinfo=region.time_zone)
    return (
        today if now >= today else datetime.combine(now.date() - ONE_DAY, time(hour), tzinfo=region.time_zone)
    )


def _make_file(book_id: UUID, region: Region, own: AccountRow, before: datetime, after: UUID) -> UUID | None:
    """One file of those whose ids follow: the last that it looked at, or None when nothing is wanted. The
    book is locked: nobody else gathers for the region."""
    with db.transaction():
        Book.lock(book_id)
        wanted = Payout.objects.filter(
            region=region.code, state_name=PayoutState.WANTED.value, created_at__lte=before, pk__gt=after
        )
        looked = list(wanted.select_for_update(no_key=True).order_by("pk")[:LINES])
        if not looked:
            return None
        last: UUID = looked[-1].id
        payouts = [payout for payout in looked if _can_go(payout)]
        if not payouts:
            return last
        day = region.local(before).date()
        file = BankFile(
            region=region.code,
            day=day,
            number=BankFile.objects.filter(region=region.code, day=day).count() + 1,
            currency=region.currency,
            count=len(payouts),
            amount=sum(payout.amount for payout in payouts),
        )
        for payout in payouts:
            payout.move_to(PayoutState.BATCHED)
            payout.attempt += 1
            payout.file = file
            payout.reason = ""
        file.content = written(_initiation(file, region, own, payouts))
        file.save(force_insert=True)
        db.update(*payouts, fields=("state_name", "stuck", "attempt", "file", "account", "reason"))
        for payout in payouts:
            wait(payout)
    return last


@db.transaction_required
def _can_go(payout: Payout) -> bool:
    """Whether the account that is known by now takes the money. If not it stays wanted, and staff see at once
    that it stands still, and why."""
    payout.account = latest_account(payout.payee_kind, payout.payee_id) or payout.account
    if takes(payout.account.account, payout.currency):
        return True
    payout.reason, payout.stuck = NEEDS_IBAN, max(payout.stuck, 1)
    payout.save(update_fields=("account", "reason", "stuck"))
    return False


def _initiation(file: BankFile, region: Region, own: AccountRow, payouts: list[Payout]) -> Initiation:
    account = checked(
        BankAccount(iban=own.iban, bic=own.bic, sort_code=own.sort_code, account_number=own.account_number)
    )
    return Initiation(
        id=file.message_id,
        made_at=region.local(file.made_at).replace(microsecond=0),
        day=executed_on(file.day, region.local(file.made_at).date()),
        currency=file.currency,
        payer=Party(name=own.name, account=account),
        lines=[
            Line(
                reference=payout.end_to_end_id,
                payee=Party(name=payout.account.name, account=payout.account.account),
                amount=payout.amount,
                text=payout.reference,
            )
            for payout in payouts
        ],
    )
