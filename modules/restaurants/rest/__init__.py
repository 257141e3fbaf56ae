"""Restaurants' part of the public API: browsing for anybody, the counter for restaurants."""
