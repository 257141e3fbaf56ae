"""Who wants to be forgotten is: nothing says any more that it was they who saw something. What is under way
meanwhile, in offers, in processes and in others' logs, is let go when it arrives, or at the next tidying."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.ads.models import AdEvent, DecisionRecord, Display, Forgotten, Seen, Viewer
from modules.ads.services import measuring, offers
from tiffin import clock, db

# Longer than any offer that was made to them may be told of.
REMEMBERED = offers.LIFE_IN_EMAILS + timedelta(days=1)


@db.transaction_required
def forget(viewer_id: UUID) -> None:
    """A customer or a browser. What they were shown and clicked counts on, as nobody's."""
    Forgotten.objects.update_or_create(id=viewer_id, defaults={"at": clock.now()})
    _let_go(viewer_id)


@db.transaction_required
def know_again(viewer_id: UUID) -> None:
    """They agreed anew: what comes from now on is kept."""
    Forgotten.objects.filter(pk=viewer_id).delete()


def is_known(viewer_id: UUID) -> bool:
    """Whether anything of them is kept."""
    return (
        Viewer.objects.filter(pk=viewer_id).exists() or Display.objects.filter(viewer_id=viewer_id).exists()
    )


def forget_the_late() -> None:
    """What has come of the forgotten since; and who they were, once nothing can come any more."""
    Forgotten.objects.filter(at__lt=clock.now() - REMEMBERED).delete()
    for viewer_id in Forgotten.objects.values_list("id", flat=True):
        with db.transaction():
            if Forgotten.objects.select_for_update().filter(pk=viewer_id).exists():
                _let_go(viewer_id)


def _let_go(viewer_id: UUID) -> None:
    Seen.objects.filter(viewer_id=viewer_id).delete()
    Viewer.objects.filter(pk=viewer_id).delete()
    displays = Display.objects.filter(viewer_id=viewer_id)
    AdEvent.objects.filter(decision_id__in=displays.values("id")).update(viewer_id=None)
    displays.update(viewer_id=None)
    DecisionRecord.objects.filter(viewer_id=viewer_id).update(viewer_id=None, asked={})
    measuring.forget(viewer_id)
