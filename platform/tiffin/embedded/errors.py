"""What keeps the platform from starting, each told in one sentence that says what to do."""

from __future__ import annotations


class CannotStart(Exception):
    """The message is one sentence for the person who typed the command."""


class AlreadyRunning(CannotStart):
    """Another supervisor holds the data folder."""


class PortInUse(CannotStart):
    """Something else listens where the origin should."""


class BrokenHome(CannotStart):
    """The data folder is not what a start left behind."""


class NoSpace(CannotStart):
    """The disk is too full to keep what is acknowledged."""
