"""Payments on the staff's pages."""

from modules.payments.admin import collections, payments, payouts

__all__ = ["collections", "payments", "payouts"]
