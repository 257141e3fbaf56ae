"""An ad below an e-mail, for those who agreed to it. No e-mail waits for one, or fails for want of it."""

from __future__ import annotations

from hashlib import sha256

import structlog

from modules.ads.interface import Ad, Ads, PageView, Place, Placement
from modules.notifications.kinds import KINDS
from modules.notifications.models import Message
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, ModuleFault, ModuleUnavailable, call

log = structlog.get_logger(__name__)


def ad_for(message: Message, language: str) -> Ad | None:
    """What stands below this e-mail."""
    if not KINDS[message.kind].has_ad:
        return None
    view = PageView(region=message.region, customer_id=message.customer_id, language=language)
    try:
        decision = call(Ads).decide(view=view, places=[Place(placement=Placement.EMAIL)])
    except (ModuleUnavailable, ModuleFault, DomainError) as error:
        log.info("mail_without_ad", error=repr(error))
        return None
    return next((ad for place in decision.places for ad in place.ads), None)


def tell_mailed(message: Message, ad: Ad) -> None:
    """Its e-mail was handed over. Where nobody hears that the ad costs nothing."""
    key = CommandKey(f"{message.id}:{sha256(ad.token.encode()).hexdigest()}")  # each attempt has its own ad
    try:
        call(Ads).mailed(key=key, tokens=[ad.token])
    except (ModuleUnavailable, ModuleFault, DomainError) as error:
        log.warning("mailed_ad_not_counted", message=str(message.id), error=repr(error))
