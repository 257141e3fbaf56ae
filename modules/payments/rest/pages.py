"""The sandbox provider's own page, on which a test card's owner confirms a payment; ours, on which the
library of a real provider has it confirmed; and the way back from there, or from the provider's site."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from modules.payments import selectors, services
from modules.payments.policies import ADYEN, STRIPE
from modules.payments.providers import sandbox
from tiffin.money import Money
from tiffin.web.headers import policy_with


@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Where Stripe or Adyen sends the customer who has been at its page: back to what it is for."""
    said = {name: value.replace("\x00", "") for name, value in request.GET.dict().items()}
    if details := said.get("redirectResult"):
        payment = services.bring_back(provider=ADYEN, charge=said.get("charge", ""), details=details)
    else:
        payment = services.come_back(provider=STRIPE, reference=said.get("payment_intent", ""))
    if payment is None:
        raise Http404("There is no such payment.")
    return HttpResponseRedirect(_page_of(payment.purpose, payment.order_id))


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is to be paid; take the answer, and notify payments as a webhook would."""
    charge = selectors.sandbox_charge(reference)
    if charge is None:
        raise Http404("The provider knows no such payment.")
    back = _local(request, request.GET.get("return", "")) or "/"
    if request.method == "POST":
        sandbox.answer_action(reference=reference, approved=request.POST.get("answer") == "approve")
        services.record_provider_notification(key=charge.key)
        return HttpResponseRedirect(back)
    amount = Money(amount=charge.amount, currency=charge.currency)
    waiting = charge.outcome == sandbox.REQUIRES_ACTION
    return render(
        request,
        "payments/confirm.html",
        {"amount": amount, "waiting": waiting, "outcome": charge.outcome, "back": back},
    )


@require_safe
@cache_control(no_store=True)
def confirm_here(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the provider's library has the owner of a card confirm. The address itself is the secret, as on a
    bank's page; what comes of it the provider is asked on the way back."""
    asked = selectors.confirmation(reference.replace("\x00", ""))
    if asked is None:
        raise Http404("There is no such payment.")
    back = (
        f"{reverse('payment-return')}?{urlencode({'payment_intent': reference})}"
        if asked.secret
        else _page_of(asked.purpose, asked.order_id)
    )
    response = render(
        request,
        "payments/confirm_here.html",
        {"asked": asked, "back": back, "script": f"payments/confirm_{asked.entry.component}.js"},
    )
    entry = asked.entry
    response["Content-Security-Policy"] = policy_with(
        scripts=[entry.script, *entry.scripts], connects=entry.connects, frames=entry.frames
    )
    return response


def _page_of(purpose: str, order_id: UUID) -> str:
    """Where a customer who has paid goes on; the first page of all where nobody has said."""
    return str(settings.TIFFIN_PAID_PAGES.get(purpose, "/").format(order_id=order_id))


def _local(request: HttpRequest, target: str) -> str:
    """`target` if it stays on this origin; a link may not send people elsewhere."""
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else ""
