"""Payments: money held, taken and given back through a payment provider, one payment an order."""
