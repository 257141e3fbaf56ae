"""Definitions from a GrowthBook server, if there is one: TIFFIN_GROWTHBOOK_URL and TIFFIN_GROWTHBOOK_KEY name
it (and TIFFIN_GROWTHBOOK_SECRET what it encrypts with). The SDK asks with the last answer's ETag, so that an
unchanged answer costs next to nothing."""

from __future__ import annotations

import structlog
from django.conf import settings
from growthbook.growthbook import FeatureRepository

from modules.experiments.models import Catalogue
from modules.experiments.services.publishing import note_remote_failure, put_remote, taken_over

log = structlog.get_logger(__name__)
SECONDS = 5


class _Repository(FeatureRepository):
    def __init__(self) -> None:
        super().__init__()
        self.http_connect_timeout = SECONDS
        self.http_read_timeout = SECONDS


_repository = _Repository()


def is_configured() -> bool:
    return bool(settings.TIFFIN_GROWTHBOOK_URL and settings.TIFFIN_GROWTHBOOK_KEY)


def fetch() -> None:
    """Take over what the server says now; where it says nothing, what it said last stands."""
    if not is_configured():
        return
    try:
        found = _repository.load_features(
            settings.TIFFIN_GROWTHBOOK_URL,
            settings.TIFFIN_GROWTHBOOK_KEY,
            settings.TIFFIN_GROWTHBOOK_SECRET,
            force_refresh=True,
        )
    except Exception as error:  # whatever the SDK's HTTP client or its decryption raise
        log.warning("growthbook_unreachable", error=repr(error))
        note_remote_failure(repr(error))
        return
    if found is None:
        note_remote_failure("The server did not answer with features.")
        return
    stands = Catalogue.objects.values_list("remote", "remote_note").first()
    if stands is None or stands[1] or stands[0] != taken_over(found):
        put_remote(found)
