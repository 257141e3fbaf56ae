"""A restaurant's people look at a menu before it is published, and publish an older one again."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from modules.restaurants import selectors, services
from modules.restaurants.interface import (
    MenuFormat,
    MenuMoved,
    MenuRefused,
    MenuUnknown,
    NotYourRestaurant,
    PreviewUnknown,
    RestaurantUnknown,
)
from modules.restaurants.rest.counter import RestaurantView
from modules.restaurants.rest.menu_serializers import (
    ComparedMenuSerializer,
    MenuChangesSerializer,
    MenuComparisonSerializer,
    MenuPreviewSerializer,
    MenuVersionsSerializer,
    NewMenuSerializer,
    PublishAgainSerializer,
    VersionsFilterSerializer,
)
from modules.restaurants.rest.serializers import WhichRestaurantSerializer
from tiffin.web.openapi import refuses

_VERSION = OpenApiParameter("version", int, OpenApiParameter.PATH)
_EXAMPLE = {
    "document": {
        "items": [
            {
                "id": "tea",
                "title": {"translations": {"en": "Tea"}},
                "price_info": {"price": 250},
            }
        ],
        "modifier_groups": [],
        "categories": [
            {
                "id": "drinks",
                "title": {"translations": {"en": "Drinks"}},
                "entities": [{"id": "tea", "type": "ITEM"}],
            }
        ],
        "menus": [],
    }
}


class Previews(RestaurantView):
    @refuses(RestaurantUnknown, MenuRefused, NotYourRestaurant)
    @extend_schema(
        request=NewMenuSerializer,
        responses={201: MenuPreviewSerializer},
        operation_id="restaurant_menu_preview",
        summary="Check a menu document whole and show what it would change; nothing is published",
        examples=[OpenApiExample("Tea", value=_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        wanted = _checked(NewMenuSerializer, request.data)
        preview = services.preview_menu(
            restaurant_id=self.which(wanted),
            document=json.dumps(wanted["document"]),
            picture_files=wanted["pictures"],
            format=MenuFormat(wanted["format"]) if wanted["format"] else None,
        )
        return Response(msgspec.to_builtins(preview), status=status.HTTP_201_CREATED)


class OnePreview(RestaurantView):
    @refuses(PreviewUnknown, NotYourRestaurant)
    @extend_schema(
        parameters=[WhichRestaurantSerializer],
        responses=MenuPreviewSerializer,
        operation_id="restaurant_menu_preview_read",
        summary="A menu that may be published",
    )
    def get(self, request: Request, preview_id: UUID) -> Response:
        restaurant_id = self.which(_checked(WhichRestaurantSerializer, request.query_params))
        return Response(msgspec.to_builtins(selectors.menu_preview(restaurant_id, preview_id)))


class PublishPreview(RestaurantView):
    @refuses(RestaurantUnknown, PreviewUnknown, MenuMoved, NotYourRestaurant)
    @extend_schema(
        request=WhichRestaurantSerializer,
        responses=MenuChangesSerializer,
        operation_id="restaurant_menu_preview_publish",
        summary="Publish that very menu, unless another one was published since",
    )
    def post(self, request: Request, preview_id: UUID) -> Response:
        restaurant_id = self.which(_checked(WhichRestaurantSerializer, request.data))
        told = services.publish_preview(restaurant_id=restaurant_id, preview_id=preview_id)
        return Response(msgspec.to_builtins(told))


class Versions(RestaurantView):
    @refuses(RestaurantUnknown, NotYourRestaurant)
    @extend_schema(
        parameters=[VersionsFilterSerializer],
        responses=MenuVersionsSerializer,
        operation_id="restaurant_menu_versions",
        summary="The versions of my menu, newest first; the first one is published",
    )
    def get(self, request: Request) -> Response:
        wanted = _checked(VersionsFilterSerializer, request.query_params)
        versions = selectors.menu_versions(self.which(wanted), before=wanted.get("before"))
        return Response(msgspec.to_builtins(versions))


class CompareVersions(RestaurantView):
    @refuses(RestaurantUnknown, MenuUnknown, NotYourRestaurant)
    @extend_schema(
        parameters=[_VERSION, ComparedMenuSerializer],
        responses=MenuComparisonSerializer,
        operation_id="restaurant_menu_version",
        summary="What a version does differently from the one before it, or from another one",
    )
    def get(self, request: Request, version: str) -> Response:
        wanted = _checked(ComparedMenuSerializer, request.query_params)
        restaurant_id = self.which(wanted)
        after = _number(version, restaurant_id)
        before = wanted.get("compared_to", max(after - 1, 0))
        differing = selectors.menu_difference(restaurant_id, before=before, after=after)
        return Response(
            {"version": after, "compared_to": before, "difference": msgspec.to_builtins(differing)}
        )


class PublishVersion(RestaurantView):
    @refuses(RestaurantUnknown, MenuUnknown, MenuMoved, NotYourRestaurant)
    @extend_schema(
        parameters=[_VERSION],
        request=PublishAgainSerializer,
        responses=MenuChangesSerializer,
        operation_id="restaurant_menu_version_publish",
        summary="Publish an older version again, as a new one",
        examples=[OpenApiExample("Instead of version 4", value={"instead_of": 4}, request_only=True)],
    )
    def post(self, request: Request, version: str) -> Response:
        wanted = _checked(PublishAgainSerializer, request.data)
        restaurant_id = self.which(wanted)
        told = services.publish_version(
            restaurant_id=restaurant_id,
            version=_number(version, restaurant_id),
            instead_of=wanted["instead_of"],
        )
        return Response(msgspec.to_builtins(told))


def _number(text: str, restaurant_id: UUID) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise MenuUnknown(restaurant=str(restaurant_id))
    return int(text)


def _checked(serializer_class: type[serializers.Serializer[Any]], given: Any) -> dict[str, Any]:
    serializer = serializer_class(data=given)
    serializer.is_valid(raise_exception=True)
    checked: dict[str, Any] = serializer.validated_data
    return checked
