"""The ledger's inside: what is there is read under locks, what is asked is planned in memory, and what comes
of it is entered by one statement, by which the database itself moves balances, lots and holds."""

from modules.rewards.ledger.books import Books
from modules.rewards.ledger.planning import Planned, plan
from modules.rewards.ledger.storing import enter, open_books

__all__ = ["Books", "Planned", "enter", "open_books", "plan"]
