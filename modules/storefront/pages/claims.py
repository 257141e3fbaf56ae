"""Saying what was wrong with an order: claims, the photos that show it, and appeals."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.orders.interface import ClaimLine, ClaimReason, EvidenceUnknown, Orders
from modules.storefront import wording
from modules.storefront.visitors import CUSTOMERS, Visitor, open_to, refusals_told
from tiffin.interfaces import CommandKey, call
from tiffin.web.files import sent_file

LONGEST_KEY, LONGEST_WORDS, LONGEST_NUMBER = 64, 1_000, 4


@require_POST
@open_to(CUSTOMERS)
def claim(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    """Something was wrong. The form carries the key of the claim: pressing twice makes one."""
    key = request.POST.get("key", "")[:LONGEST_KEY]
    with refusals_told(request):
        made = call(Orders).claim(
            key=CommandKey(f"{visitor.id}:claim:{key}"),
            customer_id=visitor.id,
            order_id=order_id,
            reason=ClaimReason(request.POST.get("reason", "")),
            lines=_claimed_lines(request),
            words=request.POST.get("words", "").strip()[:LONGEST_WORDS],
        )
        messages.success(request, wording.claim_made(made))
    return HttpResponseRedirect(reverse("order-page", args=[order_id]))


@require_POST
@open_to(CUSTOMERS)
def send_photo(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """A photo of what was wrong; the same one is kept once."""
    photo, claim_id = request.FILES.get("photo"), _id(request.POST.get("claim", ""))
    content = photo.read() if photo else b""
    key = f"{request.POST.get('key', '')[:LONGEST_KEY]}:{sha256(content).hexdigest()}"
    with refusals_told(request):
        call(Orders).add_evidence(
            key=CommandKey(f"{visitor.id}:evidence:{claim_id}:{key}"),
            customer_id=visitor.id,
            claim_id=claim_id,
            content=content,
        )
        messages.success(request, "Thank you for the photo.")
    return _back_to(request)


@require_GET
@open_to(CUSTOMERS)
def photo(request: HttpRequest, visitor: Visitor, evidence_id: UUID) -> HttpResponseBase:
    """A photo that the visitor sent."""
    try:
        found = call(Orders).evidence(customer_id=visitor.id, evidence_id=evidence_id)
    except EvidenceUnknown:
        raise Http404("You have sent no such photo.") from None
    return sent_file(found.content, found.media_type, name=str(evidence_id))


@require_POST
@open_to(CUSTOMERS)
def appeal(request: HttpRequest, visitor: Visitor, claim_id: UUID) -> HttpResponseBase:
    """A claim was refused wrongly, the visitor thinks. The key is the page's own, here as for photos: what
    was refused on one page may be possible on the next."""
    key = request.POST.get("key", "")[:LONGEST_KEY]
    with refusals_told(request):
        call(Orders).appeal(
            key=CommandKey(f"{visitor.id}:appeal:{claim_id}:{key}"),
            customer_id=visitor.id,
            claim_id=claim_id,
            words=request.POST.get("words", "").strip()[:LONGEST_WORDS],
        )
        messages.success(request, "Somebody will look at it again.")
    return _back_to(request)


def _back_to(request: HttpRequest) -> HttpResponseRedirect:
    order_id = _id(request.POST.get("order", ""))
    return HttpResponseRedirect(reverse("order-page", args=[order_id]))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404("There is no such claim.") from None


def _claimed_lines(request: HttpRequest) -> tuple[ClaimLine, ...]:
    """The counts of the form's lines, of which most are nothing; for what never arrived none is named."""
    if request.POST.get("reason") == ClaimReason.NEVER_ARRIVED.value:
        return ()
    wanted = []
    for name, text in request.POST.items():
        line, count = name.removeprefix("line-"), str(text)
        if name.startswith("line-") and _is_small(line) and _is_small(count) and int(count):
            wanted.append(ClaimLine(line=int(line), quantity=int(count)))
    return tuple(wanted)


def _is_small(text: str) -> bool:
    """Digits of a number that an order could hold."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
