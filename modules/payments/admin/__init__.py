"""Payments on the staff's pages."""

from modules.payments.admin import payments

__all__ = ["payments"]
