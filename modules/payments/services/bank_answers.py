"""What the bank answers to a file, as staff bring it: each line moves its payout, and no other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from modules.payments.bank import status
from modules.payments.bank.initiation import references
from modules.payments.bank.status import LineStatus, NotAnAnswer, Report
from modules.payments.errors import BankAnswerInvalid
from modules.payments.interface import PayoutState
from modules.payments.models import BankAnswer, BankFile, Payout, payout_of
from modules.payments.models.payouts import BANK
from modules.payments.services.besides import paid_besides
from modules.payments.services.moves import Moves, moving
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
        outcomes = _apply_all(file, list(_lines(file, report)))
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
def _apply_all(file: BankFile, lines: list[LineStatus]) -> list[str]:
    """Of each line APPLIED, KNOWN, or why neither, in words."""
    named = dict.fromkeys(found[0] for line in lines if (found := _named(line)))
    payouts = Payout.objects.filter(pk__in=named).select_for_update(no_key=True).order_by("pk")
    by_id = {payout.id: payout for payout in payouts}
    besides = paid_besides(by_id.values())
    with moving() as moves:
        taking = _Taking(file, moves, besides)
        return [taking.apply(line, *_found(line, by_id)) for line in lines]


def _named(line: LineStatus) -> tuple[UUID, int] | None:
    with suppress(ValueError):
        return payout_of(line.reference)
    return None


def _found(line: LineStatus, payouts: Mapping[UUID, Payout]) -> tuple[Payout | None, int]:
    payout_id, attempt = _named(line) or (None, 0)
    return (payouts.get(payout_id) if payout_id else None), attempt


class _Taking(NamedTuple):
    """An answer about a file, line by line."""

    file: BankFile
    moves: Moves
    besides: frozenset[str]

    def apply(self, line: LineStatus, payout: Payout | None, attempt: int) -> str:
        if payout is None:
            return f"{line.reference}: there is no such transfer"
        if line.status in status.REJECTED and payout.name_of(attempt) in self.besides:
            return f"{line.reference}: {line.status}, but it is entered as paid besides"
        if attempt < payout.attempt and line.status not in status.PAID:
            return KNOWN
        if payout.file_id != self.file.id or attempt != payout.attempt:
            where = f"its payout is {payout.state_name} at attempt {payout.attempt}, in another file"
            return f"{line.reference}: {line.status}, but {where}"
        for statuses, take in _BY_STATUS:
            if line.status in statuses:
                return take(self, line, payout)
        return f"{line.reference}: {line.status or 'no status'} says nothing that we know"

    def under_way(self, line: LineStatus, payout: Payout) -> str:
        if payout.state is not PayoutState.BATCHED:
            return KNOWN
        self.moves.sent(payout)
        return APPLIED

    def paid(self, line: LineStatus, payout: Payout) -> str:
        if payout.state is PayoutState.PAID:
            return KNOWN
        if payout.state is PayoutState.FAILED:
            return f"{line.reference}: {line.status}, but its payout was given up"
        self.moves.paid(payout)
        return APPLIED

    def rejected(self, line: LineStatus, payout: Payout) -> str:
        if payout.state in _NEVER_SENT_SINCE:
            return KNOWN
        self.moves.rejected(payout, line.reason)
        return APPLIED


_BY_STATUS = (
    (status.PAID, _Taking.paid),
    (status.REJECTED, _Taking.rejected),
    (status.UNDER_WAY, _Taking.under_way),
)
