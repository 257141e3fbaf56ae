"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import earning, funding, giving

__all__ = ["earning", "funding", "giving"]
