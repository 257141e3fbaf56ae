"""Who agreed to be counted, where it is told, and what could not be. Who somebody is stands nowhere in
here."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from tiffin import clock, ids

LONGEST_CAUSE = 500


class Person(models.Model):
    """A customer as they are known outside: by `person_id`, which is random and says nothing of them. What
    happened from `changed_at` on is told while they agree (`agreed`). Gone when the customer is forgotten,
    and with it the only way from one id to the other."""

    customer_id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    agreed = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"{self.customer_id}: {'agreed' if self.agreed else 'did not agree'}"


class ConsentChange(models.Model):
    """What a customer said, and when: that they agreed can be shown. Gone when the customer is forgotten."""

    customer_id = models.UUIDField()
    agreed = models.BooleanField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (models.Index(fields=("customer_id", "at"), name="analytics_consent_of"),)

    def __str__(self) -> str:
        return f"{self.customer_id} {'agreed' if self.agreed else 'did not agree'}"


class Sink(models.Model):
    """Where it is told, from the first time that it is configured, for ever. Whatever happened before
    `complete_at` was told there, or was not to be. While it is in trouble (`trouble`, since when, tried
    `failures` times), nothing is sent before `retry_at`. `refused` messages were held since it took one last;
    with `holds_all` staff have said that more may be, until it has taken all that there was."""

    name = models.CharField(max_length=16, primary_key=True)
    sent = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    complete_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=LONGEST_CAUSE, default="")
    trouble_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    holds_all = models.BooleanField(default=False)
    retry_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class HeldMessage(models.Model):
    """A message that its sink refuses for good, or that cannot be made of its event: the event as it was
    read. All others go on. Kept until it is sent or skipped, its customer agrees no more, or for 90 days."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sink = models.CharField(max_length=16)
    message_id = models.UUIDField()
    event_id = models.UUIDField()
    name = models.CharField(max_length=100)
    region = models.CharField(max_length=16, default="")
    occurred_at = models.DateTimeField()
    customer_id = models.UUIDField(null=True)
    payload = models.BinaryField()
    cause = models.CharField(max_length=LONGEST_CAUSE)
    attempts = models.IntegerField(default=1)
    held_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("sink", "message_id"), name="analytics_held_once"),)
        indexes = (
            models.Index(fields=("customer_id",), name="analytics_held_of"),
            models.Index(fields=("held_at",), name="analytics_held_age"),
        )

    def __str__(self) -> str:
        return f"{self.name} for {self.sink}"


class Deletion(models.Model):
    """A person who is to be deleted at a sink. The id is forgotten with that, the row 90 days later."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sink = models.CharField(max_length=16)
    person_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField(default=clock.now)
    due = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    cause = models.CharField(max_length=LONGEST_CAUSE, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("sink", "due"), condition=models.Q(done_at__isnull=True), name="analytics_to_delete"
            ),
            models.Index(fields=("done_at",), name="analytics_deleted"),
        )

    def __str__(self) -> str:
        return f"at {self.sink}, {'done' if self.done_at else 'to do'}"
