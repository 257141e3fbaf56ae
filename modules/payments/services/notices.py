"""The inbox of what providers send. A notification is kept as it came and answered at once; a job looks at it
later, and all that it can bring about is that the provider is asked, or what it has told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F

from modules.payments.errors import NotificationNotAuthentic, NotificationPending
from modules.payments.models import KeptMethod, NoticeState, Payment, ProviderNotice, payment_of
from modules.payments.providers import memory
from modules.payments.providers.notices import NotAuthentic, Notice
from modules.payments.providers.selection import notices_of
from modules.payments.services.disputes import want_disputes
from modules.payments.services.doubts import record_provider_notification
from modules.payments.services.methods import look_at_method
from tiffin import clock, db, jobs
from tiffin.web.cards import holds_card_number

KEPT_BYTES = 64 * 1024
# What is refused may be anybody's: so much of each is kept, and so many of each provider. Providers send
# again what they meant.
REFUSED_BYTES, MOST_REFUSED = 8 * 1024, 1_000
KEPT_FOR = timedelta(days=30)
OVERDUE = timedelta(minutes=15)
# Every arrival makes room: so many that have been kept long enough go.
FORGOTTEN_AT_ONCE = 20


def receive(*, provider: str, body: bytes, signature: str = "") -> None:
    """Keep what was sent to the address of the provider's notifications, once however often it comes.

    Raises NotificationNotAuthentic, after all that came in one request was looked at; what was refused is
    kept, too, with the reason, unless it looks like card data: nobody's notification holds any.
    """
    _forget_old_ones()
    refusals = [_receive(provider, each, signature) for each in notices_of(provider).split(body)]
    if reason := next(filter(None, refusals), ""):
        _forget_refused(provider)
        raise NotificationNotAuthentic(reason=reason)


def _receive(provider: str, body: bytes, signature: str) -> str:
    """Why it was refused; empty when it was not."""
    kept = ProviderNotice(provider=provider, region="", size=len(body), signature=_printable(signature))
    kept.body = body[:KEPT_BYTES]
    reader = notices_of(provider)
    try:
        reader.verify(body, signature)
        _keep(kept, reader.read(body))
    except NotAuthentic as refusal:
        kept.state_name, kept.reason = NoticeState.REFUSED.value, refusal.reason
        kept.body = body[:REFUSED_BYTES]
        if not holds_card_number(body) and not holds_card_number(signature.encode()):
            kept.save()
        return refusal.reason
    return ""


def process(notice_id: UUID) -> None:
    """Ask about the payment that the notification is about, if it is one of ours."""
    with db.transaction():
        notice = ProviderNotice.lock(notice_id)
        if notice.state is not NoticeState.RECEIVED:
            return
        reader = notices_of(notice.provider)
        reader.learn(notice.body)
        kept = _kept_of(notice)
        if kept is not None:
            look_at_method(kept)
            notice.region = kept.region
            _settle(notice, NoticeState.PROCESSED)
            return
        payment = _payment_of(notice)
        if payment is None:
            _settle(notice, NoticeState.IGNORED, "not_ours")
            return
        if reader.is_about_dispute(notice.kind):
            want_disputes(payment)
        else:
            record_provider_notification(key=payment.charge_key)
            if reader.is_about_failure(notice.kind):
                jobs.add(payment, "look_at_entries", due=clock.now())
        notice.region = payment.region
        _settle(notice, NoticeState.PROCESSED)


def process_again(*, notice_id: UUID) -> None:
    """Look at a notification once more. One that was refused must prove now, whatever its age, that it came
    from the provider: the secret may have been missing here.

    Raises NotificationNotAuthentic, NotificationPending.
    """
    with db.transaction():
        notice = ProviderNotice.lock(notice_id)
        if notice.state is NoticeState.RECEIVED:
            raise NotificationPending()
        if notice.state is NoticeState.REFUSED:
            _admit(notice)
        _await(notice)


def ask_to_process(notice_id: UUID) -> None:
    """Nobody has looked at it for long: see to it."""
    notice = ProviderNotice.lock(notice_id)
    if notice.state is NoticeState.RECEIVED:
        _await(notice)


def _keep(kept: ProviderNotice, notice: Notice) -> None:
    kept.event_id, kept.kind = notice.event_id, notice.kind
    kept.charge, kept.reference = notice.charge, notice.reference
    if _came_before(kept.provider, notice.event_id):
        return
    try:
        with db.transaction():
            _await(kept)
    except IntegrityError:  # it came twice at the same moment
        _came_before(kept.provider, notice.event_id)


def _came_before(provider: str, event_id: str) -> bool:
    known = ProviderNotice.objects.filter(provider=provider, event_id=event_id)
    return bool(known.update(deliveries=F("deliveries") + 1))


@db.transaction_required
def _await(notice: ProviderNotice) -> None:
    if notice.state is not NoticeState.RECEIVED:
        notice.move_to(NoticeState.RECEIVED)
    notice.reason = ""
    notice.save()
    jobs.add(notice, "process_notice", due=clock.now())
    jobs.set_deadline(notice, "notice_overdue", due=clock.now() + OVERDUE)


@db.transaction_required
def _settle(notice: ProviderNotice, state: NoticeState, reason: str = "") -> None:
    notice.move_to(state)
    notice.reason = reason
    notice.save(update_fields=["state_name", "reason", "region"])
    jobs.clear_deadline(notice)


@db.transaction_required
def _admit(notice: ProviderNotice) -> None:
    """Raises NotificationNotAuthentic."""
    body, reader = notice.body, notices_of(notice.provider)
    try:
        if not notice.is_whole:
            raise NotAuthentic("body_cut")
        reader.verify(body, notice.signature, of_any_age=True)
        read = reader.read(body)
    except NotAuthentic as refusal:
        raise NotificationNotAuthentic(reason=refusal.reason) from None
    if ProviderNotice.objects.filter(provider=notice.provider, event_id=read.event_id).exists():
        raise NotificationNotAuthentic(reason="came_again_since")
    notice.event_id, notice.kind = read.event_id, read.kind
    notice.charge, notice.reference = read.charge, read.reference


def _kept_of(notice: ProviderNotice) -> KeptMethod | None:
    """The card that is being entered, if the notification is about that."""
    if not notices_of(notice.provider).is_about_card(notice.kind):
        return None
    found = KeptMethod.objects.filter(provider=notice.provider, setup=notice.reference)
    kept: KeptMethod | None = found.select_for_update(no_key=True).first()
    return kept


def _payment_of(notice: ProviderNotice) -> Payment | None:
    """By the provider's name, which we wrote down ourselves; else by the key that it says, if that is one."""
    charge = memory.charge_of(provider=notice.provider, reference=notice.reference) or notice.charge
    try:
        payment_id = payment_of(charge)
    except ValueError:
        return None
    ours: Payment | None = Payment.objects.filter(pk=payment_id, provider=notice.provider).first()
    return ours


def _forget_old_ones() -> None:
    old = ProviderNotice.objects.filter(created_at__lt=clock.now() - KEPT_FOR).exclude(
        state_name=NoticeState.RECEIVED.value
    )
    ProviderNotice.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])).delete()


def _forget_refused(provider: str) -> None:
    """Of those that were refused, which have no name, the oldest make room."""
    refused = ProviderNotice.objects.filter(provider=provider, event_id=None)
    if (over := refused.count() - MOST_REFUSED) > 0:
        oldest = refused.order_by("created_at").values_list("pk", flat=True)[:over]
        ProviderNotice.objects.filter(pk__in=list(oldest)).delete()


def _printable(signature: str) -> str:
    return signature.replace("\x00", "")[:500]
