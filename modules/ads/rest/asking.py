"""Reading what a page asks for. It comes with every page that anybody opens: what is right is read at once,
and whatever is not goes the way of all requests, which says what is wrong with it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request

from modules.ads.interface import MOST_SLOTS, PageView, Place, Placement, Point
from modules.ads.rest.serializers import PageViewSerializer
from tiffin.context import ActorKind
from tiffin.web.auth import actor_of

_JSON = "application/json"
# No spaces around it, and nothing that is no text: serializers trim and refuse these.
_Plain = Annotated[str, Meta(pattern=r"^(?:[^\s\x00-\x1f](?:[^\x00-\x1f]*[^\s\x00-\x1f])?)?\Z")]


class _Point(msgspec.Struct):
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]


class _Place(msgspec.Struct):
    placement: Placement
    slots: Annotated[int, Meta(ge=1, le=MOST_SLOTS)] = 1


class _Asked(msgspec.Struct):
    """As `PageViewSerializer` has it, and no wider."""

    places: Annotated[list[_Place], Meta(min_length=1)]
    region: Annotated[_Plain, Meta(min_length=1, max_length=16)]
    device_id: UUID | None = None
    point: _Point | None = None
    city: Annotated[_Plain, Meta(max_length=40)] = ""
    text: Annotated[_Plain, Meta(max_length=80)] = ""
    cuisine: Annotated[_Plain, Meta(max_length=40)] = ""
    restaurant_id: UUID | None = None
    language: Annotated[_Plain, Meta(max_length=12)] = ""


_read = msgspec.json.Decoder(_Asked).decode


def asked(request: Request) -> tuple[PageView, list[Place]]:
    """Raises what a serializer does of what is wrong."""
    found = _at_once(request) or _as_usual(request)
    actor = actor_of(request)
    point = found.point
    view = PageView(
        region=found.region,
        customer_id=actor.id if actor.kind is ActorKind.CUSTOMER else None,
        device_id=found.device_id,
        point=Point(lat=point.lat, lon=point.lon) if point else None,
        city=found.city,
        text=found.text,
        cuisine=found.cuisine,
        restaurant_id=found.restaurant_id,
        language=found.language,
    )
    return view, [Place(placement=each.placement, slots=each.slots) for each in found.places]


def _at_once(request: Request) -> _Asked | None:
    """None for what is not right, or not plain."""
    if request.content_type != _JSON:
        return None
    body = request._request.body
    if b"null" in body:  # which a serializer refuses
        return None
    try:
        found = _read(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return None if any(each.placement is Placement.UNKNOWN for each in found.places) else found


def _as_usual(request: Request) -> _Asked:
    serializer = PageViewSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    wanted: dict[str, Any] = dict(serializer.validated_data)
    point = wanted.pop("point", None)
    places = [_Place(Placement(each["placement"]), each["slots"]) for each in wanted.pop("places")]
    return _Asked(places=places, point=_Point(**point) if point else None, **wanted)
