"""Notifications: customers hear what becomes of their orders, where and in the language they want."""
