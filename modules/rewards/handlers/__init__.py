"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import earning, funding, standing

__all__ = ["earning", "funding", "standing"]
