"""Orders on the staff's pages: importing it registers them, and the queues."""

from modules.orders.admin import claims, known, orders, papers, promotions, ratings

__all__ = ["claims", "known", "orders", "papers", "promotions", "ratings"]
