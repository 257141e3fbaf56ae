"""What of the auction experiments may try on people."""

from __future__ import annotations

from tiffin import flags

RANKING = flags.declare(
    "ads.ranking",
    default="relevant",
    allowed=("relevant", "plain"),
    says="Whether what an ad has to do with the viewer counts in the auction.",
)
CREATIVES = flags.declare(
    "ads.creatives",
    default="learned",
    allowed=("learned", "even"),
    says="Whether of several creatives those are shown that are clicked, or each as often as the others.",
)
