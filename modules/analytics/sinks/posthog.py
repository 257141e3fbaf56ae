"""PostHog: the batch of its capture API, by the transport of its SDK, and the persons API for deletions.

Followed are posthog.com/docs/api/capture (the batch: less than 20 MB, no number of events), …/docs/data/
ingestion-warnings (an event over 1 MB is dropped),
…/docs/experiments/running-experiments-without-feature-flags (exposures) and …/docs/api/persons with the
operation `bulk_delete` (deletions: at most 1,000 ids).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import requests
from django.conf import settings

from modules.analytics.kinds import EXPERIMENT_VIEWED, Tracked
from modules.analytics.sinks.answers import NotNow, judge
from modules.analytics.sinks.port import (
    SECONDS,
    Limits,
    Rendered,
    Sink,
    numbers,
    post_json,
    require,
    taken_there,
    unsent,
)

EXPOSURE = "$feature_flag_called"
BATCH = "/batch/"


class PostHog(Sink):
    """Events that come twice under one `uuid`, with the same time and person, are counted once there."""

    name: ClassVar[str] = "posthog"
    title: ClassVar[str] = "PostHog"
    limits: ClassVar[Limits] = Limits(
        messages=2_500, body_bytes=20_000_000, message_bytes=1_000_000, deletions=1_000
    )

    def render(self, message: Tracked, person_id: UUID) -> Rendered:
        """Where somebody is, is not to be guessed from where our servers are (`$geoip_disable`)."""
        name, properties = _said(message)
        return {
            "uuid": str(message.message_id),
            "event": name,
            "distinct_id": str(person_id),
            "properties": {**numbers(properties), "$lib": "tiffin", "$geoip_disable": True},
            "timestamp": message.at.isoformat(timespec="milliseconds"),
        }

    def send(self, batch: Sequence[Rendered]) -> None:
        # Loaded by who sends only, which is a worker.
        from posthog.request import post

        try:
            response = post(
                require("TIFFIN_POSTHOG_PROJECT_KEY", settings.TIFFIN_POSTHOG_PROJECT_KEY),
                host=settings.TIFFIN_POSTHOG_HOST,
                path=BATCH,
                gzip=settings.TIFFIN_POSTHOG_GZIP,
                timeout=SECONDS,
                batch=list(batch),
            )
        except requests.RequestException as error:
            raise unsent(error) from error
        taken_there(response)
        judge(response.status_code, response.text, response.headers)
        _require_quota(response)

    def delete(self, person_ids: Sequence[UUID]) -> None:
        """Deletes the people and what they did so far; the latter at the provider's next turn."""
        key = require("TIFFIN_POSTHOG_PERSONAL_KEY", settings.TIFFIN_POSTHOG_PERSONAL_KEY)
        project = require("TIFFIN_POSTHOG_PROJECT_ID", settings.TIFFIN_POSTHOG_PROJECT_ID)
        body: dict[str, Any] = {"distinct_ids": [str(each) for each in person_ids], "delete_events": True}
        url = f"{settings.TIFFIN_POSTHOG_API.rstrip('/')}/api/projects/{project}/persons/bulk_delete/"
        post_json(url, body, token=key)


def _said(message: Tracked) -> tuple[str, dict[str, Any]]:
    """An exposure is a flag that was asked for, and answered by the variation."""
    properties = dict(message.properties)
    if message.name != EXPERIMENT_VIEWED:
        return message.name, properties
    flag, variation = properties["experiment_id"], properties["variation_id"]
    shown = {"$feature_flag": flag, "$feature_flag_response": variation, f"$feature/{flag}": variation}
    return EXPOSURE, properties | shown


def _require_quota(response: requests.Response) -> None:
    """Over the project's quota it says yes and drops the events (`quota_limited`, as its capture service
    answers): they wait here instead. Raises NotNow."""
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        return
    limited = answer.get("quota_limited") if isinstance(answer, dict) else None
    if limited:
        raise NotNow(f"over the quota of the project: {limited}")
