"""Advertisers and what they want to show: written by staff, approved by others of them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse

from modules.ads.admin.approving import Creatives, Flights, preview
from modules.ads.admin.fields import MicrosField, several, written
from modules.ads.admin.words import WEEKDAYS, by_language
from modules.ads.interface import Placement
from modules.ads.kinds import Goods, Segment
from modules.ads.models import Advertiser, Campaign, CampaignDay, Creative, Flight, choices
from modules.ads.services import campaigns
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.actions import Noted, note_of, own_regions_field
from tiffin.admin.staff import staff_of

HELP = {
    "restaurant_id": "The restaurant that it is; for no other kind.",
    "bid": "The most that is paid for a click, a thousand impressions or an order: pounds, zlotys. To be "
    "submitted it must be what the region asks in one of each flight's placements at least.",
    "budget": "The most in all.",
    "daily_cap": "The most within a day. Empty: of an even campaign what of the budget falls on the day.",
    "landing": "A path on this origin or an https address. Empty: the restaurant's page.",
    "holdout": "Of 10,000 customers so many are never shown it, so that it is known what they order without "
    "it: 500 (5 %) for a campaign that some ten thousand customers see. 0: it is not measured.",
    "goods": "Restricted goods that it advertises. Alcohol is shown only to those known to be adults: nobody "
    "is yet.",
    "cities": "Codes, with commas; empty: all of the region.",
    "zone": "A ring of [longitude, latitude]; empty: where the restaurant delivers.",
    "cuisines": "With commas: pages about one of them, and people who often order it; empty: all.",
    "keywords": "Words by which searches find it, with commas; its name and cuisine do anyway.",
    "weekdays": "Empty: all days.",
    "to_hour": "Not included; a smaller one than the first is after midnight.",
    "cap": "How often a viewer sees it within the hours beside; 0: as often as it wins.",
    "to_unknown": "Also to those of whom nothing may be kept: nobody can count how often they see it.",
    "headlines": 'By language: {"en": "{dish} for {price}", "": "{restaurant}"}; "" is for all others. There '
    "are {restaurant}, {cuisine}, {dish}, {price} and {minutes}.",
    "texts": "As the headlines.",
    "picture": "A path on this origin, such as /api/v1/pictures/….svg. Empty: that of the dish it names.",
}


_FIELDS: dict[str, Callable[[], forms.Field]] = {
    "bid": lambda: MicrosField(required=True),
    "budget": lambda: MicrosField(required=True),
    "daily_cap": lambda: MicrosField(required=False),
    "goods": lambda: several(choices(Goods)),
    "placements": lambda: several(choices(Placement), required=True),
    "segments": lambda: several(choices(Segment)),
    "weekdays": lambda: several([(str(day), name) for day, name in WEEKDAYS.items()], coerce=int),
}


class AdsAdmin(ModuleAdmin):
    """Whoever may "change" writes, whoever may "decide" approves."""

    action_form = Noted

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "decide" in ads."""
        return staff_of(request).has_perm("ads.decide")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        made = self._own_field(db_field.name, request)
        field = made or super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.help_text = HELP.get(db_field.name, field.help_text)
        return field

    def _own_field(self, name: str, request: HttpRequest) -> forms.Field | None:
        if name == "region":
            return own_regions_field(request)
        return _FIELDS[name]() if name in _FIELDS else None

    def _each(
        self, request: HttpRequest, rows: Any, do: Callable[..., None], name: str, said: str, **more: Any
    ) -> None:
        for row in rows:
            do(**{name: row.pk}, **more)
        self.message_user(request, said, messages.SUCCESS)


@register(Advertiser)
class AdvertiserAdmin(AdsAdmin):
    list_display = ("name", "region", "kind_name", "restaurant_id", "is_blocked", "created_at")
    list_filter = ("region", "kind_name", "is_blocked")
    search_fields = ("=id", "name", "=restaurant_id")
    fields = ("region", "kind_name", "name", "restaurant_id")
    actions = ("block", "unblock")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_by_use_case(self, request: HttpRequest, obj: Advertiser, form: Any) -> None:
        campaigns.open_advertiser(obj)

    @admin.action(description="Block: nothing of it is shown", permissions=["decide"])
    def block(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.block_advertiser, "advertiser_id", "Blocked.", blocked=True)

    @admin.action(description="Unblock", permissions=["decide"])
    def unblock(self, request: HttpRequest, queryset: Any) -> None:
        self._each(
            request, queryset, campaigns.block_advertiser, "advertiser_id", "Unblocked.", blocked=False
        )


@register(Campaign)
class CampaignAdmin(AdsAdmin):
    list_display = (
        "name",
        "advertiser",
        "region",
        "state_name",
        "pricing_name",
        "pays",
        "spent",
        "starts_at",
        "ends_at",
        "note",
    )
    list_filter = ("state_name", "region", "pricing_name", "pacing_name", "advertiser__kind_name")
    search_fields = ("=id", "name", "advertiser__name", "=advertiser__restaurant_id")
    list_select_related = ("advertiser",)
    fieldsets = (
        (None, {"fields": ("advertiser", "name", "objective_name", "landing", "goods")}),
        ("What it may cost", {"fields": ("pricing_name", "bid", "budget", "daily_cap", "pacing_name")}),
        ("When", {"fields": ("starts_at", "ends_at")}),
        ("What it brings", {"fields": ("holdout",)}),
        ("How it stands", {"fields": ("state_name", "note", "submitted_at")}),
    )
    readonly_fields = ("state_name", "note", "submitted_at")
    inlines = (Flights, Creatives)
    change_form_outer_after_template = "ads/look_whole.html"
    actions = ("submit", "take_back", "approve", "reject", "pause", "resume", "end")
    previews = {"approve": "preview_approve"}

    def get_inlines(self, request: HttpRequest, obj: Campaign | None) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["may_decide"] = self.has_decide_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="Bid, budget")
    def pays(self, campaign: Campaign) -> str:
        return f"{written(campaign.bid)} of {written(campaign.budget)}"

    @admin.display(description="Spent")
    def spent(self, campaign: Campaign) -> str:
        days = CampaignDay.objects.filter(campaign_id=campaign.pk)
        return written(days.aggregate(all=Sum("spent"))["all"] or 0)

    def save_by_use_case(self, request: HttpRequest, obj: Campaign, form: Any) -> None:
        if obj._state.adding:
            campaigns.draft_campaign(obj)
        else:
            campaigns.change_campaign(obj, fields=form.changed_data)

    @admin.action(description="Submit: others look at it", permissions=["act"])
    def submit(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.submit_campaign, "campaign_id", "Submitted.")

    @admin.action(description="Take back: it can be changed", permissions=["act"])
    def take_back(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.take_back, "campaign_id", "It is a draft again.")

    @admin.action(description="Approve: see what would be shown, then confirm", permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: Any) -> None:
        """What is approved is what the page showed: a campaign that has changed since is shown anew."""
        for campaign in queryset:
            seen = request.POST.get(f"seen-{campaign.pk}", "")
            campaigns.approve_campaign(campaign_id=campaign.pk, seen=seen)
        self.message_user(request, "Approved.", messages.SUCCESS)

    def preview_approve(
        self, request: HttpRequest, queryset: Any, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        """All that would be shown of these, and to whom."""
        return preview(request, queryset, status)

    @admin.action(description="Reject, with the note beside", permissions=["decide"])
    def reject(self, request: HttpRequest, queryset: Any) -> None:
        note = note_of(request)
        self._each(request, queryset, campaigns.reject_campaign, "campaign_id", "Rejected.", note=note)

    @admin.action(description="Pause", permissions=["act"])
    def pause(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.pause_campaign, "campaign_id", "Paused.")

    @admin.action(description="Resume", permissions=["act"])
    def resume(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.resume_campaign, "campaign_id", "It is shown again.")

    @admin.action(description="End, for good", permissions=["act"])
    def end(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.end_campaign, "campaign_id", "Ended.")


@register(Flight)
class FlightAdmin(AdsAdmin):
    region_field = "campaign__region"
    list_display = ("name", "campaign", "placements", "cities", "members", "customers", "cap", "is_on")
    list_filter = ("campaign__region", "campaign__state_name", "is_on", "members", "customers")
    search_fields = ("=id", "name", "campaign__name", "=campaign__id")
    list_select_related = ("campaign",)
    actions = ("switch_on", "switch_off")
    fieldsets = (
        (None, {"fields": ("campaign", "name", "placements")}),
        ("Where", {"fields": ("cities", "zone", "cuisines")}),
        ("When", {"fields": ("weekdays", "from_hour", "to_hour")}),
        ("To whom", {"fields": ("members", "customers", "segments", "keywords", "to_unknown")}),
        ("How often", {"fields": ("cap", "cap_hours")}),
    )

    def save_by_use_case(self, request: HttpRequest, obj: Flight, form: Any) -> None:
        if obj._state.adding:
            campaigns.add_flight(obj)
        else:
            campaigns.change_flight(obj)

    @admin.action(description="Switch on", permissions=["act"])
    def switch_on(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.switch_flight, "flight_id", "It is on.", on=True)

    @admin.action(description="Switch off", permissions=["act"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.switch_flight, "flight_id", "It is off.", on=False)


@register(Creative)
class CreativeAdmin(AdsAdmin):
    """What was approved stays as it is: to change one, add another and retire it."""

    region_field = "campaign__region"
    list_display = ("name", "campaign", "reads", "picture", "state_name", "note", "created_at")
    list_filter = ("state_name", "campaign__region", "campaign__state_name")
    search_fields = ("=id", "name", "campaign__name", "=campaign__id")
    list_select_related = ("campaign",)
    fields = ("campaign", "name", "headlines", "texts", "picture")
    actions = ("approve", "reject", "retire")

    @admin.display(description="Reads")
    def reads(self, creative: Creative) -> str:
        return by_language(creative)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_by_use_case(self, request: HttpRequest, obj: Creative, form: Any) -> None:
        campaigns.add_creative(obj)

    @admin.action(description="Approve", permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.judge_creative, "creative_id", "Approved.", approved=True)

    @admin.action(description="Reject, with the note beside", permissions=["decide"])
    def reject(self, request: HttpRequest, queryset: Any) -> None:
        said = {"approved": False, "note": note_of(request)}
        self._each(request, queryset, campaigns.judge_creative, "creative_id", "Rejected.", **said)

    @admin.action(description="Retire: it is shown no more", permissions=["act"])
    def retire(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, campaigns.retire_creative, "creative_id", "Retired.")
