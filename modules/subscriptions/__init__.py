"""Subscriptions: members pay each month or year for what makes ordering cheaper."""
