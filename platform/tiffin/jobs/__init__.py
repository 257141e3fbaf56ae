"""Jobs say what is to be done, and by when: durable rows, written in the use case's transaction."""

from tiffin.jobs.adding import add, clear_deadline, drop, set_deadline
from tiffin.jobs.registry import Later, deadline, job, standing

__all__ = ["Later", "add", "clear_deadline", "deadline", "drop", "job", "set_deadline", "standing"]
