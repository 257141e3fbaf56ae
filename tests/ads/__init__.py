"""Ads as a whole, over simulated days."""
