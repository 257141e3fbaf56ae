"""Why somebody sees an ad, for them and in their language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modules.ads.engine.columns import NONE
from modules.ads.engine.deciding import Won
from modules.ads.engine.servable import ALL_WEEK, Servable, Venue
from modules.ads.engine.viewer import Viewer
from modules.ads.interface import PageView, Why
from modules.ads.kinds import Customers, Members

_LIKES = 0.2
_TOLD = 2
_WORDS: dict[str, dict[Why, str]] = {
    "en": {
        Why.SEARCHED: "you searched for “{text}”",
        Why.PAGE: "it goes with this page",
        Why.ORDERED_BEFORE: "you have ordered there before",
        Why.NOT_FOR_LONG: "you have not ordered there for some time",
        Why.NEW_TO_YOU: "you have not tried it yet",
        Why.LIKES_CUISINE: "you often order {cuisine}",
        Why.SEGMENT: "of when and how you usually order",
        Why.MEMBER: "you are a member",
        Why.DELIVERS_HERE: "it delivers to your address",
        Why.TIME_OF_DAY: "of the time of day",
        Why.REGION: "you order in this region",
    },
    "pl": {
        Why.SEARCHED: "szukasz „{text}”",
        Why.PAGE: "pasuje do tej strony",
        Why.ORDERED_BEFORE: "już tam zamawiałeś(-aś)",
        Why.NOT_FOR_LONG: "dawno tam nie zamawiałeś(-aś)",
        Why.NEW_TO_YOU: "jeszcze tam nie zamawiałeś(-aś)",
        Why.LIKES_CUISINE: "często zamawiasz kuchnię: {cuisine}",
        Why.SEGMENT: "zależy to od tego, kiedy i jak zwykle zamawiasz",
        Why.MEMBER: "masz członkostwo",
        Why.DELIVERS_HERE: "dowozi pod Twój adres",
        Why.TIME_OF_DAY: "to ta pora dnia",
        Why.REGION: "zamawiasz w tym regionie",
    },
}
_SENTENCES = {
    "en": ("{pays} You see it because {because}.", " and because "),
    "pl": ("{pays} Widzisz ją, bo {because}.", " oraz bo "),
}
_PAYS = {
    "en": ("{advertiser} pays for this ad.", "Nobody pays for this ad."),
    "pl": ("{advertiser} płaci za tę reklamę.", "Nikt nie płaci za tę reklamę."),
}
FALLBACK = "en"


def reasons_of(view: PageView, viewer: Viewer, won: Won) -> tuple[Why, ...]:
    """All that had a part in it, in the order in which they are told."""
    return tuple(_reasons(view, viewer, won)) or (Why.REGION,)


def _reasons(view: PageView, viewer: Viewer, won: Won) -> Iterator[Why]:
    flight = won.flight
    if view.text:
        yield Why.SEARCHED
    if view.restaurant_id or view.cuisine:
        yield Why.PAGE
    if flight.customers is Customers.LAPSED:
        yield Why.NOT_FOR_LONG
    elif won.days != NONE:
        yield Why.ORDERED_BEFORE
    if flight.customers is Customers.NEW:
        yield Why.NEW_TO_YOU
    if viewer.is_personal and won.likes >= _LIKES:
        yield Why.LIKES_CUISINE
    if flight.segments:
        yield Why.SEGMENT
    if flight.members is Members.MEMBERS:
        yield Why.MEMBER
    if flight.venue and view.point:
        yield Why.DELIVERS_HERE
    if flight.hours != ALL_WEEK:
        yield Why.TIME_OF_DAY


def in_words(
    reasons: Sequence[Why], flight: Servable, venue: Venue | None, *, language: str, text: str
) -> str:
    """Who pays, and the first of the reasons."""
    tag = next((tag for tag in (language, language.partition("-")[0]) if tag in _WORDS), FALLBACK)
    values = {"text": text, "cuisine": venue.cuisine if venue else ""}
    sentence, joint = _SENTENCES[tag]
    because = joint.join(_WORDS[tag][reason].format(**values) for reason in reasons[:_TOLD])
    pays = _PAYS[tag][flight.is_free].format(advertiser=flight.advertiser)
    return sentence.format(pays=pays, because=because)
