"""What notifications reads: messages in words, and what customers have chosen."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from modules.ads.interface import Ad
from modules.notifications.channels import push
from modules.notifications.interface import BrowserView, Choices, KindView, Switch
from modules.notifications.kinds import ADS_BELOW, KINDS, Channel, Kind
from modules.notifications.models import Browser, Message, Preference
from modules.notifications.wording import AdBelow, Written, choose_language, languages, write
from tiffin import regions
from tiffin.regions import Region, UnknownRegion

_SALT = "notifications.unsubscribe"


def preference_of(customer_id: UUID) -> Preference:
    """As kept; nothing chosen where nothing is."""
    return Preference.objects.filter(pk=customer_id).first() or Preference(customer_id=customer_id)


def choices_of(customer_id: UUID) -> Choices:
    """What a customer has chosen, of everything there is to be chosen."""
    kept = preference_of(customer_id)
    browsers = Browser.objects.filter(customer_id=customer_id).order_by("pk")
    return Choices(
        language=kept.language,
        languages=languages(),
        kinds=tuple(_kind_view(kind, kept) for kind in KINDS.values()),
        browsers=tuple(
            BrowserView(id=each.id, name=each.name, endpoint=each.endpoint, created_at=each.created_at)
            for each in browsers
        ),
        push_public_key=push.public_key(),
    )


def _kind_view(kind: Kind, kept: Preference) -> KindView:
    wanted = kind.essential or kind.code not in kept.unwanted
    by_push = wanted and kind.code not in kept.unwanted_push
    return KindView(
        code=kind.code,
        title=kind.title,
        email=Switch(on=wanted, fixed=kind.essential) if Channel.EMAIL in kind.channels else None,
        push=Switch(on=by_push) if Channel.PUSH in kind.channels else None,
    )


def language_of(message: Message, preference: Preference) -> str:
    """The one that its customer reads, as far as there are templates in it."""
    region = _region_of(message)
    return choose_language(preference.language, region.languages if region else ())


def written(message: Message, language: str, ad: Ad | None = None) -> Written:
    """The message in that language, with the ad below. Raises whatever a bad template does."""
    return write(
        message.kind,
        message.facts,
        language=language,
        region=_region_of(message),
        link=link_of(message),
        unsubscribe="" if KINDS[message.kind].essential else _link_to_end(message, message.kind),
        ad=_ad_below(message, ad),
    )


def _ad_below(message: Message, ad: Ad | None) -> AdBelow | None:
    """Pictures of others would tell them who reads our e-mails: none are shown."""
    if ad is None:
        return None
    return AdBelow(
        advertiser=ad.advertiser,
        headline=ad.headline,
        text=ad.text,
        link=f"{settings.TIFFIN_ORIGIN}{ad.click}",
        why=ad.why,
        end=_link_to_end(message, ADS_BELOW),
    )


def link_of(message: Message) -> str:
    """The page of its order, or that of the customer's points, gifts or membership."""
    if message.order_id:
        return f"{settings.TIFFIN_ORIGIN}/orders/{message.order_id}/"
    return f"{settings.TIFFIN_ORIGIN}/account/{KINDS[message.kind].page}/"


def read_way_out(token: str) -> tuple[UUID, str, str] | None:
    """Whose e-mails of which kind a link is to end, with its title; None for what is none of ours."""
    try:
        customer, kind = signing.loads(token, salt=_SALT)
        title = "Ads below e-mails" if kind == ADS_BELOW else KINDS[kind].title
        return UUID(customer), kind, title
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None


def _link_to_end(message: Message, kind: str) -> str:
    token = signing.dumps((str(message.customer_id), kind), salt=_SALT)
    return f"{settings.TIFFIN_ORIGIN}{reverse('unsubscribe', args=[token])}"


def _region_of(message: Message) -> Region | None:
    try:
        return regions.get(message.region)
    except UnknownRegion:
        return None
