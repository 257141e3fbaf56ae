"""What happens to a payment: what others wish, what the provider answers, and what time brings. And what
happens to money that leaves and comes in otherwise."""

from modules.payments.services.answers import (
    record_authorisation,
    record_capture,
    record_refund,
    record_void,
)
from modules.payments.services.bank_answers import settle_answer, take_answer
from modules.payments.services.bank_files import gather
from modules.payments.services.besides import enter_back_besides, enter_paid_besides
from modules.payments.services.books import close_days, holders_of, open_books, reconcile, tend
from modules.payments.services.charging import (
    Answered,
    ask_for_batch,
    begin_charging,
    charge_many,
    end_batch,
    record_held,
    record_taken,
)
from modules.payments.services.collecting import collect, fall_due, issue_invoice, money_came, write_off
from modules.payments.services.disputes import ask_about, ask_for_disputes, record_disputes
from modules.payments.services.doubts import (
    ask_again,
    let_authorisation_expire,
    open_question,
    record_provider_notification,
    settle,
)
from modules.payments.services.mending import look_again, look_at_entries
from modules.payments.services.methods import (
    card_entered,
    customer_known_to,
    forget_customer,
    hurry_method,
    keep_method,
    record_method,
    record_preparation,
    record_removal,
    remove_method,
)
from modules.payments.services.mismatches import ask_provider_again, resolve_mismatch, stand
from modules.payments.services.notices import ask_to_process, process, process_again, receive
from modules.payments.services.payouts import (
    give_up,
    keep_payee,
    mark_file_sent,
    mark_paid,
    mark_rejected,
    pay_out,
    send_again,
    stand_still,
)
from modules.payments.services.returns import bring_back, come_back
from modules.payments.services.wishes import authorise, begin_authorising, capture, refund, void

__all__ = [
    "Answered",
    "ask_about",
    "ask_again",
    "ask_for_batch",
    "ask_for_disputes",
    "ask_provider_again",
    "ask_to_process",
    "authorise",
    "begin_authorising",
    "begin_charging",
    "bring_back",
    "capture",
    "card_entered",
    "charge_many",
    "close_days",
    "collect",
    "come_back",
    "customer_known_to",
    "end_batch",
    "enter_back_besides",
    "enter_paid_besides",
    "fall_due",
    "forget_customer",
    "gather",
    "give_up",
    "holders_of",
    "hurry_method",
    "issue_invoice",
    "keep_method",
    "keep_payee",
    "let_authorisation_expire",
    "look_again",
    "look_at_entries",
    "mark_file_sent",
    "mark_paid",
    "mark_rejected",
    "money_came",
    "open_books",
    "open_question",
    "pay_out",
    "process",
    "process_again",
    "receive",
    "reconcile",
    "record_authorisation",
    "record_capture",
    "record_disputes",
    "record_held",
    "record_method",
    "record_preparation",
    "record_provider_notification",
    "record_refund",
    "record_removal",
    "record_taken",
    "record_void",
    "refund",
    "remove_method",
    "resolve_mismatch",
    "send_again",
    "settle",
    "settle_answer",
    "stand",
    "stand_still",
    "take_answer",
    "tend",
    "void",
    "write_off",
]
