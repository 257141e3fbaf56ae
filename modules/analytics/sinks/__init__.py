"""Where it is told: one class a wire, each with its limits and what its answers mean."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modules.analytics.sinks.answers import Misconfigured, NotNow, Refused
from modules.analytics.sinks.port import Limits, Sink
from modules.analytics.sinks.posthog import PostHog
from modules.analytics.sinks.segment import Segment

__all__ = ["SINKS", "Limits", "Misconfigured", "NotNow", "Refused", "Sink", "chosen", "is_chosen"]

SINKS: dict[str, Sink] = {sink.name: sink for sink in (Segment(), PostHog())}


def chosen() -> list[Sink]:
    """Those that TIFFIN_ANALYTICS_SINKS names. Raises ImproperlyConfigured for a name that is none."""
    unknown = sorted(set(settings.TIFFIN_ANALYTICS_SINKS) - set(SINKS))
    if unknown:
        raise ImproperlyConfigured(
            f"TIFFIN_ANALYTICS_SINKS names {', '.join(unknown)}; there are {', '.join(SINKS)}."
        )
    return [sink for name, sink in SINKS.items() if is_chosen(name)]


def is_chosen(name: str) -> bool:
    return name in settings.TIFFIN_ANALYTICS_SINKS
