"""Browsers and webhooks that customers name: addresses of strangers, so that each is looked at first."""

from __future__ import annotations

from uuid import UUID

from modules.notifications.channels import push
from modules.notifications.interface import (
    EndpointRefused,
    EndpointUnknown,
    PushSubscription,
    TooManyEndpoints,
)
from modules.notifications.models import LONGEST_NAME, Browser, Webhook
from tiffin import db, outside

MOST = 10


def add_browser(*, customer_id: UUID, subscription: PushSubscription, name: str = "") -> Browser:
    """Keep a push subscription; one that is there already becomes this customer's, as it is given now.

    Raises EndpointRefused, TooManyEndpoints.
    """
    endpoint, keys = subscription.endpoint, {"p256dh": subscription.p256dh, "auth": subscription.auth}
    _check(endpoint)
    if not push.keys_are_sound(**keys):
        raise EndpointRefused(reason="These are not the keys of a browser.")
    with db.transaction():
        _require_room(Browser, customer_id, but=endpoint)
        kept, _ = Browser.objects.get_or_create(endpoint=endpoint, defaults={"customer_id": customer_id})
        kept.customer_id, kept.name = customer_id, name[:LONGEST_NAME]
        kept.keep_keys(**keys)
        kept.save(update_fields=("customer_id", "name", "sealed"))
    return kept


def add_webhook(*, customer_id: UUID, url: str) -> Webhook:
    """Keep a webhook; one that is there already keeps its secret.

    Raises EndpointRefused, TooManyEndpoints.
    """
    _check(url)
    with db.transaction():
        _require_room(Webhook, customer_id, but=url)
        kept, made = Webhook.objects.get_or_create(customer_id=customer_id, url=url)
        if made:
            kept.make_secret()
            kept.save(update_fields=("sealed",))
    return kept


def remove_browser(*, customer_id: UUID, browser_id: UUID) -> None:
    """Raises EndpointUnknown, also for another customer's."""
    _remove(Browser, customer_id, browser_id)


def remove_webhook(*, customer_id: UUID, webhook_id: UUID) -> None:
    """Raises EndpointUnknown, also for another customer's."""
    _remove(Webhook, customer_id, webhook_id)


def _check(url: str) -> None:
    problem = outside.problem_with(url)
    if problem is not None:
        raise EndpointRefused(reason=problem)


def _require_room(model: type[Browser | Webhook], customer_id: UUID, *, but: str) -> None:
    address = "endpoint" if model is Browser else "url"
    others = model.objects.filter(customer_id=customer_id).exclude(**{address: but})
    if others.count() >= MOST:
        raise TooManyEndpoints(most=MOST)


def _remove(model: type[Browser | Webhook], customer_id: UUID, pk: UUID) -> None:
    with db.transaction():
        deleted, _ = model.objects.filter(pk=pk, customer_id=customer_id).delete()
    if not deleted:
        raise EndpointUnknown()
