"""What experiments are made of, as everybody names it."""

from __future__ import annotations

from tiffin.interfaces import OpenEnum


class Unit(OpenEnum):
    """By which id somebody is put into a bucket: who is not known by it takes no part."""

    CUSTOMER = "customer"
    DEVICE = "device"
    UNKNOWN = "unknown"


class ExperimentState(OpenEnum):
    """Where an experiment stands: only a running one gives anybody anything."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class StopReason(OpenEnum):
    """Why one ended: staff ended it, a guardrail was hurt, or its time was over."""

    STAFF = "staff"
    GUARDRAIL = "guardrail"
    TIME = "time"
    UNKNOWN = "unknown"
