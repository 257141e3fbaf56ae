"""What becomes of what a customer does: whether services outside count it, and whether ads go by it."""

from __future__ import annotations

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from modules.ads.interface import AdConsent, Ads
from modules.analytics.interface import Analytics, Consent
from modules.storefront.visitors import CUSTOMERS, Visitor, open_to, refusals_told
from tiffin import ids
from tiffin.interfaces import CommandKey, ModuleFault, ModuleUnavailable, call

log = structlog.get_logger(__name__)


def consent_of(visitor: Visitor) -> Consent | None:
    """None when nobody can say: no page fails for it."""
    try:
        return call(Analytics).consent(customer_id=visitor.id)
    except (ModuleUnavailable, ModuleFault) as error:
        log.warning("consent_unknown", error=str(error))
        return None


@require_POST
@open_to(CUSTOMERS)
def agree(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The switch as it stands on the form: without a tick nothing is told any more."""
    agreed = request.POST.get("agreed") == "on"
    with refusals_told(request):
        call(Analytics).agree(key=_key(visitor), customer_id=visitor.id, agreed=agreed)
        messages.success(request, "It is counted from now on." if agreed else "Nothing is counted any more.")
    return HttpResponseRedirect(reverse("account"))


@require_POST
@open_to(CUSTOMERS)
def agree_to_ads(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The switches as they stand on the form."""
    consent = AdConsent(
        personal=request.POST.get("personal") == "on", by_email=request.POST.get("by_email") == "on"
    )
    with refusals_told(request):
        call(Ads).agree(key=_key(visitor), customer_id=visitor.id, consent=consent)
        learned = "Ads go by what you do" if consent.personal else "What was learned for ads is forgotten"
        mailed = "may be one in" if consent.by_email else "is none in"
        messages.success(request, f"{learned}. There {mailed} e-mails to you.")
    return HttpResponseRedirect(reverse("account"))


def _key(visitor: Visitor) -> CommandKey:
    return CommandKey(f"{visitor.id}:{ids.new_id()}")
