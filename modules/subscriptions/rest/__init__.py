"""Memberships over HTTP."""
