"""What holds where: each region's data, effective-dated, and the policies that data cannot express.

    region = regions.get("gb")
    fee = region.rule("fees.service", ServiceFee, on=region.local(clock.now()).date())
    refusal = region.policy(PlacingPolicy).refusal(facts)

Modules ask by region and name no country. Works without Django. How a region is written is in
docs/how-to/add-a-region.md.
"""

from tiffin.regions.discovery import UnknownRegion, all, get
from tiffin.regions.file import RegionFileError
from tiffin.regions.policy import Policy
from tiffin.regions.region import NoRuleInForce, Region, SeveralRulesInForce

__all__ = [
    "NoRuleInForce",
    "Policy",
    "Region",
    "RegionFileError",
    "SeveralRulesInForce",
    "UnknownRegion",
    "all",
    "get",
]
