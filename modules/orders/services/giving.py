"""A donation on top of a basket: to a charity that customers may give to there."""

from __future__ import annotations

import msgspec

from modules.orders.interface import DonationWrong, Wishes
from modules.rewards.interface import Rewards
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call


def check_donation(wishes: Wishes, region: str) -> Wishes:
    """The wishes, without the donation while nobody can say which charities there are.

    Raises DonationWrong.
    """
    if wishes.donation is not None and (wishes.donation < 0 or wishes.charity_id is None):
        raise DonationWrong()
    if wishes.charity_id is None:
        return wishes
    try:
        causes = call(Rewards).causes(region=region)
    except (ModuleUnavailable, ModuleFault):
        without: Wishes = msgspec.structs.replace(wishes, charity_id=None, donation=None)
        return without
    if wishes.charity_id not in {cause.id for cause in causes}:
        raise DonationWrong()
    return wishes
