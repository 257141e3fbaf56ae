"""How campaigns, creatives and bills go."""

from __future__ import annotations

from modules.ads.interface import AdBillState, CampaignState
from tiffin.interfaces import OpenEnum
from tiffin.states import Machine


class CreativeState(OpenEnum):
    """Where a creative stands: only an approved one is shown."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"
    UNKNOWN = "unknown"


# What is paid for, shown where or says what was looked at by staff before anybody sees it.
CAMPAIGN = Machine(
    "A campaign",
    CampaignState.DRAFT,
    {
        CampaignState.DRAFT: (CampaignState.SUBMITTED, CampaignState.ENDED),
        CampaignState.SUBMITTED: (
            CampaignState.DRAFT,
            CampaignState.APPROVED,
            CampaignState.REJECTED,
            CampaignState.ENDED,
        ),
        CampaignState.REJECTED: (CampaignState.DRAFT, CampaignState.ENDED),
        CampaignState.APPROVED: (CampaignState.PAUSED, CampaignState.REJECTED, CampaignState.ENDED),
        CampaignState.PAUSED: (CampaignState.APPROVED, CampaignState.REJECTED, CampaignState.ENDED),
    },
)
# In these it can still be changed.
CHANGEABLE = frozenset({CampaignState.DRAFT, CampaignState.REJECTED})

CREATIVE = Machine(
    "A creative",
    CreativeState.WAITING,
    {
        CreativeState.WAITING: (CreativeState.APPROVED, CreativeState.REJECTED, CreativeState.RETIRED),
        CreativeState.APPROVED: (CreativeState.REJECTED, CreativeState.RETIRED),
        CreativeState.REJECTED: (CreativeState.RETIRED,),
    },
)

# As payments tells of the collection that stands for it; FAILED is written off.
BILL = Machine(
    "An advertiser's bill",
    AdBillState.WANTED,
    {
        AdBillState.WANTED: (AdBillState.INVOICED, AdBillState.PAID, AdBillState.FAILED),
        AdBillState.INVOICED: (AdBillState.PAID, AdBillState.FAILED),
    },
)
