"""The ledger's inside: what is there is read, what is asked is planned in memory, under locks or before them,
and what comes of it is entered by one statement, by which the database itself moves balances, lots and holds.
"""

from modules.rewards.ledger.books import Books
from modules.rewards.ledger.planning import Planned, concerned, plan
from modules.rewards.ledger.storing import Batch, Overtaken, enter, lock_as_read, look_ahead, open_books

__all__ = [
    "Batch",
    "Books",
    "Overtaken",
    "Planned",
    "concerned",
    "enter",
    "lock_as_read",
    "look_ahead",
    "open_books",
    "plan",
]
