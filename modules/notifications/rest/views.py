"""What a customer wants to hear, in which language, and where beside their e-mail address."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from modules.notifications import selectors, services
from modules.notifications.channels import push
from modules.notifications.interface import (
    EndpointRefused,
    EndpointUnknown,
    PushSubscription,
    TooManyEndpoints,
)
from modules.notifications.models import Browser, Preference, Webhook
from modules.notifications.rest.serializers import (
    BrowserSerializer,
    BrowsersSerializer,
    KeptPreferencesSerializer,
    PreferencesSerializer,
    SubscriptionSerializer,
    WebhookRequestSerializer,
    WebhookSerializer,
    WebhooksSerializer,
)
from tiffin.web.customers import CustomerView
from tiffin.web.openapi import refuses

_PREFERENCES = [
    OpenApiExample(
        "In Polish, only what belongs to orders, and not all of it on the phone",
        value={"language": "pl", "unwanted": ["order_feedback"], "unwanted_push": ["order_accepted"]},
        request_only=True,
    )
]
_BROWSER = [
    OpenApiExample(
        "As a browser says it",
        value={
            "endpoint": "https://push.example.com/send/f1Ls2",
            "keys": {
                "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I9"
                "9e8QcYP7DkM",
                "auth": "tBHItJI5svbpez7KI4CCXg",
            },
        },
        request_only=True,
    )
]
_WEBHOOK = [
    OpenApiExample("A system of mine", value={"url": "https://example.com/orders"}, request_only=True)
]


class Preferences(CustomerView):
    @extend_schema(responses=KeptPreferencesSerializer)
    def get(self, request: Request) -> Response:
        """What I want to hear, and in which language."""
        return Response(_answer(selectors.preference_of(self.customer_id())))

    @extend_schema(request=PreferencesSerializer, responses=KeptPreferencesSerializer, examples=_PREFERENCES)
    def put(self, request: Request) -> Response:
        """Choose it; what belongs to an order comes by e-mail all the same."""
        wanted = PreferencesSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(_answer(services.prefer(customer_id=self.customer_id(), **wanted.validated_data)))


def _answer(kept: Preference) -> dict[str, object]:
    shown = {
        "language": kept.language,
        "unwanted": kept.unwanted,
        "unwanted_push": kept.unwanted_push,
        "push_public_key": push.public_key(),
    }
    return dict(KeptPreferencesSerializer(shown).data)


class Browsers(CustomerView):
    @extend_schema(responses=BrowsersSerializer)
    def get(self, request: Request) -> Response:
        """Those that messages are sent to."""
        found = Browser.objects.filter(customer_id=self.customer_id()).order_by("pk")
        return Response(BrowsersSerializer({"browsers": found}).data)

    @refuses(EndpointRefused, TooManyEndpoints)
    @extend_schema(request=SubscriptionSerializer, responses={201: BrowserSerializer}, examples=_BROWSER)
    def post(self, request: Request) -> Response:
        """Have messages sent to this browser. The same again changes nothing."""
        wanted = SubscriptionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        says = wanted.validated_data
        kept = services.add_browser(
            customer_id=self.customer_id(),
            subscription=PushSubscription(endpoint=says["endpoint"], **says["keys"]),
            name=says["name"],
        )
        return Response(BrowserSerializer(kept).data, status=status.HTTP_201_CREATED)


class OneBrowser(CustomerView):
    @refuses(EndpointUnknown)
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, browser_id: UUID) -> Response:
        """Nothing is sent to it any more."""
        services.remove_browser(customer_id=self.customer_id(), browser_id=browser_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Webhooks(CustomerView):
    @extend_schema(responses=WebhooksSerializer)
    def get(self, request: Request) -> Response:
        """Those that hear of my orders, each with its secret."""
        found = Webhook.objects.filter(customer_id=self.customer_id()).order_by("pk")
        return Response(WebhooksSerializer({"webhooks": found}).data)

    @refuses(EndpointRefused, TooManyEndpoints)
    @extend_schema(request=WebhookRequestSerializer, responses={201: WebhookSerializer}, examples=_WEBHOOK)
    def post(self, request: Request) -> Response:
        """Have a system of mine told by webhook (standardwebhooks.com). The same again changes nothing.

        Each message is sent at least once and keeps its `webhook-id`; it is tried again for a day.
        """
        wanted = WebhookRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        kept = services.add_webhook(customer_id=self.customer_id(), url=wanted.validated_data["url"])
        return Response(WebhookSerializer(kept).data, status=status.HTTP_201_CREATED)


class OneWebhook(CustomerView):
    @refuses(EndpointUnknown)
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Nothing is sent there any more."""
        services.remove_webhook(customer_id=self.customer_id(), webhook_id=webhook_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
