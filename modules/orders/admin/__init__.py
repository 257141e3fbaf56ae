"""Orders on the staff's pages: importing it registers them, and the queues."""

from modules.orders.admin import chargebacks, claims, known, orders, papers, promotions, ratings, slots

__all__ = ["chargebacks", "claims", "known", "orders", "papers", "promotions", "ratings", "slots"]
