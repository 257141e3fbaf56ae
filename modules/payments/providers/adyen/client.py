"""The line to Adyen: clients of our own, without the SDK's global state, and what its errors mean."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import requests
from Adyen.client import AdyenClient
from Adyen.exceptions import (
    AdyenAPIResponseError,
    AdyenAPIUnprocessableEntity,
    AdyenAPIValidationError,
)
from Adyen.services.checkout.modifications_api import ModificationsApi
from Adyen.services.checkout.payments_api import PaymentsApi
from django.conf import settings

from modules.payments.providers.port import ProviderTimeout

# To connect, and to answer. A job asks at most three times within its lease.
TIMEOUT = (3.0, 15.0)
# "Request already processed or in progress": https://docs.adyen.com/development-resources/api-idempotency
IN_PROGRESS = "704"
SERVER_ERROR = 500
_NOT_NOW = frozenset({408, 409, 429})

Answer = dict[str, Any]


class Refused(Exception):
    """Adyen did not take the request, and will not take it again. `code` is its errorCode, "" without one."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def payments() -> Any:
    return _checkout(PaymentsApi)


def modifications() -> Any:
    return _checkout(ModificationsApi)


def ask(what: str, call: Callable[..., Any], *arguments: object, key: str) -> Answer:
    """The answer to a request under the idempotency key `key`, of at most 64 characters.

    No answer, one that cannot be read, 5xx, 429, and what Adyen calls transient or still in progress: it may
    have happened or not, and ProviderTimeout says so. Raises Refused. A key of the API that Adyen does not
    take is for staff.
    """
    try:
        answer = call(*arguments, idempotency_key=key).message
    except requests.RequestException as error:
        raise ProviderTimeout(f"{what}: {type(error).__name__}") from error
    except AdyenAPIResponseError as error:
        if _may_have_happened(error):
            raise ProviderTimeout(f"{what}: status {error.status_code}") from error
        if isinstance(error, AdyenAPIValidationError | AdyenAPIUnprocessableEntity):
            raise Refused(str(error.error_code or "")) from error
        raise
    if not isinstance(answer, dict) or not answer:
        raise ProviderTimeout(f"{what}: an answer that says nothing")
    return answer


def _may_have_happened(error: AdyenAPIResponseError) -> bool:
    status = int(error.status_code)
    if status >= SERVER_ERROR or status in _NOT_NOW or str(error.error_code) == IN_PROGRESS:
        return True
    return str(error.headers.get("transient-error", "")).lower() == "true"


def _checkout(api: Callable[..., Any]) -> Any:
    made = api(client=_client(settings.TIFFIN_ADYEN_API_KEY, settings.TIFFIN_ADYEN_LIVE_PREFIX, TIMEOUT))
    made.baseUrl = settings.TIFFIN_ADYEN_API
    return made


@lru_cache(maxsize=4)
def _client(key: str, live_prefix: str, timeout: tuple[float, float]) -> Any:
    """It never tries again by itself: jobs do, under the same keys."""
    return AdyenClient(
        xapikey=key,
        platform="live" if live_prefix else "test",
        live_endpoint_prefix=live_prefix or None,
        http_force="requests",
        http_timeout=timeout,
    )
