"""What happened to offers: each counts once, however often and wherever it is told. What is no person's, or
not in time, costs nothing, and a click leads on all the same."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
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

# More clicks than that of one viewer, or from one place, are no interest any more.
BURST = 5
BURST_WITHIN = timedelta(seconds=60)
# Nobody has read an e-mail yet that was written so short a time ago.
UNREAD = timedelta(seconds=30)
_HOUR = 3600

_BURST = """
SELECT count(*) FROM ads_adevent
WHERE kind = 'click' AND at > %(since)s AND (source = %(source)s OR viewer_id = %(viewer)s)
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
_TAKEN = "SELECT slot FROM ads_adevent WHERE decision_id = %s AND kind = %s"


class Origin(NamedTuple):
    """Where a request came from: who it says it is, from which address, and from which country (ISO 3166, or
    empty) whoever stands in front of us says it comes."""

    user_agent: str
    address: str
    country: str = ""

    @property
    def source(self) -> int:
        """The same for the same browser on the same day, and telling nothing of it: 64 bits, signed."""
        text = f"{clock.now():%Y-%m-%d}|{self.address}|{self.user_agent}"
        digest = hmac.digest(_key(settings.SECRET_KEY), text.encode(), sha256)
        return int.from_bytes(digest[:8], "big", signed=True)


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
        if offer.slot in _taken(offer.decision_id, EventKind.CLICK):
            return offer.landing
        verdict = _verdict(offer, origin) or _burst(offer, origin) or _over(offer) or Verdict.VALID
        price = offer.price if offer.pricing is Pricing.CPC and verdict is Verdict.VALID else 0
        db.insert(_event(offer, EventKind.CLICK, verdict, price, origin))
        if verdict is Verdict.VALID:
            publish(
                display,
                AdClicked(
                    decision_id=display.id,
                    viewer_id=offer.viewer_id,
                    is_customer=offer.is_customer,
                    ad=_shown(offer),
                ),
            )
    return offer.landing


# --- inside -----------------------------------------------------------------------------------------


def _show(found: Sequence[Offer], origin: Origin) -> int:
    """The offers are one page's. Whoever comes at the same time waits, and finds it written."""
    first = found[0]
    with db.transaction():
        display = _display(first)
        taken = _taken(display.id, EventKind.IMPRESSION)
        fresh = [offer for offer in found if offer.slot not in taken]
        if not fresh:
            return 0
        events = _impressions(fresh, origin)
        db.insert(*events)
        valid = [offer for offer, event in zip(fresh, events, strict=True) if event.verdict == Verdict.VALID]
        if valid:
            _see(first.viewer_id, valid)
            shown = tuple(_shown(offer) for offer in valid)
            publish(
                display,
                AdsShown(
                    decision_id=display.id,
                    viewer_id=first.viewer_id,
                    is_customer=first.is_customer,
                    ads=shown,
                ),
            )
        return len(fresh)


@db.transaction_required
def _display(offer: Offer) -> Display:
    """Locked; made by whoever is first."""
    db.insert(
        Display(
            id=offer.decision_id,
            region=offer.region,
            viewer_id=offer.viewer_id,
            is_customer=offer.is_customer,
        ),
        unless_taken=("id",),
    )
    return Display.lock(offer.decision_id)


def _taken(decision_id: UUID, kind: EventKind) -> set[int]:
    """The slots of which this is known already."""
    return {slot for (slot,) in db.select(_TAKEN, decision_id, kind.value)}


def _impressions(fresh: Sequence[Offer], origin: Origin) -> list[AdEvent]:
    seen = _seen(fresh)
    found = []
    for offer in fresh:
        verdict = _verdict(offer, origin) or (Verdict.CAPPED if _is_capped(offer, seen) else Verdict.VALID)
        price = offer.price // 1000 if offer.pricing is Pricing.CPM and verdict is Verdict.VALID else 0
        found.append(_event(offer, EventKind.IMPRESSION, verdict, price, origin))
    return found


def _event(offer: Offer, kind: EventKind, verdict: Verdict, price: int, origin: Origin) -> AdEvent:
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
        viewer_id=offer.viewer_id,
        source=origin.source,
        verdict=verdict.value,
        price=price,
        per_order=offer.price if offer.pricing is Pricing.CPA and kind is EventKind.CLICK else 0,
    )


def _verdict(offer: Offer, origin: Origin) -> Verdict | None:
    """Why it does not count, by what is asked alone."""
    if not origin.user_agent or _is_crawler(origin.user_agent):
        return Verdict.BOT
    if clock.now() - offer.made_at > offers.life_of(offer.placement):
        return Verdict.LATE
    if origin.country and origin.country.upper() != country(regions.get(offer.region)):
        return Verdict.GEOGRAPHY
    return None


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


def _burst(offer: Offer, origin: Origin) -> Verdict | None:
    since = clock.now() - BURST_WITHIN
    ((clicks,),) = db.select(_BURST, since=since, source=origin.source, viewer=offer.viewer_id)
    return Verdict.BURST if clicks >= BURST else None


def _seen(found: Sequence[Offer]) -> list[tuple[UUID, int, int]]:
    """Of the campaigns with a cap how often the viewer has seen them, by hour."""
    capped = [offer.campaign_id for offer in found if offer.cap]
    viewer = found[0].viewer_id
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
