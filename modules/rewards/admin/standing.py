"""Wallets that are looked into, and one page for all that a customer has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from modules.rewards import selectors, services
from modules.rewards.admin.ledger import customer_link
from modules.rewards.interface import SendingState
from modules.rewards.models import Entry, Hold, Lot, PointsSent, StandingChange, WalletStanding
from modules.rewards.selectors.statement import lines_of
from modules.rewards.states import STANDING, WalletState
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.actions import own_regions_field
from tiffin.admin.filters import Made
from tiffin.admin.modules import ReadOnlyInline
from tiffin.admin.queues import queue
from tiffin.admin.site import site
from tiffin.admin.staff import staff_of

SHOWN = 50
DECISIONS = {WalletState.GOOD: "Release: the points can be used", WalletState.FROZEN: "Keep it frozen"}


class BeginForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """Somebody wants a wallet looked into."""

    customer_id = forms.UUIDField(label="Customer", widget=UnfoldAdminTextInputWidget())

    class Meta:
        model = WalletStanding
        fields = ("region", "why")


class DecisionForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """What somebody who has looked says."""

    decision = forms.ChoiceField(widget=UnfoldAdminSelectWidget)

    class Meta:
        model = WalletStanding
        fields = ("why",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["why"] = ""
        drawn = [state for state in DECISIONS if STANDING.allows(self.instance.state, state)]
        if "decision" in self.fields:
            choices = [(state.value, DECISIONS[state]) for state in drawn]
            self.fields["decision"] = forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget)


class ChangeInline(ReadOnlyInline):
    """Who said what about the wallet, and why."""

    model = StandingChange
    fields = ("at", "before", "after", "why", "by")


@register(WalletStanding)
class WalletStandingAdmin(ModuleAdmin):
    """Whether wallets may be used. What rules or staff have put under review, staff release or freeze."""

    list_display = ("state_name", "customer", "region", "why", "by", "since", "decide_by")
    list_filter = ("state_name", "region")
    search_fields = ("=id", "=code")
    search_help_text = "The id of a customer, or a rewards code without its hyphens"
    inlines = (ChangeInline,)
    list_before_template = "rewards/lists.html"

    def customer(self, standing: WalletStanding) -> str:
        return customer_link(standing.id)

    @admin.display(description="Waits for it")
    def is_sending(self, standing: WalletStanding) -> str:
        """What goes when the wallet is released, and comes back when it is not."""
        held = PointsSent.objects.filter(sender=standing.id, state_name=SendingState.HELD.value).first()
        return format_html("{} points to {}", held.points, customer_link(held.receiver)) if held else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not staff_of(request).has_perm("rewards.decide"):
            return False
        return obj is None or not obj.is_good

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = DecisionForm if obj else BeginForm
        return super().get_form(request, obj, change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("customer_id", "region", "why")
        shown = ("id", "region", "code", "state_name", "since", "by", "decide_by", "is_sending")
        return (*shown, "why", "decision") if self.has_change_permission(request, obj) else (*shown, "why")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["id", "region", "code", "state_name", "since", "by", "decide_by", "is_sending"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "region":
            return own_regions_field(request)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "why" and field is not None:
            field.required, field.help_text = True, "Kept in the wallet's trail."
        return field

    def save_by_use_case(self, request: HttpRequest, obj: WalletStanding, form: Any) -> None:
        said = form.cleaned_data
        if "decision" in said:
            release = said["decision"] == WalletState.GOOD.value
            services.decide_review(customer_id=obj.id, release=release, why=said["why"])
        else:
            obj.id = said["customer_id"]
            there = selectors.find_standing(obj.id)
            if there and not staff_of(request).actor.works_in(there.region):
                raise PermissionDenied("This wallet is another region's.")
            services.review_wallet(customer_id=obj.id, region=said["region"], why=said["why"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing beneath is changed here."""

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(self.lookup)
        return [path("customer/", shown, name="rewards_customer"), *super().get_urls()]

    def lookup(self, request: HttpRequest) -> HttpResponse:
        """All that one customer has, as far as it is of the staff's regions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("id", "").strip()
        context = {**site.each_context(request), "title": "A customer's points", "asked": asked}
        try:
            context |= self._found(request, UUID(asked))
        except ValueError:
            context["wrong"] = bool(asked)
        return TemplateResponse(request, "rewards/customer.html", context)

    def _found(self, request: HttpRequest, customer_id: UUID) -> dict[str, Any]:
        def of(model: Any, order: str) -> QuerySet[Any]:
            rows: QuerySet[Any] = site._registry[model].get_queryset(request)
            return rows.filter(customer_id=customer_id).order_by(order)[:SHOWN]

        lots, holds, entries = of(Lot, "-opened_at"), of(Hold, "-pk"), of(Entry, "-number")
        standing = self.get_queryset(request).filter(pk=customer_id).first()
        actor = staff_of(request).actor
        if not (lots or holds or entries or standing or actor.works_everywhere):
            return {"customer_id": customer_id, "nothing": True}
        return {
            "customer_id": customer_id,
            "standing": standing,
            "wallet": selectors.wallets([customer_id])[0],
            "lots": lots,
            "holds": holds,
            "lines": list(zip(lines_of(list(entries)), entries, strict=True)),
            "most": SHOWN,
        }


@register(PointsSent)
class PointsSentAdmin(ModuleAdmin):
    """What customers send each other. What is held goes, or comes back, once its sender's wallet is
    decided."""

    list_display = (
        "created_at",
        "state_name",
        "points",
        "from_customer",
        "to_customer",
        "region",
        "decided_at",
    )
    list_filter = (Made, "state_name", "region")
    search_fields = ("=id", "=sender", "=receiver")
    search_help_text = "The id of a sending, or of either customer"
    exclude = ("log_txid",)

    @admin.display(description="From", ordering="sender")
    def from_customer(self, sent: PointsSent) -> str:
        return customer_link(sent.sender)

    @admin.display(description="To", ordering="receiver")
    def to_customer(self, sent: PointsSent) -> str:
        return customer_link(sent.receiver)


queue(
    "Wallets to look into",
    WalletStanding,
    lambda: {"state_name": WalletState.UNDER_REVIEW.value},
    why="Nothing is taken from them until somebody releases or freezes them; in time they are good again.",
)
