"""What anybody may see: restaurants, menus, pictures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.restaurants import selectors
from modules.restaurants.interface import MenuUnknown, PageUnknown, Point, RestaurantSearch, RestaurantUnknown
from modules.restaurants.menus.pictures import hash_of
from modules.restaurants.rest.pages import next_url
from modules.restaurants.rest.serializers import (
    MenuSerializer,
    RestaurantDetailSerializer,
    RestaurantPageSerializer,
    SearchSerializer,
    ViewpointSerializer,
)
from tiffin import clock
from tiffin.web.etags import conditional
from tiffin.web.openapi import refuses

_A_DAY = "public, max-age=86400"
_FOR_EVER = "public, max-age=31536000, immutable"
# Somebody may open the picture as a page of its own: it still may do nothing but be drawn.
_NOTHING_BUT_DRAW = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class PublicView(APIView):
    permission_classes = [AllowAny]


class RestaurantList(PublicView):
    @refuses(PageUnknown)
    @extend_schema(
        parameters=[SearchSerializer],
        responses=RestaurantPageSerializer,
        operation_id="restaurants_list",
        summary="Restaurants: nearest first when lat and lon are given, by name otherwise",
    )
    def get(self, request: Request) -> Response:
        wanted = _checked(SearchSerializer, request)
        page = selectors.search(
            RestaurantSearch(
                region=wanted.get("region"),
                city=wanted.get("city"),
                cuisine=wanted.get("cuisine"),
                text=wanted.get("q", ""),
                point=_point(wanted),
                delivering_only=wanted["delivers_here"],
                open_only=wanted["open"],
                cursor=wanted.get("cursor"),
                limit=wanted["page_size"],
            ),
            at=clock.now(),
        )
        results = [msgspec.to_builtins(view) for view in page.restaurants]
        for result in results:
            del result["zone"]
        return Response({"next": next_url(request, page.next_cursor), "results": results})


class RestaurantDetail(PublicView):
    @refuses(RestaurantUnknown)
    @extend_schema(
        parameters=[ViewpointSerializer],
        responses=RestaurantDetailSerializer,
        operation_id="restaurants_read",
        summary="One restaurant",
    )
    def get(self, request: Request, restaurant_id: UUID) -> Response:
        point = _point(_checked(ViewpointSerializer, request))
        return Response(msgspec.to_builtins(selectors.one(restaurant_id, point=point)))


def _menu_state(request: Request, restaurant_id: UUID) -> object:
    return _version(request) or selectors.menu_state(restaurant_id)


class Menu(PublicView):
    @refuses(RestaurantUnknown, MenuUnknown)
    @extend_schema(
        parameters=[OpenApiParameter("version", int, description="An older version")],
        responses=MenuSerializer,
        operation_id="restaurants_menu",
        summary="The menu, with what is sold out; ask again with If-None-Match",
    )
    @conditional(_menu_state)
    def get(self, request: Request, restaurant_id: UUID) -> Response:
        return Response(msgspec.to_builtins(selectors.menu(restaurant_id, version=_version(request))))


def _restaurant_picture_etag(request: HttpRequest, restaurant_id: UUID) -> str:
    return f'"{hash_of(selectors.picture_of(restaurant_id))}"'


@require_safe
@condition(_restaurant_picture_etag)
def restaurant_picture(request: HttpRequest, restaurant_id: UUID) -> HttpResponse:
    return _drawing(selectors.picture_of(restaurant_id), _A_DAY)


@require_safe
def dish_picture(request: HttpRequest, name: str) -> HttpResponse:
    svg = selectors.picture(name)
    if svg is None:
        raise Http404
    return _drawing(svg, _FOR_EVER)


def _drawing(svg: str, keep: str) -> HttpResponse:
    return HttpResponse(
        svg,
        content_type="image/svg+xml; charset=utf-8",
        headers={"Cache-Control": keep, "Content-Security-Policy": _NOTHING_BUT_DRAW},
    )


def _version(request: Request) -> int | None:
    wanted = request.query_params.get("version", "")
    return int(wanted) if wanted.isdecimal() else None


def _point(wanted: dict[str, Any]) -> Point | None:
    return Point(lat=wanted["lat"], lon=wanted["lon"]) if "lat" in wanted else None


def _checked(serializer_class: type[ViewpointSerializer], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    checked: dict[str, Any] = serializer.validated_data
    return checked
