"""How payments refuses what comes from outside, beside what its interface declares."""

from __future__ import annotations

from tiffin.errors import DomainError


class IllegalTransition(DomainError, code="payment_transition_refused", status=409):
    """The payment is not in a state for this."""

    detail = "The payment cannot go from {from_state} to {to_state}."
    from_state: str
    to_state: str


class NotificationNotAuthentic(DomainError, code="notification_not_authentic", status=400):
    """The notification is not proven to come from the provider."""

    detail = "This is not taken for a notification of the provider: {reason}."
    reason: str


class NotificationPending(DomainError, code="notification_pending", status=409):
    """The notification is going to be processed anyway."""

    detail = "It has not been processed for the first time yet."


class MismatchNoteMissing(DomainError, code="mismatch_note_missing", status=422):
    """A mismatch is resolved by saying what it was."""

    detail = "Say in the note what it was and what became of it; it will not be opened again."


class TransferNoteMissing(DomainError, code="transfer_note_missing", status=422):
    """What staff say of money that the bank did not tell us about is said with a reason."""

    detail = "Say in the note why, and where that is written."


class BankFileNotSent(DomainError, code="bank_file_not_sent", status=409):
    """What stands in a file that somebody may still give to the bank may still be paid."""

    detail = (
        "It is in {file}, which is not marked as sent: who gives that to the bank now has it paid, and sent"
        " again it would be paid twice. Mark the file as sent first; one that the bank shall not have is"
        " marked too, and never given to it. A former attempt that was paid is entered as paid besides."
    )
    file: str


class TransferNotBesides(DomainError, code="transfer_not_besides", status=409):
    """The entry would not be about money that moved beside what is known."""

    detail = "{reference} cannot be entered so: {why}."
    reference: str
    why: str


class BankAnswerInvalid(DomainError, code="bank_answer_invalid", status=422):
    """The file cannot be taken for an answer of the bank."""

    detail = "This is not taken for an answer of the bank: {why}."
    why: str
