"""Who never sees a campaign, so that it is known what they do without it.

Of whom a campaign would win a slot, some are held out and the slot is the next one's: those who would have
seen it are compared with those who could. Johnson, Lewis and Nubbemeyer, "Ghost Ads: Improving the Economics
of Measuring Online Ad Effectiveness", Journal of Marketing Research 54(6), 2017.
"""

from __future__ import annotations

from hashlib import blake2b
from uuid import UUID

ALL = 10_000
_SALT = b"ads.holdout"


def is_held_out(viewer: UUID, campaign: UUID, share: int) -> bool:
    """Whether they are among the `share` in 10,000 who are not shown the campaign: always the same answer,
    and one campaign's says nothing of another's."""
    digest = blake2b(viewer.bytes + campaign.bytes, digest_size=8, salt=_SALT).digest()
    return int.from_bytes(digest, "big") % ALL < share
