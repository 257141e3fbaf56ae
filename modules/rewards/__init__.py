"""Rewards: points that customers earn, spend, send and give away, in a ledger of double entry."""
