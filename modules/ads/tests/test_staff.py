"""Staff write campaigns, others approve them, and what is wrong is said in the form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from modules.ads.errors import CampaignRefused
from modules.ads.interface import CampaignState
from modules.ads.models import Advertiser, Campaign, Creative, Flight
from modules.ads.policies import ApprovalPolicy, CampaignFacts
from modules.ads.services import campaigns
from modules.ads.tests import scenes
from tiffin import ids
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing.people import token

pytestmark = pytest.mark.usefixtures("database")

# What the form says of the flights and creatives that it only shows.
SHOWN = {f"{each}-{what}_FORMS": "0" for each in ("flights", "creatives") for what in ("TOTAL", "INITIAL")}
TERMS = {
    "name": "Lunch",
    "objective_name": "traffic",
    "pricing_name": "cpc",
    "bid": "0.35",
    "budget": "100",
    "daily_cap": "12.50",
    "pacing_name": "even",
    "holdout": "0",
    "starts_at_0": "2026-01-01",
    "starts_at_1": "00:00:00",
    "ends_at_0": "2100-01-01",
    "ends_at_1": "00:00:00",
    "landing": "https://cola.example/",
}


def staff(role: str = "operations") -> Client:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=(role,), regions=(EVERY_REGION,))
    client.cookies["tiffin_staff"] = token(actor)
    return client


def do(client: Client, model: str, action: str, row: Any, **more: str) -> str:
    form = {"action": action, "_selected_action": str(row.pk), **more}
    return client.post(f"/admin/ads/{model}/", form, follow=True).content.decode()


def look(client: Client, campaign: Campaign) -> str:
    """The page that is shown before a campaign is approved."""
    return do(client, "campaign", "approve", campaign)


def approve(client: Client, campaign: Campaign, page: str | None = None) -> str:
    """As that page says."""
    found = re.findall(rf'name="(seen-{campaign.pk})" value="(\w+)"', page or look(client, campaign))
    return do(client, "campaign", "approve", campaign, confirmed="yes", **dict(found))


def submitted(**given: Any) -> Campaign:
    """A brand's campaign that waits for staff."""
    campaign = scenes.draft(scenes.advertiser(), **given)
    for name in ("All", "Lunch"):
        scenes.flight(campaign, name=name)
    for name in ("One", "Other"):
        scenes.creative(campaign, name=name)
    campaigns.submit_campaign(campaign_id=campaign.id)
    return Campaign.get(campaign.id)


def test_from_an_advertiser_to_an_approved_campaign() -> None:
    desk = staff()
    desk.post("/admin/ads/advertiser/add/", {"region": "gb", "kind_name": "brand", "name": "Cola"})
    cola = Advertiser.objects.get()
    desk.post("/admin/ads/campaign/add/", {**TERMS, "advertiser": str(cola.pk)})
    campaign = Campaign.objects.get()
    assert (campaign.bid, campaign.budget, campaign.daily_cap) == (350_000, 100_000_000, 12_500_000)
    flight = {
        "campaign": str(campaign.pk),
        "name": "All",
        "placements": ["home_carousel"],
        "weekdays": ["1", "2"],
        "from_hour": "11",
        "to_hour": "15",
        "members": "any",
        "customers": "any",
        "cap": "3",
        "cap_hours": "24",
    }
    desk.post("/admin/ads/flight/add/", flight)
    assert Flight.objects.get().weekdays == [1, 2]
    desk.post(
        "/admin/ads/creative/add/",
        {"campaign": str(campaign.pk), "name": "One", "headlines": '{"": "Drink cola"}', "texts": "{}"},
    )
    do(desk, "campaign", "submit", campaign)
    assert "Approved." in approve(desk, campaign)
    campaign.refresh_from_db()
    assert campaign.state is CampaignState.APPROVED
    assert Creative.objects.get().state.value == "approved"


def test_what_is_wrong_is_said_in_the_form() -> None:
    cola = scenes.advertiser()
    wrong = {**TERMS, "advertiser": str(cola.pk), "budget": "0.10", "landing": "http://plain.example/"}
    page = staff().post("/admin/ads/campaign/add/", wrong).content.decode()
    assert "It must suffice for what is paid for once." in page
    assert "begins with https://" in page
    assert not Campaign.objects.exists()


def test_each_field_says_what_it_is() -> None:
    page = staff().get("/admin/ads/campaign/add/").content.decode()
    for name in ("bid", "budget", "daily_cap", "goods", "holdout"):
        label = re.search(rf'<label[^>]* for="id_{name}"[^>]*>\s*([^<]*)', page)
        assert label, name
        assert label[1].strip() == name.replace("_", " ").capitalize()


def test_a_draft_is_changed_and_what_is_shown_is_not() -> None:
    campaign = scenes.draft(scenes.advertiser())
    form = {**TERMS, **SHOWN, "advertiser": str(campaign.advertiser_id), "bid": "0.40"}
    staff().post(f"/admin/ads/campaign/{campaign.pk}/change/", form)
    campaign.refresh_from_db()
    assert campaign.bid == 400_000
    scenes.flight(campaign)
    scenes.creative(campaign)
    campaigns.submit_campaign(campaign_id=campaign.id)
    page = staff().post(f"/admin/ads/campaign/{campaign.pk}/change/", {**form, "bid": "0.50"}, follow=True)
    assert "only drafts can be changed" in page.content.decode()
    campaign.refresh_from_db()
    assert campaign.bid == 400_000


def test_a_rejection_needs_a_reason() -> None:
    campaign = scenes.draft(scenes.advertiser())
    scenes.flight(campaign)
    scenes.creative(campaign)
    campaigns.submit_campaign(campaign_id=campaign.id)
    assert "the advertiser reads it" in do(staff(), "campaign", "reject", campaign)
    do(staff(), "campaign", "reject", campaign, note="Too loud.")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.note) == (CampaignState.REJECTED, "Too loud.")


def test_what_a_region_does_not_allow_is_not_approved() -> None:
    campaign = scenes.draft(scenes.advertiser(scenes.restaurant().id), goods=["less_healthy"])
    scenes.flight(campaign)
    scenes.creative(campaign)
    campaigns.submit_campaign(campaign_id=campaign.id)
    assert "less healthy may not be advertised" in approve(staff(), campaign)
    campaign.refresh_from_db()
    assert campaign.state is CampaignState.SUBMITTED


def test_staff_see_all_that_they_approve() -> None:
    # Given a campaign that is narrowed, and says something in two languages
    campaign = scenes.draft(scenes.advertiser(name="Cola & Co"), landing="https://cola.example/summer")
    scenes.flight(campaign, name="Lunch", cities=["london"], weekdays=[1, 5], from_hour=11, to_hour=15)
    says = {"headlines": {"en": "Drink <cola>", "pl": "Pij colę"}, "texts": {"pl": "Zimną"}}
    scenes.creative(campaign, picture="/api/v1/pictures/cola.svg", **says)
    campaigns.submit_campaign(campaign_id=campaign.id)
    # When staff open it, and before they approve it
    own = staff().get(f"/admin/ads/campaign/{campaign.pk}/change/").content.decode()
    page = look(staff(), campaign)
    # Then they read where, when, to whom and how
    for each in (own, page):
        for said in (
            "home carousel", "in london; Mon, Fri; 11:00 to 15:00", "en: <b>Drink &lt;cola&gt;</b>",
            "pl: <b>Pij colę</b> Zimną", 'src="/api/v1/pictures/cola.svg"', "https://cola.example/summer",
            "waiting",
        ):  # fmt: skip
            assert said in each, said
    assert "and approve" in own
    campaign.refresh_from_db()
    assert campaign.state is CampaignState.SUBMITTED


def _other_terms(campaign: Campaign) -> None:
    campaign.landing = "https://elsewhere.example/"
    campaigns.change_campaign(campaign, fields=("landing",))


def _other_flight(campaign: Campaign) -> None:
    flight = campaign.flights.earliest("id")
    flight.customers = "new"
    campaigns.change_flight(flight)


CHANGES = {
    "terms": _other_terms,
    "a flight": _other_flight,
    "another flight": scenes.flight,
    "another creative": lambda campaign: scenes.creative(campaign, headlines={"": "Drink gin"}),
    "no more of a creative": lambda campaign: campaigns.retire_creative(
        creative_id=campaign.creatives.earliest("id").pk
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_after_it_was_looked_at_is_not_approved(what: str) -> None:
    # Given staff who look at a campaign
    campaign = submitted()
    page = look(staff(), campaign)
    # When its advertiser takes it back, changes it and submits it again before they press
    campaigns.take_back(campaign_id=campaign.id)
    CHANGES[what](Campaign.get(campaign.id))
    campaigns.submit_campaign(campaign_id=campaign.id)
    said = approve(staff(), campaign, page)
    # Then it waits, and they see it as it is now, which they can approve
    assert "It has been changed since you looked at it" in said
    assert Campaign.get(campaign.id).state is CampaignState.SUBMITTED
    assert "Approved." in approve(staff(), campaign, said)
    assert Campaign.get(campaign.id).state is CampaignState.APPROVED


def test_a_flight_that_was_switched_meanwhile_is_looked_at_again() -> None:
    campaign = submitted()
    page = look(staff(), campaign)
    campaigns.switch_flight(flight_id=campaign.flights.earliest("id").pk, on=False)

    said = approve(staff(), campaign, page)

    assert "It has been changed since you looked at it" in said
    assert "(switched off)" in said


def test_nothing_is_approved_unseen_and_the_same_again_is_what_was_seen() -> None:
    # Given a campaign that staff look at
    campaign = submitted()
    page = look(staff(), campaign)
    # When the form says of nothing that it was seen
    said = do(staff(), "campaign", "approve", campaign, confirmed="yes")
    # Then nothing is approved
    assert "look at it now, then approve" in said
    assert Campaign.get(campaign.id).state is CampaignState.SUBMITTED
    # When it is taken back and submitted as it was, what they saw is what they approve
    campaigns.take_back(campaign_id=campaign.id)
    campaigns.submit_campaign(campaign_id=campaign.id)
    assert "Approved." in approve(staff(), campaign, page)


def test_whoever_may_not_decide_is_not_led_to_approving() -> None:
    campaign = submitted()
    page = staff("support").get(f"/admin/ads/campaign/{campaign.pk}/change/").content.decode()
    assert "Drink cola" in page
    assert "and approve" not in page


def test_the_explainer_says_who_was_beaten_and_why() -> None:
    scenes.running(scenes.advertiser(name="Cola"), bid=scenes.POUND)
    scenes.running(scenes.advertiser(name="Water"), bid=scenes.POUND // 2)
    scenes.open_for_ads()
    decision = scenes.look()
    scenes.settle()
    page = staff("support").get(f"/admin/ads/decisionrecord/{decision.id}/change/").content.decode()
    assert "Water" in page
    assert "rank" in page


def test_what_is_approved_is_what_staff_have_seen_and_stays_its_advertisers() -> None:
    cola, other = scenes.advertiser(), scenes.advertiser()
    campaign = scenes.draft(cola)
    scenes.flight(campaign)
    scenes.creative(campaign)
    campaigns.submit_campaign(campaign_id=campaign.id)
    late = Creative(campaign=campaign, name="Late", headlines={"": "Something else"})
    with pytest.raises(CampaignRefused):
        campaigns.add_creative(late)

    campaigns.take_back(campaign_id=campaign.id)
    campaign.advertiser = other
    with pytest.raises(CampaignRefused):
        campaigns.change_campaign(campaign, fields=("advertiser",))


def test_two_changes_at_once_leave_no_terms_that_could_not_be_written() -> None:
    """Each is right beside what it read: less budget, and more a day."""
    draft = scenes.draft(scenes.advertiser(), budget=100 * scenes.POUND, daily_cap=10 * scenes.POUND)
    one, other = Campaign.get(draft.id), Campaign.get(draft.id)
    one.budget, other.daily_cap = 20 * scenes.POUND, 50 * scenes.POUND

    campaigns.change_campaign(one, fields=("budget",))
    with pytest.raises(ValidationError):
        campaigns.change_campaign(other, fields=("daily_cap",))


def test_a_change_leaves_a_flight_switched_as_it_was() -> None:
    flight = scenes.flight(scenes.draft(scenes.advertiser()))
    read = Flight.objects.get(pk=flight.pk)
    campaigns.switch_flight(flight_id=flight.pk, on=False)

    read.name = "Other"
    campaigns.change_flight(read)

    assert not Flight.objects.get(pk=flight.pk).is_on


def test_the_region_judges_what_is_written_later_too_and_not_what_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a region that allows no cures, and a campaign without one that is shown
    def refusal(self: ApprovalPolicy, facts: CampaignFacts) -> str | None:
        return "Food cures nothing." if any("cures" in text for text in facts.texts) else None

    monkeypatch.setattr(ApprovalPolicy, "refusal", refusal)
    campaign = scenes.running(scenes.advertiser())
    # When one is written
    cure = scenes.creative(campaign, headlines={"": "Cola cures"})
    other = scenes.creative(campaign, headlines={"": "Cola cools"})
    # Then it is not shown, and once it is rejected it keeps no other
    assert "Food cures nothing." in do(staff(), "creative", "approve", cure)
    do(staff(), "creative", "reject", cure, note="No cures.")
    do(staff(), "creative", "approve", other)
    states = {each.pk: each.state.value for each in Creative.objects.filter(pk__in=(cure.pk, other.pk))}
    assert states == {cure.pk: "rejected", other.pk: "approved"}
