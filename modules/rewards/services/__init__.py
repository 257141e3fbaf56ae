"""What rewards does, a verb each."""

from modules.rewards.services.holds import hold, post_hold, restore_hold, void_hold
from modules.rewards.services.posting import post, post_many

__all__ = ["hold", "post", "post_hold", "post_many", "restore_hold", "void_hold"]
