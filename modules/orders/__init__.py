"""Orders: the quote, the order, and its way from the customer's basket to the door."""
