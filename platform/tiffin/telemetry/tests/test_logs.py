"""A log line says under which trace it was written, and never tells a secret."""

from __future__ import annotations

from tiffin import context
from tiffin.telemetry.logs import add_context, blot_secrets


def test_a_line_carries_trace_actor_and_module() -> None:
    with context.use(context.Context(correlation=context.uuid4(), region="pl")) as now:
        line = add_context(None, "info", {"event": "x", "logger": "modules.orders.jobs"})

    assert line["trace_id"] == now.trace_id
    assert (line["actor"], line["region"], line["module"]) == ("service", "pl", "orders")


def test_secrets_are_blotted_out() -> None:
    token = "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl"
    line = blot_secrets(
        None,
        "info",
        {
            "event": f"sent {token} away",
            "authorization": "Bearer x",
            "customer_email": "ann@example.org",
            "exception": "IntegrityError\nDETAIL:  Key (email)=(ann@example.org) already exists.\nend",
            "order_id": "7",
        },
    )

    assert line == {
        "event": "sent … away",
        "authorization": "…",
        "customer_email": "…",
        "exception": "IntegrityError\nDETAIL: …\nend",
        "order_id": "7",
    }
