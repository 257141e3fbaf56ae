"""The ways in which one and the same suite meets the platform: who runs where, and what is disturbed."""

from __future__ import annotations

import pytest

MONOLITH = "monolith"
SPLIT = "split"
HELP = "monolith, split (a database each), or the modules (a,b) that run elsewhere, a server each"
PLAIN = "plain"
MODES = (PLAIN, "twice", "faults")
MODE_HELP = "plain, twice (every command and feed page comes twice), or faults (lost, late, unavailable)"


def require_known(topology: str, mode: str) -> None:
    """Raises UsageError, whose one sentence pytest prints."""
    from django.conf import settings

    modules = set(settings.TIFFIN_MODULES)
    if topology not in (MONOLITH, SPLIT) and not modules.issuperset(topology.split(",")):
        known = (MONOLITH, SPLIT, *settings.TIFFIN_MODULES)
        raise pytest.UsageError(f"There is no topology {topology!r}; there are {', '.join(known)}.")
    if mode not in MODES:
        raise pytest.UsageError(f"There is no mode {mode!r}; there are {', '.join(MODES)}.")


def start_of(topology: str, mode: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The options of `script/up` and the settings of the processes."""
    options = {MONOLITH: (), SPLIT: ("--split",)}.get(topology, ("--elsewhere", topology))
    return options, {} if mode == PLAIN else {"TIFFIN_DISTURB": mode}
