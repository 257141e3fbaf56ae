"""The kernel's tables. Each module carries a set of its own in its schema; read them `.using(module)`."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tiffin import clock


class LogHome(models.Model):
    """Where the module's log lives: one row. `epoch` rises at extraction, restore and promotion, because
    transaction ids mean nothing on another server. Kept for ever."""

    epoch = models.IntegerField(default=1)
    kept_from = models.DateField(null=True)  # the first day still kept, once a day has been let go

    class Meta:
        db_table = "log_home"


class LogEvent(models.Model):
    """What happened in the module, in order. Partitioned by database day (see the first migration); a
    partition goes when every cursor has passed it and LOG_RETENTION is over."""

    position = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    epoch = models.IntegerField(default=1)
    txid = models.BigIntegerField()
    shard = models.SmallIntegerField()
    event_id = models.UUIDField()
    name = models.TextField()
    key = models.UUIDField()
    seq = models.IntegerField()
    occurred_at = models.DateTimeField()
    region = models.TextField(null=True)
    actor = models.TextField()
    correlation = models.UUIDField()
    causation = models.UUIDField(null=True)
    payload = models.BinaryField()

    class Meta:
        db_table = "log_event"
        managed = False


class LogCursor(models.Model):
    """How far a subscriber of this module has read a producer's shard. Kept while the subscription exists."""

    subscriber = models.TextField()
    producer = models.TextField()
    shard = models.SmallIntegerField()
    epoch = models.IntegerField(default=0)
    txid = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    day = models.DateField(null=True)
    moved_at = models.DateTimeField(default=clock.now)
    stopped_at = models.DateTimeField(null=True)
    stopped_cause = models.TextField(default="")

    class Meta:
        db_table = "log_cursor"
        constraints = (
            models.UniqueConstraint(fields=("subscriber", "producer", "shard"), name="log_cursor_once"),
        )


class LogReader(models.Model):
    """A subscriber of another deployable that reads this module's log. Kept until `readers --forget`."""

    subscriber = models.TextField(primary_key=True)
    kinds = ArrayField(models.TextField())
    day = models.DateField(null=True)  # the first day it may still read
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "log_reader"


class HeldEvent(models.Model):
    """An event that a subscriber of this module could not handle, or that follows such a one of its key.
    Kept until it is handled or skipped."""

    subscriber = models.TextField()
    producer = models.TextField()
    shard = models.SmallIntegerField()
    epoch = models.IntegerField()
    txid = models.BigIntegerField()
    position = models.BigIntegerField()
    event_id = models.UUIDField()
    name = models.TextField()
    key = models.UUIDField()
    seq = models.IntegerField()
    occurred_at = models.DateTimeField()
    region = models.TextField(null=True)
    actor = models.TextField()
    correlation = models.UUIDField()
    causation = models.UUIDField(null=True)
    payload = models.BinaryField()
    held_at = models.DateTimeField(default=clock.now)
    attempts = models.IntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    cause = models.TextField(default="")

    class Meta:
        db_table = "log_held"
        constraints = (
            models.UniqueConstraint(fields=("subscriber", "producer", "event_id"), name="log_held_once"),
        )
        indexes = (
            models.Index(fields=("subscriber", "producer", "key", "position"), name="log_held_key"),
            models.Index(fields=("next_try",), name="log_held_next_try"),
        )


class JobState(models.TextChoices):
    WAITING = "waiting"
    HELD = "held"


class Job(models.Model):
    """Something to be done by the module at `due`. `slot` is unique per key: the job's name, or "deadline".
    The row goes when it is done; a held one stays until staff run or drop it."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField()
    slot = models.TextField()
    name = models.TextField()
    aggregate = models.TextField(default="")
    payload = models.BinaryField(default=b"{}")
    due = models.DateTimeField()
    state = models.TextField(choices=JobState.choices, default=JobState.WAITING)
    attempts = models.IntegerField(default=0)
    generation = models.IntegerField(default=1)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    destination = models.TextField(default="")
    cause = models.TextField(default="")
    region = models.TextField(null=True)
    correlation = models.UUIDField()
    causation = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "job"
        constraints = (models.UniqueConstraint(fields=("key", "slot"), name="job_once"),)
        indexes = (
            models.Index(fields=("due",), condition=models.Q(state="waiting"), name="job_due"),
            models.Index(
                fields=("destination",), condition=models.Q(lease__isnull=False), name="job_leased_to"
            ),
        )


class Outcome(models.IntegerChoices):
    ANSWER = 0
    REFUSAL = 1


class CommandAnswer(models.Model):
    """The stored answer to a command or to an HTTP request with an Idempotency-Key. Kept for 7 days."""

    caller = models.TextField()
    method = models.TextField()
    key = models.TextField()
    request_hash = models.BinaryField()
    outcome = models.SmallIntegerField(choices=Outcome.choices)
    body = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "command_answer"
        constraints = (
            models.UniqueConstraint(fields=("caller", "method", "key"), name="command_answer_once"),
        )
        indexes = (models.Index(fields=("created_at",), name="command_answer_age"),)


class StaffAction(models.Model):
    """Who of the staff did what in this module's admin. Kept for a year."""

    at = models.DateTimeField(default=clock.now)
    staff_id = models.UUIDField(null=True)
    action = models.TextField()
    subject = models.TextField()
    detail = models.TextField(default="")

    class Meta:
        db_table = "staff_action"
        indexes = (models.Index(fields=("at",), name="staff_action_at"),)
