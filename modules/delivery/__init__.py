"""Delivery: couriers, what is offered to them, and the way from the restaurant's door to the customer's."""
