"""What the providers publish of their wires, as JSON Schema; each with the document that it follows, as read
in November 2026."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string", "minLength": 1}
_TIME = {"type": "string", "format": "date-time", "pattern": "^\\d{4}-\\d\\d-\\d\\dT"}
_UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}

# segment.com/docs/connections/spec/ecommerce/v2, "Order Completed", "Order Cancelled", "Order Refunded" and
# "Promotion Viewed", "Promotion Clicked": the semantic properties that we use, and their types.
ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["order_id"],
    "properties": {
        "order_id": _TEXT,
        "affiliation": _TEXT,
        "total": {"type": "number"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "products": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["product_id", "name", "price", "quantity"],
                "properties": {
                    "product_id": _TEXT,
                    "name": _TEXT,
                    "price": {"type": "number"},
                    "quantity": {"type": "number"},
                },
            },
        },
    },
}
PROMOTION: dict[str, Any] = {
    "type": "object",
    "required": ["promotion_id"],
    "properties": {"promotion_id": _TEXT, "creative": _TEXT, "name": _TEXT, "position": _TEXT},
}
# segment.com/docs/connections/spec/ab-testing, "Experiment Viewed".
EXPERIMENT: dict[str, Any] = {
    "type": "object",
    "required": ["experiment_id", "variation_id"],
    "properties": {
        "experiment_id": _TEXT,
        "experiment_name": _TEXT,
        "variation_id": _TEXT,
        "variation_name": _TEXT,
    },
}
BY_NAME = {
    "Order Completed": ORDER,
    "Order Cancelled": ORDER,
    "Order Refunded": ORDER,
    "Promotion Viewed": PROMOTION,
    "Promotion Clicked": PROMOTION,
    "Experiment Viewed": EXPERIMENT,
}

# segment.com/docs/connections/sources/catalog/libraries/server/http-api, "Track" and "Batch"; messageId,
# context and sentAt from segment.com/docs/connections/spec/common.
SEGMENT_BATCH: dict[str, Any] = {
    "type": "object",
    "required": ["batch", "writeKey"],
    "properties": {
        "writeKey": _TEXT,
        "sentAt": _TIME,
        "batch": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2500,
            "items": {
                "type": "object",
                "required": ["type", "event", "messageId", "timestamp"],
                "anyOf": [{"required": ["userId"]}, {"required": ["anonymousId"]}],
                "properties": {
                    "type": {"enum": ["track"]},
                    "userId": _TEXT,
                    "anonymousId": _TEXT,
                    "event": _TEXT,
                    "messageId": {"type": "string", "maxLength": 100},
                    "timestamp": _TIME,
                    "properties": {"type": "object"},
                    "context": {"type": "object"},
                    "integrations": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}

# posthog.com/docs/api/capture, "Batch events"; uuid and sent_at as its capture service reads them (RawEvent
# and the batch of PostHog/posthog, rust/capture).
POSTHOG_BATCH: dict[str, Any] = {
    "type": "object",
    "required": ["api_key", "batch"],
    "properties": {
        "api_key": _TEXT,
        "historical_migration": {"type": "boolean"},
        "sent_at": _TIME,
        "batch": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["event", "distinct_id"],
                "properties": {
                    "event": {"type": "string", "minLength": 1, "maxLength": 200},
                    "distinct_id": {"type": "string", "minLength": 1, "maxLength": 200},
                    "properties": {"type": "object"},
                    "timestamp": _TIME,
                    "uuid": _UUID,
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}

# docs.segmentapis.com, "Create Workspace Regulation" (CreateWorkspaceRegulationV1Input).
SEGMENT_REGULATION: dict[str, Any] = {
    "type": "object",
    "required": ["regulationType", "subjectType", "subjectIds"],
    "properties": {
        "regulationType": {
            "enum": [
                "DELETE_INTERNAL",
                "DELETE_ONLY",
                "SUPPRESS_ONLY",
                "SUPPRESS_WITH_DELETE",
                "SUPPRESS_WITH_DELETE_INTERNAL",
                "UNSUPPRESS",
            ]
        },
        "subjectType": {"enum": ["USER_ID"]},
        "subjectIds": {"type": "array", "minItems": 1, "maxItems": 5000, "items": _TEXT},
    },
    "additionalProperties": False,
}

# posthog.com/docs/api/persons, bulk_delete (PersonBulkDeleteRequest).
POSTHOG_DELETION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ids": {"type": "array", "maxItems": 1000, "items": _TEXT},
        "distinct_ids": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _TEXT},
        "delete_events": {"type": "boolean"},
        "delete_recordings": {"type": "boolean"},
        "keep_person": {"type": "boolean"},
    },
    "additionalProperties": False,
}
