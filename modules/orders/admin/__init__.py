"""Orders on the staff's pages. Importing it registers them, and the queues in this order."""

from modules.orders.admin import orders, claims, papers, promotions, ratings, known  # noqa: F401, I001
