"""What a basket costs: small pure steps, each adding typed components to the bill.

`price` is the whole of it. Every step is a function of the terms and of what stands on the bill so far, asks
nobody and knows no database, so the same basket under the same terms costs the same for ever.
"""

from modules.orders.pricing.pipeline import price
from modules.orders.pricing.terms import Discount, Dish, TakenOption, Terms

__all__ = ["Discount", "Dish", "TakenOption", "Terms", "price"]
