"""Segment: the HTTP Tracking API's batch, by the transport of its SDK, and the Public API for deletions.

Followed are segment.com/docs/connections/sources/catalog/libraries/server/http-api (the batch, its limits,
what its answers mean) and segment.com/docs/privacy/user-deletion-and-suppression with the operation Create
Workspace Regulation of docs.segmentapis.com (deletions). At most 2,500 events a batch: from Segment's limits
for batches; unconfirmed, the page that says so was not found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import requests
from django.conf import settings

from modules.analytics.kinds import Tracked
from modules.analytics.sinks.answers import judge
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


class Segment(Sink):
    """Messages that come twice under one `messageId` are counted once there."""

    name: ClassVar[str] = "segment"
    title: ClassVar[str] = "Segment"
    limits: ClassVar[Limits] = Limits(
        messages=2_500, body_bytes=500_000, message_bytes=32_000, deletions=5_000
    )

    def render(self, message: Tracked, person_id: UUID) -> Rendered:
        return {
            "type": "track",
            "messageId": str(message.message_id),
            "userId": str(person_id),
            "event": message.name,
            "properties": numbers(message.properties),
            "timestamp": message.at.isoformat(timespec="milliseconds"),
            "context": {"library": {"name": "tiffin", "version": "1"}},
        }

    def send(self, batch: Sequence[Rendered]) -> None:
        # Loaded by who sends only, which is a worker.
        from segment.analytics.request import APIError, post

        try:
            response = post(
                require("TIFFIN_SEGMENT_WRITE_KEY", settings.TIFFIN_SEGMENT_WRITE_KEY),
                host=settings.TIFFIN_SEGMENT_HOST,
                gzip=settings.TIFFIN_SEGMENT_GZIP,
                timeout=SECONDS,
                batch=list(batch),
            )
        except APIError as error:
            response = error.response
        except requests.RequestException as error:
            raise unsent(error) from error
        taken_there(response)
        judge(response.status_code, response.text, response.headers)

    def delete(self, person_ids: Sequence[UUID]) -> None:
        """Deletes what there is, and takes nothing of them any more; done there within 30 days, and asked of
        the destinations that Segment can ask."""
        token = require("TIFFIN_SEGMENT_API_TOKEN", settings.TIFFIN_SEGMENT_API_TOKEN)
        body: dict[str, Any] = {
            "regulationType": "SUPPRESS_WITH_DELETE",
            "subjectType": "USER_ID",
            "subjectIds": [str(each) for each in person_ids],
        }
        post_json(f"{settings.TIFFIN_SEGMENT_API.rstrip('/')}/regulations", body, token=token)
