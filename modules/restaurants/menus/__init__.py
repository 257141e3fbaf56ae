"""Menus: reading a provider's document, telling two versions apart, and the pictures in them."""
