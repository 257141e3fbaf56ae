"""Cards on our own pages: what a customer is offered, and what leads to the payment provider."""
