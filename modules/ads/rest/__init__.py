"""Ads over HTTP."""
