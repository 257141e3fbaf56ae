"""What is over is let go, a part at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from modules.ads.engine.viewer import HOUR
from modules.ads.models import AdEvent, DecisionRecord, Display, ExposedOrder, Exposure, Seen, Viewer
from modules.ads.selectors.viewers import LONGEST_CAP_HOURS
from modules.ads.services import forgetting
from tiffin import clock

AT_ONCE = 5_000
DECISIONS_KEPT = timedelta(days=3)
EVENTS_KEPT = timedelta(days=90)
BROWSERS_KEPT = timedelta(days=180)


def tidy() -> None:
    """Each kind as long as its model says that it is kept."""
    now = clock.now()
    forgetting.forget_the_late()
    _let_go(DecisionRecord.objects.filter(at__lt=now - DECISIONS_KEPT))
    _let_go(AdEvent.objects.filter(settled=True, at__lt=now - EVENTS_KEPT))
    _let_go(Display.objects.filter(created_at__lt=now - EVENTS_KEPT))
    _let_go(Exposure.objects.filter(day__lt=(now - EVENTS_KEPT).date()))
    ExposedOrder.objects.filter(at__lt=now - EVENTS_KEPT).delete()
    _let_go(Viewer.objects.filter(is_customer=False, changed_at__lt=now - BROWSERS_KEPT))
    Seen.objects.filter(hour__lt=int(now.timestamp() // HOUR) - LONGEST_CAP_HOURS - 1).delete()


def _let_go(rows: QuerySet[Any]) -> None:
    while ids := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        rows.model._default_manager.filter(pk__in=ids).delete()
