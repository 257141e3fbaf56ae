"""What keeps the log and the jobs moving: nudges after commits, Celery tasks, a beat that sweeps the rest.

The broker holds no fact. A nudge that is lost costs a second, never an event or a job.
"""
