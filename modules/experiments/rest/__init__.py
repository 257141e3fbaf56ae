"""Flags for apps."""
