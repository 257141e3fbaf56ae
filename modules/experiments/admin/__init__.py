"""Flags and experiments on the staff's pages."""

from modules.experiments.admin import analysis, flags, trials

__all__ = ["analysis", "flags", "trials"]
