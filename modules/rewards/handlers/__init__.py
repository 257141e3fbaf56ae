"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import earning, funding

__all__ = ["earning", "funding"]
