"""Jobs say what is to be done, and by when: durable rows, written in the use case's transaction."""

from tiffin.jobs.adding import add, clear_deadline, drop, set_deadline
from tiffin.jobs.registry import Later, deadline, every, job

__all__ = ["Later", "add", "clear_deadline", "deadline", "drop", "every", "job", "set_deadline"]
