"""Where people are: the cities of every region, and the parts of a city that its restaurants name. There is
neither map nor geocoder: a customer picks the part of the city, or lets the browser say the point."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, unquote

import msgspec
from django.http import HttpRequest, HttpResponseBase

from modules.restaurants.interface import Point, Restaurants, RestaurantSearch, RestaurantView
from tiffin import clock, regions
from tiffin.dto import DTO
from tiffin.interfaces import call
from tiffin.regions import Region

COOKIE = "tiffin_place"
COOKIE_SECONDS = 90 * 24 * 3600


class CityRow(DTO):
    """A row of a region's `cities`."""

    code: str
    name: str
    lat: float
    lon: float


class City(CityRow):
    region: str
    time_zone: str


class Area(DTO):
    """A part of a city; `point` is one in it."""

    name: str
    point: Point


class Offered(DTO):
    """What a city's restaurants say of themselves: where they are and what they cook, by name."""

    areas: list[Area]
    cuisines: list[str]


class PlaceChosen(DTO):
    """What is remembered of where a visitor is: no address, and nothing more exact than they chose."""

    city: str
    area: str = ""
    lat: float | None = None
    lon: float | None = None

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else Point(lat=self.lat, lon=self.lon)


def cities() -> list[City]:
    return [city for region in regions.all() for city in _cities_of(region)]


def _cities_of(region: Region) -> Iterator[City]:
    for row in region.rules("cities", CityRow, on=region.local(clock.now()).date()):
        yield City(**msgspec.structs.asdict(row), region=region.code, time_zone=str(region.time_zone))


def city_of(place: PlaceChosen) -> City:
    """The city chosen, or the first there is."""
    known = cities()
    return next((city for city in known if city.code == place.city), known[0])


def region_of(request: HttpRequest) -> Region:
    """Where they look for food."""
    return regions.get(city_of(remembered(request)).region)


def offered_in(city: City) -> Offered:
    search = RestaurantSearch(region=city.region, city=city.code, limit=100)
    found: tuple[RestaurantView, ...] = call(Restaurants).search(search=search).restaurants
    areas = sorted({each.area: each.point for each in found}.items())
    return Offered(
        areas=[Area(name=name, point=point) for name, point in areas],
        cuisines=sorted({each.cuisine for each in found}),
    )


def areas_of(city: City) -> list[Area]:
    return offered_in(city).areas


def remembered(request: HttpRequest) -> PlaceChosen:
    """Where this browser was last."""
    with suppress(msgspec.DecodeError):
        return msgspec.json.decode(unquote(request.COOKIES.get(COOKIE, "")), type=PlaceChosen)
    return PlaceChosen(city=cities()[0].code)


def remember(request: HttpRequest, response: HttpResponseBase, place: PlaceChosen) -> None:
    response.set_cookie(
        COOKIE,
        quote(msgspec.json.encode(place)),
        max_age=COOKIE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def chosen(request: HttpRequest, city: City, areas: list[Area]) -> PlaceChosen:
    """What the query says of where: an area of the city, the browser's own point, or what is remembered."""
    before = remembered(request)
    name = request.GET.get("area", before.area if before.city == city.code else "")
    with suppress(KeyError, ValueError):
        lat, lon = float(request.GET["lat"]), float(request.GET["lon"])
        return PlaceChosen(city=city.code, area="here", lat=lat, lon=lon)
    if name == "here" and before.point is not None:
        return before
    for area in areas:
        if area.name == name:
            return PlaceChosen(city=city.code, area=name, lat=area.point.lat, lon=area.point.lon)
    return PlaceChosen(city=city.code)
