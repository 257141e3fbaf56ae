"""Restaurants: who cooks what, where and when, and the orders on their counter."""
