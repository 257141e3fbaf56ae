"""What happened to offers: each counts once, however often and wherever it is told. What is no person's, or
not in time, costs nothing, and a click leads on all the same."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_network
from typing import NamedTuple
from uuid import UUID

import crawleruseragents
from django.conf import settings

from modules.ads.events import AdClicked, AdsShown, ShownAd
from modules.ads.interface import OfferInvalid, Placement, Pricing
from modules.ads.models import AdEvent, Campaign, Display, EventKind, Verdict
from modules.ads.policies import country
from modules.ads.services import offers
from modules.ads.services.documents import document
from modules.ads.services.offers import Offer
from tiffin import clock, db, ids, regions
from tiffin.log import publish

# More than that of one viewer or browser is no interest any more; behind one address there may be more of
# them. House rules.
BURST_WITHIN = timedelta(seconds=60)
# Nobody has read an e-mail yet that was written so short a time ago.
UNREAD = timedelta(seconds=30)
_HOUR = 3600
_IPV6_SUBSCRIBER = 64  # bits of an IPv6 address that name whose it is; the rest they choose

_BURST = """
SELECT EXISTS (SELECT 1 FROM ads_adevent WHERE source = %(source)s AND kind = %(kind)s AND at > %(since)s
               OFFSET %(one)s LIMIT 1)
    OR EXISTS (SELECT 1 FROM ads_adevent WHERE address = %(address)s AND kind = %(kind)s AND at > %(since)s
               OFFSET %(crowd)s LIMIT 1)
    OR (%(kind)s = 'click' AND EXISTS (
        SELECT 1 FROM ads_adevent WHERE viewer_id = %(viewer)s AND kind = 'click' AND at > %(since)s
        OFFSET %(one)s LIMIT 1))
"""
_SEE = """
INSERT INTO ads_seen AS seen (viewer_id, campaign_id, hour, count)
SELECT %(viewer)s, campaign_id, %(hour)s, count
FROM json_to_recordset(%(rows)s::json) AS new(campaign_id uuid, count int) ORDER BY campaign_id
ON CONFLICT (viewer_id, campaign_id, hour) DO UPDATE SET count = seen.count + excluded.count
RETURNING 1
"""
_SEEN = """
SELECT campaign_id, hour, count FROM ads_seen
WHERE viewer_id = %(viewer)s AND campaign_id = ANY(%(campaigns)s)
"""
_TAKEN = "SELECT slot, verdict FROM ads_adevent WHERE decision_id = %s AND kind = %s"
_IS_FORGOTTEN = "SELECT 1 FROM ads_forgotten WHERE id = %s"


class Burst(NamedTuple):
    """How many within a minute are too many from one browser or viewer, and from one address."""

    one: int
    crowd: int


BURSTS = {EventKind.CLICK: Burst(5, 50), EventKind.IMPRESSION: Burst(200, 2_000)}


class Origin(NamedTuple):
    """Where a request came from: who it says it is, from which address, and from which country (ISO 3166, or
    empty) whoever stands in front of us says it comes."""

    user_agent: str
    address: str
    country: str = ""

    @property
    def source(self) -> int:
        """The same for the same browser on the same day, and telling nothing of it: 64 bits, signed."""
        return _of_today(f"{self.address}|{self.user_agent}")

    @property
    def place(self) -> int:
        """The same for all that come from one address on the same day, whatever they call themselves."""
        return _of_today(_subscriber(self.address))


def _of_today(text: str) -> int:
    digest = hmac.digest(_key(settings.SECRET_KEY), f"{clock.now():%Y-%m-%d}|{text}".encode(), sha256)
    return int.from_bytes(digest[:8], "big", signed=True)


def _subscriber(address: str) -> str:
    try:
        network = ip_network((address, _IPV6_SUBSCRIBER if ":" in address else 32), strict=False)
    except ValueError:
        return address
    return str(network.network_address)


# Handed over by our own mail; whose eyes it comes before is not watched.
MAILED = Origin(user_agent="Tiffin", address="")


def record_impressions(tokens: Sequence[str], origin: Origin) -> int:
    """These ads came before somebody's eyes; how many of them for the first time. Tokens that are none of
    ours, and offers of other pages than the first token's, are passed over."""
    found: dict[int, Offer] = {}
    for token in tokens:
        try:
            offer = offers.read(token)
        except OfferInvalid:
            continue
        if not found or offer.decision_id == next(iter(found.values())).decision_id:
            found.setdefault(offer.slot, offer)
    return _show(list(found.values()), origin) if found else 0


def record_click(token: str, origin: Origin) -> str:
    """Somebody clicked; where that leads. Raises OfferInvalid."""
    offer = offers.read(token)
    if _is_unread(offer):
        return offer.landing
    _show([offer], origin)  # whatever is clicked was seen: a lost message makes no rate of more than all
    with db.transaction():
        display = Display.lock(offer.decision_id)
        if offer.slot in _taken(display.id, EventKind.CLICK):
            return offer.landing
        verdict = _verdict_of_click(display, offer, origin)
        price = offer.price if offer.pricing is Pricing.CPC and verdict is Verdict.VALID else 0
        db.insert(_event(display, offer, Happened(EventKind.CLICK, verdict, price), origin))
        if verdict is Verdict.VALID:
            publish(
                display,
                AdClicked(
                    decision_id=display.id,
                    viewer_id=display.viewer_id,
                    is_customer=display.is_customer,
                    ad=_shown(offer),
                ),
            )
    return offer.landing


# --- inside -----------------------------------------------------------------------------------------


class Happened(NamedTuple):
    kind: EventKind
    verdict: Verdict
    price: int


def _verdict_of_click(display: Display, offer: Offer, origin: Origin) -> Verdict:
    """What was not seen for its advertiser is not clicked for them."""
    seen = Verdict(_taken(display.id, EventKind.IMPRESSION)[offer.slot])
    if seen not in {Verdict.VALID, Verdict.REFUNDED}:
        return seen
    found = _verdict(offer, origin) or _burst(EventKind.CLICK, display.viewer_id, origin) or _over(offer)
    return found or Verdict.VALID


def _show(found: Sequence[Offer], origin: Origin) -> int:
    """The offers are one page's. Whoever comes at the same time waits, and finds it written."""
    with db.transaction():
        display = _display(found[0])
        taken = _taken(display.id, EventKind.IMPRESSION)
        fresh = [offer for offer in found if offer.slot not in taken]
        if not fresh:
            return 0
        events = _impressions(display, fresh, origin)
        db.insert(*events)
        valid = [offer for offer, event in zip(fresh, events, strict=True) if event.verdict == Verdict.VALID]
        if valid:
            _see(display.viewer_id, valid)
            shown = tuple(_shown(offer) for offer in valid)
            publish(
                display,
                AdsShown(
                    decision_id=display.id,
                    viewer_id=display.viewer_id,
                    is_customer=display.is_customer,
                    ads=shown,
                ),
            )
        return len(fresh)


@db.transaction_required
def _display(offer: Offer) -> Display:
    """Locked; made by whoever is first. Of whom is forgotten an offer says no more, and none for ever."""
    viewer = offer.viewer_id
    if viewer is not None and (_is_late(offer) or db.select(_IS_FORGOTTEN, viewer)):
        viewer = None
    db.insert(
        Display(
            id=offer.decision_id,
            region=offer.region,
            viewer_id=viewer,
            is_customer=offer.is_customer and viewer is not None,
        ),
        unless_taken=("id",),
    )
    return Display.lock(offer.decision_id)


def _taken(decision_id: UUID, kind: EventKind) -> dict[int, str]:
    """The slots of which this is known already, with its verdict."""
    return dict(db.select(_TAKEN, decision_id, kind.value))


def _impressions(display: Display, fresh: Sequence[Offer], origin: Origin) -> list[AdEvent]:
    seen = _seen(display.viewer_id, fresh)
    burst = _burst(EventKind.IMPRESSION, display.viewer_id, origin)
    found = []
    for offer in fresh:
        capped = Verdict.CAPPED if _is_capped(offer, seen) else None
        verdict = _verdict(offer, origin) or burst or capped or Verdict.VALID
        price = offer.price // 1000 if offer.pricing is Pricing.CPM and verdict is Verdict.VALID else 0
        found.append(_event(display, offer, Happened(EventKind.IMPRESSION, verdict, price), origin))
    return found


def _event(display: Display, offer: Offer, happened: Happened, origin: Origin) -> AdEvent:
    kind = happened.kind
    return AdEvent(
        id=ids.new_id(),
        decision_id=offer.decision_id,
        slot=offer.slot,
        kind=kind.value,
        region=offer.region,
        placement=offer.placement.value,
        advertiser_id=offer.advertiser_id,
        campaign_id=offer.campaign_id,
        flight_id=offer.flight_id,
        creative_id=offer.creative_id,
        restaurant_id=offer.restaurant_id,
        viewer_id=display.viewer_id,
        source=origin.source,
        address=origin.place,
        verdict=happened.verdict.value,
        price=happened.price,
        per_order=offer.price if offer.pricing is Pricing.CPA and kind is EventKind.CLICK else 0,
    )


def _verdict(offer: Offer, origin: Origin) -> Verdict | None:
    """Why it does not count, by what is asked alone."""
    if not origin.user_agent or _is_crawler(origin.user_agent):
        return Verdict.BOT
    if _is_late(offer):
        return Verdict.LATE
    if origin.country and origin.country.upper() != country(regions.get(offer.region)):
        return Verdict.GEOGRAPHY
    return None


def _is_late(offer: Offer) -> bool:
    return clock.now() - offer.made_at > offers.life_of(offer.placement)


@lru_cache(maxsize=10_000)
def _is_crawler(user_agent: str) -> bool:
    return bool(crawleruseragents.is_crawler(user_agent))


def _is_unread(offer: Offer) -> bool:
    """Mail servers follow links before anybody can read them: that takes the click from nobody."""
    return offer.placement is Placement.EMAIL and clock.now() - offer.made_at < UNREAD


def _over(offer: Offer) -> Verdict | None:
    """Days after an e-mail its campaign may have ended, or been stopped: then a click costs nothing."""
    if offer.placement is not Placement.EMAIL:
        return None
    campaign = Campaign.objects.select_related("advertiser").filter(pk=offer.campaign_id).first()
    is_on = campaign is not None and campaign.is_on(clock.now())
    return None if is_on else Verdict.LATE


def _burst(kind: EventKind, viewer: UUID | None, origin: Origin) -> Verdict | None:
    """Whether too much has come from there just now. Our own mail is not watched."""
    if origin == MAILED:
        return None
    ((is_burst,),) = db.select(
        _BURST,
        kind=kind.value,
        since=clock.now() - BURST_WITHIN,
        source=origin.source,
        address=origin.place,
        viewer=viewer,
        one=BURSTS[kind].one - 1,
        crowd=BURSTS[kind].crowd - 1,
    )
    return Verdict.BURST if is_burst else None


def _seen(viewer: UUID | None, found: Sequence[Offer]) -> list[tuple[UUID, int, int]]:
    """Of the campaigns with a cap how often the viewer has seen them, by hour."""
    capped = [offer.campaign_id for offer in found if offer.cap]
    if viewer is None or not capped:
        return []
    return [(id, hour, count) for id, hour, count in db.select(_SEEN, viewer=viewer, campaigns=capped)]


def _is_capped(offer: Offer, seen: Sequence[tuple[UUID, int, int]]) -> bool:
    """Pages that were open at the same time may show more than the cap: that is not paid for."""
    since = int(clock.now().timestamp() // _HOUR) - offer.cap_hours
    times = sum(count for id, hour, count in seen if id == offer.campaign_id and hour > since)
    return bool(offer.cap) and times >= offer.cap


def _see(viewer: UUID | None, valid: Sequence[Offer]) -> None:
    """Count them for the caps, at once."""
    if viewer is None:
        return
    times = Counter(offer.campaign_id for offer in valid)
    rows = [{"campaign_id": id, "count": count} for id, count in times.items()]
    hour = int(clock.now().timestamp() // _HOUR)
    db.select(_SEE, viewer=viewer, hour=hour, rows=document(rows))


def _shown(offer: Offer) -> ShownAd:
    return ShownAd(
        slot=offer.slot,
        placement=offer.placement,
        campaign_id=offer.campaign_id,
        flight_id=offer.flight_id,
        creative_id=offer.creative_id,
        advertiser_id=offer.advertiser_id,
    )


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"ads.source.v1", sha256)
