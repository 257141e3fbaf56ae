"""The signed quote: the whole price, carried by the customer and believed only with our signature."""

from modules.orders.quotes.document import Pickup, QuoteDocument
from modules.orders.quotes.signing import read_quote, sign_quote

__all__ = ["Pickup", "QuoteDocument", "read_quote", "sign_quote"]
