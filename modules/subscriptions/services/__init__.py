"""What subscriptions does."""

from modules.subscriptions.services.catalogue import (
    add_version,
    draft_plan,
    offer_new_plan,
    offer_plan,
    withdraw_plan,
)
from modules.subscriptions.services.changing import change, preview_change
from modules.subscriptions.services.due import do_what_is_due
from modules.subscriptions.services.figures import offer_shown
from modules.subscriptions.services.joining import join, pay, use_method
from modules.subscriptions.services.leaving import cancel, keep, take_back
from modules.subscriptions.services.numbering import number_invoices
from modules.subscriptions.services.pausing import pause, resume
from modules.subscriptions.services.refunding import give_back
from modules.subscriptions.services.repricing import reprice, withdraw_repricing

__all__ = [
    "add_version",
    "cancel",
    "change",
    "do_what_is_due",
    "draft_plan",
    "give_back",
    "join",
    "keep",
    "number_invoices",
    "offer_new_plan",
    "offer_plan",
    "offer_shown",
    "pause",
    "pay",
    "preview_change",
    "reprice",
    "resume",
    "take_back",
    "use_method",
    "withdraw_plan",
    "withdraw_repricing",
]
