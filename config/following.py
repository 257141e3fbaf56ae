"""What each process that answers requests follows in the logs, so as to know it before it is asked."""

from __future__ import annotations


def follow() -> None:
    """Start the tails. Called where gunicorn loads the application: in each worker, after the fork."""
    # Django is set up by then, and not before.
    from modules.identity.revocations import follow_revocations

    follow_revocations()
