"""What the bank answers to a file, as staff bring it: each line moves its payout, and no other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from hashlib import sha256
from uuid import UUID

from modules.payments.bank import status
from modules.payments.bank.initiation import references
from modules.payments.bank.status import LineStatus, NotAnAnswer, Report
from modules.payments.errors import BankAnswerInvalid
from modules.payments.interface import PayoutState
from modules.payments.models import BankAnswer, BankFile, Payout, payout_of
from modules.payments.models.payouts import BANK
from modules.payments.services.besides import is_paid_besides
from modules.payments.services.payouts import record_paid, record_rejected, record_sent
from tiffin import clock, db

MOST_BYTES = 5_000_000
# A part of the file was taken: which, the lines say.
_LEFT_TO_THE_LINES = frozenset({"", "PART"})
APPLIED, KNOWN = "applied", "known"
_NEVER_SENT_SINCE = frozenset({PayoutState.WANTED, PayoutState.REJECTED, PayoutState.FAILED})


def take_answer(*, content: bytes, of: Collection[str] | None = None) -> BankAnswer:
    """Move the payouts of a bank file as the bank says. The same answer is taken once: again, it is the one
    there is. `of` are the regions of whose files whoever brings it may tell, None for all.

    Raises BankAnswerInvalid.
    """
    if len(content) > MOST_BYTES:
        raise BankAnswerInvalid(why=f"it is longer than {MOST_BYTES} bytes")
    try:
        report = status.read(content)
    except NotAnAnswer as refusal:
        raise BankAnswerInvalid(why=str(refusal)) from refusal
    file = _file_of(report, of)
    digest = sha256(content).hexdigest()
    with db.transaction():
        file = BankFile.objects.select_for_update().get(pk=file.pk)  # one answer about it after the other
        known: BankAnswer | None = BankAnswer.objects.filter(digest=digest).first()
        if known is not None:
            return known
        if file.sent_at is None:  # whoever answers to it has it
            file.sent_at = clock.now()
            file.save(update_fields=("sent_at",))
        outcomes = [_apply(file, line) for line in _lines(file, report)]
        if not _says_of_all(report) and (not report.lines or report.status not in _LEFT_TO_THE_LINES):
            outcomes.append(f"{report.status or 'no status'} of the whole says nothing that we know")
        answer = BankAnswer(
            region=file.region,
            file=file,
            digest=digest,
            applied=outcomes.count(APPLIED),
            known=outcomes.count(KNOWN),
            left=[outcome for outcome in outcomes if outcome not in {APPLIED, KNOWN}],
        )
        answer.settled_at = None if answer.left else answer.taken_at
        answer.sealed = BANK.seal(content, row=answer.id)
        answer.save(force_insert=True)
    return answer


def settle_answer(answer_id: UUID) -> None:
    """Staff have dealt with the lines that were left."""
    BankAnswer.objects.filter(pk=answer_id, settled_at=None).update(settled_at=clock.now())


def _file_of(report: Report, of: Collection[str] | None) -> BankFile:
    file: BankFile | None = None
    with suppress(ValueError):
        file = BankFile.objects.filter(pk=UUID(hex=report.about)).first()
    if file is None or (of is not None and file.region not in of):
        raise BankAnswerInvalid(why="it is about no file of ours")
    return file


def _lines(file: BankFile, report: Report) -> Iterator[LineStatus]:
    """Those that the report names, and what it says of all others of the file, wherever their payouts stand
    by now."""
    yield from report.lines
    if _says_of_all(report):
        named = {line.reference for line in report.lines}
        for reference in references(file.content):
            if reference not in named:
                yield LineStatus(reference, report.status, report.reason)


def _says_of_all(report: Report) -> bool:
    return report.status in status.PAID | status.REJECTED | status.UNDER_WAY


@db.transaction_required
def _apply(file: BankFile, line: LineStatus) -> str:
    """APPLIED, KNOWN, or why neither, in words."""
    try:
        payout_id, attempt = payout_of(line.reference)
        payout = Payout.lock(payout_id)
    except (ValueError, Payout.DoesNotExist):
        return f"{line.reference}: there is no such transfer"
    if line.status in status.REJECTED and is_paid_besides(payout, attempt):
        return f"{line.reference}: {line.status}, but it is entered as paid besides"
    if attempt < payout.attempt and line.status not in status.PAID:
        return KNOWN
    if payout.file_id != file.id or attempt != payout.attempt:
        where = f"its payout is {payout.state_name} at attempt {payout.attempt}, in another file"
        return f"{line.reference}: {line.status}, but {where}"
    for statuses, apply in _BY_STATUS:
        if line.status in statuses:
            return apply(payout, line)
    return f"{line.reference}: {line.status or 'no status'} says nothing that we know"


def _apply_under_way(payout: Payout, line: LineStatus) -> str:
    if payout.state is not PayoutState.BATCHED:
        return KNOWN
    record_sent(payout)
    return APPLIED


def _apply_paid(payout: Payout, line: LineStatus) -> str:
    if payout.state is PayoutState.PAID:
        return KNOWN
    if payout.state is PayoutState.FAILED:
        return f"{line.reference}: {line.status}, but its payout was given up"
    record_paid(payout)
    return APPLIED


def _apply_rejected(payout: Payout, line: LineStatus) -> str:
    if payout.state in _NEVER_SENT_SINCE:
        return KNOWN
    record_rejected(payout, line.reason)
    return APPLIED


_BY_STATUS = (
    (status.PAID, _apply_paid),
    (status.REJECTED, _apply_rejected),
    (status.UNDER_WAY, _apply_under_way),
)
