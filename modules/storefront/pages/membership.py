"""Becoming a member, and all that a member may do: leave, stay, pause, change, pay; and what it has cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.payments.interface import PaymentChoice, Payments
from modules.storefront import places, wording
from modules.storefront.errors import FormIncomplete
from modules.storefront.pages import cards, devices
from modules.storefront.pages.rewards import number_in
from modules.storefront.visitors import CUSTOMERS, Visitor, ask_again, open_to, show
from modules.subscriptions.interface import MembershipState, MembershipView, Subscriptions
from tiffin import ids, regions
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, ModuleFault, ModuleUnavailable, call
from tiffin.regions import Region

OVER = {MembershipState.CANCELED, MembershipState.INCOMPLETE_EXPIRED}
# What a form's one button asks for, and what is said when it was done.
_STEPS = {
    "cancel": "Your membership ends when what you have paid for is over.",
    "keep": "You stay. It renews by itself again.",
    "take-back": "You have taken your membership back.",
    "resume": "Your membership goes on.",
}


@require_GET
@open_to(CUSTOMERS)
def membership(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """How it stands, or what could be joined; then what it has cost, the newest first."""
    return _page(request, visitor)


@require_POST
@open_to(CUSTOMERS)
def join(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The key on the form lets one that is sent twice join once. A trial is once for each browser too."""
    device = devices.device_of(request)
    response = _asked(
        request,
        visitor,
        lambda key: call(Subscriptions).join(
            key=key,
            customer_id=visitor.id,
            plan_id=_plan(request),
            method=_method(request),
            known_by=(devices.mark_of(device),),
        ),
        "Welcome! What follows comes by e-mail too.",
    )
    devices.remember(request, response, device)
    return response


@require_POST
@open_to(CUSTOMERS)
def step(request: HttpRequest, visitor: Visitor, membership_id: UUID, name: str) -> HttpResponseBase:
    """One of _STEPS."""
    if name not in _STEPS:
        raise Http404("There is no such step.")
    command = getattr(call(Subscriptions), name.replace("-", "_"))
    return _asked(
        request,
        visitor,
        lambda key: command(key=key, customer_id=visitor.id, membership_id=membership_id),
        _STEPS[name],
    )


@require_POST
@open_to(CUSTOMERS)
def pause(request: HttpRequest, visitor: Visitor, membership_id: UUID) -> HttpResponseBase:
    return _asked(
        request,
        visitor,
        lambda key: call(Subscriptions).pause(
            key=key, customer_id=visitor.id, membership_id=membership_id, days=_days(request)
        ),
        "Your membership is paused from today on.",
    )


@require_POST
@open_to(CUSTOMERS)
def keep_card(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The wish to keep a card that is about to be entered for a membership. Raises MethodsNotKept,
    TooManyMethods."""
    return cards.wish(visitor, _region(request, _current(_mine(visitor))).code)


@require_POST
@open_to(CUSTOMERS)
def pay(request: HttpRequest, visitor: Visitor, membership_id: UUID) -> HttpResponseBase:
    """What is owed, and what comes later, or only that where nothing is owed."""
    subscriptions = call(Subscriptions)
    owed = any(
        each.id == membership_id and each.owed for each in subscriptions.memberships(customer_id=visitor.id)
    )
    command = subscriptions.pay if owed else subscriptions.use_method
    return _asked(
        request,
        visitor,
        lambda key: command(
            key=key, customer_id=visitor.id, membership_id=membership_id, method=_method(request)
        ),
        "We ask this card for what is owed." if owed else "It is paid by this card from now on.",
    )


@require_POST
@open_to(CUSTOMERS)
def preview_change(request: HttpRequest, visitor: Visitor, membership_id: UUID) -> HttpResponseBase:
    """What another plan would cost, before anything changes; a refusal stands where it was asked."""
    try:
        plan_id = _plan(request)
        seen = call(Subscriptions).preview_change(
            customer_id=visitor.id, membership_id=membership_id, plan_id=plan_id
        )
        (mine,) = (each for each in _mine(visitor) if each.id == membership_id)
    except DomainError as refusal:
        return _page(request, visitor, refusal=refusal)
    plans = {plan.id: plan for plan in call(Subscriptions).plans(region=mine.region)}
    return show(
        request,
        visitor,
        "membership_change.html",
        member=mine,
        plan=plans[plan_id],
        preview=seen,
        key=str(ids.new_id()),
    )


@require_POST
@open_to(CUSTOMERS)
def change(request: HttpRequest, visitor: Visitor, membership_id: UUID) -> HttpResponseBase:
    """As the page before said, or the plan that it has after all."""
    return _asked(
        request,
        visitor,
        lambda key: call(Subscriptions).change(
            key=key, customer_id=visitor.id, membership_id=membership_id, plan_id=_plan(request)
        ),
        "You keep your plan." if "keeps" in request.POST else "Your plan changes as you were told.",
    )


def _asked(
    request: HttpRequest, visitor: Visitor, ask: Callable[[CommandKey], object], said: str
) -> HttpResponseBase:
    """Back to the page with what was done or refused; when nobody answered, the same form once more."""
    key = CommandKey(f"{visitor.id}:{request.POST.get('key') or ids.new_id()}"[:100])
    try:
        ask(key)
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    except (ModuleUnavailable, ModuleFault):
        return ask_again(request, visitor)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("my-membership"))


def _page(request: HttpRequest, visitor: Visitor, *, refusal: DomainError | None = None) -> HttpResponse:
    everything = _mine(visitor)
    mine = _current(everything)
    region = _region(request, mine)
    plans = call(Subscriptions).plans(region=region.code, customer_id=visitor.id)
    if plans and not mine:
        with suppress(ModuleUnavailable, ModuleFault):  # nobody waits for what is only counted
            call(Subscriptions).offer_shown(customer_id=visitor.id, region=region.code)
    invoices = call(Subscriptions).invoices(customer_id=visitor.id)
    choice = _choice(visitor, region.code)
    entry = cards.shown_here(choice.card_entry) if choice else None
    if entry is not None and not entry.library.keeps:
        entry = None  # what is renewed is paid by a card that is kept
    response = show(
        request,
        visitor,
        "membership.html",
        member=mine,
        state=wording.membership_words(mine) if mine else None,
        action=_action(mine),
        past=[each for each in everything if each.state in OVER],
        plans=plans,
        others=[plan for plan in plans if mine and plan.id != mine.plan_id],
        next_plan=next((plan for plan in plans if mine and plan.id == mine.changes_to), None),
        currency=region.currency,
        invoices=[(each, wording.INVOICES[each.state]) for each in invoices],
        choice=choice,
        card_entry=entry,
        city=places.city_of(places.remembered(request)),
        zone=str(region.time_zone),
        key=str(ids.new_id()),
        refusal=refusal,
    )
    response.status_code = refusal.status if refusal else 200
    if entry is not None:
        cards.let_in(entry.library, response)
    return response


def _current(everything: Sequence[MembershipView]) -> MembershipView | None:
    return next((each for each in everything if each.state not in OVER), None)


def _region(request: HttpRequest, mine: MembershipView | None) -> Region:
    """The membership's, or where the visitor is."""
    return regions.get(mine.region) if mine else places.region_of(request)


def _mine(visitor: Visitor) -> list[MembershipView]:
    return call(Subscriptions).memberships(customer_id=visitor.id)


def _choice(visitor: Visitor, region: str) -> PaymentChoice | None:
    """None while nobody can say what can be paid with."""
    try:
        return call(Payments).choice(region=region, customer_id=visitor.id)
    except (ModuleUnavailable, ModuleFault):
        return None


def _action(mine: MembershipView | None) -> str:
    """Where to confirm a payment, and back to this page afterwards: a provider's own page knows the way."""
    if mine is None or not mine.action_url:
        return ""
    if not mine.action_url.startswith("/"):
        return mine.action_url
    return f"{mine.action_url}?{urlencode({'return': reverse('my-membership')})}"


def _plan(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("plan", ""))
    except ValueError:
        raise FormIncomplete(sentence="Choose a plan.") from None


def _method(request: HttpRequest) -> str:
    method = request.POST.get("payment_method", "")[:64]
    if not method:
        raise FormIncomplete(sentence="Choose how to pay.")
    return method


def _days(request: HttpRequest) -> int:
    days = number_in(request.POST.get("days", ""))
    if not days:
        raise FormIncomplete(sentence="Say for how many days, in figures.")
    return days
